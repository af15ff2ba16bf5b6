/* What is compiled once for each instruction set, after its words. LEVEL is its name. */

#if defined(__GNUC__) || defined(__clang__)
#define INLINE inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#else
#define INLINE __forceinline
#define UNROLL
#endif

/* gcc would load a vector again for each row of sums that it goes into. */
#if defined(__GNUC__) && !defined(__clang__) && defined(VECTOR_REGISTER)
#define IN_REGISTER(value) __asm__("" : "+" VECTOR_REGISTER(value))
#else
#define IN_REGISTER(value) (void)0
#endif

#define SUM_ROWS 1
#include "sums.inc.c"
#define SUM_ROWS 2
#include "sums.inc.c"
#if ROWS == 6
#define SUM_ROWS 3
#include "sums.inc.c"
#define SUM_ROWS 4
#include "sums.inc.c"
#define SUM_ROWS 5
#include "sums.inc.c"
#define SUM_ROWS 6
#include "sums.inc.c"
#endif

static void store_bytes(const float *sums, size_t samples, unsigned char *output) {
    for (size_t i = 0; i < samples; i++) {
        float sum = sums[i] > 0.0F ? sums[i] : 0.0F; /* NaN too */
        sum = sum < 255.0F ? sum : 255.0F;
        /* From 2**23 on floats are one apart, so adding it rounds half to even. */
        output[i] = (uint8_t)(int)((sum + 8388608.0F) - 8388608.0F);
    }
}

#define LEVEL_JOIN(name) LEVEL_JOINED(kernel_level_, name)
#define LEVEL_JOINED(a, b) a##b
#define LEVEL_TEXT(name) LEVEL_TEXT_OF(name)
#define LEVEL_TEXT_OF(name) #name

const kernel_level LEVEL_JOIN(LEVEL) = {
    .name = LEVEL_TEXT(LEVEL),
    .block = COLUMNS_1 * LANES,
    .rows = ROWS,
#if ROWS == 6
    .sums = {sums_of_rows_1, sums_of_rows_2, sums_of_rows_3, sums_of_rows_4, sums_of_rows_5,
             sums_of_rows_6},
#else
    .sums = {sums_of_rows_1, sums_of_rows_2},
#endif
    .store_bytes = store_bytes,
};
