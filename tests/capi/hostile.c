/* Calls every function with arguments that no caller should pass: the answer is KERNEL_INVALID, or
 * the result is right. What lies before and after each buffer must not be touched, which the
 * address sanitizer or, without it, pages without access make sure of. */
#define _GNU_SOURCE
#include "kernel.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

enum { WIDTH = 23, HEIGHT = 11, CHANNELS = 2, SAMPLES = WIDTH * HEIGHT * CHANNELS, TAPS = 5 };

static int failures, calls;

#define CHECK(condition, what)                                                                     \
    do {                                                                                           \
        calls++;                                                                                   \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, what, #condition);              \
        }                                                                                          \
    } while (0)

/* Memory that ends, or begins, where the next byte cannot be touched. */
static unsigned char *guarded(size_t size, int at_end) {
#ifdef SANITIZED
    /* Held to the end, so that what is reported as lost was lost by the library. */
    static unsigned char *volatile held[4096];
    static size_t count;
    (void)at_end;
    unsigned char *memory = malloc(size);
    if (!memory || count == sizeof held / sizeof *held)
        abort();
    return held[count++] = memory;
#else
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page;
    unsigned char *all =
        mmap(NULL, (pages + 2) * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + page, pages * page, PROT_READ | PROT_WRITE) != 0)
        abort();
    return at_end ? all + page + pages * page - size : all + page;
#endif
}

static float *weights, *outer_weights; /* TAPS * TAPS */

typedef int operation(const kernel_image *image, const kernel_options *options, void *output);

static int convolve_ex(const kernel_image *image, const kernel_options *options, void *output) {
    return kernel_convolve_ex(image, weights, TAPS, options, output);
}
static int convolve_fft(const kernel_image *image, const kernel_options *options, void *output) {
    return kernel_convolve_fft(image, weights, TAPS, options, output);
}
static int separable(const kernel_image *image, const kernel_options *options, void *output) {
    return kernel_separable(image, weights, TAPS, weights + 3, 4, options, output);
}
static int gaussian_blur(const kernel_image *image, const kernel_options *options, void *output) {
    return kernel_gaussian_blur(image, 1.5, 3, options, output);
}
static int sobel(const kernel_image *image, const kernel_options *options, void *output) {
    return kernel_sobel(image, 1, options, output);
}
static int median(const kernel_image *image, const kernel_options *options, void *output) {
    return kernel_median(image, 5, options, output);
}

static const struct {
    const char *name;
    operation *function;
} operations[] = {{"convolve_ex", convolve_ex},
                  {"convolve_fft", convolve_fft},
                  {"separable", separable},
                  {"gaussian_blur", gaussian_blur},
                  {"sobel", sobel},
                  {"median", median}};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static kernel_image plain_image(const void *data, int32_t sample) {
    ptrdiff_t size = sample == KERNEL_FLOAT32 ? 4 : 1;
    return (kernel_image){
        data, sample, WIDTH, HEIGHT, CHANNELS, WIDTH * CHANNELS * size, CHANNELS * size, size};
}

static void fill(unsigned char *memory, int32_t sample) {
    for (int i = 0; i < SAMPLES; i++) {
        float value = (float)(i * 37 % 101) - 50;
        if (sample == KERNEL_FLOAT32)
            memcpy(memory + 4 * i, &value, 4);
        else
            memory[i] = (unsigned char)(i * 37 % 101);
    }
}

/* Each is refused, and the output stays as it was. */
static void refuse(const char *name, operation *function, const kernel_image *good,
                   unsigned char *output, size_t size) {
    static const int32_t no_sample[] = {-1, 2, INT32_MIN, INT32_MAX};
    static const int32_t no_border[] = {-1, 5, INT32_MIN, INT32_MAX};
    static const uint32_t no_rows[][2] = {
        {HEIGHT, 0},     {UINT32_MAX, 0}, {0, HEIGHT + 1},         {0, UINT32_MAX},
        {HEIGHT - 1, 2}, {1, UINT32_MAX}, {UINT32_MAX, UINT32_MAX}};
    kernel_image bad;
    memset(output, 0x5A, size);
    CHECK(function(NULL, NULL, output) == KERNEL_INVALID, name);
    CHECK(function(good, NULL, NULL) == KERNEL_INVALID, name);
    CHECK(function(NULL, NULL, NULL) == KERNEL_INVALID, name);
#define BAD(change)                                                                                \
    bad = *good;                                                                                   \
    change;                                                                                        \
    CHECK(function(&bad, NULL, output) == KERNEL_INVALID, name)
    BAD(bad.data = NULL);
    BAD(bad.width = 0);
    BAD(bad.height = 0);
    BAD(bad.channels = 0);
    BAD(bad.width = bad.height = UINT32_MAX);
    BAD(bad.width = bad.channels = UINT32_MAX);
    BAD(bad.width = bad.height = bad.channels = UINT32_MAX);
    BAD(bad.height = bad.channels = UINT32_MAX; bad.row_stride = bad.channel_stride = 0);
    BAD(bad.row_stride = PTRDIFF_MAX);
    BAD(bad.row_stride = PTRDIFF_MIN);
    BAD(bad.column_stride = PTRDIFF_MAX);
    BAD(bad.column_stride = PTRDIFF_MIN);
    BAD(bad.channel_stride = PTRDIFF_MAX);
    BAD(bad.channel_stride = PTRDIFF_MIN);
    BAD(bad.row_stride = PTRDIFF_MIN; bad.column_stride = PTRDIFF_MAX);
    for (size_t i = 0; i < sizeof no_sample / sizeof *no_sample; i++) {
        BAD(bad.sample = no_sample[i]);
    }
    for (size_t i = 0; i < sizeof no_border / sizeof *no_border; i++) {
        kernel_options options = {.border = no_border[i]};
        CHECK(function(good, &options, output) == KERNEL_INVALID, name);
    }
    for (size_t i = 0; i < sizeof no_rows / sizeof *no_rows; i++) {
        kernel_options options = {.first_row = no_rows[i][0], .rows = no_rows[i][1]};
        CHECK(function(good, &options, output) == KERNEL_INVALID, name);
    }
    for (size_t i = 0; i < size; i++)
        if (output[i] != 0x5A) {
            CHECK(!"the output was written", name);
            break;
        }
}

/* Each overlaps what is read by a byte at least. */
static void overlap(const char *name, operation *function, const kernel_image *good, size_t size) {
    unsigned char *both = guarded(3 * size, 1);
    memset(both, 0, 3 * size);
    kernel_image image = *good;
    image.data = both + size;
    const size_t places[] = {1, size / 2, size - 1, size, size + 1, 2 * size - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        CHECK(function(&image, NULL, both + places[i]) == KERNEL_INVALID, name);
    CHECK(function(&image, NULL, both) == KERNEL_OK, name);
    CHECK(function(&image, NULL, both + 2 * size) == KERNEL_OK, name);
    image.data = both + 2 * size - size / HEIGHT;
    image.row_stride = -image.row_stride; /* the same memory, from the last row up */
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        CHECK(function(&image, NULL, both + places[i]) == KERNEL_INVALID, name);
    CHECK(function(&image, NULL, both) == KERNEL_OK, name);
}

/* Odd, but with one right answer: that of the plain call. */
static void accept(const char *name, operation *function, const kernel_image *good, size_t size) {
    unsigned char *expected = guarded(size, 1);
    CHECK(function(good, NULL, expected) == KERNEL_OK, name);
    for (int at_end = 0; at_end < 2; at_end++)
        for (size_t off = 0; off < 4; off++) {
            unsigned char *input = guarded(size + off, at_end) + (at_end ? 0 : off);
            unsigned char *output = guarded(size + off, at_end) + (at_end ? 0 : off);
            memcpy(input, good->data, size);
            kernel_image image = *good;
            image.data = input;
            CHECK(function(&image, NULL, output) == KERNEL_OK, name);
            CHECK(memcmp(output, expected, size) == 0, name);
        }
    unsigned char *output = guarded(size, 1);
    kernel_options options = {.threads = UINT32_MAX};
    CHECK(function(good, &options, output) == KERNEL_OK, name);
    CHECK(memcmp(output, expected, size) == 0, name);
    /* The structures themselves need not be aligned. */
    unsigned char *image = guarded(sizeof *good + 1, 1), *some = guarded(sizeof options + 1, 1);
    memcpy(image + 1, good, sizeof *good);
    memcpy(some + 1, &options, sizeof options);
    CHECK(function((const kernel_image *)(void *)(image + 1),
                   (const kernel_options *)(void *)(some + 1), output) == KERNEL_OK,
          name);
    CHECK(memcmp(output, expected, size) == 0, name);
    /* One pixel, however far the next would be; and one that is everywhere. */
    const ptrdiff_t strides[] = {0, 1, -1, PTRDIFF_MAX, PTRDIFF_MIN};
    size_t pixel = size / (WIDTH * HEIGHT);
    unsigned char *first = guarded(pixel, 1), *second = guarded(pixel, 1);
    kernel_image one = *good;
    one.width = one.height = 1;
    CHECK(function(&one, NULL, first) == KERNEL_OK, name);
    for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
        one.row_stride = one.column_stride = strides[i];
        CHECK(function(&one, NULL, second) == KERNEL_OK, name);
        CHECK(memcmp(first, second, pixel) == 0, name);
    }
    kernel_image same = *good;
    same.row_stride = same.column_stride = same.channel_stride = 0;
    CHECK(function(&same, NULL, output) == KERNEL_OK, name);
}

/* The output on top of the structure that tells of the input: refused, or right. */
static void over_the_image(const char *name, operation *function, const kernel_image *good,
                           size_t size) {
    unsigned char *expected = guarded(size, 1), *output = guarded(size, 1);
    CHECK(function(good, NULL, expected) == KERNEL_OK, name);
    memcpy(output, good, sizeof *good);
    int status = function((const kernel_image *)(void *)output, NULL, output);
    CHECK(status == KERNEL_INVALID || (status == KERNEL_OK && memcmp(output, expected, size) == 0),
          name);
}

static void every_operation(int32_t sample) {
    const size_t size = (size_t)SAMPLES * (sample == KERNEL_FLOAT32 ? 4 : 1);
    unsigned char *input = guarded(size, 1), *output = guarded(size, 1);
    fill(input, sample);
    const kernel_image good = plain_image(input, sample);
    for (size_t i = 0; i < OPERATIONS; i++) {
        refuse(operations[i].name, operations[i].function, &good, output, size);
        overlap(operations[i].name, operations[i].function, &good, size);
        accept(operations[i].name, operations[i].function, &good, size);
        over_the_image(operations[i].name, operations[i].function, &good, size);
    }
}

/* What each function has besides. */
static void own_arguments(void) {
    const size_t size = SAMPLES * 4;
    unsigned char *input = guarded(size, 1), *output = guarded(size, 1), *target = guarded(size, 1);
    fill(input, KERNEL_FLOAT32);
    const kernel_image image = plain_image(input, KERNEL_FLOAT32);
    const uint32_t no_size[] = {0, UINT32_MAX};
    for (size_t i = 0; i < 2; i++) {
        CHECK(kernel_convolve_ex(&image, weights, no_size[i], NULL, output) == KERNEL_INVALID,
              "ex");
        CHECK(kernel_convolve_fft(&image, weights, no_size[i], NULL, output) == KERNEL_INVALID,
              "fft");
    }
    CHECK(kernel_convolve_ex(&image, NULL, 3, NULL, output) == KERNEL_INVALID, "ex");
    CHECK(kernel_convolve_fft(&image, NULL, 3, NULL, output) == KERNEL_INVALID, "fft");
    CHECK(kernel_convolve_ex(&image, output, 3, NULL, output) == KERNEL_INVALID, "ex");
    CHECK(kernel_convolve_fft(&image, output + size - 4, 3, NULL, output) == KERNEL_INVALID, "fft");
    CHECK(kernel_separable(&image, NULL, 3, weights, 3, NULL, output) == KERNEL_INVALID,
          "separable");
    CHECK(kernel_separable(&image, weights, 3, NULL, 3, NULL, output) == KERNEL_INVALID,
          "separable");
    CHECK(kernel_separable(&image, weights, 0, weights, 3, NULL, output) == KERNEL_INVALID,
          "separable");
    CHECK(kernel_separable(&image, weights, 3, weights, 0, NULL, output) == KERNEL_INVALID,
          "separable");
    CHECK(kernel_separable(&image, output, 3, weights, 3, NULL, output) == KERNEL_INVALID,
          "separable");
    CHECK(kernel_separable(&image, weights, 3, output + 8, 3, NULL, output) == KERNEL_INVALID,
          "separable");
    const double no_sigma[] = {0.0, -0.0, -1.0, (double)NAN, (double)INFINITY, -(double)INFINITY};
    float nine[9];
    for (size_t i = 0; i < sizeof no_sigma / sizeof *no_sigma; i++) {
        CHECK(kernel_gaussian_blur(&image, no_sigma[i], 3, NULL, output) == KERNEL_INVALID, "blur");
        CHECK(kernel_gaussian_weights(no_sigma[i], 4, nine) == KERNEL_INVALID, "weights");
    }
    const uint32_t no_radius[] = {(uint32_t)INT32_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < 2; i++) {
        CHECK(kernel_gaussian_blur(&image, 1.0, no_radius[i], NULL, output) == KERNEL_INVALID,
              "blur");
        CHECK(kernel_gaussian_weights(1.0, no_radius[i], nine) == KERNEL_INVALID, "weights");
    }
    CHECK(kernel_gaussian_weights(1.0, 4, NULL) == KERNEL_INVALID, "weights");
    for (size_t off = 0; off < 4; off++) {
        unsigned char *odd = guarded(sizeof nine + off, 0) + off;
        CHECK(kernel_gaussian_weights(1.0, 4, nine) == KERNEL_OK, "weights");
        CHECK(kernel_gaussian_weights(1.0, 4, (float *)(void *)odd) == KERNEL_OK, "weights");
        CHECK(memcmp(odd, nine, sizeof nine) == 0, "weights");
    }
    const double odd_sigma[] = {5e-324, 1e-300, 1e300, 1.7976931348623157e308};
    for (size_t i = 0; i < sizeof odd_sigma / sizeof *odd_sigma; i++)
        CHECK(kernel_gaussian_blur(&image, odd_sigma[i], 2, NULL, output) == KERNEL_OK, "blur");
    const uint32_t no_axis[] = {2, UINT32_MAX}, no_window[] = {0, 1, 2, 4, 6, 8, 9, UINT32_MAX};
    for (size_t i = 0; i < 2; i++)
        CHECK(kernel_sobel(&image, no_axis[i], NULL, output) == KERNEL_INVALID, "sobel");
    for (size_t i = 0; i < sizeof no_window / sizeof *no_window; i++)
        CHECK(kernel_median(&image, no_window[i], NULL, output) == KERNEL_INVALID, "median");
    /* A kernel that is larger than the image, and one that ends where nothing more can be read. */
    CHECK(kernel_convolve_ex(&image, outer_weights, 31, NULL, output) == KERNEL_OK, "ex");
    CHECK(kernel_separable(&image, outer_weights, 961, outer_weights, 961, NULL, target) ==
              KERNEL_OK,
          "separable");
}

static void plain_convolve(void) {
    const size_t size = WIDTH * HEIGHT * 4;
    for (int at_end = 0; at_end < 2; at_end++)
        for (size_t off = 0; off < 4; off++) {
            unsigned char *memory = guarded(size + off, at_end) + (at_end ? 0 : off);
            unsigned char *target = guarded(size + off, at_end) + (at_end ? 0 : off);
            unsigned char *taps = guarded(36 + off, at_end) + (at_end ? 0 : off);
            memset(memory, 0, size);
            memset(taps, 0, 36);
            const float *input = (const float *)(void *)memory,
                        *kernel = (const float *)(void *)taps;
            float *output = (float *)(void *)target;
            CHECK(kernel_convolve(input, WIDTH, HEIGHT, kernel, 3, output) == KERNEL_OK,
                  "convolve");
            CHECK(kernel_convolve(NULL, WIDTH, HEIGHT, kernel, 3, output) == KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, WIDTH, HEIGHT, NULL, 3, output) == KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, WIDTH, HEIGHT, kernel, 3, NULL) == KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, 0, HEIGHT, kernel, 3, output) == KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, WIDTH, 0, kernel, 3, output) == KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, WIDTH, HEIGHT, kernel, 0, output) == KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, WIDTH, HEIGHT, kernel, UINT32_MAX, output) ==
                      KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, UINT32_MAX, UINT32_MAX, kernel, 3, output) ==
                      KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, WIDTH, HEIGHT, kernel, 3, (float *)(void *)memory) ==
                      KERNEL_INVALID,
                  "convolve");
            CHECK(kernel_convolve(input, WIDTH, HEIGHT, output, 3, output) == KERNEL_INVALID,
                  "convolve");
        }
}

static void texts(void) {
    char before[16], *long_name = (char *)guarded(100000, 1);
    memset(long_name, 0xFF, 99999);
    long_name[99999] = 0;
    snprintf(before, sizeof before, "%s", kernel_cpu_level());
    CHECK(kernel_select_cpu(NULL) == KERNEL_INVALID, "select_cpu");
    CHECK(kernel_select_cpu("") == KERNEL_INVALID, "select_cpu");
    CHECK(kernel_select_cpu("AVX2") == KERNEL_INVALID, "select_cpu");
    CHECK(kernel_select_cpu("\xFF\xFE") == KERNEL_INVALID, "select_cpu");
    CHECK(kernel_select_cpu(long_name) == KERNEL_INVALID, "select_cpu");
    CHECK(strcmp(before, kernel_cpu_level()) == 0, "cpu_level");
    CHECK(strlen(kernel_version()) > 0, "version");
}

/* Where memory ends, the functions say so. */
static void no_memory(void) {
#ifndef SANITIZED
    enum { SIDE = 16 };
    static float input[SIDE * SIDE], output[SIDE * SIDE];
    const kernel_image image = {input, KERNEL_FLOAT32, SIDE, SIDE, 1, SIDE * 4, 4, 4};
    kernel_options options = {.threads = 1};
    struct rlimit before, none;
    getrlimit(RLIMIT_AS, &before);
    none = before;
    none.rlim_cur = 1;
    setrlimit(RLIMIT_AS, &none);
    int status = kernel_convolve_fft(&image, weights, 5, &options, output);
    setrlimit(RLIMIT_AS, &before);
    CHECK(status == KERNEL_OUT_OF_MEMORY, "convolve_fft without memory");
    CHECK(kernel_convolve_fft(&image, weights, 5, &options, output) == KERNEL_OK, "convolve_fft");
#endif
}

int main(void) {
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    weights = (float *)(void *)guarded(TAPS * TAPS * 4, 1);
    outer_weights = (float *)(void *)guarded(961 * 4, 1);
    for (int i = 0; i < TAPS * TAPS; i++)
        weights[i] = (float)i / 16;
    for (int i = 0; i < 961; i++)
        outer_weights[i] = 1;
    no_memory();
    for (size_t i = 0; i < 3; i++)
        if (kernel_select_cpu(levels[i]) == KERNEL_OK) {
            every_operation(KERNEL_FLOAT32);
            every_operation(KERNEL_UINT8);
            own_arguments();
            plain_convolve();
        }
    texts();
    printf("%d checks, %d failed\n", calls, failures);
    return failures != 0;
}
