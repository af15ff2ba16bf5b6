//! The words of NEON, which every 64-bit ARM has: see [`baseline`](super::baseline).

use std::arch::aarch64::{
    float32x4_t, vbslq_u32, vceqq_f32, vdupq_n_f32, vdupq_n_u32, vfmaq_f32, vld1q_f32,
    vreinterpretq_u8_u32, vreinterpretq_u32_f32, vst1q_u8,
};

use super::{QUIET_NAN, Vector};
use crate::level::{self, Level, Taps};
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

#[target_feature(enable = "neon")]
fn store_bytes(sums: &[f32], output: &mut [u8]) {
    level::store_bytes(sums, output);
}

pub(crate) static LEVEL: Level = Level {
    name: "baseline",
    block: 8 * LANES,
    sums: &[
        sums_of_rows::<1, 8>,
        sums_of_rows::<2, 8>,
        sums_of_rows::<3, 6>,
        sums_of_rows::<4, 4>,
        sums_of_rows::<5, 4>,
        sums_of_rows::<6, 4>,
    ],
    store_bytes,
};
