#include "check.h"
#include "definition.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const levels[] = {"baseline", "avx2", "avx512"};

int prepare_call(const call *one, memory *all) {
    extent reach;
    int status = judge_call(one, &reach);
    if (status == TOO_LARGE)
        return status;
    *all = open_memory(one, &reach);
    return is_output_overlapped(all) ? KERNEL_INVALID : status;
}

int make_call(const call *one, const memory *all) {
    kernel_image image = one->image;
    image.data = one->absent & INPUT ? NULL : input_of(all);
    const kernel_image *input = one->absent & IMAGE ? NULL : &image;
    const kernel_options *options = one->absent & OPTIONS ? NULL : &one->options;
    const void *kernel = one->absent & KERNEL ? NULL : kernels_of(all);
    /* Of a call that is refused for its sizes there are fewer bytes. */
    size_t first = one->size * sizeof(float) < all->parts[1].bytes ? one->size * sizeof(float) : 0;
    const void *other = one->absent & OTHER_KERNEL ? NULL : kernels_of(all) + first;
    void *output = one->absent & OUTPUT ? NULL : output_of(all);
    switch (one->operation) {
    case CONVOLVE:
        return kernel_convolve(image.data, image.width, image.height, kernel, one->size, output);
    case CONVOLVE_EX:
        return kernel_convolve_ex(input, kernel, one->size, options, output);
    case CONVOLVE_FFT:
        return kernel_convolve_fft(input, kernel, one->size, options, output);
    case SEPARABLE:
        return kernel_separable(input, kernel, one->size, other, one->other, options, output);
    case GAUSSIAN_BLUR:
        return kernel_gaussian_blur(input, one->sigma, one->size, options, output);
    case SOBEL:
        return kernel_sobel(input, one->size, options, output);
    default:
        return kernel_median(input, one->size, options, output);
    }
}

static void fail(const call *one, const char *level, const char *what, ptrdiff_t place) {
    static const char *const names[] = {"convolve",      "convolve_ex", "convolve_fft", "separable",
                                        "gaussian_blur", "sobel",       "median"};
    const kernel_image *image = &one->image;
    const kernel_options *options = &one->options;
    fprintf(stderr,
            "%s at %s: %s at byte %td of the output\n"
            "  sample %" PRId32 ", %" PRIu32 " x %" PRIu32 " x %" PRIu32
            ", strides %td %td %td; size %" PRIu32 ", other %" PRIu32 ", sigma %g\n"
            "  border %" PRId32 " %g, threads %" PRIu32 ", rows %" PRIu32 " from %" PRIu32
            "; absent %" PRIu32 ", layout %d moved %" PRId32 ", palettes %" PRIu32 " %" PRIu32
            "%s\n",
            names[one->operation], level, what, place, image->sample, image->width, image->height,
            image->channels, image->row_stride, image->column_stride, image->channel_stride,
            one->size, one->other, one->sigma, options->border, (double)options->border_value,
            options->threads, options->rows, options->first_row, one->absent, (int)one->layout,
            one->moved, one->sample_palette, one->weight_palette, one->large ? ", large" : "");
    abort();
}

/* The result of a call that is shared out: the same call in one thread. */
static void make_alone(const call *one, const memory *all) {
    call alone = *one;
    alone.options.threads = 1;
    kernel_select_cpu("auto");
    if (make_call(&alone, all) != KERNEL_OK)
        fail(&alone, "auto", "the status is wrong", 0);
}

/* The sums that the transforms are to be near, and how near. */
typedef struct {
    double *sums;
    double limit; /* infinite when they need not be near */
} neighbourhood;

/* What kernel.h admits. */
static neighbourhood neighbours_of(const call *one, const memory *all) {
    kernel_image image = one->image;
    image.data = input_of(all);
    float *samples = copy_samples(&image);
    const size_t count = (size_t)image.width * image.height * image.channels;
    const size_t taps = (size_t)one->size * one->size;
    double largest = fabs((double)one->options.border_value), sum = 0;
    int finite = isfinite(largest);
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)samples[i]));
        if (!isfinite(samples[i]))
            finite = 0;
    }
    for (size_t i = 0; i < taps; i++) {
        float weight;
        memcpy(&weight, kernels_of(all) + i * sizeof weight, sizeof weight);
        sum += fabs((double)weight);
        if (!isfinite(weight))
            finite = 0;
    }
    free(samples);
    /* Numbers so large that what is between overflows; and so small that it is rounded off. */
    finite = finite && largest < 1e30 && sum < 1e30 && largest * sum < 1e30;
    double limit = 64 * 0x1p-24 * largest * sum + 1e-37 * (1 + largest) * (double)taps;
    return (neighbourhood){define_sums(one, all), finite ? limit : (double)INFINITY};
}

static void check_near(const call *one, const char *level, const neighbourhood *near,
                       const memory *got) {
    const int is_byte = one->image.sample == KERNEL_UINT8;
    const size_t size = is_byte ? sizeof(uint8_t) : sizeof(float);
    for (size_t i = 0; i < got->parts[2].bytes / size; i++) {
        const unsigned char *place = output_of(got) + i * size;
        double sum = near->sums[i], result = *place, limit = near->limit;
        uint32_t bits;
        float value;
        if (is_byte) {
            sum = fmin(fmax(sum, 0), 255);
            limit += 0.5;
        } else {
            memcpy(&bits, place, sizeof bits);
            memcpy(&value, place, sizeof value);
            if (isnan(value) && bits != 0x7FC00000)
                fail(one, level, "a NaN is not the quiet one", (ptrdiff_t)(i * size));
            result = (double)value;
        }
        if (isfinite(near->limit) && !(fabs(result - sum) <= limit))
            fail(one, level, "the result is not near the exact sums", (ptrdiff_t)(i * size));
    }
}

void check_call(const call *one) {
    memory before;
    int status = prepare_call(one, &before);
    if (status == TOO_LARGE)
        return;
    const int exact = one->operation != CONVOLVE_FFT || one->size > 384;
    memory expected = copy_memory(&before);
    neighbourhood near = {NULL, 0};
    if (status == KERNEL_OK && exact && !one->large)
        define_result(one, &before, output_of(&expected));
    if (status == KERNEL_OK && exact && one->large)
        make_alone(one, &expected);
    if (status == KERNEL_OK && !exact)
        near = neighbours_of(one, &before);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (kernel_select_cpu(levels[i]) != KERNEL_OK)
            continue;
        memory got = copy_memory(&before);
        if (make_call(one, &got) != status)
            fail(one, levels[i], "the status is wrong", status);
        ptrdiff_t place;
        if (difference(&got, &expected, exact, &place))
            fail(one, levels[i], "what is written is wrong", place);
        if (near.sums)
            check_near(one, levels[i], &near, &got);
        close_memory(&got);
    }
    free(near.sums);
    close_memory(&expected);
    close_memory(&before);
}
