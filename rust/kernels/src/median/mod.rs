//! The median of a square window of 3, 5 or 7.

use std::ffi::c_void;
use std::ptr;

use crate::arguments::valid;
use crate::bands::{self, Line, take};
use crate::cpu;
use crate::image::{Error, Image, Options, Sample};
use crate::level::MedianFunction;
use crate::vector::Ordered;
use crate::walk::{Cells, Needs, Walk};

#[allow(clippy::all, clippy::pedantic, reason = "it is made by a program")]
mod networks;
mod row;

pub(crate) use row::median_row;

/// Samples in a strip, so that the sorted columns of a row stay in the nearest cache.
const STRIP_SAMPLES: usize = 1024;

struct Median<'a> {
    walk: Walk<'a>,
    row: MedianFunction,
    size: usize,
    /// Cells in a row of sorted columns.
    length: usize,
}

impl Median<'_> {
    /// # Safety
    /// The image can be read, and the output written.
    unsafe fn run_band(&self, memory: &mut [Line], first: usize, last: usize) {
        let walk = &self.walk;
        let mut window = [ptr::null::<c_void>(); 7];
        let window = &mut window[..self.size];
        let (sorted, memory) = take::<i32>(memory, self.size * self.length);
        let sorted = sorted.as_mut_ptr().cast();
        let mut source = walk.open_source(memory);
        while source.next_strip() {
            for y in first..last {
                // SAFETY: as the caller says; the processor has the level.
                unsafe {
                    source.slide_window(window, self.size, y, 1, usize::from(y > first));
                    let (samples, step) = (source.strip.samples, walk.image.channels as usize);
                    let (results, _) = source.results(y);
                    (self.row)(window, samples, step, sorted, self.length, results);
                    source.store_results(y, 1);
                }
            }
        }
    }
}

/// The median of the square window around each pixel, NaN being above all numbers and -0 below +0.
///
/// * `size`: 3, 5 or 7.
/// * `output`: as [`convolve_ex`](crate::convolve_ex)'s.
///
/// # Errors
/// As [`convolve_ex`](crate::convolve_ex).
///
/// # Safety
/// As [`convolve_ex`](crate::convolve_ex).
pub unsafe fn median(
    image: &Image,
    size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let options = valid(image, options, output).ok_or(Error::Invalid)?;
    if !matches!(size, 3 | 5 | 7) {
        return Err(Error::Invalid);
    }
    let size = size as usize;
    let level = cpu::level_in_use();
    let (cells, rows) = match image.sample {
        Sample::Uint8 => (Cells::Byte, level.median_of_bytes),
        Sample::Float32 => (Cells::Key, level.median_of_keys),
    };
    let needs = Needs {
        cells,
        gather: false,
        block: level.median_block,
        height: size,
        width: size,
        slots: size,
        gathered: STRIP_SAMPLES,
        interior: STRIP_SAMPLES,
    };
    let walk = Walk::plan(image, options, output, level, &needs).ok_or(Error::Invalid)?;
    let length = walk.outside.max(walk.length);
    let bytes = length
        .checked_mul(size * size_of::<i32>())
        .and_then(|sorted| sorted.checked_add(walk.source_bytes()?))
        .ok_or(Error::Invalid)?;
    let work = Median {
        walk,
        row: rows[size / 2 - 1],
        size,
        length,
    };
    let comparisons = f64::from(options.rows)
        * f64::from(image.width)
        * f64::from(image.channels)
        * (size * size) as f64
        / match image.sample {
            Sample::Uint8 => 4.0,
            Sample::Float32 => 1.0,
        };
    // SAFETY: the image and the output are what the caller says.
    let run_band = |memory: &mut [Line], first, last| unsafe { work.run_band(memory, first, last) };
    bands::run(&run_band, bytes, comparisons, &options)
}
