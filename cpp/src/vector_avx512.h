/* The words of AVX-512: see vector_baseline.h. */
#include <immintrin.h>

typedef __m512 vector;
enum { LANES = 16 };
#define ROWS 6
enum { COLUMNS_1 = 8, COLUMNS_2 = 8, COLUMNS_3 = 6, COLUMNS_4 = 4, COLUMNS_5 = 4, COLUMNS_6 = 4 };

static inline vector vector_zero(void) { return _mm512_setzero_ps(); }
static inline vector vector_load(const float *source) { return _mm512_loadu_ps(source); }
static inline vector vector_broadcast(float value) { return _mm512_set1_ps(value); }
static inline vector vector_fma(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }

static inline vector vector_add(vector a, vector b) { return _mm512_add_ps(a, b); }
static inline vector vector_subtract(vector a, vector b) { return _mm512_sub_ps(a, b); }
static inline vector vector_multiply(vector a, vector b) { return _mm512_mul_ps(a, b); }
static inline void vector_store(void *target, vector value) { _mm512_storeu_ps(target, value); }

static inline void vector_store_quiet(unsigned char *target, vector value) {
    __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    __m512i bits = _mm512_castps_si512(value);
    bits = _mm512_mask_set1_epi32(bits, is_nan, (int)KERNEL_QUIET_NAN);
    _mm512_storeu_si512(target, bits);
}

/* A vector serves the medians of floats, too. */
typedef vector floats;
#define floats_load vector_load
#define floats_store vector_store
static inline floats floats_lower(floats a, floats b) { return _mm512_min_ps(a, b); }
static inline floats floats_upper(floats a, floats b) { return _mm512_max_ps(a, b); }

static inline int floats_unordered(floats value) {
    __m512i zero = _mm512_set1_epi32(INT32_MIN);
    __mmask16 is_zero = _mm512_cmpeq_epi32_mask(_mm512_castps_si512(value), zero);
    return _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q) | is_zero;
}

typedef __m512i keys;
static inline keys keys_load(const int32_t *source) { return _mm512_loadu_si512(source); }
static inline void keys_store(void *target, keys value) { _mm512_storeu_si512(target, value); }
static inline keys keys_flipped(keys value) {
    return _mm512_xor_si512(value, _mm512_srli_epi32(_mm512_srai_epi32(value, 31), 1));
}
static inline keys keys_of_floats(const int32_t *source) {
    keys bits = keys_load(source), flipped = keys_flipped(bits);
    __m512 value = _mm512_castsi512_ps(bits);
    __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm512_mask_set1_epi32(flipped, is_nan, (int)KERNEL_QUIET_NAN);
}
static inline void floats_of_keys(void *target, keys value) {
    _mm512_storeu_si512(target, keys_flipped(value));
}
static inline keys keys_lower(keys a, keys b) { return _mm512_min_epi32(a, b); }
static inline keys keys_upper(keys a, keys b) { return _mm512_max_epi32(a, b); }

typedef __m512i bytes;
static inline bytes bytes_load(const uint8_t *source) { return _mm512_loadu_si512(source); }
static inline void bytes_store(void *target, bytes value) { _mm512_storeu_si512(target, value); }
static inline bytes bytes_lower(bytes a, bytes b) { return _mm512_min_epu8(a, b); }
static inline bytes bytes_upper(bytes a, bytes b) { return _mm512_max_epu8(a, b); }
