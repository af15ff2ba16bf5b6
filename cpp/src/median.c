/* The median of a square window of 3, 5 or 7. */
#include "rows.h"

/* Samples in a strip, so that the sorted columns of a row stay in the nearest cache. */
#define STRIP_SAMPLES 1024

typedef struct {
    kernel_walk walk;
    kernel_median_function *row;
    size_t length; /* cells in a row of sorted columns */
} median;

static void filter_row(const void *job, kernel_source *source, const kernel_step *step,
                       unsigned char *memory) {
    const median *work = job;
    kernel_slide_window(source, step);
    work->row(source->window, source->strip.samples, work->walk.image->channels, memory,
              work->length, step->results);
}

int kernel_median(const kernel_image *input, uint32_t size, const kernel_options *options,
                  void *output) {
    median work = {.walk = {.image = input, .output = output, .rows = 1}};
    kernel_walk *walk = &work.walk;
    if (!kernel_valid(input, options, &walk->options, output) ||
        (size != 3 && size != 5 && size != 7))
        return KERNEL_INVALID;
    const kernel_level *level = walk->level = kernel_level_in_use();
    walk->cells = input->sample == KERNEL_UINT8 ? KERNEL_CELLS_BYTE : KERNEL_CELLS_KEY;
    walk->block = level->median_block;
    work.row = input->sample == KERNEL_UINT8 ? level->median_of_bytes[size / 2 - 1]
                                             : level->median_of_keys[size / 2 - 1];
    if (kernel_plan_walk(walk, size, size, size, STRIP_SAMPLES, STRIP_SAMPLES) != KERNEL_OK)
        return KERNEL_INVALID;
    work.length = kernel_longest_row(walk);
    size_t sorted;
    if (!kernel_multiply(work.length, size * sizeof(int32_t), &sorted))
        return KERNEL_INVALID;
    double comparisons = (double)walk->options.rows * input->width * input->channels *
                         (double)(size * size) / (input->sample == KERNEL_UINT8 ? 4 : 1);
    return kernel_walk_image(walk, filter_row, &work, sorted, comparisons);
}
