/* The rows of a strip: of the image, to read, and of the result, to write.
 *
 * The rows of a strip that is not read where it is are gathered: converted to the cells that are
 * wanted, with what lies outside on both sides. */
#ifndef TWINWHEEL_KERNEL_ROWS_H
#define TWINWHEEL_KERNEL_ROWS_H

#include "walk.h"

/* The rows of a strip, in memory of one thread. */
typedef struct kernel_source {
    const kernel_walk *walk;
    kernel_strip strip;
    const void **window; /* the rows under a kernel over as many rows of results as there are */
    unsigned char *outside;
    unsigned char *rows;
    unsigned char *results; /* as many rows of cells as the walk makes at once */
    int64_t *held;          /* the row that each slot holds */
    int64_t *beside; /* the columns that what lies left and right of the image is read from */
} kernel_source;

/* Bytes that a source needs, a multiple of KERNEL_ALIGNMENT; 0 when they overflow. */
size_t kernel_source_bytes(const kernel_walk *walk);

/* Lay a source out in that memory. */
kernel_source kernel_open_source(const kernel_walk *walk, unsigned char *memory);

/* Go on to a strip. */
void kernel_enter_strip(kernel_source *source, const kernel_strip *strip);

/* The row y of the image, or outside of it: a pointer to the first tap of the strip's first sample.
 * It stays until slots - 1 others were asked for. */
const void *kernel_source_row(kernel_source *source, int64_t y);

/* The row of the image that is the first under a kernel over the row y of the result. */
static inline int64_t kernel_top_row(const kernel_walk *walk, size_t y) {
    return (int64_t)(walk->options.first_row + y) - (int64_t)walk->above;
}

/* Move the rows of the window that a step shares with the one before to the front. Returns how many
 * they are. */
size_t kernel_keep_window(kernel_source *source, const kernel_step *step);

/* Point the window to the rows of the image under the kernel over the rows of a step. */
void kernel_slide_window(kernel_source *source, const kernel_step *step);

/* Say where to write the results of a step: into the output itself where they are what it holds,
 * with its stride, else into memory of the source. */
void kernel_place_results(kernel_source *source, kernel_step *step);

/* Convert results to what the output holds, and copy them there, if they are not there yet. */
void kernel_store_results(kernel_source *source, const kernel_step *step);

#endif
