#include "rows.h"

static size_t at_least(size_t a, size_t b) { return a > b ? a : b; }
static size_t at_most(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return a / b + (a % b != 0); }

/* Is the image made of cells that can be read where they are? */
static int readable(const kernel_walk *walk) {
    const kernel_image *image = walk->image;
    const ptrdiff_t size = (ptrdiff_t)kernel_cell_size(walk);
    return !walk->gather && kernel_same_cells(walk) && image->channel_stride == size &&
           image->column_stride == (ptrdiff_t)image->channels * size &&
           (uintptr_t)image->data % (size_t)size == 0 && image->row_stride % size == 0;
}

/* Cells that fill whole cache lines, whatever their size; 0 on overflow. */
static int whole_lines(size_t *cells) {
    if (!kernel_add(*cells, KERNEL_ALIGNMENT - 1, cells))
        return 0;
    *cells -= *cells % KERNEL_ALIGNMENT;
    return 1;
}

int kernel_plan_walk(kernel_walk *walk, size_t height, size_t width, size_t slots, size_t gathered,
                     size_t interior) {
    const size_t channels = walk->image->channels, pixels = walk->image->width;
    const size_t block = walk->block, fewest = divide_up(block, channels);
    size_t around;
    walk->height = height;
    walk->above = height / 2;
    walk->before = width / 2;
    walk->after = width - 1 - walk->before;
    walk->slots = slots;
    walk->edge = at_least(fewest, walk->before);
    gathered = at_least(fewest, gathered / channels);
    interior = at_least(fewest, interior / channels);
    if (!kernel_multiply(pixels, channels, &around) ||
        !kernel_multiply(width - 1, channels, &around))
        return KERNEL_INVALID;
    /* Edges that are wider than a gathered strip should be would take more memory than those. */
    walk->direct = readable(walk) && walk->edge <= gathered && pixels / 2 >= walk->edge &&
                   pixels - 2 * walk->edge >= fewest;
    const size_t inner = walk->direct ? pixels - 2 * walk->edge : pixels;
    walk->together = walk->direct && inner <= interior ? KERNEL_MOST_TOGETHER : 1;
    /* Equal strips, as the last overlaps the one before. */
    walk->gathered = at_least(fewest, kernel_even_step(pixels, gathered));
    walk->interior = at_least(fewest, kernel_even_step(inner, interior));
    size_t strip = walk->direct ? walk->edge : at_most(walk->gathered, pixels);
    walk->length = at_least(strip * channels, block);
    walk->samples = walk->length;
    walk->longest = walk->length;
    if (walk->direct)
        walk->longest = at_least(strip, at_most(walk->interior, pixels)) * channels;
    walk->outside = walk->longest;
    if (!kernel_add(walk->length, around, &walk->length) || !whole_lines(&walk->length) ||
        !kernel_add(walk->outside, around, &walk->outside) || !whole_lines(&walk->outside) ||
        !whole_lines(&walk->samples) || !whole_lines(&walk->longest))
        return KERNEL_INVALID;
    return KERNEL_OK;
}

int kernel_plan_strip(const kernel_walk *walk, kernel_strip *strip) {
    const size_t width = walk->image->width, done = strip->first + strip->pixels;
    if (done >= width)
        return 0;
    /* The last strip of its kind overlaps the one before. */
    size_t from = 0, to = width, widest = walk->gathered;
    int direct = 0;
    if (walk->direct && done == 0) {
        to = widest = walk->edge;
    } else if (walk->direct && done < width - walk->edge) {
        from = walk->edge;
        to = width - walk->edge;
        widest = walk->interior;
        direct = 1;
    } else if (walk->direct) {
        from = width - walk->edge;
        widest = walk->edge;
    }
    size_t pixels = at_most(widest, to - from);
    size_t first = at_most(done, to - pixels);
    *strip = (kernel_strip){.first = first,
                            .pixels = pixels,
                            .samples = at_least(pixels * walk->image->channels, walk->block),
                            .direct = direct};
    const size_t end = first + pixels + walk->after;
    strip->left = first < walk->before ? walk->before - first : 0;
    strip->right = end > width ? end - width : 0;
    strip->inside = walk->before + pixels + walk->after - strip->left - strip->right;
    return 1;
}

typedef struct {
    const kernel_walk *walk;
    kernel_step_function *function;
    const void *job;
    size_t memory;
    size_t bytes; /* with a source's, for one of the strips side by side */
} walking;

static void walk_band(const void *job, unsigned char *memory, size_t first, size_t last) {
    const walking *work = job;
    const kernel_walk *walk = work->walk;
    kernel_source sources[KERNEL_MOST_TOGETHER];
    kernel_strip strip = {0};
    for (size_t i = 0; i < walk->together; i++)
        sources[i] = kernel_open_source(walk, memory + i * work->bytes + work->memory);
    for (;;) {
        size_t count = 0;
        while (count < walk->together && kernel_plan_strip(walk, &strip))
            kernel_enter_strip(&sources[count++], &strip);
        if (count == 0)
            return;
        kernel_step step = {.y = first};
        for (; step.y < last; step.before = step.rows, step.y += step.rows) {
            step.rows = at_most(last - step.y, walk->rows);
            for (size_t i = 0; i < count; i++) {
                kernel_place_results(&sources[i], &step);
                work->function(work->job, &sources[i], &step, memory + i * work->bytes);
                kernel_store_results(&sources[i], &step);
            }
        }
    }
}

int kernel_walk_image(const kernel_walk *walk, kernel_step_function *function, const void *job,
                      size_t memory, double work) {
    walking all = {walk, function, job, memory, kernel_source_bytes(walk)};
    size_t bytes;
    if (all.bytes == 0 || !kernel_add(all.bytes, memory, &all.bytes) ||
        !kernel_multiply(all.bytes, walk->together, &bytes))
        return KERNEL_INVALID;
    return kernel_run_bands(walk_band, &all, bytes, work, &walk->options);
}
