/* What the sources of the library share. */
#ifndef TWINWHEEL_KERNEL_INTERNAL_H
#define TWINWHEEL_KERNEL_INTERNAL_H

#include "kernel.h"

/* The contract is in binary32 and binary64, without the wider registers of x87. */
#include <float.h>
#if FLT_EVAL_METHOD == 1 || FLT_EVAL_METHOD == 2
#error "floating-point evaluation in a wider format: compile with -msse2 -mfpmath=sse"
#endif

#define KERNEL_QUIET_NAN 0x7FC00000u

/* arguments.c: sizes without overflow, and the checks that all operations share. */

/* Multiply or add in size_t; 0 when it overflows. */
int kernel_multiply(size_t a, size_t b, size_t *result);
int kernel_add(size_t a, size_t b, size_t *result);

static inline size_t kernel_sample_size(int32_t sample) {
    return sample == KERNEL_FLOAT32 ? sizeof(float) : sizeof(uint8_t);
}

/* Complete the options, and check them and the image and the output. */
int kernel_valid(const kernel_image *image, const kernel_options *options,
                 kernel_options *completed, const void *output);

/* Does an array of count floats lie apart from the output, and does its length not overflow? */
int kernel_apart(const void *floats, size_t count, const kernel_image *image,
                 const kernel_options *options, const void *output);

/* border.c */

/* Map an index outside 0..length-1, however far, to the one inside that the border stands for.
 * Returns -1 when that is the constant. */
int64_t kernel_border_index(int64_t index, int64_t length, int32_t border);

/* cpu.c and level.inc.c: what is compiled once for each instruction set. */

/* A kernel of height * width weights. Along a row, its taps are step samples apart. */
typedef struct kernel_taps {
    const float *weights;
    size_t height;
    size_t width;
    size_t step;
} kernel_taps;

/* Write some rows of sums, each stride bytes after the one before, with quiet NaNs.
 *
 * window holds a pointer for each source row under the rows of sums: to the first tap of the first
 * sample. There are at least as many samples as the level asks for. */
typedef void kernel_sums_function(const kernel_taps *taps, const void *const *window,
                                  size_t samples, unsigned char *output, ptrdiff_t stride);

/* The same for two kernels, one across and one down, both of size 3 or both of size 5. */
typedef void kernel_fused_function(const kernel_taps *across, const kernel_taps *down,
                                   const void *const *window, size_t samples, unsigned char *output,
                                   ptrdiff_t stride);

#define KERNEL_MOST_ROWS 6

#define KERNEL_MEDIAN_ROWS 8

/* Write up to KERNEL_MEDIAN_ROWS rows of medians of a window of 3, 5 or 7 rows of cells, whose taps
 * are step apart. Returns whether it met what it cannot put in order, and then wrote nonsense. */
typedef int kernel_median_function(const void *const *window, size_t rows, size_t samples,
                                   size_t step, unsigned char *output, ptrdiff_t stride);

/* Complex numbers, size * size, real and imaginary parts in planes whose rows are stride apart. */
typedef struct kernel_square {
    float *re;
    float *im;
    size_t size;
    size_t stride;
    int halved;         /* is the size twice a power of four? */
    const float *roots; /* of unity, size of them, real and imaginary parts in turn */
} kernel_square;

typedef struct kernel_level {
    const char *name;
    size_t lanes; /* the fewest samples that the narrow functions can be asked for, */
    size_t block; /* and the others */
    size_t rows;  /* the most rows at once */
    kernel_sums_function *sums[KERNEL_MOST_ROWS]; /* for 1, 2, ... rows at once */
    kernel_sums_function *narrow_sums[KERNEL_MOST_ROWS];
    kernel_fused_function *fused[KERNEL_MOST_ROWS];
    kernel_fused_function *narrow_fused[KERNEL_MOST_ROWS];
    /* Round, saturate and store samples as bytes. */
    void (*store_bytes)(const float *sums, size_t samples, unsigned char *output);
    /* The Fourier transform of the columns, its inverse, and the product with another square. */
    void (*transform)(const kernel_square *square);
    void (*restore)(const kernel_square *square);
    void (*multiply_square)(const kernel_square *square, const kernel_square *other);
    size_t bytes; /* the fewest samples that a function below can be asked for */
    kernel_median_function *median_of_bytes[3];  /* for windows of 3, 5 and 7 */
    kernel_median_function *median_of_floats[3]; /* which cannot order NaN and -0, */
    kernel_median_function *median_of_keys[3]; /* and which can; for both, lanes samples or more */
} kernel_level;

extern const kernel_level kernel_level_baseline;
#ifdef KERNEL_HAVE_AVX2
extern const kernel_level kernel_level_avx2;
#endif
#ifdef KERNEL_HAVE_AVX512
extern const kernel_level kernel_level_avx512;
#endif

/* The instruction set in use. */
const kernel_level *kernel_level_in_use(void);

/* Its function for so many rows of so many samples. */
static inline kernel_sums_function *kernel_sums(const kernel_level *level, size_t rows,
                                                size_t samples) {
    return (samples < level->block ? level->narrow_sums : level->sums)[rows - 1];
}

static inline kernel_fused_function *kernel_fused(const kernel_level *level, size_t rows,
                                                  size_t samples) {
    return (samples < level->block ? level->narrow_fused : level->fused)[rows - 1];
}

/* bands.c: rows shared out among threads. */

/* Compute the rows first..last-1 of a result, in memory that is the thread's own. */
typedef void kernel_band_function(const void *job, unsigned char *memory, size_t first,
                                  size_t last);

/* Call a function for bands that make up all rows of the options.
 *
 *   memory  bytes that each call gets, aligned to KERNEL_ALIGNMENT.
 *   work    multiplications in all; small work is not shared out.
 *
 * Returns KERNEL_OK or KERNEL_OUT_OF_MEMORY. */
int kernel_run_bands(kernel_band_function *function, const void *job, size_t memory, double work,
                     const kernel_options *options);

#define KERNEL_ALIGNMENT 64

#endif
