/* Correlation with a square kernel. */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

/* Samples in a strip of gathered rows, so that those under the kernel stay in the cache. */
#define GATHERED_SAMPLES 2048
#define GATHERED_FLOATS (128 * 1024)

typedef struct {
    kernel_walk walk;
    kernel_taps taps;
    size_t rows; /* at once */
} correlation;

static void run_band(const void *job, unsigned char *memory, size_t first, size_t last) {
    const correlation *work = job;
    const kernel_walk *walk = &work->walk;
    const float **window = (const float **)(void *)memory;
    kernel_source source = kernel_open_source(walk, memory + kernel_window_bytes(walk->slots));
    while (kernel_next_strip(&source))
        for (size_t y = first, rows; y < last; y += rows) {
            rows = last - y < work->rows ? last - y : work->rows;
            int64_t top = (int64_t)(walk->options.first_row + y) - (int64_t)walk->above;
            for (size_t i = 0; i < work->taps.height + rows - 1; i++)
                window[i] = kernel_source_row(&source, top + (int64_t)i);
            ptrdiff_t stride;
            unsigned char *results = kernel_results(&source, y, &stride);
            walk->level->sums[rows - 1](&work->taps, window, source.strip.samples, results, stride);
            kernel_store_results(&source, y, rows);
        }
}

int kernel_convolve_ex(const kernel_image *input, const void *kernel, uint32_t kernel_size,
                       const kernel_options *options, void *output) {
    const size_t size = kernel_size;
    size_t count, slots, bytes;
    correlation work = {.walk = {.image = input, .output = output}};
    kernel_walk *walk = &work.walk;
    if (!kernel_valid(input, options, &walk->options, output) ||
        !kernel_multiply(size, size, &count) ||
        !kernel_apart(kernel, count, input, &walk->options, output))
        return KERNEL_INVALID;
    walk->level = kernel_level_in_use();
    walk->block = walk->level->block;
    work.rows = size < walk->level->rows ? size : walk->level->rows;
    slots = size + work.rows - 1;
    size_t widest = GATHERED_FLOATS / slots;
    widest = widest < GATHERED_SAMPLES ? widest : GATHERED_SAMPLES;
    if (kernel_plan_walk(walk, size, size, slots, widest, SIZE_MAX) != KERNEL_OK)
        return KERNEL_INVALID;
    bytes = kernel_source_bytes(walk);
    if (bytes == 0 || !kernel_add(bytes, kernel_window_bytes(slots), &bytes))
        return KERNEL_INVALID;
    float *weights = malloc(count * sizeof(float)); /* aligned */
    if (!weights)
        return KERNEL_OUT_OF_MEMORY;
    memcpy(weights, kernel, count * sizeof(float));
    work.taps = (kernel_taps){weights, size, size, input->channels};
    double multiplications =
        (double)walk->options.rows * input->width * input->channels * (double)count;
    int status = kernel_run_bands(run_band, &work, bytes, multiplications, &walk->options);
    free(weights);
    return status;
}

int kernel_convolve(const float *input, uint32_t width, uint32_t height, const float *kernel,
                    uint32_t kernel_size, float *output) {
    /* Where the stride does not fit, width * height * 4 does not either, unless there is one row.
     */
    size_t row_bytes;
    if (!kernel_multiply(width, sizeof(float), &row_bytes) || row_bytes > PTRDIFF_MAX)
        return KERNEL_INVALID;
    kernel_image image = {.data = input,
                          .sample = KERNEL_FLOAT32,
                          .width = width,
                          .height = height,
                          .channels = 1,
                          .row_stride = (ptrdiff_t)row_bytes,
                          .column_stride = sizeof(float),
                          .channel_stride = sizeof(float)};
    return kernel_convolve_ex(&image, kernel, kernel_size, NULL, output);
}
