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

static inline void vector_store_quiet(unsigned char *target, vector value) {
    __m256 is_nan = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
    __m256 quiet_nan = _mm256_castsi256_ps(_mm256_set1_epi32((int)KERNEL_QUIET_NAN));
    __m256 stored = _mm256_blendv_ps(value, quiet_nan, is_nan);
    _mm256_storeu_si256((__m256i *)target, _mm256_castps_si256(stored));
}
