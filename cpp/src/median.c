/* The median of a square window of 3, 5 or 7. */
#include "walk.h"

/* Samples in a strip, so that the sorted columns of a row stay in the nearest cache. */
#define STRIP_SAMPLES 1024

typedef struct {
    kernel_walk walk;
    kernel_median_function *row;
    size_t size;
    size_t length; /* cells in a row of sorted columns */
} median;

static void run_band(const void *job, unsigned char *memory, size_t first, size_t last) {
    const median *work = job;
    const kernel_walk *walk = &work->walk;
    const void *window[7];
    unsigned char *sorted = memory;
    kernel_source source =
        kernel_open_source(walk, memory + work->size * work->length * sizeof(int32_t));
    while (kernel_next_strip(&source))
        for (size_t y = first; y < last; y++) {
            int64_t top = (int64_t)(walk->options.first_row + y) - (int64_t)walk->above;
            for (size_t i = 0; i < work->size; i++)
                window[i] = kernel_source_row(&source, top + (int64_t)i);
            ptrdiff_t stride;
            unsigned char *results = kernel_results(&source, y, &stride);
            work->row(window, source.strip.samples, walk->image->channels, sorted, work->length,
                      results);
            kernel_store_results(&source, y, 1);
        }
}

int kernel_median(const kernel_image *input, uint32_t size, const kernel_options *options,
                  void *output) {
    median work = {.walk = {.image = input, .output = output}, .size = size};
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
    work.length = walk->outside > walk->length ? walk->outside : walk->length;
    size_t bytes = kernel_source_bytes(walk), sorted;
    if (bytes == 0 || !kernel_multiply(work.length, size * sizeof(int32_t), &sorted) ||
        !kernel_add(bytes, sorted, &bytes))
        return KERNEL_INVALID;
    double comparisons = (double)walk->options.rows * input->width * input->channels *
                         (double)(size * size) / (input->sample == KERNEL_UINT8 ? 4 : 1);
    return kernel_run_bands(run_band, &work, bytes, comparisons, &walk->options);
}
