/* How an image is walked: in strips of columns, and down each strip a few rows at a time.
 *
 * A strip that lies inside a contiguous image of the cells that are wanted is read where it is; the
 * rows of any other are gathered: see rows.h. So the functions of the instruction sets meet neither
 * borders nor types nor strides. */
#ifndef TWINWHEEL_KERNEL_WALK_H
#define TWINWHEEL_KERNEL_WALK_H

#include "internal.h"

/* What a row is made of. */
typedef enum kernel_cells {
    KERNEL_CELLS_FLOAT,
    KERNEL_CELLS_BYTE,
} kernel_cells;

typedef struct kernel_walk {
    const kernel_image *image;
    kernel_options options;
    unsigned char *output;
    const kernel_level *level;
    kernel_cells cells;
    int gather;      /* are all rows gathered? */
    size_t block;    /* the fewest samples that the level's functions take */
    size_t rows;     /* rows of the result at once, at most */
    size_t height;   /* of the kernel */
    size_t above;    /* rows needed above one of the result */
    size_t before;   /* pixels needed left of one of the result, */
    size_t after;    /* and right of it */
    size_t slots;    /* gathered rows that are kept */
    int direct;      /* is all but the edges read where it is? */
    size_t edge;     /* pixels of the strip at each edge then */
    size_t together; /* strips that are walked side by side, so that they share cache lines */
    size_t gathered; /* pixels of a gathered strip at most, */
    size_t interior; /* and of one that is read where it is */
    size_t outside;  /* cells in a row of what lies outside, */
    size_t length;   /* in a gathered row, */
    size_t samples;  /* in a row of results that is converted or cut, */
    size_t longest;  /* and in the results of the longest strip */
} kernel_walk;

typedef struct kernel_strip {
    size_t first; /* pixel */
    size_t pixels;
    size_t samples; /* at least a block, so more than there are in a narrow image */
    int direct;
    size_t left;   /* pixels of a gathered row that lie left of the image, */
    size_t inside; /* in it, */
    size_t right;  /* and right of it */
} kernel_strip;

static inline size_t kernel_cell_size(const kernel_walk *walk) {
    return walk->cells == KERNEL_CELLS_BYTE ? sizeof(uint8_t) : sizeof(float);
}

/* Does the image hold what the cells are? */
static inline int kernel_same_cells(const kernel_walk *walk) {
    return walk->cells ==
           (walk->image->sample == KERNEL_UINT8 ? KERNEL_CELLS_BYTE : KERNEL_CELLS_FLOAT);
}

/* Samples of a strip that is read where it is, for what does not ask for fewer: more than there are
 * in most rows, and few enough that a row of what lies outside is short. */
#define KERNEL_INTERIOR_SAMPLES (32 * 1024)

/* Share a length out in equal steps that are no longer than the longest. */
static inline size_t kernel_even_step(size_t length, size_t longest) {
    size_t count = length / longest + (length % longest != 0);
    return length / count + (length % count != 0);
}

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

/* The most strips side by side: both edges, and what is between them. */
#define KERNEL_MOST_TOGETHER 3

/* Plan the strip after this one; 0 when there is none. */
int kernel_plan_strip(const kernel_walk *walk, kernel_strip *strip);

/* Some rows of the result, in one strip. */
typedef struct kernel_step {
    size_t y; /* the first, from the first of the options on */
    size_t rows;
    size_t before;          /* rows of the step before, just above; 0 when there was none */
    unsigned char *results; /* where to write them, the strip's samples in each, */
    ptrdiff_t stride;       /* bytes apart */
} kernel_step;

struct kernel_source;

/* Make the results of a step, with memory that the walk was asked for and no step clears. */
typedef void kernel_step_function(const void *job, struct kernel_source *source,
                                  const kernel_step *step, unsigned char *memory);

/* Walk all rows of the options, in bands that threads share.
 *
 *   memory  bytes that the function gets, a multiple of KERNEL_ALIGNMENT.
 *   work    multiplications in all.
 *
 * Returns KERNEL_OK, KERNEL_INVALID when a size overflows, or KERNEL_OUT_OF_MEMORY. */
int kernel_walk_image(const kernel_walk *walk, kernel_step_function *function, const void *job,
                      size_t memory, double work);

#endif
