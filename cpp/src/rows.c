#include "rows.h"

#include <string.h>

#define NOTHING INT64_MIN

/* Bytes of whole lines that hold as many pointers or numbers of rows, and more than none. */
static size_t index_bytes(size_t count) {
    const size_t per_line = KERNEL_ALIGNMENT / sizeof(int64_t);
    return (count / per_line + 1) * KERNEL_ALIGNMENT;
}

static size_t window_rows(const kernel_walk *walk) { return walk->height + walk->rows - 1; }

size_t kernel_source_bytes(const kernel_walk *walk) {
    size_t cells, gathered;
    return kernel_multiply(walk->length, walk->slots, &gathered) &&
                   kernel_multiply(walk->samples, walk->rows, &cells) &&
                   kernel_add(cells, gathered, &cells) &&
                   kernel_add(cells, walk->outside, &cells) &&
                   kernel_multiply(cells, kernel_cell_size(walk), &cells) &&
                   kernel_add(cells, index_bytes(walk->slots), &cells) &&
                   kernel_add(cells, index_bytes(window_rows(walk)), &cells) &&
                   kernel_add(cells, index_bytes(walk->before + walk->after), &cells)
               ? cells
               : 0;
}

kernel_source kernel_open_source(const kernel_walk *walk, unsigned char *memory) {
    const size_t size = kernel_cell_size(walk);
    kernel_source source = {.walk = walk, .window = (const void **)(void *)memory};
    memory += index_bytes(window_rows(walk));
    source.held = (int64_t *)(void *)memory;
    memory += index_bytes(walk->slots);
    source.beside = (int64_t *)(void *)memory;
    source.outside = memory + index_bytes(walk->before + walk->after);
    source.results = source.outside + walk->outside * size;
    source.rows = source.results + walk->samples * walk->rows * size;
    if (walk->cells == KERNEL_CELLS_BYTE) {
        walk->level->store_bytes(&walk->options.border_value, 1, source.outside);
        memset(source.outside, source.outside[0], walk->outside);
    } else {
        float *outside = (float *)(void *)source.outside;
        for (size_t i = 0; i < walk->outside; i++)
            outside[i] = walk->options.border_value;
    }
    return source;
}

void kernel_enter_strip(kernel_source *source, const kernel_strip *strip) {
    const kernel_walk *walk = source->walk;
    const int64_t width = walk->image->width;
    source->strip = *strip;
    for (size_t i = 0; i < strip->left + strip->right; i++) {
        int64_t column = i < strip->left
                             ? (int64_t)strip->first - (int64_t)walk->before + (int64_t)i
                             : width + (int64_t)(i - strip->left);
        source->beside[i] = kernel_border_index(column, width, walk->options.border);
    }
    for (size_t slot = 0; slot < walk->slots; slot++)
        source->held[slot] = NOTHING;
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

/* Read one of them. */
static void read_sample(const kernel_walk *walk, const unsigned char *from, unsigned char *target) {
    if (walk->cells == KERNEL_CELLS_BYTE) {
        *target = *from;
    } else if (walk->image->sample == KERNEL_UINT8) {
        const float value = *from;
        memcpy(target, &value, sizeof value);
    } else {
        memcpy(target, from, sizeof(float));
    }
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
        for (size_t x = 0; x < last - first; x++) {
            /* Not one pixel further than the last, however far that would be. */
            read_samples(walk, from + (ptrdiff_t)x * image->column_stride, image->channel_stride,
                         channels, target);
            target += channels * kernel_cell_size(walk);
        }
}

/* Fill so many pixels that lie left or right of the image, and are read from these columns. */
static void read_outside(const kernel_source *source, size_t y, const int64_t *columns,
                         size_t count, unsigned char *target) {
    const kernel_walk *walk = source->walk;
    const kernel_image *image = walk->image;
    const size_t size = kernel_cell_size(walk);
    if (walk->options.border == KERNEL_BORDER_CONSTANT) {
        memcpy(target, source->outside, count * image->channels * size);
        return;
    }
    const unsigned char *row =
        (const unsigned char *)image->data + (ptrdiff_t)y * image->row_stride;
    for (size_t i = 0; i < count; i++)
        for (size_t channel = 0; channel < image->channels; channel++, target += size)
            read_sample(walk,
                        row + (ptrdiff_t)columns[i] * image->column_stride +
                            (ptrdiff_t)channel * image->channel_stride,
                        target);
}

/* Gather a row of the strip, with what lies left and right of it. */
static void gather_row(const kernel_source *source, size_t y, unsigned char *row) {
    const kernel_walk *walk = source->walk;
    const kernel_strip *strip = &source->strip;
    const size_t channels = walk->image->channels, pixel = channels * kernel_cell_size(walk);
    const size_t first = strip->left ? 0 : strip->first - walk->before;
    unsigned char *inside = row + strip->left * pixel;
    read_outside(source, y, source->beside, strip->left, row);
    read_pixels(walk, y, first, first + strip->inside, inside);
    read_outside(source, y, source->beside + strip->left, strip->right,
                 inside + strip->inside * pixel);
}

const void *kernel_source_row(kernel_source *source, int64_t y) {
    const kernel_walk *walk = source->walk;
    const kernel_image *image = walk->image;
    const int inside = y >= 0 && y < image->height;
    int64_t from = inside ? y : kernel_border_index(y, image->height, walk->options.border);
    if (from < 0)
        return source->outside;
    if (source->strip.direct)
        return (const unsigned char *)image->data + (ptrdiff_t)from * image->row_stride +
               (source->strip.first - walk->before) * image->channels * kernel_cell_size(walk);
    size_t slot = (size_t)(y + (int64_t)walk->above) % walk->slots;
    unsigned char *row = source->rows + slot * walk->length * kernel_cell_size(walk);
    if (source->held[slot] != y) {
        gather_row(source, (size_t)from, row);
        source->held[slot] = y;
    }
    return row;
}

size_t kernel_keep_window(kernel_source *source, const kernel_step *step) {
    const size_t kept = step->before ? source->walk->height - 1 : 0;
    for (size_t i = 0; i < kept; i++)
        source->window[i] = source->window[i + step->before];
    return kept;
}

void kernel_slide_window(kernel_source *source, const kernel_step *step) {
    const kernel_walk *walk = source->walk;
    const int64_t top = kernel_top_row(walk, step->y);
    for (size_t i = kernel_keep_window(source, step); i < walk->height + step->rows - 1; i++)
        source->window[i] = kernel_source_row(source, top + (int64_t)i);
}

/* Are there results of the strip for all samples that the level's functions write? */
static int results_fit(const kernel_source *source) {
    return kernel_same_cells(source->walk) &&
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

void kernel_place_results(kernel_source *source, kernel_step *step) {
    if (results_fit(source)) {
        step->results = output_place(source, step->y);
        step->stride = (ptrdiff_t)output_row_bytes(source->walk);
    } else {
        step->results = source->results;
        step->stride = (ptrdiff_t)(source->strip.samples * kernel_cell_size(source->walk));
    }
}

void kernel_store_results(kernel_source *source, const kernel_step *step) {
    const kernel_walk *walk = source->walk;
    const size_t samples = source->strip.pixels * walk->image->channels;
    unsigned char *from = step->results, *output = output_place(source, step->y);
    if (results_fit(source))
        return;
    for (size_t row = 0; row < step->rows; row++) {
        if (walk->cells == KERNEL_CELLS_FLOAT && walk->image->sample == KERNEL_UINT8)
            walk->level->store_bytes((const float *)(const void *)from, samples, output);
        else
            memcpy(output, from, samples * kernel_sample_size(walk->image->sample));
        from += step->stride;
        output += output_row_bytes(walk);
    }
}
