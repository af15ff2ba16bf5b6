/* Which instruction set to use. The results do not depend on it. */
#include "internal.h"

#include <string.h>

#if defined(KERNEL_HAVE_AVX2) && defined(_MSC_VER)
#include <immintrin.h>
#include <intrin.h>
#endif

/* From the best down. */
static const kernel_level *const levels[] = {
#ifdef KERNEL_HAVE_AVX512
    &kernel_level_avx512,
#endif
#ifdef KERNEL_HAVE_AVX2
    &kernel_level_avx2,
#endif
    &kernel_level_baseline,
};
enum { LEVELS = sizeof levels / sizeof *levels };

/* Threads may come here together for the first time; each of them finds the same level. */
#if defined(__STDC_NO_ATOMICS__) || defined(_MSC_VER)
static volatile int place_in_use = -1;
#else
static _Atomic int place_in_use = -1;
#endif

/* The widest vectors that the processor has, and the system saves: 512, 256 or 0 bits. */
static int widest(void) {
#if !defined(KERNEL_HAVE_AVX2)
    return 0;
#elif defined(_MSC_VER)
    /* Bits of CPUID leaf 1, ECX: 12 FMA, 27 OSXSAVE, 28 AVX; leaf 7, EBX: 5 AVX2, 16 AVX512F, 30
     * AVX512BW. XCR0: 1 and 2 for the upper halves of the registers, 5 to 7 for the rest. */
    int leaf[4];
    __cpuid(leaf, 0);
    if (leaf[0] < 7)
        return 0;
    __cpuid(leaf, 1);
    const int wanted = (1 << 12) | (1 << 27) | (1 << 28);
    if ((leaf[2] & wanted) != wanted)
        return 0;
    unsigned long long saved = _xgetbv(0);
    __cpuidex(leaf, 7, 0);
    if ((saved & 0x6) != 0x6 || !(leaf[1] & (1 << 5)))
        return 0;
    const int wide = (1 << 16) | (1 << 30);
    return (saved & 0xE6) == 0xE6 && (leaf[1] & wide) == wide ? 512 : 256;
#else
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return 0;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") ? 512 : 256;
#endif
}

static int needs(const kernel_level *level) {
#ifdef KERNEL_HAVE_AVX512
    if (level == &kernel_level_avx512)
        return 512;
#endif
#ifdef KERNEL_HAVE_AVX2
    if (level == &kernel_level_avx2)
        return 256;
#endif
    (void)level;
    return 0;
}

static int best(void) {
    int width = widest(), place = 0;
    while (needs(levels[place]) > width)
        place++;
    return place;
}

int kernel_select_cpu(const char *name) {
    if (!name)
        return KERNEL_INVALID;
    int first = best();
    if (strcmp(name, "auto") == 0) {
        place_in_use = first;
        return KERNEL_OK;
    }
    for (int place = first; place < LEVELS; place++)
        if (strcmp(name, levels[place]->name) == 0) {
            place_in_use = place;
            return KERNEL_OK;
        }
    return KERNEL_INVALID;
}

const kernel_level *kernel_level_in_use(void) {
    int place = place_in_use;
    if (place < 0) {
        place = best();
        place_in_use = place;
    }
    return levels[place];
}

const char *kernel_cpu_level(void) { return kernel_level_in_use()->name; }
