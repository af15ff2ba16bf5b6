//! The words of NEON, which every 64-bit ARM has: see [`baseline`](super::baseline).

use std::arch::aarch64::{
    float32x4_t, int32x4_t, uint8x16_t, vaddq_f32, vbslq_s32, vbslq_u32, vceqq_f32, vceqq_u32,
    vdupq_n_f32, vdupq_n_s32, vdupq_n_u32, veorq_s32, vfmaq_f32, vld1q_f32, vld1q_s32, vld1q_u8,
    vmaxq_f32, vmaxq_s32, vmaxq_u8, vmaxvq_u32, vminq_f32, vminq_s32, vminq_u8, vmulq_f32,
    vornq_u32, vreinterpretq_f32_s32, vreinterpretq_s32_u32, vreinterpretq_u8_f32,
    vreinterpretq_u8_s32, vreinterpretq_u8_u32, vreinterpretq_u32_f32, vreinterpretq_u32_s32,
    vshrq_n_s32, vshrq_n_u32, vst1q_f32, vst1q_u8, vsubq_f32,
};

use super::{Ordered, QUIET_NAN, Vector, level};

const LANES: usize = 4;

#[derive(Clone, Copy)]
struct Neon(float32x4_t);

impl Vector for Neon {
    const LANES: usize = LANES;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vdupq_n_f32(0.0) })
    }

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vld1q_f32(source) })
    }

    #[inline(always)]
    unsafe fn broadcast(value: f32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vdupq_n_f32(value) })
    }

    #[inline(always)]
    unsafe fn fma(a: Self, b: Self, c: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vfmaq_f32(c.0, a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn add(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vaddq_f32(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn subtract(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vsubq_f32(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn multiply(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vmulq_f32(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut f32, value: Self) {
        // SAFETY: as the caller says.
        unsafe { vst1q_f32(target, value.0) }
    }

    #[inline(always)]
    unsafe fn store_quiet(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe {
            let is_number = vceqq_f32(value.0, value.0);
            let quiet_nan = vdupq_n_u32(QUIET_NAN);
            let bits = vbslq_u32(is_number, vreinterpretq_u32_f32(value.0), quiet_nan);
            vst1q_u8(target, vreinterpretq_u8_u32(bits));
        }
    }
}

impl Ordered for Neon {
    type Cell = f32;

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: as the caller says.
        unsafe { Vector::load(source) }
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { vst1q_u8(target, vreinterpretq_u8_f32(value.0)) }
    }

    #[inline(always)]
    fn unordered(self) -> i32 {
        // SAFETY: where there is a vector, there are the instructions.
        unsafe {
            let is_zero = vceqq_u32(vreinterpretq_u32_f32(self.0), vdupq_n_u32(0x8000_0000));
            let is_number = vceqq_f32(self.0, self.0);
            i32::from(vmaxvq_u32(vornq_u32(is_zero, is_number)) != 0)
        }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vminq_f32(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vmaxq_f32(self.0, other.0) })
    }
}

#[derive(Clone, Copy)]
struct Keys(int32x4_t);

impl Keys {
    /// Flipping all but the sign of what is negative puts the bits of floats in their order, and
    /// once more, back.
    #[inline(always)]
    fn flipped(bits: int32x4_t) -> int32x4_t {
        // SAFETY: where there is a vector, there are the instructions.
        unsafe {
            let sign = vreinterpretq_u32_s32(vshrq_n_s32::<31>(bits));
            veorq_s32(bits, vreinterpretq_s32_u32(vshrq_n_u32::<1>(sign)))
        }
    }
}

impl Ordered for Keys {
    type Cell = i32;

    #[inline(always)]
    unsafe fn load(source: *const i32) -> Self {
        // SAFETY: as the caller says.
        unsafe {
            let bits = vld1q_s32(source);
            let value = vreinterpretq_f32_s32(bits);
            let is_number = vceqq_f32(value, value);
            let quiet_nan = vdupq_n_s32(QUIET_NAN as i32);
            Self(vbslq_s32(is_number, Self::flipped(bits), quiet_nan))
        }
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { vst1q_u8(target, vreinterpretq_u8_s32(Self::flipped(value.0))) }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: where there is a vector, there are the instructions.
        Self(unsafe { vminq_s32(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vmaxq_s32(self.0, other.0) })
    }
}

#[derive(Clone, Copy)]
struct Bytes(uint8x16_t);

impl Ordered for Bytes {
    type Cell = u8;

    #[inline(always)]
    unsafe fn load(source: *const u8) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vld1q_u8(source) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { vst1q_u8(target, value.0) }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: where there is a vector, there are the instructions.
        Self(unsafe { vminq_u8(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vmaxq_u8(self.0, other.0) })
    }
}

level! {
    name: "baseline",
    vector: Neon,
    keys: Keys,
    bytes: Bytes,
    blocks: 1 x 8, 2 x 8, 3 x 6, 4 x 4, 5 x 4, 6 x 4,
}
