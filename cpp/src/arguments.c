/* The checks that all operations share. */
#include "internal.h"

int kernel_multiply(size_t a, size_t b, size_t *result) {
    if (b != 0 && a > SIZE_MAX / b)
        return 0;
    *result = a * b;
    return 1;
}

int kernel_add(size_t a, size_t b, size_t *result) {
    if (a > SIZE_MAX - b)
        return 0;
    *result = a + b;
    return 1;
}

/* Widen the reach of an image below and above its first sample by one axis; 0 on overflow. */
static int reach(uint32_t length, ptrdiff_t stride, size_t *below, size_t *above) {
    size_t distance = stride < 0 ? (size_t)0 - (size_t)stride : (size_t)stride;
    size_t *side = stride < 0 ? below : above;
    return kernel_multiply(length - 1, distance, &distance) && kernel_add(*side, distance, side);
}

static int overlap(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size) {
    return a < b ? b - a < a_size : a - b < b_size;
}

static int output_bytes(const kernel_image *image, const kernel_options *options, size_t *bytes) {
    return kernel_multiply(image->width, options->rows, bytes) &&
           kernel_multiply(*bytes, image->channels, bytes) &&
           kernel_multiply(*bytes, kernel_sample_size(image->sample), bytes);
}

int kernel_valid(const kernel_image *image, const kernel_options *options,
                 kernel_options *completed, const void *output) {
    if (!image || !image->data || !output)
        return 0;
    if (image->sample != KERNEL_FLOAT32 && image->sample != KERNEL_UINT8)
        return 0;
    if (image->width == 0 || image->height == 0 || image->channels == 0)
        return 0;
    *completed = options ? *options : (kernel_options){0};
    if (completed->border < KERNEL_BORDER_CONSTANT || completed->border > KERNEL_BORDER_WRAP)
        return 0;
    if (completed->first_row >= image->height)
        return 0;
    uint32_t left = image->height - completed->first_row;
    if (completed->rows == 0)
        completed->rows = left;
    if (completed->rows > left)
        return 0;
    size_t size = kernel_sample_size(image->sample), written_bytes;
    size_t below = 0, above = 0, input_bytes;
    if (!output_bytes(image, completed, &written_bytes) ||
        !reach(image->height, image->row_stride, &below, &above) ||
        !reach(image->width, image->column_stride, &below, &above) ||
        !reach(image->channels, image->channel_stride, &below, &above) ||
        !kernel_add(above, size, &above) || !kernel_add(below, above, &input_bytes))
        return 0;
    if (input_bytes > PTRDIFF_MAX || written_bytes > PTRDIFF_MAX) /* no object is larger */
        return 0;
    /* Every row is read by way of the structure, so it may not be written over either. */
    if (overlap((uintptr_t)image, sizeof *image, (uintptr_t)output, written_bytes))
        return 0;
    return !overlap((uintptr_t)image->data - below, input_bytes, (uintptr_t)output, written_bytes);
}

int kernel_apart(const void *floats, size_t count, const kernel_image *image,
                 const kernel_options *options, const void *output) {
    size_t bytes, written_bytes;
    return floats && count != 0 && kernel_multiply(count, sizeof(float), &bytes) &&
           output_bytes(image, options, &written_bytes) &&
           !overlap((uintptr_t)floats, bytes, (uintptr_t)output, written_bytes);
}
