//! The words of NEON, which every 64-bit ARM has: see [`baseline`](super::baseline).

use std::arch::aarch64::{
    float32x4_t, int32x4_t, uint8x16_t, vaddq_f32, vbslq_u32, vceqq_f32, vdupq_n_f32, vdupq_n_u32,
    vfmaq_f32, vld1q_f32, vld1q_s32, vld1q_u8, vmaxq_s32, vmaxq_u8, vminq_s32, vminq_u8, vmulq_f32,
    vreinterpretq_u8_s32, vreinterpretq_u8_u32, vreinterpretq_u32_f32, vst1q_f32, vst1q_u8,
    vsubq_f32,
};
use std::ffi::c_void;

use super::{Ordered, QUIET_NAN, Vector};
use crate::fft;
use crate::fused::fused;
use crate::level::{self, Level, Square, Taps};
use crate::median::median_row;
use crate::sums::sums;

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

#[derive(Clone, Copy)]
struct Keys(int32x4_t);

impl Ordered for Keys {
    type Cell = i32;

    #[inline(always)]
    unsafe fn load(source: *const i32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { vld1q_s32(source) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { vst1q_u8(target, vreinterpretq_u8_s32(value.0)) }
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

/// # Safety
/// As for [`SumsFunction`](crate::level::SumsFunction).
#[target_feature(enable = "neon")]
unsafe fn sums_of_rows<const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    window: &[*const f32],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe { sums::<Neon, ROWS, COLUMNS>(taps, window, samples, output, stride) }
}

/// # Safety
/// As for [`FusedFunction`](crate::level::FusedFunction).
#[target_feature(enable = "neon")]
unsafe fn fused_of_rows<const ROWS: usize, const COLUMNS: usize>(
    across: &Taps,
    down: &Taps,
    window: &[*const f32],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe { fused::<Neon, ROWS, COLUMNS>(across, down, window, samples, output, stride) }
}

#[target_feature(enable = "neon")]
fn store_bytes(sums: &[f32], output: &mut [u8]) {
    level::store_bytes(sums, output);
}

#[target_feature(enable = "neon")]
fn keys_of_floats(cells: &mut [i32]) {
    level::keys_of_floats(cells);
}

#[target_feature(enable = "neon")]
fn floats_of_keys(cells: &mut [i32]) {
    level::floats_of_keys(cells);
}

/// # Safety
/// As for [`fft::transform`].
#[target_feature(enable = "neon")]
unsafe fn transform(square: &Square) {
    // SAFETY: as the caller says.
    unsafe { fft::transform::<Neon>(square) }
}

/// # Safety
/// As for [`fft::restore`].
#[target_feature(enable = "neon")]
unsafe fn restore(square: &Square) {
    // SAFETY: as the caller says.
    unsafe { fft::restore::<Neon>(square) }
}

/// # Safety
/// As for [`fft::multiply_square`].
#[target_feature(enable = "neon")]
unsafe fn multiply_square(square: &Square, other: &Square) {
    // SAFETY: as the caller says.
    unsafe { fft::multiply_square::<Neon>(square, other) }
}

/// # Safety
/// As for [`MedianFunction`](crate::level::MedianFunction).
#[target_feature(enable = "neon")]
unsafe fn median_of_row<W: Ordered, const SIZE: usize>(
    window: &[*const c_void],
    samples: usize,
    step: usize,
    sorted: *mut c_void,
    length: usize,
    output: *mut u8,
) {
    // SAFETY: as the caller says.
    unsafe { median_row::<W, SIZE>(window, samples, step, sorted, length, output) }
}

pub(crate) static LEVEL: Level = Level {
    name: "baseline",
    lanes: LANES,
    block: 8 * LANES,
    sums: &[
        sums_of_rows::<1, 8>,
        sums_of_rows::<2, 8>,
        sums_of_rows::<3, 6>,
        sums_of_rows::<4, 4>,
        sums_of_rows::<5, 4>,
        sums_of_rows::<6, 4>,
    ],
    narrow_sums: &[
        sums_of_rows::<1, 1>,
        sums_of_rows::<2, 1>,
        sums_of_rows::<3, 1>,
        sums_of_rows::<4, 1>,
        sums_of_rows::<5, 1>,
        sums_of_rows::<6, 1>,
    ],
    fused: &[
        fused_of_rows::<1, 8>,
        fused_of_rows::<2, 8>,
        fused_of_rows::<3, 6>,
        fused_of_rows::<4, 4>,
        fused_of_rows::<5, 4>,
        fused_of_rows::<6, 4>,
    ],
    narrow_fused: &[
        fused_of_rows::<1, 1>,
        fused_of_rows::<2, 1>,
        fused_of_rows::<3, 1>,
        fused_of_rows::<4, 1>,
        fused_of_rows::<5, 1>,
        fused_of_rows::<6, 1>,
    ],
    store_bytes,
    keys_of_floats,
    floats_of_keys,
    transform,
    restore,
    multiply_square,
    median_block: Bytes::LANES,
    median_of_bytes: [
        median_of_row::<Bytes, 3>,
        median_of_row::<Bytes, 5>,
        median_of_row::<Bytes, 7>,
    ],
    median_of_keys: [
        median_of_row::<Keys, 3>,
        median_of_row::<Keys, 5>,
        median_of_row::<Keys, 7>,
    ],
};
