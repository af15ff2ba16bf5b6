#include "check.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>

/* The largest difference that kernel.h admits, for samples up to 255. */
static void check_close(const char *level, const kernel_image *image, const float *kernel,
                        uint32_t size, const kernel_options *options) {
    size_t samples = (size_t)image->width * options->rows * image->channels;
    unsigned char *exact = malloc(samples * sizeof(float));
    unsigned char *close = malloc(samples * sizeof(float));
    double limit = 0;
    for (uint32_t i = 0; i < size * size; i++)
        limit += fabs((double)kernel[i]);
    limit *= 255 * 64 * 0x1p-24;
    /* Of any level, as all give the same; the best one is quick. */
    CHECK(kernel_select_cpu("auto") == KERNEL_OK);
    CHECK(kernel_convolve_ex(image, kernel, size, options, exact) == KERNEL_OK);
    CHECK(kernel_select_cpu(level) == KERNEL_OK);
    CHECK(kernel_convolve_fft(image, kernel, size, options, close) == KERNEL_OK);
    for (size_t i = 0; i < samples; i++) {
        if (image->sample == KERNEL_UINT8) {
            CHECK(abs(exact[i] - close[i]) <= 1); /* at a tie */
        } else {
            float a, b;
            memcpy(&a, exact + i * sizeof a, sizeof a);
            memcpy(&b, close + i * sizeof b, sizeof b);
            CHECK(fabs((double)a - (double)b) <= limit);
        }
    }
    free(exact);
    free(close);
}

static void test_against_direct(const char *level) {
    enum { WIDTH = 300, HEIGHT = 120, CHANNELS = 3, LARGEST = 101 };
    static const uint32_t sizes[] = {1, 2, 23, 64, 97, LARGEST}; /* both squares */
    static float samples[WIDTH * HEIGHT * CHANNELS], kernel[LARGEST * LARGEST];
    static uint8_t bytes[WIDTH * HEIGHT * CHANNELS];
    uint64_t state = 11;
    for (size_t i = 0; i < WIDTH * HEIGHT * CHANNELS; i++) {
        bytes[i] = (uint8_t)(next_random(&state) >> 24);
        samples[i] = (float)bytes[i] - 100.0F;
    }
    for (size_t i = 0; i < LARGEST * LARGEST; i++)
        kernel[i] = (float)(int32_t)next_random(&state) * 0x1p-43F;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int variant = 0; variant < 5; variant++) {
            uint32_t channels = variant % 2 ? CHANNELS : 1, width = variant == 4 ? 5 : WIDTH;
            int32_t sample = variant == 3 ? KERNEL_UINT8 : KERNEL_FLOAT32;
            ptrdiff_t size = sample == KERNEL_UINT8 ? 1 : 4;
            kernel_image image = {.data = sample == KERNEL_UINT8 ? (void *)bytes : (void *)samples,
                                  .sample = sample,
                                  .width = width,
                                  .height = HEIGHT,
                                  .channels = channels,
                                  .row_stride = size * (ptrdiff_t)(width * channels),
                                  .column_stride = size * (ptrdiff_t)channels,
                                  .channel_stride = size};
            kernel_options options = {.border = variant,
                                      .border_value = 3.5F,
                                      .threads = (uint32_t)variant,
                                      .first_row = 5,
                                      .rows = HEIGHT - 25};
            check_close(level, &image, kernel, sizes[s], &options);
        }
}

void test_fft(void) {
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    for (size_t i = 0; i < 3; i++)
        if (kernel_select_cpu(levels[i]) == KERNEL_OK)
            test_against_direct(levels[i]);
    CHECK(kernel_select_cpu("auto") == KERNEL_OK);
    float sample = 1, kernel = 1, output;
    kernel_image image = {&sample, KERNEL_FLOAT32, 1, 1, 1, 4, 4, 4};
    CHECK(kernel_convolve_fft(&image, &kernel, 1, NULL, &output) == KERNEL_OK && output == 1.0F);
    CHECK(kernel_convolve_fft(&image, &kernel, 0, NULL, &output) == KERNEL_INVALID);
    CHECK(kernel_convolve_fft(&image, NULL, 1, NULL, &output) == KERNEL_INVALID);
    CHECK(kernel_convolve_fft(&image, &kernel, 1, NULL, &sample) == KERNEL_INVALID);
}
