//! The words for any processor.
//!
//! Sums are kept in a block of some rows by some columns of vectors: for each instruction set, the
//! shape that its registers hold. There each word is an instruction; here the compiler finds what
//! there is.

use super::{Ordered, QUIET_NAN, Vector, level};
use crate::fma::fma;

const LANES: usize = 16;

#[derive(Clone, Copy)]
struct Baseline([f32; LANES]);

impl Vector for Baseline {
    const LANES: usize = LANES;
    const WRITTEN_OUT: bool = false;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; LANES])
    }

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { source.cast::<[f32; LANES]>().read() })
    }

    #[inline(always)]
    unsafe fn broadcast(value: f32) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    unsafe fn fma(a: Self, b: Self, mut c: Self) -> Self {
        for i in 0..LANES {
            c.0[i] = fma(a.0[i], b.0[i], c.0[i]);
        }
        c
    }

    #[inline(always)]
    unsafe fn add(mut a: Self, b: Self) -> Self {
        for (a, b) in a.0.iter_mut().zip(b.0) {
            *a += b;
        }
        a
    }

    #[inline(always)]
    unsafe fn subtract(mut a: Self, b: Self) -> Self {
        for (a, b) in a.0.iter_mut().zip(b.0) {
            *a -= b;
        }
        a
    }

    #[inline(always)]
    unsafe fn multiply(mut a: Self, b: Self) -> Self {
        for (a, b) in a.0.iter_mut().zip(b.0) {
            *a *= b;
        }
        a
    }

    #[inline(always)]
    unsafe fn store(target: *mut f32, value: Self) {
        // SAFETY: as the caller says.
        unsafe { target.cast::<[f32; LANES]>().write(value.0) }
    }

    #[inline(always)]
    unsafe fn store_quiet(target: *mut u8, value: Self) {
        let mut bits = value.0.map(f32::to_bits);
        for bits in &mut bits {
            *bits = if *bits & 0x7FFF_FFFF > 0x7F80_0000 {
                QUIET_NAN
            } else {
                *bits
            };
        }
        // SAFETY: as the caller says.
        unsafe { target.cast::<[u32; LANES]>().write_unaligned(bits) }
    }
}

/// Integers in the order of the floats that they stand for.
impl Ordered for Baseline {
    type Cell = f32;

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: as the caller says.
        unsafe { Vector::load(source) }
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { target.cast::<[f32; LANES]>().write_unaligned(value.0) }
    }

    #[inline(always)]
    fn unordered(self) -> i32 {
        let mut found = false;
        for lane in self.0 {
            found |= lane.to_bits() == 0x8000_0000 || lane.is_nan();
        }
        i32::from(found)
    }

    #[inline(always)]
    fn lower(mut self, other: Self) -> Self {
        for (lane, other) in self.0.iter_mut().zip(other.0) {
            *lane = if *lane < other { *lane } else { other };
        }
        self
    }

    #[inline(always)]
    fn upper(mut self, other: Self) -> Self {
        for (lane, other) in self.0.iter_mut().zip(other.0) {
            *lane = if *lane > other { *lane } else { other };
        }
        self
    }
}

#[derive(Clone, Copy)]
struct Keys([i32; 8]);

/// Flipping all but the sign of what is negative puts the bits of floats in their order, and once
/// more, back.
#[inline(always)]
const fn flipped(bits: i32) -> i32 {
    if bits < 0 { bits ^ 0x7FFF_FFFF } else { bits }
}

impl Ordered for Keys {
    type Cell = i32;

    #[inline(always)]
    unsafe fn load(source: *const i32) -> Self {
        // SAFETY: as the caller says.
        let bits = unsafe { source.cast::<[i32; 8]>().read() };
        Self(bits.map(|bits| {
            let is_nan = bits & 0x7FFF_FFFF > 0x7F80_0000;
            if is_nan {
                QUIET_NAN as i32
            } else {
                flipped(bits)
            }
        }))
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe {
            target
                .cast::<[i32; 8]>()
                .write_unaligned(value.0.map(flipped));
        }
    }

    #[inline(always)]
    fn lower(mut self, other: Self) -> Self {
        for (lane, other) in self.0.iter_mut().zip(other.0) {
            *lane = other.min(*lane);
        }
        self
    }

    #[inline(always)]
    fn upper(mut self, other: Self) -> Self {
        for (lane, other) in self.0.iter_mut().zip(other.0) {
            *lane = other.max(*lane);
        }
        self
    }
}

#[derive(Clone, Copy)]
struct Bytes([u8; 16]);

impl Ordered for Bytes {
    type Cell = u8;

    #[inline(always)]
    unsafe fn load(source: *const u8) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { source.cast::<[u8; 16]>().read() })
    }

    #[inline(always)]
    unsafe fn store(target: *mut u8, value: Self) {
        // SAFETY: as the caller says.
        unsafe { target.cast::<[u8; 16]>().write_unaligned(value.0) }
    }

    #[inline(always)]
    fn lower(mut self, other: Self) -> Self {
        for (lane, other) in self.0.iter_mut().zip(other.0) {
            *lane = other.min(*lane);
        }
        self
    }

    #[inline(always)]
    fn upper(mut self, other: Self) -> Self {
        for (lane, other) in self.0.iter_mut().zip(other.0) {
            *lane = other.max(*lane);
        }
        self
    }
}

level! {
    name: "baseline",
    vector: Baseline,
    keys: Keys,
    bytes: Bytes,
    blocks: 1 x 2, 2 x 1,
}
