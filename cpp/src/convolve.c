/* Correlation with a square kernel. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

/* Samples in a strip of gathered rows, so that those under the kernel stay in the cache. */
#define GATHERED_SAMPLES 2048
#define GATHERED_FLOATS (128 * 1024)

typedef struct {
    kernel_walk walk;
    kernel_taps taps;
} correlation;

static void correlate(const void *job, kernel_source *source, const kernel_step *step,
                      unsigned char *memory) {
    const correlation *work = job;
    const size_t samples = source->strip.samples;
    (void)memory;
    kernel_slide_window(source, step);
    kernel_sums(work->walk.level, step->rows, samples)(&work->taps, source->window, samples,
                                                       step->results, step->stride);
}

int kernel_convolve_ex(const kernel_image *input, const void *kernel, uint32_t kernel_size,
                       const kernel_options *options, void *output) {
    const size_t size = kernel_size;
    size_t count, slots;
    correlation work = {.walk = {.image = input, .output = output}};
    kernel_walk *walk = &work.walk;
    if (!kernel_valid(input, options, &walk->options, output) ||
        !kernel_multiply(size, size, &count) ||
        !kernel_apart(kernel, count, input, &walk->options, output))
        return KERNEL_INVALID;
    walk->level = kernel_level_in_use();
    walk->block = walk->level->lanes;
    walk->rows = size < walk->level->rows ? size : walk->level->rows;
    slots = size + walk->rows - 1;
    size_t widest = GATHERED_FLOATS / slots;
    widest = widest < GATHERED_SAMPLES ? widest : GATHERED_SAMPLES;
    if (kernel_plan_walk(walk, size, size, slots, widest, KERNEL_INTERIOR_SAMPLES) != KERNEL_OK)
        return KERNEL_INVALID;
    float *weights = malloc(count * sizeof(float)); /* aligned */
    if (!weights)
        return KERNEL_OUT_OF_MEMORY;
    memcpy(weights, kernel, count * sizeof(float));
    work.taps = (kernel_taps){weights, size, size, input->channels};
    double multiplications =
        (double)walk->options.rows * input->width * input->channels * (double)count;
    int status = kernel_walk_image(walk, correlate, &work, 0, multiplications);
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
