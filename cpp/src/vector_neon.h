/* The words of NEON, which every 64-bit ARM has: see vector_baseline.h. */
#include <arm_neon.h>

typedef float32x4_t vector;
enum { LANES = 4 };
#define ROWS 6
enum { COLUMNS_1 = 8, COLUMNS_2 = 8, COLUMNS_3 = 6, COLUMNS_4 = 4, COLUMNS_5 = 4, COLUMNS_6 = 4 };

static inline vector vector_zero(void) { return vdupq_n_f32(0.0F); }
static inline vector vector_load(const float *source) { return vld1q_f32(source); }
static inline vector vector_broadcast(float value) { return vdupq_n_f32(value); }
static inline vector vector_fma(vector a, vector b, vector c) { return vfmaq_f32(c, a, b); }

static inline vector vector_add(vector a, vector b) { return vaddq_f32(a, b); }
static inline vector vector_subtract(vector a, vector b) { return vsubq_f32(a, b); }
static inline vector vector_multiply(vector a, vector b) { return vmulq_f32(a, b); }
static inline void vector_store(void *target, vector value) {
    vst1q_u8(target, vreinterpretq_u8_f32(value));
}

static inline void vector_store_quiet(unsigned char *target, vector value) {
    uint32x4_t is_number = vceqq_f32(value, value);
    uint32x4_t quiet_nan = vdupq_n_u32(KERNEL_QUIET_NAN);
    uint32x4_t bits = vbslq_u32(is_number, vreinterpretq_u32_f32(value), quiet_nan);
    vst1q_u8(target, vreinterpretq_u8_u32(bits));
}

/* A vector serves the medians of floats, too. */
typedef vector floats;
#define floats_load vector_load
#define floats_store vector_store
static inline floats floats_lower(floats a, floats b) { return vminq_f32(a, b); }
static inline floats floats_upper(floats a, floats b) { return vmaxq_f32(a, b); }

static inline int floats_unordered(floats value) {
    uint32x4_t is_zero = vceqq_u32(vreinterpretq_u32_f32(value), vdupq_n_u32(0x80000000));
    uint32x4_t is_number = vceqq_f32(value, value);
    return vmaxvq_u32(vornq_u32(is_zero, is_number)) != 0;
}

typedef int32x4_t keys;
static inline keys keys_load(const int32_t *source) { return vld1q_s32(source); }
static inline void keys_store(void *target, keys value) {
    vst1q_u8(target, vreinterpretq_u8_s32(value));
}
static inline keys keys_flipped(keys value) {
    uint32x4_t sign = vreinterpretq_u32_s32(vshrq_n_s32(value, 31));
    return veorq_s32(value, vreinterpretq_s32_u32(vshrq_n_u32(sign, 1)));
}
static inline keys keys_of_floats(const int32_t *source) {
    keys bits = keys_load(source), flipped = keys_flipped(bits);
    float32x4_t value = vreinterpretq_f32_s32(bits);
    uint32x4_t is_number = vceqq_f32(value, value);
    keys quiet_nan = vdupq_n_s32((int32_t)KERNEL_QUIET_NAN);
    return vbslq_s32(is_number, flipped, quiet_nan);
}
static inline void floats_of_keys(void *target, keys value) {
    vst1q_u8(target, vreinterpretq_u8_s32(keys_flipped(value)));
}
static inline keys keys_lower(keys a, keys b) { return vminq_s32(a, b); }
static inline keys keys_upper(keys a, keys b) { return vmaxq_s32(a, b); }

typedef uint8x16_t bytes;
static inline bytes bytes_load(const uint8_t *source) { return vld1q_u8(source); }
static inline void bytes_store(void *target, bytes value) { vst1q_u8(target, value); }
static inline bytes bytes_lower(bytes a, bytes b) { return vminq_u8(a, b); }
static inline bytes bytes_upper(bytes a, bytes b) { return vmaxq_u8(a, b); }
