//! The words of AVX-512: see [`baseline`](super::baseline).

use std::arch::x86_64::{
    __m512, _CMP_UNORD_Q, _mm512_castps_si512, _mm512_cmp_ps_mask, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_mask_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_storeu_si512,
};

use super::{QUIET_NAN, Vector};
use crate::level::{self, Level, Taps};
use crate::sums::sums;

const LANES: usize = 16;

#[derive(Clone, Copy)]
struct Avx512(__m512);

impl Vector for Avx512 {
    const LANES: usize = LANES;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_setzero_ps() })
    }

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_loadu_ps(source) })
    }

    #[inline(always)]
    unsafe fn broadcast(value: f32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn fma(a: Self, b: Self, c: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_fmadd_ps(a.0, b.0, c.0) })
    }

    #[inline(always)]
    unsafe fn store_quiet(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe {
            let is_nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(value.0, value.0);
            let bits = _mm512_castps_si512(value.0);
            let bits = _mm512_mask_set1_epi32(bits, is_nan, QUIET_NAN as i32);
            _mm512_storeu_si512(target.cast(), bits);
        }
    }
}

/// # Safety
/// As for [`SumsFunction`](crate::level::SumsFunction).
#[target_feature(enable = "avx2,fma,avx512f,avx512bw")]
unsafe fn sums_of_rows<const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    window: &[*const f32],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe { sums::<Avx512, ROWS, COLUMNS>(taps, window, samples, output, stride) }
}

#[target_feature(enable = "avx2,fma,avx512f,avx512bw")]
fn store_bytes(sums: &[f32], output: &mut [u8]) {
    level::store_bytes(sums, output);
}

pub(crate) static LEVEL: Level = Level {
    name: "avx512",
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
