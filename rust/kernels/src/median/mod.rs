//! The median of a square window of 3, 5 or 7.

use crate::arguments::valid;
use crate::bands::Line;
use crate::cpu;
use crate::image::{Error, Image, Options, Sample};
use crate::rows::Source;
use crate::vector::Ordered;
use crate::walk::{Cells, Needs, Step, Walk};

#[allow(clippy::all, clippy::pedantic, reason = "it is made by a program")]
mod networks;
mod row;

pub(crate) use row::median_row;

/// Samples in a strip, so that the sorted columns of a row stay in the nearest cache.
const STRIP_SAMPLES: usize = 1024;

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
        rows: 1,
        height: size,
        width: size,
        slots: size,
        gathered: STRIP_SAMPLES,
        interior: STRIP_SAMPLES,
    };
    let walk = Walk::plan(image, options, output, level, &needs).ok_or(Error::Invalid)?;
    let length = walk.longest_row();
    let sorted = length
        .checked_mul(size * size_of::<i32>())
        .ok_or(Error::Invalid)?;
    let row = rows[size / 2 - 1];
    let channels = image.channels as usize;
    let filter_row = |source: &mut Source, step: &Step, memory: &mut [Line]| {
        let samples = source.strip.samples;
        let sorted = memory.as_mut_ptr().cast();
        // SAFETY: the image and the output are what the caller says; the processor has the level.
        unsafe {
            source.slide_window(step);
            row(
                source.window,
                samples,
                channels,
                sorted,
                length,
                step.results,
            );
        }
    };
    let comparisons = f64::from(options.rows)
        * f64::from(image.width)
        * f64::from(image.channels)
        * (size * size) as f64
        / match image.sample {
            Sample::Uint8 => 4.0,
            Sample::Float32 => 1.0,
        };
    // SAFETY: as above.
    unsafe { walk.walk_image(&filter_row, sorted, comparisons) }
}
