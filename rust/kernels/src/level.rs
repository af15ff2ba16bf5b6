//! What is compiled once for each instruction set.

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
/// first sample. There are at least as many samples as a block has.
///
/// # Safety
/// The processor has the instructions. Under the taps of so many samples, the rows can be read;
/// the rows of sums can be written, and nothing else points into them.
pub(crate) type SumsFunction =
    unsafe fn(taps: &Taps, window: &[*const f32], samples: usize, output: *mut u8, stride: isize);

pub(crate) const MOST_ROWS: usize = 6;

pub(crate) struct Level {
    pub name: &'static str,
    /// The fewest samples that a function can be asked for.
    pub block: usize,
    /// For 1, 2, ... rows at once.
    pub sums: &'static [SumsFunction],
    /// Round, saturate and store samples as bytes. Unsafe, as the processor must have the
    /// instructions.
    pub store_bytes: unsafe fn(sums: &[f32], output: &mut [u8]),
}

impl Level {
    /// The most rows at once.
    pub(crate) const fn rows(&self) -> usize {
        self.sums.len()
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
