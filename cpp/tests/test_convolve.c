#include "check.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>

static int32_t modes[] = {KERNEL_BORDER_CONSTANT, KERNEL_BORDER_NEAREST, KERNEL_BORDER_REFLECT,
                          KERNEL_BORDER_MIRROR, KERNEL_BORDER_WRAP};

static float sample_at(const kernel_image *image, int64_t y, int64_t x, uint32_t channel) {
    const unsigned char *place = (const unsigned char *)image->data + y * image->row_stride +
                                 x * image->column_stride + channel * image->channel_stride;
    float value;
    if (image->sample == KERNEL_UINT8)
        return *place;
    memcpy(&value, place, sizeof value);
    return value;
}

/* Is a sum stored as it should be? */
static int stored_as(int32_t sample, const unsigned char *output, size_t place, float sum) {
    if (sample == KERNEL_UINT8) {
        float rounded = isnan(sum) ? 0.0F : nearbyintf(sum);
        return output[place] == (rounded < 0 ? 0 : rounded > 255 ? 255 : (unsigned char)rounded);
    }
    uint32_t bits;
    memcpy(&bits, output + place * sizeof(float), sizeof bits);
    return bits == (isnan(sum) ? KERNEL_QUIET_NAN : bits_of(sum));
}

/* The definition, tap by tap. */
static float expected_at(const kernel_image *image, const float *kernel, int64_t size,
                         int32_t border, float outside, int64_t y, int64_t x, uint32_t channel) {
    float sum = 0.0F;
    for (int64_t ky = 0; ky < size; ky++)
        for (int64_t kx = 0; kx < size; kx++) {
            int64_t from_y = kernel_border_index(y - size / 2 + ky, image->height, border);
            int64_t from_x = kernel_border_index(x - size / 2 + kx, image->width, border);
            float pixel =
                from_y < 0 || from_x < 0 ? outside : sample_at(image, from_y, from_x, channel);
            sum = fmaf(kernel[ky * size + kx], pixel, sum);
        }
    return sum;
}

/* Compare a result, of all rows or some, with the definition. */
static void check_result(const kernel_image *image, const float *kernel, uint32_t size,
                         const kernel_options *options) {
    uint32_t rows = options->rows ? options->rows : image->height - options->first_row;
    size_t samples = (size_t)image->width * rows * image->channels;
    unsigned char *output = malloc(samples * sizeof(float));
    CHECK(kernel_convolve_ex(image, kernel, size, options, output) == KERNEL_OK);
    size_t place = 0;
    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < image->width; x++)
            for (uint32_t channel = 0; channel < image->channels; channel++, place++) {
                float sum = expected_at(image, kernel, size, options->border, options->border_value,
                                        options->first_row + y, x, channel);
                CHECK(stored_as(image->sample, output, place, sum));
            }
    free(output);
}

/* Sizes around the block's, kernels even and larger than the image, strides of every kind. */
static void test_against_definition(void) {
    enum { BLOCK = 128, WIDTH = 3 * BLOCK + 3 }; /* the widest of any level */
    static const uint32_t widths[] = {1, 2, 5, BLOCK, WIDTH};
    static const uint32_t heights[] = {1, 3, 8};
    static const uint32_t sizes[] = {1, 2, 3, 4, 7, 14};
    uint64_t state = 2;
    enum { MEMORY = 2 * 8 * WIDTH * 3 };
    static float samples[MEMORY];
    float kernel[14 * 14];
    for (size_t i = 0; i < MEMORY; i++)
        samples[i] = (float)(int32_t)next_random(&state) * 0x1p-20F;
    samples[7] = NAN;
    samples[11] = INFINITY;
    samples[13] = -0.0F;
    for (size_t i = 0; i < 14 * 14; i++)
        kernel[i] = (float)(int32_t)next_random(&state) * 0x1p-34F;
    for (size_t w = 0; w < 5; w++)
        for (size_t h = 0; h < 3; h++)
            for (size_t s = 0; s < 6; s++)
                for (int variant = 0; variant < 12; variant++) {
                    uint32_t channels = variant % 2 ? 3 : 1;
                    int32_t sample = variant / 2 % 2 ? KERNEL_UINT8 : KERNEL_FLOAT32;
                    ptrdiff_t size = sample == KERNEL_UINT8 ? 1 : sizeof(float);
                    ptrdiff_t step = variant / 4 == 1 ? 2 * size : size; /* every other sample */
                    kernel_image image = {.data = samples,
                                          .sample = sample,
                                          .width = widths[w],
                                          .height = heights[h],
                                          .channels = channels,
                                          .channel_stride = step,
                                          .column_stride = step * (ptrdiff_t)channels};
                    image.row_stride = image.column_stride * (ptrdiff_t)widths[w];
                    if (variant / 4 == 2) { /* upside down, and from right to left */
                        image.data = (const unsigned char *)samples +
                                     image.row_stride * (ptrdiff_t)(heights[h] - 1) +
                                     image.column_stride * (ptrdiff_t)(widths[w] - 1);
                        image.row_stride = -image.row_stride;
                        image.column_stride = -image.column_stride;
                    }
                    kernel_options options = {.border = modes[variant % 5],
                                              .border_value = 0.75F,
                                              .threads = (uint32_t)variant % 3};
                    check_result(&image, kernel, sizes[s], &options);
                    options.first_row = heights[h] / 2;
                    options.rows = heights[h] / 3;
                    check_result(&image, kernel, sizes[s], &options);
                }
}

/* Neither images nor kernels need be aligned. */
static void test_unaligned(void) {
    unsigned char memory[4 * 6 + 1], weights[4 * 9 + 1], output[4 * 6 + 1];
    float aligned[6] = {1, 2, 3, 4, 5, 6}, kernel[9] = {1, 0, 2, 0, 3, 0, 4, 0, 5}, expected[6];
    memcpy(memory + 1, aligned, sizeof aligned);
    memcpy(weights + 1, kernel, sizeof kernel);
    kernel_image image = {memory + 1, KERNEL_FLOAT32, 3, 2, 1, 12, 4, 4};
    CHECK(kernel_convolve_ex(&image, weights + 1, 3, NULL, output + 1) == 0);
    CHECK(kernel_convolve(aligned, 3, 2, kernel, 3, expected) == 0);
    CHECK(memcmp(output + 1, expected, sizeof expected) == 0);
    CHECK(expected[0] == 1 * 3 + 5 * 5 && expected[4] == 1 + 2 * 3 + 3 * 5);
}

static void test_invalid(void) {
    float memory[64] = {0}, kernel[9] = {0}, output[16];
    memset(output, 0x55, sizeof output);
    CHECK(kernel_convolve(NULL, 4, 4, kernel, 3, output) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory, 4, 4, NULL, 3, output) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory, 4, 4, kernel, 3, NULL) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory, 0, 4, kernel, 3, output) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory, 4, 0, kernel, 3, output) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory, 4, 4, kernel, 0, output) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory, UINT32_MAX, UINT32_MAX, kernel, 3, output) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory, 4, 4, kernel, UINT32_MAX, output) == KERNEL_INVALID);
    for (size_t i = 0; i < 16; i++)
        CHECK(bits_of(output[i]) == 0x55555555);

    /* Overlap by one sample at either end, and none when they only touch. */
    CHECK(kernel_convolve(memory + 16, 4, 4, kernel, 3, memory + 1) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory + 16, 4, 4, kernel, 3, memory + 31) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory + 16, 4, 4, kernel, 3, memory + 16) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory + 16, 4, 4, kernel, 3, memory) == KERNEL_OK);
    CHECK(kernel_convolve(memory + 16, 4, 4, kernel, 3, memory + 32) == KERNEL_OK);
    CHECK(kernel_convolve(memory + 48, 4, 4, memory, 3, memory + 8) == KERNEL_INVALID);
    CHECK(kernel_convolve(memory + 48, 4, 4, memory, 3, memory + 9) == KERNEL_OK);

    /* Upside down, the first sample in memory is the first of the last row. */
    kernel_image image = {memory + 28, KERNEL_FLOAT32, 4, 4, 1, -16, 4, 4};
    CHECK(kernel_convolve_ex(&image, kernel, 3, NULL, memory + 1) == KERNEL_INVALID);
    CHECK(kernel_convolve_ex(&image, kernel, 3, NULL, memory) == KERNEL_OK);
    CHECK(kernel_convolve_ex(&image, kernel, 3, &(kernel_options){.border = 5}, output) ==
          KERNEL_INVALID);
    CHECK(kernel_convolve_ex(&image, kernel, 3, &(kernel_options){.border = -1}, output) ==
          KERNEL_INVALID);
    CHECK(kernel_convolve_ex(NULL, kernel, 3, NULL, output) == KERNEL_INVALID);
    CHECK(kernel_convolve_ex(&image, kernel, 3, &(kernel_options){.first_row = 4}, output) ==
          KERNEL_INVALID);
    CHECK(kernel_convolve_ex(&image, kernel, 3, &(kernel_options){.first_row = 3, .rows = 2},
                             output) == KERNEL_INVALID);
    image.row_stride = PTRDIFF_MAX;
    CHECK(kernel_convolve_ex(&image, kernel, 3, NULL, output) == KERNEL_INVALID);
    image.row_stride = 16;
    image.sample = 2;
    CHECK(kernel_convolve_ex(&image, kernel, 3, NULL, output) == KERNEL_INVALID);
    image.sample = KERNEL_FLOAT32;
    image.channels = 0;
    CHECK(kernel_convolve_ex(&image, kernel, 3, NULL, output) == KERNEL_INVALID);
}

/* Where no machine has the memory, nothing is written. */
static void test_out_of_memory(void) {
#if defined(__linux__) && UINTPTR_MAX > UINT32_MAX
    float sample = 0, kernel[31 * 31] = {0}; /* on the stack, above all that the output spans */
    kernel_image image = {&sample, KERNEL_FLOAT32, 1, 1, UINT32_MAX, 0, 0, 0};
    void *output = (void *)(uintptr_t)4096;
    CHECK(kernel_convolve_ex(&image, kernel, 31, NULL, output) == KERNEL_OUT_OF_MEMORY);
#endif
}

static void test_levels(void) {
    CHECK(kernel_select_cpu("fortran") == KERNEL_INVALID);
    CHECK(kernel_select_cpu("") == KERNEL_INVALID);
    CHECK(kernel_select_cpu(NULL) == KERNEL_INVALID);
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    for (size_t i = 0; i < 3; i++) {
        if (kernel_select_cpu(levels[i]) != KERNEL_OK)
            continue;
        CHECK(strcmp(kernel_cpu_level(), levels[i]) == 0);
        test_against_definition();
    }
    CHECK(kernel_select_cpu("auto") == KERNEL_OK);
}

void test_convolve(void) {
    test_levels();
    test_unaligned();
    test_invalid();
    test_out_of_memory();
}
