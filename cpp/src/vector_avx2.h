/* The words of AVX2 and FMA: see vector_baseline.h. */
#include <immintrin.h>

typedef __m256 vector;
enum { LANES = 8 };
#define ROWS 6
enum { COLUMNS_1 = 8, COLUMNS_2 = 4, COLUMNS_3 = 3, COLUMNS_4 = 2, COLUMNS_5 = 2, COLUMNS_6 = 2 };

static inline vector vector_zero(void) { return _mm256_setzero_ps(); }
static inline vector vector_load(const float *source) { return _mm256_loadu_ps(source); }
static inline vector vector_broadcast(float value) { return _mm256_set1_ps(value); }
static inline vector vector_fma(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }

static inline vector vector_add(vector a, vector b) { return _mm256_add_ps(a, b); }
static inline vector vector_subtract(vector a, vector b) { return _mm256_sub_ps(a, b); }
static inline vector vector_multiply(vector a, vector b) { return _mm256_mul_ps(a, b); }
static inline void vector_store(void *target, vector value) { _mm256_storeu_ps(target, value); }

static inline void vector_store_quiet(unsigned char *target, vector value) {
    __m256 is_nan = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
    __m256 quiet_nan = _mm256_castsi256_ps(_mm256_set1_epi32((int)KERNEL_QUIET_NAN));
    __m256 stored = _mm256_blendv_ps(value, quiet_nan, is_nan);
    _mm256_storeu_si256((__m256i *)target, _mm256_castps_si256(stored));
}

/* A vector serves the medians of floats, too. */
typedef vector floats;
#define floats_load vector_load
#define floats_store vector_store
static inline floats floats_lower(floats a, floats b) { return _mm256_min_ps(a, b); }
static inline floats floats_upper(floats a, floats b) { return _mm256_max_ps(a, b); }

static inline int floats_unordered(floats value) {
    __m256i zero = _mm256_set1_epi32(INT32_MIN);
    __m256i is_zero = _mm256_cmpeq_epi32(_mm256_castps_si256(value), zero);
    __m256 is_nan = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
    return _mm256_movemask_ps(_mm256_or_ps(is_nan, _mm256_castsi256_ps(is_zero)));
}

typedef __m256i keys;
static inline keys keys_load(const int32_t *source) {
    return _mm256_loadu_si256((const __m256i *)source);
}
static inline void keys_store(void *target, keys value) { _mm256_storeu_si256(target, value); }
static inline keys keys_flipped(keys value) {
    return _mm256_xor_si256(value, _mm256_srli_epi32(_mm256_srai_epi32(value, 31), 1));
}
static inline keys keys_of_floats(const int32_t *source) {
    keys bits = keys_load(source), flipped = keys_flipped(bits);
    __m256 value = _mm256_castsi256_ps(bits);
    __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    return _mm256_blendv_epi8(flipped, _mm256_set1_epi32((int)KERNEL_QUIET_NAN), is_nan);
}
static inline void floats_of_keys(void *target, keys value) {
    _mm256_storeu_si256(target, keys_flipped(value));
}
static inline keys keys_lower(keys a, keys b) { return _mm256_min_epi32(a, b); }
static inline keys keys_upper(keys a, keys b) { return _mm256_max_epi32(a, b); }

typedef __m256i bytes;
static inline bytes bytes_load(const uint8_t *source) {
    return _mm256_loadu_si256((const __m256i *)source);
}
static inline void bytes_store(void *target, bytes value) { _mm256_storeu_si256(target, value); }
static inline bytes bytes_lower(bytes a, bytes b) { return _mm256_min_epu8(a, b); }
static inline bytes bytes_upper(bytes a, bytes b) { return _mm256_max_epu8(a, b); }
