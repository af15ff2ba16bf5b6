//! Rows of medians, for each kind of cell.
//!
//! The samples of a window's row are sorted once, and serve all windows that have this row.

use std::ffi::c_void;

use super::networks::{middle_of_3, middle_of_5, middle_of_7, sort_3, sort_5, sort_7};
use crate::level::MEDIAN_ROWS;
use crate::unrolled::unrolled;
use crate::vector::Ordered;

/// The largest window.
const MOST: usize = 7;

/// Sort so many values.
#[expect(
    clippy::same_functions_in_if_condition,
    reason = "their lengths differ"
)]
#[inline(always)]
fn sort<W: Ordered, const SIZE: usize>(value: &mut [W; SIZE]) {
    if let Ok(value) = value.as_mut_slice().try_into() {
        sort_3(value);
    } else if let Ok(value) = value.as_mut_slice().try_into() {
        sort_5(value);
    } else if let Ok(value) = value.as_mut_slice().try_into() {
        sort_7(value);
    } else {
        unreachable!("there is no network of this size");
    }
}

/// The median of a window of sorted lines: of each, at gives the value of a rank.
#[inline(always)]
fn middle_of<W: Ordered, const SIZE: usize>(at: impl Fn(usize, usize) -> W) -> W {
    match SIZE {
        3 => middle_of_3(at),
        5 => middle_of_5(at),
        7 => middle_of_7(at),
        _ => unreachable!("there is no network of this size"),
    }
}

/// Load the samples of a row under the windows of a block, a vector for each column of a window.
///
/// # Safety
/// As for [`rows`].
#[inline(always)]
unsafe fn load_row<W: Ordered, const SIZE: usize>(
    source: *const c_void,
    offset: usize,
    step: usize,
) -> [W; SIZE] {
    let source: *const W::Cell = source.cast();
    // SAFETY: as the caller says.
    unsafe {
        // A closure that std calls would not have the instructions, and stay a call.
        let mut row = [W::load(source.add(offset)); SIZE];
        for (column, value) in row.iter_mut().enumerate().skip(1) {
            *value = W::load(source.add(offset + column * step));
        }
        row
    }
}

/// Load and sort them; other than 0 where that cannot be done. The blocks before saw all but the
/// last column.
///
/// # Safety
/// As for [`rows`].
#[inline(always)]
unsafe fn sort_row<W: Ordered, const SIZE: usize>(
    source: *const c_void,
    offset: usize,
    step: usize,
    sorted: &mut [W; SIZE],
) -> i32 {
    // SAFETY: as the caller says.
    *sorted = unsafe { load_row(source, offset, step) };
    let unordered = sorted[SIZE - 1].unordered();
    sort(sorted);
    unordered
}

#[inline(always)]
fn middle_of_lines<W: Ordered, const SIZE: usize>(sorted: &[[W; SIZE]]) -> W {
    let sorted = &sorted[..SIZE];
    middle_of::<W, SIZE>(|rank, line| sorted[line][rank])
}

/// What a [`MedianFunction`](crate::level::MedianFunction) does.
///
/// # Safety
/// As for such a function.
#[inline(always)]
pub(crate) unsafe fn rows<W: Ordered, const SIZE: usize>(
    window: &[*const c_void],
    rows: usize,
    samples: usize,
    step: usize,
    output: *mut u8,
    stride: isize,
) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        if SIZE == 3 && rows == MEDIAN_ROWS {
            rows_of_medians::<W, SIZE, true>(window, rows, samples, step, output, stride)
        } else {
            rows_of_medians::<W, SIZE, false>(window, rows, samples, step, output, stride)
        }
    }
}

/// Where there are `MEDIAN_ROWS` of the smallest, the loops over rows are `WRITTEN_OUT`, and its
/// sorted samples stay in registers.
///
/// # Safety
/// As for [`rows`].
#[inline(always)]
unsafe fn rows_of_medians<W: Ordered, const SIZE: usize, const WRITTEN_OUT: bool>(
    window: &[*const c_void],
    rows: usize,
    samples: usize,
    step: usize,
    output: *mut u8,
    stride: isize,
) -> bool {
    let window = &window[..rows + SIZE - 1];
    // SAFETY: as the caller says.
    unsafe {
        let mut sorted = [[W::load(window[0].cast()); SIZE]; MEDIAN_ROWS + MOST - 1];
        let mut unordered = 0;
        for &source in window {
            // All before the last column.
            for x in (0..(SIZE - 1) * step).step_by(W::LANES) {
                unordered |= W::load(source.cast::<W::Cell>().add(x)).unordered();
            }
        }
        let mut offset = 0;
        while offset < samples {
            // The last block overlaps the one before: what is computed twice comes out the same.
            if offset > samples - W::LANES {
                offset = samples - W::LANES;
            }
            if WRITTEN_OUT {
                unrolled!(y below MEDIAN_ROWS + SIZE - 1, {
                    unordered |= sort_row(window[y], offset, step, &mut sorted[y]);
                });
            } else {
                for (&source, sorted) in window.iter().zip(&mut sorted) {
                    unordered |= sort_row(source, offset, step, sorted);
                }
            }
            if unordered != 0 {
                return true;
            }
            let output = output.add(offset * size_of::<W::Cell>());
            if WRITTEN_OUT {
                unrolled!(y below MEDIAN_ROWS, {
                    W::store(output.offset(y as isize * stride), middle_of_lines(&sorted[y..]));
                });
            } else {
                for y in 0..rows {
                    W::store(
                        output.offset(y as isize * stride),
                        middle_of_lines(&sorted[y..]),
                    );
                }
            }
            offset += W::LANES;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{middle_of, sort};
    use crate::vector::Ordered;

    /// Zeros and ones, in 64 windows at once.
    #[derive(Clone, Copy)]
    struct Bits(u64);

    impl Ordered for Bits {
        type Cell = u64;

        unsafe fn load(source: *const u64) -> Self {
            // SAFETY: as the caller says.
            Self(unsafe { source.read() })
        }

        unsafe fn store(target: *mut u8, value: Self) {
            // SAFETY: as the caller says.
            unsafe { target.cast::<u64>().write_unaligned(value.0) }
        }

        fn lower(self, other: Self) -> Self {
            Self(self.0 & other.0)
        }

        fn upper(self, other: Self) -> Self {
            Self(self.0 | other.0)
        }
    }

    /// A network that is right for all zeros and ones is right for all values: the 0-1 principle.
    fn check_size<const SIZE: usize>() {
        for ones in 0..1 << SIZE {
            let mut value: [Bits; SIZE] = std::array::from_fn(|i| Bits(ones >> i & 1));
            sort(&mut value);
            for (rank, value) in (0u32..).zip(value) {
                let expected = u64::from(rank + ones.count_ones() >= SIZE as u32);
                assert_eq!(value.0, expected, "{rank} of {ones:b}");
            }
        }
        // Digit k of a window, to the base SIZE + 1, is how many ones its sorted column k has.
        let base = SIZE + 1;
        let windows = base.pow(SIZE as u32);
        let step = if cfg!(miri) { 64 * 1009 } else { 64 };
        for first in (0..windows).step_by(step) {
            let mut bits = [[0u64; SIZE]; SIZE];
            let mut expected = 0;
            for place in 0..64 {
                let mut digits = first + place;
                let mut total = 0;
                for column in 0..SIZE {
                    let ones = digits % base;
                    digits /= base;
                    total += ones;
                    for rank in &mut bits[SIZE - ones..] {
                        rank[column] |= 1 << place;
                    }
                }
                expected |= u64::from(total > SIZE * SIZE / 2) << place;
            }
            let got = middle_of::<_, SIZE>(|rank, line| Bits(bits[rank][line]));
            assert_eq!(got.0, expected, "from window {first} of {windows} on");
        }
    }

    #[test]
    fn networks_of_3() {
        check_size::<3>();
    }

    #[test]
    fn networks_of_5() {
        check_size::<5>();
    }

    #[test]
    fn networks_of_7() {
        check_size::<7>();
    }
}
