/* What the sources of the library share. */
#ifndef TWINWHEEL_KERNEL_INTERNAL_H
#define TWINWHEEL_KERNEL_INTERNAL_H

#include "kernel.h"

/* The contract is in binary32 and binary64, without the wider registers of x87. */
#include <float.h>
#if FLT_EVAL_METHOD == 1 || FLT_EVAL_METHOD == 2
#error "floating-point evaluation in a wider format: compile with -msse2 -mfpmath=sse"
#endif

/* Sums that are kept in registers while the taps are walked. Rows are padded to a multiple of it.
 */
#define KERNEL_BLOCK 64

/* Map an index outside 0..length-1, however far, to the one inside that the border stands for.
 * Returns -1 when that is the constant. */
int64_t kernel_border_index(int64_t index, int64_t length, int32_t border);

/* One row of sums, of blocks * KERNEL_BLOCK samples.
 *
 * window holds kernel_size padded rows; the tap kx of sample i is at window[ky][i + kx * channels].
 */
typedef void kernel_row_function(const float *const *window, const float *kernel,
                                 size_t kernel_size, size_t channels, size_t blocks, float *sums);

kernel_row_function kernel_row_baseline;
#ifdef KERNEL_HAVE_AVX2
kernel_row_function kernel_row_avx2;
#endif

/* The row function for the instruction set in use. */
kernel_row_function *kernel_row(void);

#endif
