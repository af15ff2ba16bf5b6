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

/* Flipping all but the sign of what is negative puts the bits of floats in their order. */
static void keys_of_floats(void *cells, size_t count) {
    int32_t *key = cells;
    for (size_t i = 0; i < count; i++) {
        int32_t magnitude = key[i] & 0x7FFFFFFF;
        int32_t ordered = key[i] < 0 ? key[i] ^ 0x7FFFFFFF : key[i];
        key[i] = magnitude > 0x7F800000 ? (int32_t)KERNEL_QUIET_NAN : ordered;
    }
}

static void floats_of_keys(void *cells, size_t count) {
    int32_t *key = cells;
    for (size_t i = 0; i < count; i++)
        key[i] = key[i] < 0 ? key[i] ^ 0x7FFFFFFF : key[i];
}

#define WORD keys
#define CELL int32_t
#define LOAD keys_load
#define STORE keys_store
#define LOWER keys_lower
#define UPPER keys_upper
#define NETWORK(name) MEDIAN_NAME(keys_, name)
#define MEDIAN_NAME(kind, name) MEDIAN_NAMED(kind, name)
#define MEDIAN_NAMED(kind, name) kind##name
#include "medians.inc.c"

#define WORD bytes
#define CELL uint8_t
#define LOAD bytes_load
#define STORE bytes_store
#define LOWER bytes_lower
#define UPPER bytes_upper
#define NETWORK(name) MEDIAN_NAME(bytes_, name)
#include "medians.inc.c"

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
    .keys_of_floats = keys_of_floats,
    .floats_of_keys = floats_of_keys,
    .median_block = sizeof(bytes) > sizeof(keys) / sizeof(int32_t) ? sizeof(bytes)
                                                                   : sizeof(keys) / sizeof(int32_t),
    .median_of_bytes = {bytes_median_3, bytes_median_5, bytes_median_7},
    .median_of_keys = {keys_median_3, keys_median_5, keys_median_7},
};
