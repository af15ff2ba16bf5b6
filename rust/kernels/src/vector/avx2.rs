//! The words of AVX2 and FMA: see [`baseline`](super::baseline).

use std::arch::x86_64::{
    __m256, __m256i, _CMP_UNORD_Q, _mm256_add_ps, _mm256_blendv_ps, _mm256_castps_si256,
    _mm256_castsi256_ps, _mm256_cmp_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256,
    _mm256_max_epi32, _mm256_max_epu8, _mm256_min_epi32, _mm256_min_epu8, _mm256_mul_ps,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps, _mm256_storeu_si256,
    _mm256_sub_ps,
};
use std::ffi::c_void;

use super::{Ordered, QUIET_NAN, Vector};
use crate::fft;
use crate::fused::fused;
use crate::level::{self, Level, Square, Taps};
use crate::median::median_row;
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
    unsafe fn add(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_add_ps(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn subtract(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_sub_ps(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn multiply(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_mul_ps(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut f32, value: Self) {
        // SAFETY: as the caller says.
        unsafe { _mm256_storeu_ps(target, value.0) }
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

#[derive(Clone, Copy)]
struct Keys(__m256i);

impl Ordered for Keys {
    type Cell = i32;

    #[inline(always)]
    unsafe fn load(source: *const i32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_loadu_si256(source.cast()) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { _mm256_storeu_si256(target.cast(), value.0) }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: where there is a vector, there are the instructions.
        Self(unsafe { _mm256_min_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_max_epi32(self.0, other.0) })
    }
}

#[derive(Clone, Copy)]
struct Bytes(__m256i);

impl Ordered for Bytes {
    type Cell = u8;

    #[inline(always)]
    unsafe fn load(source: *const u8) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm256_loadu_si256(source.cast()) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { _mm256_storeu_si256(target.cast(), value.0) }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: where there is a vector, there are the instructions.
        Self(unsafe { _mm256_min_epu8(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_max_epu8(self.0, other.0) })
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

/// # Safety
/// As for [`FusedFunction`](crate::level::FusedFunction).
#[target_feature(enable = "avx2,fma")]
unsafe fn fused_of_rows<const ROWS: usize, const COLUMNS: usize>(
    across: &Taps,
    down: &Taps,
    window: &[*const f32],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe { fused::<Avx2, ROWS, COLUMNS>(across, down, window, samples, output, stride) }
}

#[target_feature(enable = "avx2,fma")]
fn store_bytes(sums: &[f32], output: &mut [u8]) {
    level::store_bytes(sums, output);
}

#[target_feature(enable = "avx2,fma")]
fn keys_of_floats(cells: &mut [i32]) {
    level::keys_of_floats(cells);
}

#[target_feature(enable = "avx2,fma")]
fn floats_of_keys(cells: &mut [i32]) {
    level::floats_of_keys(cells);
}

/// # Safety
/// As for [`fft::transform`].
#[target_feature(enable = "avx2,fma")]
unsafe fn transform(square: &Square) {
    // SAFETY: as the caller says.
    unsafe { fft::transform::<Avx2>(square) }
}

/// # Safety
/// As for [`fft::restore`].
#[target_feature(enable = "avx2,fma")]
unsafe fn restore(square: &Square) {
    // SAFETY: as the caller says.
    unsafe { fft::restore::<Avx2>(square) }
}

/// # Safety
/// As for [`fft::multiply_square`].
#[target_feature(enable = "avx2,fma")]
unsafe fn multiply_square(square: &Square, other: &Square) {
    // SAFETY: as the caller says.
    unsafe { fft::multiply_square::<Avx2>(square, other) }
}

/// # Safety
/// As for [`MedianFunction`](crate::level::MedianFunction).
#[target_feature(enable = "avx2,fma")]
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
    name: "avx2",
    lanes: LANES,
    block: 8 * LANES,
    sums: &[
        sums_of_rows::<1, 8>,
        sums_of_rows::<2, 4>,
        sums_of_rows::<3, 3>,
        sums_of_rows::<4, 2>,
        sums_of_rows::<5, 2>,
        sums_of_rows::<6, 2>,
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
        fused_of_rows::<2, 4>,
        fused_of_rows::<3, 3>,
        fused_of_rows::<4, 2>,
        fused_of_rows::<5, 2>,
        fused_of_rows::<6, 2>,
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
