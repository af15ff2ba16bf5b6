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

static inline void vector_store_quiet(unsigned char *target, vector value) {
    uint32x4_t is_number = vceqq_f32(value, value);
    uint32x4_t quiet_nan = vdupq_n_u32(KERNEL_QUIET_NAN);
    uint32x4_t bits = vbslq_u32(is_number, vreinterpretq_u32_f32(value), quiet_nan);
    vst1q_u8(target, vreinterpretq_u8_u32(bits));
}

typedef int32x4_t keys;
static inline keys keys_load(const int32_t *source) { return vld1q_s32(source); }
static inline void keys_store(void *target, keys value) {
    vst1q_u8(target, vreinterpretq_u8_s32(value));
}
static inline keys keys_lower(keys a, keys b) { return vminq_s32(a, b); }
static inline keys keys_upper(keys a, keys b) { return vmaxq_s32(a, b); }

typedef uint8x16_t bytes;
static inline bytes bytes_load(const uint8_t *source) { return vld1q_u8(source); }
static inline void bytes_store(void *target, bytes value) { vst1q_u8(target, value); }
static inline bytes bytes_lower(bytes a, bytes b) { return vminq_u8(a, b); }
static inline bytes bytes_upper(bytes a, bytes b) { return vmaxq_u8(a, b); }
