#include "check.h"
#include "kernel.h"

/* Several threads call every operation on the same image at the same time, and each call is shared
 * out among threads of its own. ThreadSanitizer sees what they read and write. */
#ifdef _WIN32
void test_threads(void) {}
#else
#include <pthread.h>
#include <stdlib.h>

/* Enough for two threads in each operation: see WORK_OF_A_THREAD in bands.c. */
enum { WIDTH = 660, HEIGHT = 500, SIDE = 25, CALLERS = 4, OPERATIONS = 6 };

typedef struct {
    const float *samples;
    const float *kernel;
    unsigned char *outputs[OPERATIONS];
    uint32_t threads;
    int first; /* the operation to begin with, so that the callers do not run in step */
    int succeeded;
} caller;

static int call(int operation, const kernel_image *image, const float *kernel,
                const kernel_options *options, void *output) {
    switch (operation) {
    case 0:
        return kernel_convolve_ex(image, kernel, 7, options, output);
    case 1:
        return kernel_convolve_fft(image, kernel, SIDE, options, output);
    case 2:
        return kernel_separable(image, kernel, SIDE, kernel, SIDE - 1, options, output);
    case 3:
        return kernel_gaussian_blur(image, 4.0, 12, options, output);
    case 4:
        return kernel_sobel(image, 1, options, output);
    default:
        return kernel_median(image, 5, options, output);
    }
}

static void *run_caller(void *argument) {
    caller *one = argument;
    for (int i = 0; i < OPERATIONS; i++) {
        int operation = (one->first + i) % OPERATIONS;
        uint32_t channels = operation == 4 ? 4 : 1; /* so that there is enough to do */
        kernel_image image = {one->samples,
                              KERNEL_FLOAT32,
                              WIDTH,
                              HEIGHT,
                              channels,
                              (ptrdiff_t)(sizeof(float) * WIDTH * channels),
                              (ptrdiff_t)(sizeof(float) * channels),
                              sizeof(float)};
        kernel_options options = {.border = KERNEL_BORDER_REFLECT, .threads = one->threads};
        one->succeeded += kernel_select_cpu("auto") == KERNEL_OK;
        one->succeeded +=
            call(operation, &image, one->kernel, &options, one->outputs[operation]) == KERNEL_OK;
    }
    return NULL;
}

void test_threads(void) {
    static const size_t bytes = sizeof(float) * WIDTH * HEIGHT * 4;
    float *samples = malloc(bytes), kernel[SIDE * SIDE];
    caller callers[CALLERS + 1];
    pthread_t ids[CALLERS + 1];
    uint64_t state = 17;
    for (size_t i = 0; i < bytes / sizeof(float); i++)
        samples[i] = (float)(int32_t)next_random(&state) * 0x1p-20F;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        kernel[i] = (float)(int32_t)next_random(&state) * 0x1p-34F;
    /* The last goes alone, and in one thread. */
    for (int i = 0; i <= CALLERS; i++) {
        callers[i] = (caller){.samples = samples,
                              .kernel = kernel,
                              .threads = i == CALLERS ? 1 : (uint32_t)i + 2,
                              .first = i};
        for (int operation = 0; operation < OPERATIONS; operation++) {
            callers[i].outputs[operation] = malloc(bytes);
            memset(callers[i].outputs[operation], 0x55, bytes);
        }
    }
    for (int i = 0; i < CALLERS; i++)
        CHECK(pthread_create(&ids[i], NULL, run_caller, &callers[i]) == 0);
    for (int i = 0; i < CALLERS; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
    run_caller(&callers[CALLERS]);
    for (int i = 0; i <= CALLERS; i++) {
        CHECK(callers[i].succeeded == 2 * OPERATIONS);
        for (int operation = 0; operation < OPERATIONS; operation++)
            /* How the rows are shared out shows in the last bits of what the transforms give. */
            CHECK(operation == 1 || memcmp(callers[i].outputs[operation],
                                           callers[CALLERS].outputs[operation], bytes) == 0);
    }
    for (int i = 0; i <= CALLERS; i++)
        for (int operation = 0; operation < OPERATIONS; operation++)
            free(callers[i].outputs[operation]);
    free(samples);
}
#endif
