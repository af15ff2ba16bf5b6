/* The median of a square window of 3, 5 or 7. */
#include "rows.h"

/* Samples in a strip of gathered rows, so that those under the windows stay in the cache. */
#define GATHERED_SAMPLES 2048

typedef struct {
    kernel_walk walk;
    kernel_median_function *function;
    kernel_median_function *fallback; /* for what the function cannot put in order */
} median;

static void filter(const void *job, kernel_source *source, const kernel_step *step,
                   unsigned char *memory) {
    const median *work = job;
    const size_t samples = source->strip.samples, channels = work->walk.image->channels;
    (void)memory;
    kernel_slide_window(source, step);
    if (work->function(source->window, step->rows, samples, channels, step->results, step->stride))
        work->fallback(source->window, step->rows, samples, channels, step->results, step->stride);
}

int kernel_median(const kernel_image *input, uint32_t size, const kernel_options *options,
                  void *output) {
    median work = {.walk = {.image = input, .output = output, .rows = KERNEL_MEDIAN_ROWS}};
    kernel_walk *walk = &work.walk;
    if (!kernel_valid(input, options, &walk->options, output) ||
        (size != 3 && size != 5 && size != 7))
        return KERNEL_INVALID;
    const kernel_level *level = walk->level = kernel_level_in_use();
    const int bytes = input->sample == KERNEL_UINT8;
    walk->cells = bytes ? KERNEL_CELLS_BYTE : KERNEL_CELLS_FLOAT;
    walk->block = bytes ? level->bytes : level->lanes;
    work.function = (bytes ? level->median_of_bytes : level->median_of_floats)[size / 2 - 1];
    work.fallback = level->median_of_keys[size / 2 - 1];
    if (kernel_plan_walk(walk, size, size, size + walk->rows - 1, GATHERED_SAMPLES,
                         KERNEL_INTERIOR_SAMPLES) != KERNEL_OK)
        return KERNEL_INVALID;
    double comparisons = (double)walk->options.rows * input->width * input->channels *
                         (double)(size * size) / (bytes ? 4 : 1);
    return kernel_walk_image(walk, filter, &work, 0, comparisons);
}
