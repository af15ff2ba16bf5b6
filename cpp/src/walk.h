/* How an image is walked: in strips of columns, and down each strip a few rows at a time.
 *
 * A strip that lies inside a contiguous image of the cells that are wanted is read where it is. Of
 * any other, the rows under the kernel are gathered: converted to such cells, with what lies
 * outside on both sides. So the functions of the instruction sets meet neither borders nor types
 * nor strides. */
#ifndef TWINWHEEL_KERNEL_WALK_H
#define TWINWHEEL_KERNEL_WALK_H

#include "internal.h"

/* What a row is made of. */
typedef enum kernel_cells {
    KERNEL_CELLS_FLOAT,
    KERNEL_CELLS_KEY, /* int32_t in the order of the floats that they stand for: see median.inc.c */
    KERNEL_CELLS_BYTE,
} kernel_cells;

typedef struct kernel_walk {
    const kernel_image *image;
    kernel_options options;
    unsigned char *output;
    const kernel_level *level;
    kernel_cells cells;
    size_t block;    /* the fewest samples that the level's functions take */
    size_t above;    /* rows needed above one of the result */
    size_t before;   /* pixels needed left of one of the result, */
    size_t after;    /* and right of it */
    size_t slots;    /* gathered rows that are kept */
    int direct;      /* is all but the edges read where it is? */
    size_t edge;     /* pixels of the strip at each edge then */
    size_t gathered; /* pixels of a gathered strip at most, */
    size_t interior; /* and of one that is read where it is */
    size_t outside;  /* cells in a row of what lies outside, */
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
    unsigned char *outside;
    unsigned char *rows;
    unsigned char *results; /* KERNEL_MOST_ROWS rows of cells */
    int64_t *held;          /* the row that each slot holds */
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
const void *kernel_source_row(kernel_source *source, int64_t y);

/* Where to write results from row y of the output on, the strip's samples in each: into the output
 * itself where they are what it holds, with its stride, else into memory of the source. */
unsigned char *kernel_results(kernel_source *source, size_t y, ptrdiff_t *stride);

/* Convert results to what the output holds, and copy them there, if they are not there yet. */
void kernel_store_results(kernel_source *source, size_t y, size_t rows);

#endif
