#include "walk.h"

#include <string.h>

#define NOTHING INT64_MIN

static size_t at_least(size_t a, size_t b) { return a > b ? a : b; }
static size_t at_most(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return a / b + (a % b != 0); }

/* Is the image made of floats that can be read where they are? */
static int readable(const kernel_image *image) {
    const ptrdiff_t size = (ptrdiff_t)sizeof(float);
    return image->sample == KERNEL_FLOAT32 && image->channel_stride == size &&
           image->column_stride == (ptrdiff_t)image->channels * size &&
           (uintptr_t)image->data % sizeof(float) == 0 && image->row_stride % size == 0;
}

/* Floats that fill whole cache lines; 0 on overflow. */
static int whole_lines(size_t *floats) {
    const size_t line = KERNEL_ALIGNMENT / sizeof(float);
    if (!kernel_add(*floats, line - 1, floats))
        return 0;
    *floats -= *floats % line;
    return 1;
}

static size_t held_bytes(const kernel_walk *walk) {
    return divide_up(walk->slots, KERNEL_ALIGNMENT / sizeof(int64_t)) * KERNEL_ALIGNMENT;
}

int kernel_plan_walk(kernel_walk *walk, size_t height, size_t width, size_t slots, size_t gathered,
                     size_t interior) {
    const size_t channels = walk->image->channels, pixels = walk->image->width;
    const size_t block = walk->level->block, fewest = divide_up(block, channels);
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
    walk->direct =
        readable(walk->image) && pixels / 2 >= walk->edge && pixels - 2 * walk->edge >= fewest;
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
    size_t floats, gathered;
    return kernel_multiply(walk->length, walk->slots, &gathered) &&
                   kernel_multiply(walk->samples, KERNEL_MOST_ROWS, &floats) &&
                   kernel_add(floats, gathered, &floats) &&
                   kernel_add(floats, walk->outside, &floats) &&
                   kernel_multiply(floats, sizeof(float), &floats) &&
                   kernel_add(floats, held_bytes(walk), &floats)
               ? floats
               : 0;
}

kernel_source kernel_open_source(const kernel_walk *walk, unsigned char *memory) {
    kernel_source source = {.walk = walk, .held = (int64_t *)(void *)memory};
    source.outside = (float *)(void *)(memory + held_bytes(walk));
    source.sums = source.outside + walk->outside;
    source.rows = source.sums + walk->samples * KERNEL_MOST_ROWS;
    for (size_t i = 0; i < walk->outside; i++)
        source.outside[i] = walk->options.border_value;
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
    source->strip =
        (kernel_strip){.first = first,
                       .pixels = pixels,
                       .samples = at_least(pixels * walk->image->channels, walk->level->block),
                       .direct = direct};
    for (size_t slot = 0; slot < walk->slots; slot++)
        source->held[slot] = NOTHING;
    return 1;
}

/* Read samples that are stride bytes apart as floats. */
static void read_samples(const unsigned char *from, ptrdiff_t stride, size_t count, int32_t sample,
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

/* Read the pixels first..last-1 of a row of the image. */
static void read_pixels(const kernel_image *image, size_t y, size_t first, size_t last,
                        float *target) {
    const unsigned char *from = (const unsigned char *)image->data +
                                (ptrdiff_t)y * image->row_stride +
                                (ptrdiff_t)first * image->column_stride;
    size_t channels = image->channels;
    ptrdiff_t size = (ptrdiff_t)kernel_sample_size(image->sample);
    if (image->column_stride == (ptrdiff_t)channels * size && image->channel_stride == size)
        read_samples(from, size, (last - first) * channels, image->sample, target);
    else if (channels == 1)
        read_samples(from, image->column_stride, last - first, image->sample, target);
    else
        for (size_t x = first; x < last; x++, from += image->column_stride, target += channels)
            read_samples(from, image->channel_stride, channels, image->sample, target);
}

/* Gather a row of the strip, with what lies left and right of it. */
static void gather_row(const kernel_source *source, size_t y, float *row) {
    const kernel_walk *walk = source->walk;
    const kernel_image *image = walk->image;
    const size_t channels = image->channels;
    const int64_t width = image->width;
    const int64_t first = (int64_t)source->strip.first - (int64_t)walk->before;
    const int64_t last =
        (int64_t)(source->strip.first + source->strip.pixels) + (int64_t)walk->after;
    const int64_t inside = first > 0 ? first : 0, end = last < width ? last : width;
    read_pixels(image, y, (size_t)inside, (size_t)end, row + (size_t)(inside - first) * channels);
    for (int64_t x = first; x < last; x++) {
        if (x == inside)
            x = end;
        if (x == last)
            break;
        float *target = row + (size_t)(x - first) * channels;
        int64_t from = kernel_border_index(x, width, walk->options.border);
        if (from < 0)
            memcpy(target, source->outside, channels * sizeof(float));
        else
            read_pixels(image, y, (size_t)from, (size_t)from + 1, target);
    }
}

const float *kernel_source_row(kernel_source *source, int64_t y) {
    const kernel_walk *walk = source->walk;
    const kernel_image *image = walk->image;
    int64_t from = kernel_border_index(y, image->height, walk->options.border);
    if (from < 0)
        return source->outside;
    if (source->strip.direct)
        return (const float *)image->data +
               (ptrdiff_t)from * (image->row_stride / (ptrdiff_t)sizeof(float)) +
               (source->strip.first - walk->before) * image->channels;
    size_t slot = (size_t)(y + (int64_t)walk->above) % walk->slots;
    float *row = source->rows + slot * walk->length;
    if (source->held[slot] != y) {
        gather_row(source, (size_t)from, row);
        source->held[slot] = y;
    }
    return row;
}

void kernel_write_rows(kernel_source *source, const kernel_taps *taps, const float *const *window,
                       size_t y, size_t rows) {
    const kernel_walk *walk = source->walk;
    const kernel_strip *strip = &source->strip;
    const size_t channels = walk->image->channels, size = kernel_sample_size(walk->image->sample);
    const size_t row_bytes = walk->image->width * channels * size;
    const size_t samples = strip->pixels * channels;
    unsigned char *output = walk->output + y * row_bytes + strip->first * channels * size;
    kernel_sums_function *sums = walk->level->sums[rows - 1];
    if (walk->image->sample == KERNEL_FLOAT32 && samples == strip->samples) {
        sums(taps, window, samples, output, (ptrdiff_t)row_bytes);
        return;
    }
    sums(taps, window, strip->samples, (unsigned char *)source->sums,
         (ptrdiff_t)(strip->samples * sizeof(float)));
    for (size_t row = 0; row < rows; row++, output += row_bytes) {
        const float *from = source->sums + row * strip->samples;
        if (walk->image->sample == KERNEL_FLOAT32)
            memcpy(output, from, samples * sizeof(float));
        else
            walk->level->store_bytes(from, samples, output);
    }
}
