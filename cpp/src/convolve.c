/* Correlation with a square kernel: the arguments are checked, then the image is walked row by row.
 *
 * A row of the image is copied once into a padded row of floats, its borders resolved and its
 * samples converted, so that the row functions meet neither borders nor types. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const kernel_image *image;
    size_t kernel_size;
    size_t anchor;
    int32_t border;
    float border_value;
    size_t row_samples;   /* width * channels */
    size_t blocks;        /* blocks that cover a row */
    size_t padded_length; /* floats in a padded row */
    size_t slots;         /* padded rows that are kept: all of a low image, else kernel_size */
    float *weights;       /* the kernel, aligned */
    float *sums;          /* one row of results */
    float *outside;       /* a padded row of border_value */
    float *rows;          /* the slots */
    const float **window; /* the kernel_size padded rows under the kernel, from the top */
} plan;

/* Multiply or add in size_t; 0 when it overflows. */
static int multiply(size_t a, size_t b, size_t *result) {
    if (b != 0 && a > SIZE_MAX / b)
        return 0;
    *result = a * b;
    return 1;
}

static int add(size_t a, size_t b, size_t *result) {
    if (a > SIZE_MAX - b)
        return 0;
    *result = a + b;
    return 1;
}

static size_t sample_size(int32_t sample) {
    return sample == KERNEL_FLOAT32 ? sizeof(float) : sizeof(uint8_t);
}

/* Widen the reach of an image below and above its first sample by one axis; 0 on overflow. */
static int reach(uint32_t length, ptrdiff_t stride, size_t *below, size_t *above) {
    size_t distance = stride < 0 ? (size_t)0 - (size_t)stride : (size_t)stride;
    size_t *side = stride < 0 ? below : above;
    return multiply(length - 1, distance, &distance) && add(*side, distance, side);
}

static int overlap(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size) {
    return a < b ? b - a < a_size : a - b < b_size;
}

/* Check all arguments. */
static int valid(const kernel_image *image, const void *kernel, uint32_t kernel_size,
                 int32_t border, const void *output) {
    if (!image || !image->data || !kernel || !output)
        return 0;
    if (image->sample != KERNEL_FLOAT32 && image->sample != KERNEL_UINT8)
        return 0;
    if (border < KERNEL_BORDER_CONSTANT || border > KERNEL_BORDER_WRAP)
        return 0;
    if (image->width == 0 || image->height == 0 || image->channels == 0 || kernel_size == 0)
        return 0;
    size_t size = sample_size(image->sample);
    size_t output_bytes, kernel_bytes, below = 0, above = 0, input_bytes;
    if (!multiply(image->width, image->height, &output_bytes) ||
        !multiply(output_bytes, image->channels, &output_bytes) ||
        !multiply(output_bytes, size, &output_bytes) ||
        !multiply(kernel_size, kernel_size, &kernel_bytes) ||
        !multiply(kernel_bytes, sizeof(float), &kernel_bytes) ||
        !reach(image->height, image->row_stride, &below, &above) ||
        !reach(image->width, image->column_stride, &below, &above) ||
        !reach(image->channels, image->channel_stride, &below, &above) ||
        !add(above, size, &above) || !add(below, above, &input_bytes))
        return 0;
    uintptr_t written = (uintptr_t)output;
    return !overlap((uintptr_t)image->data - below, input_bytes, written, output_bytes) &&
           !overlap((uintptr_t)kernel, kernel_bytes, written, output_bytes);
}

/* Take the working memory. It starts as zeros, so that the end of a padded row is never garbage. */
static int prepare(plan *work, const void *kernel) {
    size_t size = work->kernel_size, channels = work->image->channels;
    size_t taps, overhang, floats, total;
    work->row_samples = (size_t)work->image->width * channels;
    work->blocks = work->row_samples / KERNEL_BLOCK + (work->row_samples % KERNEL_BLOCK != 0);
    work->slots = work->image->height < size ? work->image->height : size;
    if (!multiply(size, size, &taps) || !multiply(size - 1, channels, &overhang) ||
        !multiply(work->blocks, KERNEL_BLOCK, &work->padded_length) ||
        !add(work->padded_length, overhang, &work->padded_length) ||
        !multiply(work->padded_length, work->slots + 2, &floats) || !add(floats, taps, &floats) ||
        !multiply(floats, sizeof(float), &total))
        return KERNEL_INVALID;
    work->sums = calloc(floats, sizeof(float));
    work->window = malloc(size * sizeof *work->window);
    if (!work->sums || !work->window)
        return KERNEL_OUT_OF_MEMORY;
    work->outside = work->sums + work->padded_length;
    work->rows = work->outside + work->padded_length;
    work->weights = work->rows + work->slots * work->padded_length;
    memcpy(work->weights, kernel, taps * sizeof(float));
    for (size_t i = 0; i < work->padded_length; i++)
        work->outside[i] = work->border_value;
    return KERNEL_OK;
}

/* Read samples that are stride bytes apart as floats. */
static void read_samples(const unsigned char *source, ptrdiff_t stride, size_t count,
                         int32_t sample, float *target) {
    if (sample == KERNEL_UINT8) {
        for (size_t i = 0; i < count; i++)
            target[i] = source[(ptrdiff_t)i * stride];
    } else if (stride == (ptrdiff_t)sizeof(float)) {
        memcpy(target, source, count * sizeof(float));
    } else {
        for (size_t i = 0; i < count; i++)
            memcpy(target + i, source + (ptrdiff_t)i * stride, sizeof(float));
    }
}

/* Fill the pixels first..last-1 of a padded row, all left or right of what is inside already. */
static void fill_outside(const plan *work, float *inside, int64_t first, int64_t last) {
    size_t channels = work->image->channels;
    for (int64_t x = first; x < last; x++) {
        int64_t from = kernel_border_index(x, work->image->width, work->border);
        const float *pixel = from < 0 ? work->outside : inside + (size_t)from * channels;
        memcpy(inside + (ptrdiff_t)x * (ptrdiff_t)channels, pixel, channels * sizeof(float));
    }
}

/* Copy row y of the image into a padded row. */
static void gather_row(const plan *work, int64_t y, float *row) {
    const kernel_image *image = work->image;
    const unsigned char *source =
        (const unsigned char *)image->data + (ptrdiff_t)y * image->row_stride;
    size_t channels = image->channels;
    ptrdiff_t size = (ptrdiff_t)sample_size(image->sample);
    float *inside = row + work->anchor * channels;
    if (image->column_stride == (ptrdiff_t)channels * size && image->channel_stride == size)
        read_samples(source, size, work->row_samples, image->sample, inside);
    else if (channels == 1)
        read_samples(source, image->column_stride, work->row_samples, image->sample, inside);
    else
        for (size_t x = 0; x < image->width; x++)
            read_samples(source + (ptrdiff_t)x * image->column_stride, image->channel_stride,
                         channels, image->sample, inside + x * channels);

    fill_outside(work, inside, -(int64_t)work->anchor, 0);
    fill_outside(work, inside, image->width,
                 (int64_t)image->width + (int64_t)(work->kernel_size - 1 - work->anchor));
}

/* The padded row at a position; position 0 is anchor rows above the image. */
static float *row_at(const plan *work, size_t position) {
    int64_t height = work->image->height;
    int64_t y =
        kernel_border_index((int64_t)position - (int64_t)work->anchor, height, work->border);
    if (y < 0)
        return work->outside;
    size_t slot = work->slots < work->kernel_size ? (size_t)y : position % work->slots;
    return work->rows + slot * work->padded_length;
}

/* Fill the slot of a position, when it stands for a row of the image. */
static void load_position(const plan *work, size_t position) {
    int64_t height = work->image->height;
    int64_t y =
        kernel_border_index((int64_t)position - (int64_t)work->anchor, height, work->border);
    if (y >= 0)
        gather_row(work, y, row_at(work, position));
}

/* Write one row of results. */
static void store_row(const plan *work, unsigned char *target) {
    float *sums = work->sums;
    if (work->image->sample == KERNEL_FLOAT32) {
        /* The bits of a NaN differ between machines and compilers: write always the same. */
        const uint32_t quiet_nan = 0x7FC00000;
        for (size_t i = 0; i < work->row_samples; i++) {
            uint32_t bits;
            memcpy(&bits, sums + i, sizeof bits);
            bits = (bits & 0x7FFFFFFF) > 0x7F800000 ? quiet_nan : bits;
            memcpy(sums + i, &bits, sizeof bits);
        }
        memcpy(target, sums, work->row_samples * sizeof(float));
    } else {
        for (size_t i = 0; i < work->row_samples; i++) {
            float sum = sums[i] > 0.0F ? sums[i] : 0.0F; /* NaN too */
            sum = sum < 255.0F ? sum : 255.0F;
            /* From 2**23 on floats are one apart, so adding it rounds half to even. */
            target[i] = (uint8_t)(int)((sum + 8388608.0F) - 8388608.0F);
        }
    }
}

static void run(const plan *work, unsigned char *output) {
    size_t height = work->image->height, size = work->kernel_size;
    size_t row_bytes = work->row_samples * sample_size(work->image->sample);
    kernel_row_function *row = kernel_row();
    int keep_all = work->slots < size;
    if (keep_all)
        for (size_t y = 0; y < height; y++)
            gather_row(work, (int64_t)y, work->rows + y * work->padded_length);
    else
        for (size_t position = 0; position + 1 < size; position++)
            load_position(work, position);
    for (size_t y = 0; y < height; y++) {
        if (!keep_all)
            load_position(work, y + size - 1);
        for (size_t ky = 0; ky < size; ky++)
            work->window[ky] = row_at(work, y + ky);
        row(work->window, work->weights, size, work->image->channels, work->blocks, work->sums);
        store_row(work, output + y * row_bytes);
    }
}

int kernel_convolve_ex(const kernel_image *input, const void *kernel, uint32_t kernel_size,
                       int32_t border, float border_value, void *output) {
    if (!valid(input, kernel, kernel_size, border, output))
        return KERNEL_INVALID;
    plan work = {.image = input,
                 .kernel_size = kernel_size,
                 .anchor = kernel_size / 2,
                 .border = border,
                 .border_value = border_value};
    int status = prepare(&work, kernel);
    if (status == KERNEL_OK)
        run(&work, output);
    free(work.sums);
    free((void *)work.window);
    return status;
}

int kernel_convolve(const float *input, uint32_t width, uint32_t height, const float *kernel,
                    uint32_t kernel_size, float *output) {
    /* Where the stride does not fit, width * height * 4 does not either, unless there is one row.
     */
    size_t row_bytes;
    if (!multiply(width, sizeof(float), &row_bytes) || row_bytes > PTRDIFF_MAX)
        return KERNEL_INVALID;
    kernel_image image = {.data = input,
                          .sample = KERNEL_FLOAT32,
                          .width = width,
                          .height = height,
                          .channels = 1,
                          .row_stride = (ptrdiff_t)row_bytes,
                          .column_stride = sizeof(float),
                          .channel_stride = sizeof(float)};
    return kernel_convolve_ex(&image, kernel, kernel_size, KERNEL_BORDER_CONSTANT, 0.0F, output);
}
