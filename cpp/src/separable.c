/* Correlation with one kernel along the rows and another along the columns, and what rests on it.
 */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Samples in a strip, so that the rows between the two passes stay in the cache. */
#define STRIP_SAMPLES 8192
#define STRIP_FLOATS (64 * 1024)

typedef struct {
    kernel_walk walk;
    kernel_taps across;
    kernel_taps down;
    size_t slots;  /* rows between the two passes that are kept */
    size_t length; /* floats in each */
} separation;

/* Both passes at once. */
static void correlate_fused(const void *job, kernel_source *source, const kernel_step *step,
                            unsigned char *memory) {
    const separation *work = job;
    const size_t samples = source->strip.samples;
    (void)memory;
    kernel_slide_window(source, step);
    kernel_fused(work->walk.level, step->rows, samples)(&work->across, &work->down, source->window,
                                                        samples, step->results, step->stride);
}

/* One after the other. The rows between the passes are made in order, each once. */
static void correlate_twice(const void *job, kernel_source *source, const kernel_step *step,
                            unsigned char *memory) {
    const separation *work = job;
    const kernel_level *level = work->walk.level;
    const size_t samples = source->strip.samples;
    const int64_t top = kernel_top_row(&work->walk, step->y);
    size_t i = kernel_keep_window(source, step);
    for (; i < work->down.height + step->rows - 1; i++) {
        const void *row = kernel_source_row(source, top + (int64_t)i);
        float *middle = (float *)(void *)memory + (step->y + i) % work->slots * work->length;
        kernel_sums(level, 1, samples)(&work->across, &row, samples, (unsigned char *)middle, 0);
        source->window[i] = middle;
    }
    kernel_sums(level, step->rows, samples)(&work->down, source->window, samples, step->results,
                                            step->stride);
}

int kernel_separable(const kernel_image *input, const void *across, uint32_t across_size,
                     const void *down, uint32_t down_size, const kernel_options *options,
                     void *output) {
    separation work = {.walk = {.image = input, .output = output}};
    kernel_walk *walk = &work.walk;
    if (!kernel_valid(input, options, &walk->options, output) ||
        !kernel_apart(across, across_size, input, &walk->options, output) ||
        !kernel_apart(down, down_size, input, &walk->options, output))
        return KERNEL_INVALID;
    walk->level = kernel_level_in_use();
    walk->block = walk->level->lanes;
    const int fused = across_size == down_size && (down_size == 3 || down_size == 5);
    walk->rows = fused || down_size > walk->level->rows ? walk->level->rows : down_size;
    work.slots = (size_t)down_size + walk->rows - 1;
    size_t widest = STRIP_FLOATS / work.slots, middle;
    widest = widest < STRIP_SAMPLES ? widest : STRIP_SAMPLES;
    if (kernel_plan_walk(walk, down_size, across_size, fused ? work.slots : 1, widest,
                         fused ? KERNEL_INTERIOR_SAMPLES : widest) != KERNEL_OK)
        return KERNEL_INVALID;
    /* An odd count of cache lines, so that rows do not contend for the same places of the cache. */
    if (!kernel_add(walk->longest, KERNEL_ALIGNMENT / sizeof(float), &work.length) ||
        !kernel_multiply(fused ? 0 : work.slots, work.length, &middle) ||
        !kernel_multiply(middle, sizeof(float), &middle))
        return KERNEL_INVALID;
    float *weights = malloc(((size_t)across_size + down_size) * sizeof(float)); /* aligned */
    if (!weights)
        return KERNEL_OUT_OF_MEMORY;
    memcpy(weights, across, across_size * sizeof(float));
    memcpy(weights + across_size, down, down_size * sizeof(float));
    work.across = (kernel_taps){weights, 1, across_size, input->channels};
    work.down = (kernel_taps){weights + across_size, down_size, 1, 0};
    double multiplications = (double)walk->options.rows * input->width * input->channels *
                             ((double)across_size + down_size);
    int status = kernel_walk_image(walk, fused ? correlate_fused : correlate_twice, &work, middle,
                                   multiplications);
    free(weights);
    return status;
}

/* exp(x) for x of 0 and below, by operations that give the same bits everywhere. */
static double exponential(double x) {
    if (x < -745.0)
        return 0.0;
    /* Halved until the series is short, then squared as often. */
    int halvings = 0;
    for (; x < -0.125; halvings++)
        x *= 0.5;
    double sum = 1.0;
    for (int n = 14; n > 0; n--)
        sum = 1.0 + sum * x / n;
    for (; halvings > 0; halvings--)
        sum *= sum;
    return sum;
}

int kernel_gaussian_weights(double sigma, uint32_t radius, float *weights) {
    size_t count;
    if (!weights || !(sigma > 0.0) || !isfinite(sigma) || radius > INT32_MAX ||
        !kernel_multiply(2 * (size_t)radius + 1, sizeof(double), &count))
        return KERNEL_INVALID;
    double sum = 1.0; /* of the weight at 0 and, from there on, of both sides' */
    for (uint32_t x = 1; x <= radius; x++) {
        double place = x / sigma;
        sum += 2.0 * exponential(-0.5 * (place * place));
    }
    for (uint32_t x = 0; x <= radius; x++) {
        double place = x / sigma;
        float weight = (float)(exponential(-0.5 * (place * place)) / sum);
        weights[radius - x] = weight;
        weights[(size_t)radius + x] = weight;
    }
    return KERNEL_OK;
}

int kernel_gaussian_blur(const kernel_image *input, double sigma, uint32_t radius,
                         const kernel_options *options, void *output) {
    if (!(sigma > 0.0) || !isfinite(sigma) || radius > INT32_MAX)
        return KERNEL_INVALID;
    size_t size = 2 * (size_t)radius + 1, bytes;
    if (!kernel_multiply(size, sizeof(float), &bytes))
        return KERNEL_INVALID;
    float *weights = malloc(bytes);
    if (!weights)
        return KERNEL_OUT_OF_MEMORY;
    int status = kernel_gaussian_weights(sigma, radius, weights);
    if (status == KERNEL_OK)
        status = kernel_separable(input, weights, (uint32_t)size, weights, (uint32_t)size, options,
                                  output);
    free(weights);
    return status;
}

int kernel_sobel(const kernel_image *input, uint32_t axis, const kernel_options *options,
                 void *output) {
    static const float derivative[] = {-1.0F, 0.0F, 1.0F}, smoothing[] = {1.0F, 2.0F, 1.0F};
    if (axis > 1)
        return KERNEL_INVALID;
    return axis == 0 ? kernel_separable(input, smoothing, 3, derivative, 3, options, output)
                     : kernel_separable(input, derivative, 3, smoothing, 3, options, output);
}
