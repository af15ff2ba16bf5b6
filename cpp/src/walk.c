#include "walk.h"

#include <string.h>

#define NOTHING INT64_MIN

static size_t at_least(size_t a, size_t b) { return a > b ? a : b; }
static size_t at_most(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return a / b + (a % b != 0); }

static size_t cell_size(const kernel_walk *walk) {
    return walk->cells == KERNEL_CELLS_BYTE ? sizeof(uint8_t) : sizeof(float);
}

/* Does the image hold what the cells are? */
static int same_cells(const kernel_walk *walk) {
    return walk->cells ==
           (walk->image->sample == KERNEL_UINT8 ? KERNEL_CELLS_BYTE : KERNEL_CELLS_FLOAT);
}

/* Is the image made of cells that can be read where they are? */
static int readable(const kernel_walk *walk) {
    const kernel_image *image = walk->image;
    const ptrdiff_t size = (ptrdiff_t)cell_size(walk);
    return same_cells(walk) && image->channel_stride == size &&
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

static size_t held_bytes(const kernel_walk *walk) {
    return divide_up(walk->slots, KERNEL_ALIGNMENT / sizeof(int64_t)) * KERNEL_ALIGNMENT;
}

int kernel_plan_walk(kernel_walk *walk, size_t height, size_t width, size_t slots, size_t gathered,
                     size_t interior) {
    const size_t channels = walk->image->channels, pixels = walk->image->width;
    const size_t block = walk->block, fewest = divide_up(block, channels);
    size_t around;
    walk->above = height / 2;
    walk->before = width / 2;
    walk->after = width - 1 - walk->before;
    walk->slots = slots;
    walk->edge = at_least(fewest, walk->before);
    walk->gathered = at_least(fewest, gathered / channels);
    walk->interior = at_least(fewest, interior / channels);
    if (!kernel_multiply(pixels, channels, &around) ||
        !kernel_multiply(width - 1, channels, &around))
        return KERNEL_INVALID;
    walk->direct = readable(walk) && pixels / 2 >= walk->edge && pixels - 2 * walk->edge >= fewest;
    size_t strip = walk->direct ? walk->edge : at_most(walk->gathered, pixels);
    walk->length = at_least(strip * channels, block);
    walk->samples = walk->length;
    walk->outside = walk->length;
    if (walk->direct)
        walk->outside = at_least(strip, at_most(walk->interior, pixels)) * channels;
    if (!kernel_add(walk->length, around, &walk->length) || !whole_lines(&walk->length) ||
        !kernel_add(walk->outside, around, &walk->outside) || !whole_lines(&walk->outside) ||
        !whole_lines(&walk->samples))
        return KERNEL_INVALID;
    return KERNEL_OK;
}

size_t kernel_source_bytes(const kernel_walk *walk) {
    size_t cells, gathered;
    return kernel_multiply(walk->length, walk->slots, &gathered) &&
                   kernel_multiply(walk->samples, KERNEL_MOST_ROWS, &cells) &&
                   kernel_add(cells, gathered, &cells) &&
                   kernel_add(cells, walk->outside, &cells) &&
                   kernel_multiply(cells, cell_size(walk), &cells) &&
                   kernel_add(cells, held_bytes(walk), &cells)
               ? cells
               : 0;
}

/* Turn floats that were gathered into the cells that are wanted. */
static void convert(const kernel_walk *walk, void *row, size_t count) {
    if (walk->cells == KERNEL_CELLS_KEY)
        walk->level->keys_of_floats(row, count);
}

kernel_source kernel_open_source(const kernel_walk *walk, unsigned char *memory) {
    const size_t size = cell_size(walk);
    kernel_source source = {.walk = walk, .held = (int64_t *)(void *)memory};
    source.outside = memory + held_bytes(walk);
    source.results = source.outside + walk->outside * size;
    source.rows = source.results + walk->samples * KERNEL_MOST_ROWS * size;
    if (walk->cells == KERNEL_CELLS_BYTE) {
        walk->level->store_bytes(&walk->options.border_value, 1, source.outside);
        memset(source.outside, source.outside[0], walk->outside);
    } else {
        float *outside = (float *)(void *)source.outside;
        for (size_t i = 0; i < walk->outside; i++)
            outside[i] = walk->options.border_value;
        convert(walk, outside, walk->outside);
    }
    return source;
}

int kernel_next_strip(kernel_source *source) {
    const kernel_walk *walk = source->walk;
    const size_t width = walk->image->width, done = source->strip.first + source->strip.pixels;
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
    source->strip = (kernel_strip){.first = first,
                                   .pixels = pixels,
                                   .samples = at_least(pixels * walk->image->channels, walk->block),
                                   .direct = direct};
    for (size_t slot = 0; slot < walk->slots; slot++)
        source->held[slot] = NOTHING;
    return 1;
}

/* Read samples that are stride bytes apart as floats. */
static void read_floats(const unsigned char *from, ptrdiff_t stride, size_t count, int32_t sample,
                        float *target) {
    if (sample == KERNEL_UINT8 && stride == 1) {
        for (size_t i = 0; i < count; i++)
            target[i] = from[i];
    } else if (sample == KERNEL_UINT8) {
        for (size_t i = 0; i < count; i++)
            target[i] = from[(ptrdiff_t)i * stride];
    } else if (stride == (ptrdiff_t)sizeof(float)) {
        memcpy(target, from, count * sizeof(float));
    } else {
        for (size_t i = 0; i < count; i++)
            memcpy(target + i, from + (ptrdiff_t)i * stride, sizeof(float));
    }
}

/* Read samples that are stride bytes apart, as floats or as the bytes that they are. */
static void read_samples(const kernel_walk *walk, const unsigned char *from, ptrdiff_t stride,
                         size_t count, unsigned char *target) {
    if (walk->cells != KERNEL_CELLS_BYTE)
        read_floats(from, stride, count, walk->image->sample, (float *)(void *)target);
    else if (stride == 1)
        memcpy(target, from, count);
    else
        for (size_t i = 0; i < count; i++)
            target[i] = from[(ptrdiff_t)i * stride];
}

/* Read the pixels first..last-1 of a row of the image. */
static void read_pixels(const kernel_walk *walk, size_t y, size_t first, size_t last,
                        unsigned char *target) {
    const kernel_image *image = walk->image;
    const unsigned char *from = (const unsigned char *)image->data +
                                (ptrdiff_t)y * image->row_stride +
                                (ptrdiff_t)first * image->column_stride;
    size_t channels = image->channels;
    ptrdiff_t size = (ptrdiff_t)kernel_sample_size(image->sample);
    if (image->column_stride == (ptrdiff_t)channels * size && image->channel_stride == size)
        read_samples(walk, from, size, (last - first) * channels, target);
    else if (channels == 1)
        read_samples(walk, from, image->column_stride, last - first, target);
    else
        for (size_t x = first; x < last; x++) {
            read_samples(walk, from, image->channel_stride, channels, target);
            from += image->column_stride;
            target += channels * cell_size(walk);
        }
}

/* Gather a row of the strip, with what lies left and right of it. */
static void gather_row(const kernel_source *source, size_t y, unsigned char *row) {
    const kernel_walk *walk = source->walk;
    const size_t pixel = walk->image->channels * cell_size(walk);
    const int64_t width = walk->image->width;
    const int64_t first = (int64_t)source->strip.first - (int64_t)walk->before;
    const int64_t last =
        (int64_t)(source->strip.first + source->strip.pixels) + (int64_t)walk->after;
    const int64_t inside = first > 0 ? first : 0, end = last < width ? last : width;
    read_pixels(walk, y, (size_t)inside, (size_t)end, row + (size_t)(inside - first) * pixel);
    for (int64_t x = first; x < last; x++) {
        if (x == inside)
            x = end;
        if (x == last)
            break;
        int64_t from = kernel_border_index(x, width, walk->options.border);
        if (from >= 0)
            read_pixels(walk, y, (size_t)from, (size_t)from + 1, row + (size_t)(x - first) * pixel);
    }
    convert(walk, row, (size_t)(last - first) * walk->image->channels);
    if (walk->options.border == KERNEL_BORDER_CONSTANT) {
        memcpy(row, source->outside, (size_t)(inside - first) * pixel);
        memcpy(row + (size_t)(end - first) * pixel, source->outside, (size_t)(last - end) * pixel);
    }
}

const void *kernel_source_row(kernel_source *source, int64_t y) {
    const kernel_walk *walk = source->walk;
    const kernel_image *image = walk->image;
    int64_t from = kernel_border_index(y, image->height, walk->options.border);
    if (from < 0)
        return source->outside;
    if (source->strip.direct)
        return (const unsigned char *)image->data + (ptrdiff_t)from * image->row_stride +
               (source->strip.first - walk->before) * image->channels * cell_size(walk);
    size_t slot = (size_t)(y + (int64_t)walk->above) % walk->slots;
    unsigned char *row = source->rows + slot * walk->length * cell_size(walk);
    if (source->held[slot] != y) {
        gather_row(source, (size_t)from, row);
        source->held[slot] = y;
    }
    return row;
}

/* Are there results of the strip for all samples that the level's functions write? */
static int results_fit(const kernel_source *source) {
    return same_cells(source->walk) &&
           source->strip.samples == source->strip.pixels * source->walk->image->channels;
}

static size_t output_row_bytes(const kernel_walk *walk) {
    return (size_t)walk->image->width * walk->image->channels *
           kernel_sample_size(walk->image->sample);
}

static unsigned char *output_place(const kernel_source *source, size_t y) {
    const kernel_image *image = source->walk->image;
    return source->walk->output + y * output_row_bytes(source->walk) +
           source->strip.first * image->channels * kernel_sample_size(image->sample);
}

unsigned char *kernel_results(kernel_source *source, size_t y, ptrdiff_t *stride) {
    if (results_fit(source)) {
        *stride = (ptrdiff_t)output_row_bytes(source->walk);
        return output_place(source, y);
    }
    *stride = (ptrdiff_t)(source->strip.samples * cell_size(source->walk));
    return source->results;
}

void kernel_store_results(kernel_source *source, size_t y, size_t rows) {
    const kernel_walk *walk = source->walk;
    const size_t samples = source->strip.pixels * walk->image->channels;
    const size_t stride = source->strip.samples * cell_size(walk);
    unsigned char *from = source->results, *output = output_place(source, y);
    if (results_fit(source))
        return;
    for (size_t row = 0; row < rows; row++) {
        if (walk->cells == KERNEL_CELLS_KEY)
            walk->level->floats_of_keys(from, samples);
        if (walk->cells == KERNEL_CELLS_FLOAT && walk->image->sample == KERNEL_UINT8)
            walk->level->store_bytes((const float *)(const void *)from, samples, output);
        else
            memcpy(output, from, samples * kernel_sample_size(walk->image->sample));
        from += stride;
        output += output_row_bytes(walk);
    }
}
