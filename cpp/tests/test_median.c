#include "check.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_VALUES = 7 * 7 };

static float sample_at(const kernel_image *image, int64_t y, int64_t x, uint32_t channel) {
    const unsigned char *place = (const unsigned char *)image->data + y * image->row_stride +
                                 x * image->column_stride + channel * image->channel_stride;
    float value;
    if (image->sample == KERNEL_UINT8)
        return *place;
    memcpy(&value, place, sizeof value);
    return value;
}

/* What lies outside, as the image would hold it. */
static float outside_of(const kernel_image *image, float value) {
    if (image->sample != KERNEL_UINT8)
        return value;
    return isnan(value) ? 0.0F : fminf(fmaxf(nearbyintf(value), 0.0F), 255.0F);
}

static int is_below(float a, float b) {
    if (isnan(a) || isnan(b))
        return !isnan(a) && isnan(b);
    return a < b || (a == b && signbit(a) && !signbit(b));
}

/* The definition: sort the window, and take the middle. */
static float expected_at(const kernel_image *image, int64_t size, const kernel_options *options,
                         int64_t y, int64_t x, uint32_t channel) {
    float sorted[MOST_VALUES];
    int count = 0;
    for (int64_t ky = 0; ky < size; ky++)
        for (int64_t kx = 0; kx < size; kx++) {
            int64_t from_y = kernel_border_index(y - size / 2 + ky, image->height, options->border);
            int64_t from_x = kernel_border_index(x - size / 2 + kx, image->width, options->border);
            float value = from_y < 0 || from_x < 0 ? outside_of(image, options->border_value)
                                                   : sample_at(image, from_y, from_x, channel);
            int place = count++;
            for (; place > 0 && is_below(value, sorted[place - 1]); place--)
                sorted[place] = sorted[place - 1];
            sorted[place] = value;
        }
    return sorted[count / 2];
}

/* Compare a result, of all rows or some, at each level that this machine has, with the definition.
 */
static void check_result(const kernel_image *image, uint32_t size, const kernel_options *options) {
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    uint32_t rows = options->rows ? options->rows : image->height - options->first_row;
    size_t bytes = (size_t)image->width * rows * image->channels *
                   (image->sample == KERNEL_UINT8 ? sizeof(uint8_t) : sizeof(float));
    unsigned char *expected = malloc(bytes), *output = malloc(bytes), *place = expected;
    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < image->width; x++)
            for (uint32_t channel = 0; channel < image->channels; channel++) {
                float value = expected_at(image, size, options, options->first_row + y, x, channel);
                uint32_t bits = isnan(value) ? KERNEL_QUIET_NAN : bits_of(value);
                if (image->sample == KERNEL_UINT8) {
                    *place++ = (unsigned char)value;
                } else {
                    memcpy(place, &bits, sizeof bits);
                    place += sizeof bits;
                }
            }
    for (size_t i = 0; i < 3; i++) {
        if (kernel_select_cpu(levels[i]) != KERNEL_OK)
            continue;
        memset(output, 0x55, bytes);
        CHECK(kernel_median(image, size, options, output) == KERNEL_OK);
        CHECK(memcmp(output, expected, bytes) == 0);
    }
    CHECK(kernel_select_cpu("auto") == KERNEL_OK);
    free(expected);
    free(output);
}

/* Widths around the block's, one of several strips, strides of every kind. */
static void test_against_definition(void) {
    enum { HEIGHT = 9, WIDEST = 1300, SAMPLES = 2 * HEIGHT * WIDEST };
    static const uint32_t widths[] = {1, 2, 3, 5, 8, 15, 16, 17, 42, 64, 65, 127, 192, 203, WIDEST};
    static const uint32_t special[] = {0x7FC00000, 0xFFC00001, 0x7F800001, 0x7F800000,
                                       0xFF800000, 0x00000000, 0x80000000, 0x00000001,
                                       0x80000001, 0x7F7FFFFF, 0xFF7FFFFF};
    static const float outside[] = {-0.0F, 100.5F, NAN, 1e9F, -3.0F};
    static float samples[SAMPLES];
    uint64_t state = 3;
    for (size_t i = 0; i < SAMPLES; i++) {
        uint32_t random = next_random(&state);
        /* A third are special, a third are few values, a third are any. */
        samples[i] = i % 3 == 0   ? float_of(special[random % (sizeof special / sizeof *special)])
                     : i % 3 == 1 ? (float)(random % 4)
                                  : (float)(int32_t)random * 0x1p-20F;
    }
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (int variant = 0; variant < 30; variant++) {
            uint32_t width = widths[w], height = width == WIDEST ? 2 : HEIGHT;
            int32_t sample = variant % 2 ? KERNEL_UINT8 : KERNEL_FLOAT32;
            uint32_t channels = variant % 3 == 2 && width != WIDEST ? 3 : 1;
            /* Every sample, or every other. */
            ptrdiff_t step = (sample == KERNEL_UINT8 ? 1 : 4) * (variant / 6 % 3 == 1 ? 2 : 1);
            kernel_image image = {samples,
                                  sample,
                                  width,
                                  height,
                                  channels,
                                  step * (ptrdiff_t)channels * (ptrdiff_t)width,
                                  step * (ptrdiff_t)channels,
                                  step};
            if (variant / 6 % 3 == 2) { /* upside down, and from right to left */
                image.data = (unsigned char *)samples + image.row_stride * (height - 1) +
                             image.column_stride * (width - 1);
                image.row_stride = -image.row_stride;
                image.column_stride = -image.column_stride;
            }
            kernel_options options = {.border = variant % 5,
                                      .border_value = outside[variant / 5 % 5],
                                      .threads = (uint32_t)variant % 4};
            if (variant % 4 == 1) {
                options.first_row = height / 2;
                options.rows = height - height / 2;
            }
            for (uint32_t size = 3; size <= 7; size += 2)
                check_result(&image, size, &options);
        }
}

/* Floats are put in order as they are, unless NaN or -0 is among them, wherever that is: also
 * where a pixel has more channels than a vector has lanes. */
static void test_unordered_floats(void) {
    enum { MOST = 70, HEIGHT = 19 };
    static const uint32_t shapes[][2] = {{70, 1}, {3, 23}};
    static float samples[MOST * HEIGHT];
    uint64_t state = 5;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        uint32_t width = shapes[s][0], channels = shapes[s][1], row = width * channels;
        for (uint32_t first = 0; first <= row; first++) {
            for (size_t i = 0; i < (size_t)row * HEIGHT; i++) {
                samples[i] = (float)(next_random(&state) % 3);
                if (i % row / 2 == first / 2)
                    samples[i] = first % 2 ? -0.0F : NAN;
            }
            ptrdiff_t column_stride = 4 * (ptrdiff_t)channels;
            kernel_image image = {samples,  KERNEL_FLOAT32,        width,         HEIGHT,
                                  channels, column_stride * width, column_stride, 4};
            for (uint32_t size = 3; size <= 7; size += 2)
                check_result(&image, size, &(kernel_options){.border = KERNEL_BORDER_NEAREST});
        }
    }
}

/* Of few values and of many, as a network is wrong for few windows only. */
static void test_random_windows(void) {
    enum { WIDTH = 203, HEIGHT = 40 };
    static unsigned char samples[WIDTH * HEIGHT];
    uint64_t state = 11;
    for (uint32_t values = 2; values <= 256; values *= values) {
        for (size_t i = 0; i < sizeof samples; i++)
            samples[i] = (unsigned char)(next_random(&state) % values);
        kernel_image image = {samples, KERNEL_UINT8, WIDTH, HEIGHT, 1, WIDTH, 1, 1};
        for (uint32_t size = 3; size <= 7; size += 2)
            check_result(&image, size, &(kernel_options){.border = KERNEL_BORDER_REFLECT});
    }
}

static void test_threads_make_no_difference(void) {
    enum { SIDE = 1000 };
    float *samples = malloc(sizeof(float) * SIDE * SIDE);
    unsigned char *alone = malloc(sizeof(float) * SIDE * SIDE);
    unsigned char *together = malloc(sizeof(float) * SIDE * SIDE);
    uint64_t state = 7;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        samples[i] = float_of(next_random(&state));
    for (int32_t sample = 0; sample < 2; sample++) {
        const ptrdiff_t bytes = sample == KERNEL_UINT8 ? 1 : 4;
        kernel_image image = {samples, sample, SIDE, SIDE, 1, bytes * SIDE, bytes, bytes};
        CHECK(kernel_median(&image, 7, NULL, alone) == KERNEL_OK);
        for (uint32_t threads = 2; threads < 6; threads++) {
            memset(together, 0x55, (size_t)bytes * SIDE * SIDE);
            kernel_options options = {.threads = threads};
            CHECK(kernel_median(&image, 7, &options, together) == KERNEL_OK);
            CHECK(memcmp(alone, together, (size_t)bytes * SIDE * SIDE) == 0);
        }
    }
    free(samples);
    free(alone);
    free(together);
}

/* Neither the image nor the output need be aligned. */
static void test_unaligned(void) {
    unsigned char memory[4 * 9 + 1], output[4 * 9 + 1];
    float samples[9] = {9, 1, 8, 2, 7, 3, 6, 4, 5}, middle;
    memcpy(memory + 1, samples, sizeof samples);
    kernel_image image = {memory + 1, KERNEL_FLOAT32, 3, 3, 1, 12, 4, 4};
    CHECK(kernel_median(&image, 3, NULL, output + 1) == KERNEL_OK);
    memcpy(&middle, output + 1 + 4 * 4, sizeof middle);
    CHECK(middle == 5);
}

static void test_invalid(void) {
    float memory[32] = {0}, output[16];
    memset(output, 0x55, sizeof output);
    kernel_image image = {memory, KERNEL_FLOAT32, 4, 4, 1, 16, 4, 4};
    static const uint32_t sizes[] = {0, 1, 2, 4, 6, 8, 9, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        CHECK(kernel_median(&image, sizes[i], NULL, output) == KERNEL_INVALID);
    CHECK(kernel_median(NULL, 3, NULL, output) == KERNEL_INVALID);
    CHECK(kernel_median(&image, 3, NULL, NULL) == KERNEL_INVALID);
    CHECK(kernel_median(&image, 3, &(kernel_options){.border = 5}, output) == KERNEL_INVALID);
    CHECK(kernel_median(&image, 3, &(kernel_options){.first_row = 4}, output) == KERNEL_INVALID);
    CHECK(kernel_median(&image, 3, NULL, memory + 15) == KERNEL_INVALID);
    for (size_t i = 0; i < 16; i++)
        CHECK(bits_of(output[i]) == 0x55555555);
    CHECK(kernel_median(&image, 3, NULL, memory + 16) == KERNEL_OK);
    image.width = 0;
    CHECK(kernel_median(&image, 3, NULL, output) == KERNEL_INVALID);
}

void test_median(void) {
    test_against_definition();
    test_unordered_floats();
    test_random_windows();
    test_threads_make_no_difference();
    test_unaligned();
    test_invalid();
}
