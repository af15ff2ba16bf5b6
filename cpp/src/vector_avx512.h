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

static inline void vector_store_quiet(unsigned char *target, vector value) {
    __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    __m512i bits = _mm512_castps_si512(value);
    bits = _mm512_mask_set1_epi32(bits, is_nan, (int)KERNEL_QUIET_NAN);
    _mm512_storeu_si512(target, bits);
}
