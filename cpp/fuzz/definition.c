#include "definition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_WINDOW = 7 };

/* Walk from outside to inside, one step at a time; -1 for the constant. */
static int64_t inside(int64_t index, int64_t length, int32_t border) {
    while (index < 0 || index >= length)
        switch (border) {
        case KERNEL_BORDER_NEAREST:
            index = index < 0 ? 0 : length - 1;
            break;
        case KERNEL_BORDER_REFLECT:
            index = index < 0 ? -1 - index : 2 * length - 1 - index;
            break;
        case KERNEL_BORDER_MIRROR:
            index = length == 1 ? 0 : index < 0 ? -index : 2 * length - 2 - index;
            break;
        case KERNEL_BORDER_WRAP:
            index += index < 0 ? length : -length;
            break;
        default:
            return -1;
        }
    return index;
}

float *copy_samples(const kernel_image *image) {
    float *samples = malloc((size_t)image->width * image->height * image->channels * sizeof(float));
    if (!samples)
        abort();
    float *next = samples;
    for (uint32_t y = 0; y < image->height; y++)
        for (uint32_t x = 0; x < image->width; x++)
            for (uint32_t channel = 0; channel < image->channels; channel++, next++) {
                const unsigned char *from = (const unsigned char *)image->data +
                                            (ptrdiff_t)y * image->row_stride +
                                            (ptrdiff_t)x * image->column_stride +
                                            (ptrdiff_t)channel * image->channel_stride;
                if (image->sample == KERNEL_UINT8)
                    *next = *from;
                else
                    memcpy(next, from, sizeof *next);
            }
    return samples;
}

typedef struct {
    const float *samples;
    int64_t width;
    int64_t height;
    int64_t channels;
    int32_t border;
    float outside;
} source;

static float at(const source *from, int64_t y, int64_t x, int64_t channel) {
    y = inside(y, from->height, from->border);
    x = inside(x, from->width, from->border);
    return y < 0 || x < 0 ? from->outside
                          : from->samples[(y * from->width + x) * from->channels + channel];
}

static float square_at(const source *from, const float *kernel, int64_t size, int64_t y, int64_t x,
                       int64_t channel) {
    float sum = 0.0F;
    for (int64_t ky = 0; ky < size; ky++)
        for (int64_t kx = 0; kx < size; kx++)
            sum = fmaf(*kernel++, at(from, y - size / 2 + ky, x - size / 2 + kx, channel), sum);
    return sum;
}

/* The sum in binary64, and so without what binary32 loses over so many taps. */
static double exact_at(const source *from, const float *kernel, int64_t size, int64_t y, int64_t x,
                       int64_t channel) {
    double sum = 0;
    for (int64_t ky = 0; ky < size; ky++)
        for (int64_t kx = 0; kx < size; kx++)
            sum +=
                (double)*kernel++ * (double)at(from, y - size / 2 + ky, x - size / 2 + kx, channel);
    return sum;
}

double *define_sums(const call *one, const memory *all) {
    kernel_image image = one->image;
    image.data = input_of(all);
    float *samples = copy_samples(&image);
    const size_t weights = (size_t)one->size * one->size;
    const int64_t top = one->options.first_row;
    const int64_t rows = one->options.rows ? one->options.rows : image.height - top;
    float *kernel = malloc(weights * sizeof(float));
    double *sums = malloc((size_t)rows * image.width * image.channels * sizeof(double));
    if (!kernel || !sums)
        abort();
    memcpy(kernel, kernels_of(all), weights * sizeof(float));
    source from = {samples,        image.width,         image.height,
                   image.channels, one->options.border, one->options.border_value};
    double *next = sums;
    for (int64_t y = top; y < top + rows; y++)
        for (int64_t x = 0; x < image.width; x++)
            for (int64_t channel = 0; channel < image.channels; channel++)
                *next++ = exact_at(&from, kernel, one->size, y, x, channel);
    free(kernel);
    free(samples);
    return sums;
}

static float separable_at(const source *from, const float *across, int64_t width, const float *down,
                          int64_t height, int64_t y, int64_t x, int64_t channel) {
    float sum = 0.0F;
    for (int64_t ky = 0; ky < height; ky++) {
        float middle = 0.0F;
        for (int64_t kx = 0; kx < width; kx++)
            middle = fmaf(across[kx], at(from, y - height / 2 + ky, x - width / 2 + kx, channel),
                          middle);
        sum = fmaf(down[ky], middle, sum);
    }
    return sum;
}

/* NaN is above all numbers, and -0 below +0. */
static int is_below(float a, float b) {
    if (isnan(a) || isnan(b))
        return !isnan(a) && isnan(b);
    return a < b || (a == b && signbit(a) && !signbit(b));
}

static float median_at(const source *from, int64_t size, int64_t y, int64_t x, int64_t channel) {
    float sorted[LARGEST_WINDOW * LARGEST_WINDOW];
    int count = 0;
    for (int64_t ky = 0; ky < size; ky++)
        for (int64_t kx = 0; kx < size; kx++) {
            float value = at(from, y - size / 2 + ky, x - size / 2 + kx, channel);
            int place = count++;
            for (; place > 0 && is_below(value, sorted[place - 1]); place--)
                sorted[place] = sorted[place - 1];
            sorted[place] = value;
        }
    return sorted[count / 2];
}

static uint8_t byte_of(float value) {
    return isnan(value) ? 0 : (uint8_t)fminf(fmaxf(nearbyintf(value), 0.0F), 255.0F);
}

static void store(int32_t sample, float value, unsigned char *target) {
    static const uint32_t quiet_nan = 0x7FC00000;
    if (sample == KERNEL_UINT8)
        *target = byte_of(value);
    else
        memcpy(target, isnan(value) ? (const void *)&quiet_nan : &value, sizeof value);
}

void define_result(const call *one, const memory *all, unsigned char *result) {
    static float derivative[] = {-1, 0, 1}, smoothing[] = {1, 2, 1};
    kernel_image image = one->image;
    image.data = input_of(all);
    float *samples = copy_samples(&image);
    size_t bytes = all->parts[1].bytes, weights = 2 * (size_t)one->size + 1;
    if (one->operation == GAUSSIAN_BLUR)
        bytes = weights * sizeof(float);
    float *kernels = malloc(bytes + 1), *across = kernels, *down = kernels;
    if (!kernels)
        abort();
    int64_t width = one->size, height = one->other;
    if (one->operation == GAUSSIAN_BLUR) {
        kernel_gaussian_weights(one->sigma, one->size, kernels);
        width = height = (int64_t)weights;
    } else {
        memcpy(kernels, kernels_of(all), bytes);
    }
    if (one->operation == SEPARABLE)
        down += one->size;
    if (one->operation == SOBEL) {
        across = one->size == 1 ? derivative : smoothing;
        down = one->size == 1 ? smoothing : derivative;
        width = height = 3;
    }
    source from = {samples,        image.width,         image.height,
                   image.channels, one->options.border, one->options.border_value};
    if (one->operation == MEDIAN && image.sample == KERNEL_UINT8)
        from.outside = byte_of(from.outside);
    const int64_t top = one->options.first_row;
    const int64_t rows = one->options.rows ? one->options.rows : image.height - top;
    for (int64_t y = top; y < top + rows; y++)
        for (int64_t x = 0; x < image.width; x++)
            for (int64_t channel = 0; channel < image.channels; channel++) {
                float value;
                if (one->operation == MEDIAN)
                    value = median_at(&from, one->size, y, x, channel);
                else if (one->operation == CONVOLVE || one->operation == CONVOLVE_EX)
                    value = square_at(&from, kernels, one->size, y, x, channel);
                else
                    value = separable_at(&from, across, width, down, height, y, x, channel);
                store(image.sample, value, result);
                result += image.sample == KERNEL_UINT8 ? sizeof(uint8_t) : sizeof(float);
            }
    free(kernels);
    free(samples);
}
