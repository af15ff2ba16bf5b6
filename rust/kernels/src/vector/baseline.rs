//! The words for any processor.
//!
//! Sums are kept in a block of some rows by some columns of vectors: for each instruction set, the
//! shape that its registers hold. There each word is an instruction; here the compiler finds what
//! there is.

use super::{QUIET_NAN, Vector};
use crate::fma::fma;
use crate::level::{Level, Taps, store_bytes};
use crate::sums::sums;

const LANES: usize = 16;

#[derive(Clone, Copy)]
struct Baseline([f32; LANES]);

impl Vector for Baseline {
    const LANES: usize = LANES;

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

/// # Safety
/// As for [`SumsFunction`](crate::level::SumsFunction).
unsafe fn sums_of_rows<const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    window: &[*const f32],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe { sums::<Baseline, ROWS, COLUMNS>(taps, window, samples, output, stride) }
}

pub(crate) static LEVEL: Level = Level {
    name: "baseline",
    block: 2 * LANES,
    sums: &[sums_of_rows::<1, 2>, sums_of_rows::<2, 1>],
    store_bytes,
};
