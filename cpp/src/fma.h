/* fma(a, b, c) in binary32, correctly rounded, by the processor or by binary64 arithmetic.
 *
 * fmaf() of the C runtime is not called where the processor lacks it: it is slow, and in some
 * runtimes wrong.
 */
#ifndef TWINWHEEL_KERNEL_FMA_H
#define TWINWHEEL_KERNEL_FMA_H

#include <math.h>

#if defined(__FMA__) || defined(__FP_FAST_FMAF) || defined(__aarch64__) || defined(_M_ARM64) ||    \
    (defined(_MSC_VER) && defined(__AVX2__))

static inline float kernel_fma(float a, float b, float c) { return fmaf(a, b, c); }

#else

#include <stdint.h>
#include <string.h>

/* The product of two binary32 is exact in binary64; the sum is not, and rounding it a second time
 * to binary32 can go wrong where the first rounding lands on a tie. So the sum is rounded to odd:
 * when it is inexact, take of its two neighbours the one whose last bit is 1. That is never a tie,
 * and lies on the same side as the exact sum, so the second rounding is right (Boldo and Melquiond,
 * "Emulation of a FMA and correctly rounded sums", 2008). The error of the sum is Knuth's TwoSum.
 */
static inline float kernel_fma(float a, float b, float c) {
    double product = (double)a * (double)b;
    double addend = (double)c;
    double sum = product + addend;
    double virtual_addend = sum - product;
    double error = (product - (sum - virtual_addend)) + (addend - virtual_addend);
    uint64_t sum_bits, error_bits, flag_bits;
    /* Of infinity and NaN the error is NaN, for which the comparison is false. The flag is a double
     * whose bit 52 is 1 or 0, as there is a vector instruction for that. */
    double flag = fabs(error) > 0.0 ? 1.0 : 0.0;
    memcpy(&sum_bits, &sum, sizeof sum_bits);
    memcpy(&error_bits, &error, sizeof error_bits);
    memcpy(&flag_bits, &flag, sizeof flag_bits);
    uint64_t inexact_and_even = (flag_bits >> 52) & ~sum_bits & 1;
    uint64_t toward_zero = (sum_bits ^ error_bits) >> 63;
    sum_bits += (1 - 2 * toward_zero) & (0 - inexact_and_even);
    memcpy(&sum, &sum_bits, sizeof sum);
    return (float)sum;
}

#endif

#endif
