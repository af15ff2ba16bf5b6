//! The words of AVX2 and FMA: see [`baseline`](super::baseline).

use std::arch::x86_64::{
    __m256, __m256i, _CMP_UNORD_Q, _mm256_add_ps, _mm256_blendv_epi8, _mm256_blendv_ps,
    _mm256_castps_si256, _mm256_castsi256_ps, _mm256_cmp_ps, _mm256_cmpeq_epi32, _mm256_fmadd_ps,
    _mm256_loadu_ps, _mm256_loadu_si256, _mm256_max_epi32, _mm256_max_epu8, _mm256_max_ps,
    _mm256_min_epi32, _mm256_min_epu8, _mm256_min_ps, _mm256_movemask_ps, _mm256_mul_ps,
    _mm256_or_ps, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_srai_epi32,
    _mm256_srli_epi32, _mm256_storeu_ps, _mm256_storeu_si256, _mm256_sub_ps, _mm256_xor_si256,
};

use super::{Ordered, QUIET_NAN, Vector, level};

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

impl Ordered for Avx2 {
    type Cell = f32;

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: as the caller says.
        unsafe { Vector::load(source) }
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { Vector::store(target.cast(), value) }
    }

    #[inline(always)]
    fn unordered(self) -> i32 {
        // SAFETY: where there is a vector, there are the instructions.
        unsafe {
            let zero = _mm256_set1_epi32(i32::MIN);
            let is_zero = _mm256_cmpeq_epi32(_mm256_castps_si256(self.0), zero);
            let is_nan = _mm256_cmp_ps::<_CMP_UNORD_Q>(self.0, self.0);
            _mm256_movemask_ps(_mm256_or_ps(is_nan, _mm256_castsi256_ps(is_zero)))
        }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_max_ps(self.0, other.0) })
    }
}

#[derive(Clone, Copy)]
struct Keys(__m256i);

impl Keys {
    /// Flipping all but the sign of what is negative puts the bits of floats in their order, and
    /// once more, back.
    #[inline(always)]
    fn flipped(bits: __m256i) -> __m256i {
        // SAFETY: where there is a vector, there are the instructions.
        unsafe { _mm256_xor_si256(bits, _mm256_srli_epi32::<1>(_mm256_srai_epi32::<31>(bits))) }
    }
}

impl Ordered for Keys {
    type Cell = i32;

    #[inline(always)]
    unsafe fn load(source: *const i32) -> Self {
        // SAFETY: as the caller says.
        unsafe {
            let bits = _mm256_loadu_si256(source.cast());
            let value = _mm256_castsi256_ps(bits);
            let is_nan = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_UNORD_Q>(value, value));
            let quiet_nan = _mm256_set1_epi32(QUIET_NAN as i32);
            Self(_mm256_blendv_epi8(Self::flipped(bits), quiet_nan, is_nan))
        }
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { _mm256_storeu_si256(target.cast(), Self::flipped(value.0)) }
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

level! {
    name: "avx2",
    #[target_feature(enable = "avx2,fma")]
    vector: Avx2,
    keys: Keys,
    bytes: Bytes,
    blocks: 1 x 8, 2 x 4, 3 x 3, 4 x 2, 5 x 2, 6 x 2,
}
