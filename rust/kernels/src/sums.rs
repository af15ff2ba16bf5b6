//! Rows of sums: the taps of a kernel are walked once for a block of `ROWS` by `COLUMNS` vectors.
//!
//! Instantiated for each number of rows in a function of each instruction set, and inlined into it.
//! A vector that is loaded serves all rows of sums that it lies under.

use crate::level::Taps;
use crate::vector::Vector;

/// Write a body out for y of 0, 1, ... as far as it is below a constant. The compiler would not, as
/// it has a loop inside.
macro_rules! unrolled {
    ($y:ident below $end:expr, $body:expr) => {
        unrolled!($y below $end, $body, 0, 1, 2, 3, 4)
    };
    ($y:ident below $end:expr, $body:expr, $($value:literal),+) => {
        $(if $value < $end {
            let $y: usize = $value;
            $body;
        })+
    };
}

/// Add the taps of source row y to the rows of sums first..=last: the row of taps y to the sums' row
/// 0, and a row of taps less to each next.
///
/// # Safety
/// As for [`sums`].
#[inline(always)]
unsafe fn take_row<V: Vector, const ROWS: usize, const COLUMNS: usize>(
    sum: &mut [[V; COLUMNS]; ROWS],
    taps: &Taps,
    window: &[*const f32],
    offset: usize,
    y: usize,
    first: usize,
    last: usize,
) {
    let mut source = window[y].wrapping_add(offset);
    let weight = taps.weights.as_ptr().wrapping_add(y * taps.width);
    for kx in 0..taps.width {
        // SAFETY: as the caller says.
        unsafe {
            let mut sample = [V::zero(); COLUMNS];
            for (column, sample) in sample.iter_mut().enumerate() {
                *sample = V::load(source.add(column * V::LANES));
            }
            for (row, sum) in sum.iter_mut().enumerate() {
                if row < first || row > last {
                    continue;
                }
                let tap = V::broadcast(*weight.wrapping_add(kx).wrapping_sub(row * taps.width));
                for (sum, &sample) in sum.iter_mut().zip(&sample) {
                    *sum = V::fma(tap, sample, *sum);
                }
            }
        }
        source = source.wrapping_add(taps.step);
    }
}

/// One block, its first sample at an offset in the window's rows. The kernel has at least as many
/// rows as the block.
///
/// # Safety
/// As for [`sums`].
#[inline(always)]
unsafe fn block_of_rows<V: Vector, const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    window: &[*const f32],
    offset: usize,
    output: *mut u8,
    stride: isize,
) {
    let height = taps.height;
    // SAFETY: as the caller says.
    unsafe {
        let mut sum = [[V::zero(); COLUMNS]; ROWS];
        // The first source rows lie under the first rows of sums only, the last under the last.
        unrolled!(y below ROWS - 1, take_row(&mut sum, taps, window, offset, y, 0, y));
        for y in ROWS - 1..height {
            take_row(&mut sum, taps, window, offset, y, 0, ROWS - 1);
        }
        unrolled!(y below ROWS - 1, {
            take_row(&mut sum, taps, window, offset, height + y, y + 1, ROWS - 1);
        });
        for (row, sum) in sum.iter().enumerate() {
            let output = output.offset(row as isize * stride);
            for (column, &sum) in sum.iter().enumerate() {
                V::store_quiet(output.add(column * V::LANES * size_of::<f32>()), sum);
            }
        }
    }
}

/// What a [`SumsFunction`](crate::level::SumsFunction) does.
///
/// # Safety
/// As for such a function.
#[inline(always)]
pub(crate) unsafe fn sums<V: Vector, const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    window: &[*const f32],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    let block = COLUMNS * V::LANES;
    let mut offset = 0;
    while offset < samples {
        // The last block overlaps the one before: what is computed twice comes out the same.
        if offset > samples - block {
            offset = samples - block;
        }
        // SAFETY: as the caller says.
        unsafe {
            let output = output.add(offset * size_of::<f32>());
            block_of_rows::<V, ROWS, COLUMNS>(taps, window, offset, output, stride);
        }
        offset += block;
    }
}
