//! The median of a square window of 3, 5 or 7.

use crate::arguments::valid;
use crate::bands::Line;
use crate::cpu;
use crate::image::{Error, Image, Options, Sample};
use crate::level::MEDIAN_ROWS;
use crate::rows::Source;
use crate::walk::{Cells, INTERIOR_SAMPLES, Needs, Step, Walk};

#[allow(clippy::all, clippy::pedantic, reason = "it is made by a program")]
mod networks;
mod rows;

pub(crate) use rows::rows;

/// Samples in a strip of gathered rows, so that those under the windows stay in the cache.
const GATHERED_SAMPLES: usize = 2048;

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
    let (cells, block, functions) = match image.sample {
        Sample::Uint8 => (Cells::Byte, level.bytes, level.median_of_bytes),
        Sample::Float32 => (Cells::Float, level.lanes, level.median_of_floats),
    };
    let needs = Needs {
        cells,
        gather: false,
        block,
        rows: MEDIAN_ROWS,
        height: size,
        width: size,
        slots: size + MEDIAN_ROWS - 1,
        gathered: GATHERED_SAMPLES,
        interior: INTERIOR_SAMPLES,
    };
    let walk = Walk::plan(image, options, output, level, &needs).ok_or(Error::Invalid)?;
    let function = functions[size / 2 - 1];
    // For what the function cannot put in order.
    let fallback = level.median_of_keys[size / 2 - 1];
    let channels = image.channels as usize;
    let filter = |source: &mut Source, step: &Step, _: &mut [Line]| {
        let samples = source.strip.samples;
        let (rows, results, stride) = (step.rows, step.results, step.stride);
        // SAFETY: the image and the output are what the caller says; the processor has the level.
        unsafe {
            source.slide_window(step);
            if function(source.window, rows, samples, channels, results, stride) {
                fallback(source.window, rows, samples, channels, results, stride);
            }
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
    unsafe { walk.walk_image(&filter, 0, comparisons) }
}
