//! Rows of sums: the taps of a kernel are walked once for a block of `ROWS` by `COLUMNS` vectors.
//!
//! Instantiated for each number of rows in a function of each instruction set, and inlined into it.
//! A vector that is loaded serves all rows of sums that it lies under.

use std::ffi::c_void;

use crate::level::Taps;
use crate::unrolled::unrolled;
use crate::vector::Vector;

/// Add the taps of one source row to the rows of sums first..=last, of which it is the row of taps
/// that starts at weight for the sums' row 0, and each a row of taps less for the next.
///
/// # Safety
/// As for [`sums`].
#[inline(always)]
unsafe fn take_row<V: Vector, const ROWS: usize, const COLUMNS: usize>(
    sum: &mut [[V; COLUMNS]; ROWS],
    mut source: *const f32,
    weight: *const f32,
    width: usize,
    step: usize,
    first: usize,
    last: usize,
) {
    for kx in 0..width {
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
                let tap = V::broadcast(*weight.wrapping_add(kx).wrapping_sub(row * width));
                for (sum, &sample) in sum.iter_mut().zip(&sample) {
                    *sum = V::fma(tap, sample, *sum);
                }
            }
        }
        source = source.wrapping_add(step);
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
    (height, width): (usize, usize),
    window: &[*const c_void],
    offset: usize,
    output: *mut u8,
    stride: isize,
) {
    let source = |y: usize| window[y].cast::<f32>().wrapping_add(offset);
    let weight = |y: usize| taps.weights.as_ptr().wrapping_add(y * width);
    let step = taps.step;
    // SAFETY: as the caller says.
    unsafe {
        let mut sum = [[V::zero(); COLUMNS]; ROWS];
        // The first source rows lie under the first rows of sums only, the last under the last.
        unrolled!(y below ROWS - 1, {
            take_row(&mut sum, source(y), weight(y), width, step, 0, y);
        });
        for y in ROWS - 1..height {
            take_row(&mut sum, source(y), weight(y), width, step, 0, ROWS - 1);
        }
        unrolled!(y below ROWS - 1, {
            let last = height + y;
            take_row(&mut sum, source(last), weight(last), width, step, y + 1, ROWS - 1);
        });
        for (row, sum) in sum.iter().enumerate() {
            let output = output.offset(row as isize * stride);
            for (column, &sum) in sum.iter().enumerate() {
                V::store_quiet(output.add(column * V::LANES * size_of::<f32>()), sum);
            }
        }
    }
}

/// All blocks of a row. Where the sizes are known when this is compiled, so are the loops.
///
/// # Safety
/// As for [`sums`].
#[inline(always)]
unsafe fn blocks_of_rows<V: Vector, const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    size: (usize, usize),
    window: &[*const c_void],
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
            block_of_rows::<V, ROWS, COLUMNS>(taps, size, window, offset, output, stride);
        }
        offset += block;
    }
}

/// What a [`SumsFunction`](crate::level::SumsFunction) does.
///
/// # Safety
/// As for such a function.
#[inline(always)]
pub(crate) unsafe fn sums<V: Vector, const ROWS: usize, const COLUMNS: usize>(
    taps: &Taps,
    window: &[*const c_void],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    let size = (taps.height, taps.width);
    let window = &window[..taps.height + ROWS - 1];
    // SAFETY: as the caller says.
    unsafe {
        // An instance for each of the sizes that are asked for most, in wide blocks: what is narrower
        // is soon done in any way, and each instance is kilobytes.
        if COLUMNS > 1 && ROWS <= 3 && size == (3, 3) {
            blocks_of_rows::<V, ROWS, COLUMNS>(taps, (3, 3), window, samples, output, stride);
        } else if COLUMNS > 1 && ROWS < 5 && size == (5, 5) {
            // Not 5 rows, which the compiler would take apart and lose its registers over.
            blocks_of_rows::<V, ROWS, COLUMNS>(taps, (5, 5), window, samples, output, stride);
        } else {
            blocks_of_rows::<V, ROWS, COLUMNS>(taps, size, window, samples, output, stride);
        }
    }
}
