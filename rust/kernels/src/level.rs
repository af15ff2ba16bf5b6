//! What is compiled once for each instruction set.

use std::ffi::c_void;

/// A kernel of height * width weights. Along a row, its taps are step samples apart.
pub(crate) struct Taps<'a> {
    pub weights: &'a [f32],
    pub height: usize,
    pub width: usize,
    pub step: usize,
}

/// Write some rows of sums, each stride bytes after the one before, with quiet NaNs.
///
/// The window holds a pointer for each source row under the rows of sums: to the first tap of the
/// first sample. There are at least as many samples as the level asks for.
///
/// # Safety
/// The processor has the instructions. Under the taps of so many samples, the rows can be read;
/// the rows of sums can be written, and nothing else points into them.
pub(crate) type SumsFunction = unsafe fn(
    taps: &Taps,
    window: &[*const c_void],
    samples: usize,
    output: *mut u8,
    stride: isize,
);

/// The same for two kernels, one across and one down, both of size 3 or both of size 5.
///
/// # Safety
/// As for [`SumsFunction`].
pub(crate) type FusedFunction = unsafe fn(
    across: &Taps,
    down: &Taps,
    window: &[*const c_void],
    samples: usize,
    output: *mut u8,
    stride: isize,
);

pub(crate) const MEDIAN_ROWS: usize = 8;

/// Write up to `MEDIAN_ROWS` rows of medians of a window of 3, 5 or 7 rows of cells, whose taps are
/// step apart. Returns whether it met what it cannot put in order, and then wrote nonsense.
///
/// # Safety
/// As for [`SumsFunction`]; the rows are of cells, and aligned to them.
pub(crate) type MedianFunction = unsafe fn(
    window: &[*const c_void],
    rows: usize,
    samples: usize,
    step: usize,
    output: *mut u8,
    stride: isize,
) -> bool;

/// Complex numbers, size * size, real and imaginary parts in planes whose rows are stride apart.
pub(crate) struct Square {
    pub re: *mut f32,
    pub im: *mut f32,
    pub size: usize,
    pub stride: usize,
    /// Is the size twice a power of four?
    pub halved: bool,
    /// Of unity, size of them.
    pub roots: *const [f32; 2],
}

pub(crate) struct Level {
    pub name: &'static str,
    /// The fewest samples that the narrow functions can be asked for,
    pub lanes: usize,
    /// and the others.
    pub block: usize,
    /// For 1, 2, ... rows at once.
    pub sums: &'static [SumsFunction],
    /// The same.
    pub narrow_sums: &'static [SumsFunction],
    /// The same.
    pub fused: &'static [FusedFunction],
    /// The same.
    pub narrow_fused: &'static [FusedFunction],
    /// Round, saturate and store samples as bytes. Unsafe, as the processor must have the
    /// instructions.
    pub store_bytes: unsafe fn(sums: &[f32], output: &mut [u8]),
    /// The Fourier transform of the columns,
    pub transform: unsafe fn(square: &Square),
    /// its inverse,
    pub restore: unsafe fn(square: &Square),
    /// and the product with another square.
    pub multiply_square: unsafe fn(square: &Square, other: &Square),
    /// The fewest samples that a function below can be asked for.
    pub bytes: usize,
    /// For windows of 3, 5 and 7.
    pub median_of_bytes: [MedianFunction; 3],
    /// Which cannot order NaN and -0,
    pub median_of_floats: [MedianFunction; 3],
    /// and which can; for both, lanes samples or more.
    pub median_of_keys: [MedianFunction; 3],
}

impl Level {
    /// The most rows at once.
    pub(crate) const fn rows(&self) -> usize {
        self.sums.len()
    }

    /// Its function for so many rows of so many samples.
    pub(crate) fn sums(&self, rows: usize, samples: usize) -> SumsFunction {
        let narrow = samples < self.block;
        (if narrow { self.narrow_sums } else { self.sums })[rows - 1]
    }

    /// The same.
    pub(crate) fn fused(&self, rows: usize, samples: usize) -> FusedFunction {
        let narrow = samples < self.block;
        (if narrow {
            self.narrow_fused
        } else {
            self.fused
        })[rows - 1]
    }
}

/// Round, saturate and store samples as bytes.
#[inline(always)]
pub(crate) fn store_bytes(sums: &[f32], output: &mut [u8]) {
    for (&sum, byte) in sums.iter().zip(output) {
        let sum = if sum > 0.0 { sum } else { 0.0 }; // NaN too
        let sum = if sum < 255.0 { sum } else { 255.0 };
        // From 2**23 on floats are one apart, so adding it rounds half to even.
        let rounded = (sum + 8_388_608.0) - 8_388_608.0;
        // SAFETY: it is a number from 0 to 255.
        *byte = unsafe { rounded.to_int_unchecked::<i32>() } as u8;
    }
}
