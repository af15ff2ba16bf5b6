//! The words of AVX2 and FMA: see [`baseline`](super::baseline).

use std::arch::x86_64::{
    __m256, _CMP_UNORD_Q, _mm256_blendv_ps, _mm256_castps_si256, _mm256_castsi256_ps,
    _mm256_cmp_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_epi32, _mm256_set1_ps,
    _mm256_setzero_ps, _mm256_storeu_si256,
};

use super::{QUIET_NAN, Vector};
use crate::level::{self, Level, Taps};
use crate::sums::sums;

const LANES: usize = 8;

#[derive(Clone, Copy)]
struct Avx2(__m256);

impl Vector for Avx2 {
    const LANES: usize = LANES;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_setzero_ps() })
    }

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_loadu_ps(source) })
    }

    #[inline(always)]
    unsafe fn broadcast(value: f32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn fma(a: Self, b: Self, c: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_fmadd_ps(a.0, b.0, c.0) })
    }

    #[inline(always)]
    unsafe fn store_quiet(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe {
            let is_nan = _mm256_cmp_ps::<_CMP_UNORD_Q>(value.0, value.0);
            let quiet_nan = _mm256_castsi256_ps(_mm256_set1_epi32(QUIET_NAN as i32));
            let stored = _mm256_blendv_ps(value.0, quiet_nan, is_nan);
            _mm256_storeu_si256(target.cast(), _mm256_castps_si256(stored));
        }
    }
}

/// # Safety
/// As for [`SumsFunction`](crate::level::SumsFunction).
#[target_feature(enable = "avx2,fma")]
unsafe fn sums_of_rows<const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    window: &[*const f32],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe { sums::<Avx2, ROWS, COLUMNS>(taps, window, samples, output, stride) }
}

#[target_feature(enable = "avx2,fma")]
fn store_bytes(sums: &[f32], output: &mut [u8]) {
    level::store_bytes(sums, output);
}

pub(crate) static LEVEL: Level = Level {
    name: "avx2",
    block: 8 * LANES,
    sums: &[
        sums_of_rows::<1, 8>,
        sums_of_rows::<2, 4>,
        sums_of_rows::<3, 3>,
        sums_of_rows::<4, 2>,
        sums_of_rows::<5, 2>,
        sums_of_rows::<6, 2>,
    ],
    store_bytes,
};
