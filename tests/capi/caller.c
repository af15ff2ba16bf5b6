/* A program that was written for the C library: it calls every function that the header declares,
 * and writes every byte that comes back. What convolve_fft gives comes last. */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 61, HEIGHT = 37, CHANNELS = 3, SAMPLES = WIDTH * HEIGHT * CHANNELS };

static float floats[SAMPLES], weights[25 * 25], float_output[SAMPLES];
static unsigned char bytes[SAMPLES], byte_output[SAMPLES];

static void put(const void *data, size_t size) { fwrite(data, 1, size, stdout); }

static void put_status(int status) { put(&status, sizeof status); }

static void put_text(const char *text) { put(text, strlen(text)); }

int main(void) {
    for (int i = 0; i < SAMPLES; i++) {
        floats[i] = (float)(i * 7919 % 1009) / 8 - 60;
        bytes[i] = (unsigned char)(i * 31 % 251);
    }
    for (int i = 0; i < 25 * 25; i++)
        weights[i] = (float)(i * 11 % 23) / 64;
    const kernel_image image = {floats,   KERNEL_FLOAT32,       WIDTH,        HEIGHT,
                                CHANNELS, WIDTH * CHANNELS * 4, CHANNELS * 4, 4};
    const kernel_image last_row_first = {bytes + WIDTH * CHANNELS * (HEIGHT - 1),
                                         KERNEL_UINT8,
                                         WIDTH,
                                         HEIGHT,
                                         CHANNELS,
                                         -WIDTH * CHANNELS,
                                         CHANNELS,
                                         1};
    kernel_options options = {.border = KERNEL_BORDER_REFLECT, .threads = 2};
    const kernel_options some_rows = {KERNEL_BORDER_CONSTANT, 7.5F, 1, 3, 20};

    put_status(kernel_convolve(floats, WIDTH, HEIGHT, weights, 5, float_output));
    put(float_output, WIDTH * HEIGHT * 4);
    put_status(kernel_convolve(NULL, WIDTH, HEIGHT, weights, 5, float_output));
    put_status(kernel_convolve_ex(&last_row_first, weights, 3, &options, byte_output));
    put(byte_output, sizeof byte_output);
    put_status(kernel_convolve_ex(&image, weights, 7, &some_rows, float_output));
    put(float_output, sizeof float_output);
    options.border = KERNEL_BORDER_MIRROR;
    put_status(kernel_separable(&image, weights, 5, weights + 7, 4, &options, float_output));
    put(float_output, sizeof float_output);
    put_status(kernel_gaussian_weights(1.3, 4, float_output));
    put(float_output, 9 * 4);
    options.border = KERNEL_BORDER_NEAREST;
    put_status(kernel_gaussian_blur(&last_row_first, 1.3, 4, &options, byte_output));
    put(byte_output, sizeof byte_output);
    options.border = KERNEL_BORDER_WRAP;
    for (unsigned axis = 0; axis < 3; axis++) { /* there is no third */
        put_status(kernel_sobel(&image, axis, &options, float_output));
        put(float_output, sizeof float_output);
    }
    put_status(kernel_median(&image, 3, NULL, float_output));
    put(float_output, sizeof float_output);
    put_status(kernel_median(&last_row_first, 7, &options, byte_output));
    put(byte_output, sizeof byte_output);
    put_status(kernel_select_cpu("fortran"));
    put_status(kernel_select_cpu("baseline"));
    put_text(kernel_cpu_level());
    put_text(kernel_version());
    put_status(kernel_convolve_fft(&image, weights, 25, &options, float_output));
    put(float_output, sizeof float_output);
    return ferror(stdout) != 0;
}
