/* The image kernels: a plain C library that needs nothing but the C runtime and threads.
 *
 * The Rust library exports the same symbols with the same types, so this header serves both.
 */
#ifndef TWINWHEEL_KERNEL_H
#define TWINWHEEL_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#if defined(KERNEL_SHARED) && defined(_WIN32)
#define KERNEL_API __declspec(dllexport)
#elif defined(KERNEL_SHARED)
#define KERNEL_API __attribute__((visibility("default")))
#else
#define KERNEL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What the functions return. */
#define KERNEL_OK 0
#define KERNEL_INVALID (-1)       /* an argument is wrong; nothing was written */
#define KERNEL_OUT_OF_MEMORY (-2) /* the working memory cannot be had; nothing was written */
#define KERNEL_INTERNAL (-3)      /* the library is at fault; the output is partly written */

/* How a sample is stored. */
#define KERNEL_FLOAT32 0 /* IEEE 754 binary32 */
#define KERNEL_UINT8 1   /* rounded half to even and saturated to 0..255; NaN is stored as 0 */

/* What lies outside the image a b c d, as scipy.ndimage names it. */
#define KERNEL_BORDER_CONSTANT 0 /* v v v | a b c d | v v v */
#define KERNEL_BORDER_NEAREST 1  /* a a a | a b c d | d d d */
#define KERNEL_BORDER_REFLECT 2  /* c b a | a b c d | d c b */
#define KERNEL_BORDER_MIRROR 3   /* d c b | a b c d | c b a */
#define KERNEL_BORDER_WRAP 4     /* b c d | a b c d | a b c */

/* An image in memory. The strides are in bytes, and may be negative or zero; data points to the
 * first sample, and need not be aligned. */
typedef struct kernel_image {
    const void *data;
    int32_t sample; /* KERNEL_FLOAT32 or KERNEL_UINT8 */
    uint32_t width;
    uint32_t height;
    uint32_t channels;
    ptrdiff_t row_stride;
    ptrdiff_t column_stride;
    ptrdiff_t channel_stride;
} kernel_image;

/* What holds for every operation. All zeros are the defaults. */
typedef struct kernel_options {
    int32_t border;     /* one of KERNEL_BORDER_* */
    float border_value; /* what lies outside for KERNEL_BORDER_CONSTANT; not used otherwise */
    uint32_t threads;   /* at most so many, the caller's included; fewer where they do not pay, and
                         * 0 is 1 */
    uint32_t first_row; /* the first row of the result to write: output points to it */
    uint32_t rows;      /* how many rows to write; 0 for all from there on */
} kernel_options;

/* In all functions below
 *
 *   input    the image. Each channel is taken by itself.
 *   options  null for the defaults.
 *   output   rows * width * channels samples of the input's type, contiguous in this order; need
 *            not be aligned; it must overlap neither input nor weights.
 *
 * They return KERNEL_OK; KERNEL_INVALID for a null pointer, a zero size, sizes that overflow
 * size_t, overlapping buffers, or another value that is not accepted; KERNEL_OUT_OF_MEMORY; or
 * KERNEL_INTERNAL, which the C library never does: it is how the Rust library returns from a panic.
 * A NaN is stored as the quiet NaN 0x7FC00000. The result has the same bits on every machine,
 * whatever the instruction set, the threads and the rows; of kernel_convolve_fft it may differ. */

/* Correlate an image of one channel with a square kernel; outside the image all is zero.
 *
 * For each pixel, with the anchor at kernel_size / 2 on both axes: sum = +0.0, then for ky
 * ascending and kx ascending, sum = fma(kernel[ky][kx], pixel, sum) in IEEE 754 binary32. No tap is
 * skipped, so NaN and infinity travel.
 *
 *   input    height rows of width samples, contiguous.
 *   kernel   kernel_size rows of kernel_size weights, contiguous. Any size from 1 up will do, even
 *            ones and ones larger than the image too.
 */
KERNEL_API int kernel_convolve(const float *input, uint32_t width, uint32_t height,
                               const float *kernel, uint32_t kernel_size, float *output);

/* The same for any image.
 *
 *   kernel   kernel_size * kernel_size binary32 weights, contiguous; need not be aligned.
 */
KERNEL_API int kernel_convolve_ex(const kernel_image *input, const void *kernel,
                                  uint32_t kernel_size, const kernel_options *options,
                                  void *output);

/* The same as kernel_convolve_ex by Fourier transforms, which pays for large kernels.
 *
 * Not exact: each sum differs from what it would be without any rounding by at most 64 * 2^-24
 * times the largest magnitude of the samples (and of border_value) times the sum of the weights'
 * magnitudes. That holds where the largest magnitude of the samples, and that of the weights, are
 * between 2^-40 and 2^40; beyond, sums may overflow to infinity and NaN, or vanish. NaN and
 * infinity travel further than the kernel reaches. Past a kernel_size of 384 it is
 * kernel_convolve_ex; up to there, working memory is at most 16 MB, of all threads together, for an
 * image of up to 1024 channels: there are fewer threads where they would take more.
 */
KERNEL_API int kernel_convolve_fft(const kernel_image *input, const void *kernel,
                                   uint32_t kernel_size, const kernel_options *options,
                                   void *output);

/* Correlate the rows with one kernel, and the columns of what that gives with another.
 *
 * Both passes are as kernel_convolve's: from +0.0, taps ascending, one fma in binary32 each, the
 * anchor at size / 2. What is outside above and below is the first pass of what is outside there.
 *
 *   across, down  their binary32 weights, contiguous; need not be aligned.
 */
KERNEL_API int kernel_separable(const kernel_image *input, const void *across, uint32_t across_size,
                                const void *down, uint32_t down_size, const kernel_options *options,
                                void *output);

/* Blur by a Gaussian: kernel_separable with the weights of kernel_gaussian_weights on both axes.
 *
 *   sigma   standard deviation in pixels, above 0 and finite.
 *   radius  the kernel has 2 * radius + 1 weights.
 */
KERNEL_API int kernel_gaussian_blur(const kernel_image *input, double sigma, uint32_t radius,
                                    const kernel_options *options, void *output);

/* Write the 2 * radius + 1 weights of a Gaussian: exp(-x * x / (2 * sigma * sigma)) for x from
 * -radius to radius, over their sum, in binary64, rounded to binary32 at the end. */
KERNEL_API int kernel_gaussian_weights(double sigma, uint32_t radius, float *weights);

/* The Sobel derivative along an axis: kernel_separable with -1, 0, 1 along it, and 1, 2, 1 along
 * the other.
 *
 *   axis  0 for down, 1 for across.
 */
KERNEL_API int kernel_sobel(const kernel_image *input, uint32_t axis, const kernel_options *options,
                            void *output);

/* The median of the square window around each pixel, NaN being above all numbers and -0 below +0.
 *
 *   size  3, 5 or 7.
 */
KERNEL_API int kernel_median(const kernel_image *input, uint32_t size,
                             const kernel_options *options, void *output);

/* Choose the instruction set: "auto", "baseline", "avx2" or "avx512". The results do not depend on
 * it.
 *
 * Returns KERNEL_OK, or KERNEL_INVALID for a name that is unknown or that this machine does not
 * have.
 */
KERNEL_API int kernel_select_cpu(const char *level);

/* The instruction set in use. */
KERNEL_API const char *kernel_cpu_level(void);

/* The library's version, such as "1.2.3". */
KERNEL_API const char *kernel_version(void);

#ifdef __cplusplus
}
#endif

#endif
