/* How an image is walked: in strips of columns, and down each strip a few rows at a time.
 *
 * A strip that lies inside an image of contiguous floats is read where it is. Of any other, the
 * rows under the kernel are gathered: converted to floats, with what lies outside on both sides.
 * So the functions of the instruction sets meet neither borders nor types nor strides. */
#ifndef TWINWHEEL_KERNEL_WALK_H
#define TWINWHEEL_KERNEL_WALK_H

#include "internal.h"

typedef struct kernel_walk {
    const kernel_image *image;
    kernel_options options;
    unsigned char *output;
    const kernel_level *level;
    size_t above;    /* rows needed above one of the result */
    size_t before;   /* pixels needed left of one of the result, */
    size_t after;    /* and right of it */
    size_t slots;    /* gathered rows that are kept */
    int direct;      /* is all but the edges read where it is? */
    size_t edge;     /* pixels of the strip at each edge then */
    size_t gathered; /* pixels of a gathered strip at most, */
    size_t interior; /* and of one that is read where it is */
    size_t outside;  /* floats in a row of what lies outside, */
    size_t length;   /* in a gathered row, */
    size_t samples;  /* and in a row of results that is converted or cut */
} kernel_walk;

typedef struct kernel_strip {
    size_t first; /* pixel */
    size_t pixels;
    size_t samples; /* at least a block, so more than there are in a narrow image */
    int direct;
} kernel_strip;

/* The rows of a strip, in memory of one thread. */
typedef struct kernel_source {
    const kernel_walk *walk;
    kernel_strip strip;
    float *outside;
    float *rows;
    float *sums;   /* KERNEL_MOST_ROWS rows of results */
    int64_t *held; /* the row that each slot holds */
} kernel_source;

/* Plan the walk.
 *
 *   height, width  of the kernel; its anchor is at half of each.
 *   slots          gathered rows to keep.
 *   gathered       samples of a gathered strip at most, as far as that is not less than a block,
 *   interior       and of one that is read where it is.
 *
 * Returns KERNEL_OK, or KERNEL_INVALID when a size overflows. */
int kernel_plan_walk(kernel_walk *walk, size_t height, size_t width, size_t slots, size_t gathered,
                     size_t interior);

/* Bytes of as many pointers to rows, a multiple of KERNEL_ALIGNMENT. */
static inline size_t kernel_window_bytes(size_t rows) {
    const size_t per_line = KERNEL_ALIGNMENT / sizeof(float *);
    return (rows / per_line + 1) * KERNEL_ALIGNMENT;
}

/* Bytes that a source needs, a multiple of KERNEL_ALIGNMENT; 0 when they overflow. */
size_t kernel_source_bytes(const kernel_walk *walk);

/* Lay a source out in that memory. */
kernel_source kernel_open_source(const kernel_walk *walk, unsigned char *memory);

/* Go on to the next strip; 0 when there is none. */
int kernel_next_strip(kernel_source *source);

/* The row y of the image, or outside of it: a pointer to the first tap of the strip's first sample.
 * It stays until slots - 1 others were asked for. */
const float *kernel_source_row(kernel_source *source, int64_t y);

/* Compute rows of results from a window of rows, and store them from row y of the output on. */
void kernel_write_rows(kernel_source *source, const kernel_taps *taps, const float *const *window,
                       size_t y, size_t rows);

#endif
