//! One row of medians, for each kind of cell.
//!
//! Every column of the window is sorted once, and serves all windows that it lies in.

use std::ffi::c_void;

use super::networks::{middle_of_3, middle_of_5, middle_of_7, sort_3, sort_5, sort_7};
use crate::vector::Ordered;

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

/// The median of a window of sorted columns: of each, at gives the value of a rank.
#[inline(always)]
fn middle_of<W: Ordered, const SIZE: usize>(at: impl Fn(usize, usize) -> W) -> W {
    match SIZE {
        3 => middle_of_3(at),
        5 => middle_of_5(at),
        7 => middle_of_7(at),
        _ => unreachable!("there is no network of this size"),
    }
}

/// What a [`MedianFunction`](crate::level::MedianFunction) does.
///
/// # Safety
/// As for such a function.
#[inline(always)]
pub(crate) unsafe fn median_row<W: Ordered, const SIZE: usize>(
    window: &[*const c_void],
    samples: usize,
    step: usize,
    sorted: *mut c_void,
    length: usize,
    output: *mut u8,
) {
    let columns = samples + (SIZE - 1) * step;
    let sorted: *mut W::Cell = sorted.cast();
    // SAFETY: as the caller says.
    unsafe {
        // The last block overlaps the one before: what is computed twice comes out the same.
        let mut offset = 0;
        while offset < columns {
            if offset > columns - W::LANES {
                offset = columns - W::LANES;
            }
            let load = |row: usize| W::load(window[row].cast::<W::Cell>().add(offset));
            let mut value: [W; SIZE] = std::array::from_fn(load);
            sort(&mut value);
            for (row, &value) in value.iter().enumerate() {
                W::store(sorted.add(row * length + offset).cast(), value);
            }
            offset += W::LANES;
        }
        let mut offset = 0;
        while offset < samples {
            if offset > samples - W::LANES {
                offset = samples - W::LANES;
            }
            let sorted = sorted.cast_const().add(offset);
            let at =
                |rank: usize, column: usize| W::load(sorted.add(rank * length + column * step));
            let median = middle_of::<W, SIZE>(at);
            W::store(output.add(offset * size_of::<W::Cell>()), median);
            offset += W::LANES;
        }
    }
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
        let step = if cfg!(miri) { 64 * 101 } else { 64 };
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
            let got = middle_of::<_, SIZE>(|rank, column| Bits(bits[rank][column]));
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
