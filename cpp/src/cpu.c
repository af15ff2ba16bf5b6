/* Which instruction set to use. */
#include "internal.h"

#include <string.h>

#if defined(KERNEL_HAVE_AVX2) && defined(_MSC_VER)
#include <immintrin.h>
#include <intrin.h>
#endif

enum { LEVEL_UNKNOWN, LEVEL_BASELINE, LEVEL_AVX2 };

/* Threads may come here together for the first time; each of them finds the same level. */
#if defined(__STDC_NO_ATOMICS__) || defined(_MSC_VER)
static volatile int level_in_use = LEVEL_UNKNOWN;
#else
static _Atomic int level_in_use = LEVEL_UNKNOWN;
#endif

static int detect(void) {
#if !defined(KERNEL_HAVE_AVX2)
    return LEVEL_BASELINE;
#elif defined(_MSC_VER)
    /* Bits of CPUID leaf 1, ECX: 12 FMA, 27 OSXSAVE, 28 AVX; leaf 7, EBX: 5 AVX2. The system must
     * save the upper halves of the registers too: XCR0 bits 1 and 2. */
    int leaf[4];
    __cpuid(leaf, 0);
    if (leaf[0] < 7)
        return LEVEL_BASELINE;
    __cpuid(leaf, 1);
    const int wanted = (1 << 12) | (1 << 27) | (1 << 28);
    if ((leaf[2] & wanted) != wanted || (_xgetbv(0) & 6) != 6)
        return LEVEL_BASELINE;
    __cpuidex(leaf, 7, 0);
    return leaf[1] & (1 << 5) ? LEVEL_AVX2 : LEVEL_BASELINE;
#else
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? LEVEL_AVX2
                                                                           : LEVEL_BASELINE;
#endif
}

static int level(void) {
    int known = level_in_use;
    if (known == LEVEL_UNKNOWN) {
        known = detect();
        level_in_use = known;
    }
    return known;
}

int kernel_select_cpu(const char *name) {
    if (!name)
        return KERNEL_INVALID;
    if (strcmp(name, "auto") == 0)
        level_in_use = detect();
    else if (strcmp(name, "baseline") == 0)
        level_in_use = LEVEL_BASELINE;
    else if (strcmp(name, "avx2") == 0 && detect() == LEVEL_AVX2)
        level_in_use = LEVEL_AVX2;
    else
        return KERNEL_INVALID;
    return KERNEL_OK;
}

const char *kernel_cpu_level(void) { return level() == LEVEL_AVX2 ? "avx2" : "baseline"; }

kernel_row_function *kernel_row(void) {
#ifdef KERNEL_HAVE_AVX2
    if (level() == LEVEL_AVX2)
        return kernel_row_avx2;
#endif
    return kernel_row_baseline;
}
