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

/* Compilers would keep the taps for the rows that come, and have no registers left for sums. */
#if defined(__GNUC__) || defined(__clang__)
#define READ_AGAIN(pointer) __asm__("" : "+r"(pointer))
#else
#define READ_AGAIN(pointer) (void)0
#endif

/* Wide blocks for speed, narrow ones for what is left over at the edges. */
#define SHAPE wide
#define ROWS_AT_ONCE 1
#define COLUMNS COLUMNS_1
#include "blocks.inc.c"
#define ROWS_AT_ONCE 2
#define COLUMNS COLUMNS_2
#include "blocks.inc.c"
#if ROWS == 6
#define ROWS_AT_ONCE 3
#define COLUMNS COLUMNS_3
#include "blocks.inc.c"
#define ROWS_AT_ONCE 4
#define COLUMNS COLUMNS_4
#include "blocks.inc.c"
#define ROWS_AT_ONCE 5
#define COLUMNS COLUMNS_5
#include "blocks.inc.c"
#define ROWS_AT_ONCE 6
#define COLUMNS COLUMNS_6
#include "blocks.inc.c"
#endif
#undef SHAPE

#define SHAPE narrow
#define ROWS_AT_ONCE 1
#define COLUMNS 1
#include "blocks.inc.c"
#define ROWS_AT_ONCE 2
#define COLUMNS 1
#include "blocks.inc.c"
#if ROWS == 6
#define ROWS_AT_ONCE 3
#define COLUMNS 1
#include "blocks.inc.c"
#define ROWS_AT_ONCE 4
#define COLUMNS 1
#include "blocks.inc.c"
#define ROWS_AT_ONCE 5
#define COLUMNS 1
#include "blocks.inc.c"
#define ROWS_AT_ONCE 6
#define COLUMNS 1
#include "blocks.inc.c"
#endif
#undef SHAPE

static void store_bytes(const float *sums, size_t samples, unsigned char *output) {
    for (size_t i = 0; i < samples; i++) {
        float sum = sums[i] > 0.0F ? sums[i] : 0.0F; /* NaN too */
        sum = sum < 255.0F ? sum : 255.0F;
        /* From 2**23 on floats are one apart, so adding it rounds half to even. */
        output[i] = (uint8_t)(int)((sum + 8388608.0F) - 8388608.0F);
    }
}

#define MEDIAN_NAME(kind, name) MEDIAN_NAMED(kind, name)
#define MEDIAN_NAMED(kind, name) kind##name

#define WORD floats
#define CELL float
#define LOAD floats_load
#define STORE floats_store
#define LOWER floats_lower
#define UPPER floats_upper
#define UNORDERED(value) floats_unordered(value)
#define NETWORK(name) MEDIAN_NAME(floats_, name)
#include "medians.inc.c"

#define WORD keys
#define CELL int32_t
#define LOAD keys_of_floats
#define STORE floats_of_keys
#define LOWER keys_lower
#define UPPER keys_upper
#define UNORDERED(value) 0
#define NETWORK(name) MEDIAN_NAME(keys_, name)
#include "medians.inc.c"

#define WORD bytes
#define CELL uint8_t
#define LOAD bytes_load
#define STORE bytes_store
#define LOWER bytes_lower
#define UPPER bytes_upper
#define UNORDERED(value) 0
#define NETWORK(name) MEDIAN_NAME(bytes_, name)
#include "medians.inc.c"

#include "fft.inc.c"

#define LEVEL_JOIN(name) LEVEL_JOINED(kernel_level_, name)
#define LEVEL_JOINED(a, b) a##b
#define LEVEL_TEXT(name) LEVEL_TEXT_OF(name)
#define LEVEL_TEXT_OF(name) #name

const kernel_level LEVEL_JOIN(LEVEL) = {
    .name = LEVEL_TEXT(LEVEL),
    .lanes = LANES,
    .block = COLUMNS_1 * LANES,
    .rows = ROWS,
#if ROWS == 6
    .sums = {sums_wide_1, sums_wide_2, sums_wide_3, sums_wide_4, sums_wide_5, sums_wide_6},
    .narrow_sums = {sums_narrow_1, sums_narrow_2, sums_narrow_3, sums_narrow_4, sums_narrow_5,
                    sums_narrow_6},
    .fused = {fused_wide_1, fused_wide_2, fused_wide_3, fused_wide_4, fused_wide_5, fused_wide_6},
    .narrow_fused = {fused_narrow_1, fused_narrow_2, fused_narrow_3, fused_narrow_4, fused_narrow_5,
                     fused_narrow_6},
#else
    .sums = {sums_wide_1, sums_wide_2},
    .narrow_sums = {sums_narrow_1, sums_narrow_2},
    .fused = {fused_wide_1, fused_wide_2},
    .narrow_fused = {fused_narrow_1, fused_narrow_2},
#endif
    .store_bytes = store_bytes,
    .transform = transform,
    .restore = restore,
    .multiply_square = multiply_square,
    .bytes = sizeof(bytes),
    .median_of_bytes = {bytes_median_3, bytes_median_5, bytes_median_7},
    .median_of_floats = {floats_median_3, floats_median_5, floats_median_7},
    .median_of_keys = {keys_median_3, keys_median_5, keys_median_7},
};
