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
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    /* Of infinity and NaN the error is NaN, for which the comparison is false. */
    uint64_t inexact = (uint64_t)(fabs(error) > 0.0);
    uint64_t even = ~bits & 1;
    uint64_t away_from_zero = (uint64_t)((error > 0.0) == (sum > 0.0));
    bits += (inexact & even) * (2 * away_from_zero - 1);
    memcpy(&sum, &bits, sizeof sum);
    return (float)sum;
}

#endif

#endif
