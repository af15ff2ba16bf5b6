/* The image kernels: a plain C library that needs nothing but the C runtime.
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

/* Correlate an image of one channel with a square kernel; outside the image all is zero.
 *
 * For each pixel, with the anchor at kernel_size / 2 on both axes: sum = +0.0, then for ky
 * ascending and kx ascending, sum = fma(kernel[ky][kx], pixel, sum) in IEEE 754 binary32. No tap is
 * skipped, so NaN and infinity travel. A NaN is stored as the quiet NaN 0x7FC00000. The result has
 * the same bits on every machine.
 *
 *   input        height rows of width samples, contiguous.
 *   kernel       kernel_size rows of kernel_size weights, contiguous. Any size from 1 up will do,
 *                even ones and ones larger than the image too.
 *   output       as many samples as input; it must overlap neither input nor kernel.
 *
 * Returns KERNEL_OK; KERNEL_INVALID for a null pointer, a zero size, sizes that overflow size_t, or
 * overlapping buffers; KERNEL_OUT_OF_MEMORY.
 */
KERNEL_API int kernel_convolve(const float *input, uint32_t width, uint32_t height,
                               const float *kernel, uint32_t kernel_size, float *output);

/* The same for any image.
 *
 *   input         the image. Each channel is correlated by itself.
 *   kernel        kernel_size * kernel_size binary32 weights, contiguous; need not be aligned.
 *   border        one of KERNEL_BORDER_*.
 *   border_value  what lies outside for KERNEL_BORDER_CONSTANT; not used otherwise.
 *   output        height * width * channels samples of the input's type, contiguous in this order;
 *                 need not be aligned.
 */
KERNEL_API int kernel_convolve_ex(const kernel_image *input, const void *kernel,
                                  uint32_t kernel_size, int32_t border, float border_value,
                                  void *output);

/* Choose the instruction set: "auto", "baseline" or "avx2". The results do not depend on it.
 *
 * Returns KERNEL_OK, or KERNEL_INVALID for a name that is unknown or that this machine does not
 * have.
 */
KERNEL_API int kernel_select_cpu(const char *level);

/* The instruction set in use: "baseline" or "avx2". */
KERNEL_API const char *kernel_cpu_level(void);

#ifdef __cplusplus
}
#endif

#endif
