//! The words of AVX-512: see [`baseline`](super::baseline).

use std::arch::x86_64::{
    __m512, __m512i, _CMP_UNORD_Q, _mm512_add_ps, _mm512_castps_si512, _mm512_castsi512_ps,
    _mm512_cmp_ps_mask, _mm512_cmpeq_epi32_mask, _mm512_fmadd_ps, _mm512_loadu_ps,
    _mm512_loadu_si512, _mm512_mask_set1_epi32, _mm512_max_epi32, _mm512_max_epu8, _mm512_max_ps,
    _mm512_min_epi32, _mm512_min_epu8, _mm512_min_ps, _mm512_mul_ps, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_srai_epi32, _mm512_srli_epi32, _mm512_storeu_ps,
    _mm512_storeu_si512, _mm512_sub_ps, _mm512_xor_si512,
};

use super::{Ordered, QUIET_NAN, Vector, level};

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
    unsafe fn add(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_add_ps(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn subtract(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_sub_ps(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn multiply(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_mul_ps(a.0, b.0) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut f32, value: Self) {
        // SAFETY: as the caller says.
        unsafe { _mm512_storeu_ps(target, value.0) }
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

impl Ordered for Avx512 {
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
            let zero = _mm512_set1_epi32(i32::MIN);
            let is_zero = _mm512_cmpeq_epi32_mask(_mm512_castps_si512(self.0), zero);
            i32::from(_mm512_cmp_ps_mask::<_CMP_UNORD_Q>(self.0, self.0) | is_zero)
        }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_max_ps(self.0, other.0) })
    }
}

#[derive(Clone, Copy)]
struct Keys(__m512i);

impl Keys {
    /// Flipping all but the sign of what is negative puts the bits of floats in their order, and
    /// once more, back.
    #[inline(always)]
    fn flipped(bits: __m512i) -> __m512i {
        // SAFETY: where there is a vector, there are the instructions.
        unsafe { _mm512_xor_si512(bits, _mm512_srli_epi32::<1>(_mm512_srai_epi32::<31>(bits))) }
    }
}

impl Ordered for Keys {
    type Cell = i32;

    #[inline(always)]
    unsafe fn load(source: *const i32) -> Self {
        // SAFETY: as the caller says.
        unsafe {
            let bits = _mm512_loadu_si512(source.cast());
            let value = _mm512_castsi512_ps(bits);
            let is_nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(value, value);
            Self(_mm512_mask_set1_epi32(
                Self::flipped(bits),
                is_nan,
                QUIET_NAN as i32,
            ))
        }
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { _mm512_storeu_si512(target.cast(), Self::flipped(value.0)) }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: where there is a vector, there are the instructions.
        Self(unsafe { _mm512_min_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_max_epi32(self.0, other.0) })
    }
}

#[derive(Clone, Copy)]
struct Bytes(__m512i);

impl Ordered for Bytes {
    type Cell = u8;

    #[inline(always)]
    unsafe fn load(source: *const u8) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { _mm512_loadu_si512(source.cast()) })
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { _mm512_storeu_si512(target.cast(), value.0) }
    }

    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: where there is a vector, there are the instructions.
        Self(unsafe { _mm512_min_epu8(self.0, other.0) })
    }

    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_max_epu8(self.0, other.0) })
    }
}

level! {
    name: "avx512",
    #[target_feature(enable = "avx2,fma,avx512f,avx512bw")]
    vector: Avx512,
    keys: Keys,
    bytes: Bytes,
    blocks: 1 x 8, 2 x 8, 3 x 6, 4 x 4, 5 x 4, 6 x 4,
}
