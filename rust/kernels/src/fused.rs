//! Rows of sums of two small kernels, across and down, in one walk.
//!
//! Instantiated for each shape of block in a function of each instruction set, and inlined into it.
//! What the kernel across gives of a source row stays in registers and serves all rows of sums that
//! it lies under; at the upper and lower edge of the rows it is computed again, so this pays for
//! small kernels only.

use std::ffi::c_void;

use crate::level::Taps;
use crate::unrolled::unrolled;
use crate::vector::Vector;

/// Take a source row through the kernel across, and that to all rows of sums that it lies under.
///
/// # Safety
/// As for [`fused`].
#[inline(always)]
unsafe fn take_row<V: Vector, const ROWS: usize, const COLUMNS: usize, const SIZE: usize>(
    sum: &mut [[V; COLUMNS]; ROWS],
    across: &Taps,
    down: &Taps,
    mut source: *const f32,
    y: usize,
) {
    let (across_weight, down_weight) = (across.weights.as_ptr(), down.weights.as_ptr());
    // SAFETY: as the caller says.
    unsafe {
        let mut middle = [V::zero(); COLUMNS];
        for kx in 0..SIZE {
            let tap = V::broadcast(*across_weight.add(kx));
            for (column, middle) in middle.iter_mut().enumerate() {
                *middle = V::fma(tap, V::load(source.add(column * V::LANES)), *middle);
            }
            source = source.wrapping_add(across.step);
        }
        for (row, sum) in sum.iter_mut().enumerate() {
            if y < row || y >= row + SIZE {
                continue;
            }
            let tap = V::broadcast(*down_weight.add(y - row));
            for (sum, &middle) in sum.iter_mut().zip(&middle) {
                *sum = V::fma(tap, middle, *sum);
            }
        }
    }
}

/// One block, its first sample at an offset in the window's rows.
///
/// # Safety
/// As for [`fused`].
#[inline(always)]
unsafe fn block_of_rows<V: Vector, const ROWS: usize, const COLUMNS: usize, const SIZE: usize>(
    across: &Taps,
    down: &Taps,
    window: &[*const c_void],
    offset: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe {
        let mut sum = [[V::zero(); COLUMNS]; ROWS];
        if V::WRITTEN_OUT {
            unrolled!(y below ROWS + SIZE - 1, {
                let source = window[y].cast::<f32>().wrapping_add(offset);
                take_row::<V, ROWS, COLUMNS, SIZE>(&mut sum, across, down, source, y);
            });
        } else {
            for (y, source) in window.iter().enumerate() {
                let source = source.cast::<f32>().wrapping_add(offset);
                take_row::<V, ROWS, COLUMNS, SIZE>(&mut sum, across, down, source, y);
            }
        }
        for (row, sum) in sum.iter().enumerate() {
            let output = output.offset(row as isize * stride);
            for (column, &sum) in sum.iter().enumerate() {
                V::store_quiet(output.add(column * V::LANES * size_of::<f32>()), sum);
            }
        }
    }
}

/// All blocks of a row.
///
/// # Safety
/// As for [`fused`].
#[inline(always)]
unsafe fn blocks_of_rows<V: Vector, const ROWS: usize, const COLUMNS: usize, const SIZE: usize>(
    across: &Taps,
    down: &Taps,
    window: &[*const c_void],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    let window = &window[..ROWS + SIZE - 1];
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
            block_of_rows::<V, ROWS, COLUMNS, SIZE>(across, down, window, offset, output, stride);
        }
        offset += block;
    }
}

/// What a [`FusedFunction`](crate::level::FusedFunction) does.
///
/// # Safety
/// As for such a function.
#[inline(always)]
pub(crate) unsafe fn fused<V: Vector, const ROWS: usize, const COLUMNS: usize>(
    across: &Taps,
    down: &Taps,
    window: &[*const c_void],
    samples: usize,
    output: *mut u8,
    stride: isize,
) {
    // SAFETY: as the caller says.
    unsafe {
        if across.width == 3 {
            blocks_of_rows::<V, ROWS, COLUMNS, 3>(across, down, window, samples, output, stride);
        } else {
            blocks_of_rows::<V, ROWS, COLUMNS, 5>(across, down, window, samples, output, stride);
        }
    }
}
