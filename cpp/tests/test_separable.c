#include "check.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>

/* The definition: the rows first, of what is outside too, then the columns. */
static float expected_at(const kernel_image *image, const float *across, int64_t width,
                         const float *down, int64_t height, const kernel_options *options,
                         int64_t y, int64_t x) {
    const float *samples = image->data;
    float sum = 0.0F;
    for (int64_t ky = 0; ky < height; ky++) {
        int64_t from_y = kernel_border_index(y - height / 2 + ky, image->height, options->border);
        float middle = 0.0F;
        for (int64_t kx = 0; kx < width; kx++) {
            int64_t from_x = kernel_border_index(x - width / 2 + kx, image->width, options->border);
            float pixel = from_y < 0 || from_x < 0 ? options->border_value
                                                   : samples[from_y * image->width + from_x];
            middle = fmaf(across[kx], pixel, middle);
        }
        sum = fmaf(down[ky], middle, sum);
    }
    return sum;
}

static void test_against_definition(void) {
    enum { WIDTH = 400, HEIGHT = 23, TAPS = 9 };
    static const uint32_t sizes[][2] = {{1, 1}, {3, 3}, {2, 7}, {9, 4}, {1, 9}};
    static float samples[WIDTH * HEIGHT], output[WIDTH * HEIGHT];
    float across[TAPS], down[TAPS];
    uint64_t state = 5;
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        samples[i] = (float)(int32_t)next_random(&state) * 0x1p-20F;
    for (size_t i = 0; i < TAPS; i++) {
        across[i] = (float)(int32_t)next_random(&state) * 0x1p-31F;
        down[i] = (float)(int32_t)next_random(&state) * 0x1p-31F;
    }
    for (uint32_t width = 1; width <= WIDTH; width = width * 3 / 2 + 1)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int32_t border = 0; border < 5; border++) {
                kernel_image image = {samples, KERNEL_FLOAT32, width, HEIGHT, 1, 4 * width, 4, 4};
                kernel_options options = {
                    .border = border, .border_value = -2.5F, .first_row = 2, .rows = HEIGHT - 3};
                CHECK(kernel_separable(&image, across, sizes[s][0], down, sizes[s][1], &options,
                                       output) == KERNEL_OK);
                for (uint32_t y = 0; y < options.rows; y++)
                    for (uint32_t x = 0; x < width; x++)
                        CHECK(bits_of(output[y * width + x]) ==
                              bits_of(expected_at(&image, across, sizes[s][0], down, sizes[s][1],
                                                  &options, y + 2, x)));
            }
}

static void test_threads_make_no_difference(void) {
    enum { SIDE = 2000 };
    float *samples = malloc(sizeof(float) * SIDE * SIDE), weights[5] = {.1F, .2F, .4F, .2F, .1F};
    float *alone = malloc(sizeof(float) * SIDE * SIDE);
    float *together = malloc(sizeof(float) * SIDE * SIDE);
    uint64_t state = 7;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        samples[i] = (float)(int32_t)next_random(&state) * 0x1p-20F;
    kernel_image image = {samples, KERNEL_FLOAT32, SIDE, SIDE, 1, 4 * SIDE, 4, 4};
    CHECK(kernel_separable(&image, weights, 5, weights, 5, NULL, alone) == KERNEL_OK);
    for (uint32_t threads = 2; threads < 6; threads++) {
        memset(together, 0x55, sizeof(float) * SIDE * SIDE);
        kernel_options options = {.threads = threads};
        CHECK(kernel_separable(&image, weights, 5, weights, 5, &options, together) == KERNEL_OK);
        CHECK(memcmp(alone, together, sizeof(float) * SIDE * SIDE) == 0);
    }
    free(samples);
    free(alone);
    free(together);
}

static void test_gaussian_and_sobel(void) {
    float weights[9], samples[64], output[64], expected[64];
    CHECK(kernel_gaussian_weights(1.0, 4, weights) == KERNEL_OK);
    float sum = 0;
    for (int i = 0; i < 9; i++) {
        CHECK(weights[i] == weights[8 - i]);
        CHECK(fabsf(weights[i] - expf(-0.5F * (float)((i - 4) * (i - 4))) / 2.50663F) < 1e-5F);
        sum += weights[i];
    }
    CHECK(fabsf(sum - 1.0F) < 1e-6F);
    CHECK(kernel_gaussian_weights(1e-300, 1, weights) == KERNEL_OK && weights[1] == 1.0F);
    CHECK(kernel_gaussian_weights(1e300, 1, weights) == KERNEL_OK && weights[0] == weights[1]);
    CHECK(kernel_gaussian_weights(0.0, 1, weights) == KERNEL_INVALID);
    CHECK(kernel_gaussian_weights(-1.0, 1, weights) == KERNEL_INVALID);
    CHECK(kernel_gaussian_weights((double)NAN, 1, weights) == KERNEL_INVALID);
    CHECK(kernel_gaussian_weights((double)INFINITY, 1, weights) == KERNEL_INVALID);
    for (int i = 0; i < 64; i++)
        samples[i] = (float)(i * i % 19);
    kernel_image image = {samples, KERNEL_FLOAT32, 8, 8, 1, 32, 4, 4};
    kernel_options options = {.border = KERNEL_BORDER_REFLECT};
    CHECK(kernel_gaussian_weights(0.8, 2, weights) == KERNEL_OK);
    CHECK(kernel_gaussian_blur(&image, 0.8, 2, &options, output) == KERNEL_OK);
    CHECK(kernel_separable(&image, weights, 5, weights, 5, &options, expected) == KERNEL_OK);
    CHECK(memcmp(output, expected, sizeof output) == 0);
    CHECK(kernel_gaussian_blur(&image, 0.0, 2, &options, output) == KERNEL_INVALID);
    static const float down[9] = {-1, -2, -1, 0, 0, 0, 1, 2, 1};
    static const float across[9] = {-1, 0, 1, -2, 0, 2, -1, 0, 1};
    CHECK(kernel_sobel(&image, 0, &options, output) == KERNEL_OK);
    CHECK(kernel_convolve_ex(&image, down, 3, &options, expected) == KERNEL_OK);
    CHECK(memcmp(output, expected, sizeof output) == 0);
    CHECK(kernel_sobel(&image, 1, &options, output) == KERNEL_OK);
    CHECK(kernel_convolve_ex(&image, across, 3, &options, expected) == KERNEL_OK);
    CHECK(memcmp(output, expected, sizeof output) == 0);
    CHECK(kernel_sobel(&image, 2, &options, output) == KERNEL_INVALID);
}

void test_separable(void) {
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    for (size_t i = 0; i < 3; i++)
        if (kernel_select_cpu(levels[i]) == KERNEL_OK)
            test_against_definition();
    CHECK(kernel_select_cpu("auto") == KERNEL_OK);
    test_threads_make_no_difference();
    test_gaussian_and_sobel();
}
