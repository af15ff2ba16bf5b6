//! Correlation with a square kernel.

use crate::arguments::{apart, valid};
use crate::bands::{Line, filled};
use crate::cpu;
use crate::image::{Error, Image, Options, Sample};
use crate::level::Taps;
use crate::rows::Source;
use crate::walk::{Cells, INTERIOR_SAMPLES, Needs, Step, Walk};

/// Samples in a strip of gathered rows, so that those under the kernel stay in the cache.
const GATHERED_SAMPLES: usize = 2048;
const GATHERED_FLOATS: usize = 128 * 1024;

/// Copy floats that need not be aligned to where they are.
///
/// # Safety
/// So many can be read.
pub(crate) unsafe fn aligned(floats: *const u8, count: usize) -> Result<Vec<f32>, Error> {
    let mut copy = filled(count, 0f32)?;
    let bytes = size_of_val(copy.as_slice());
    // SAFETY: as the caller says; the copy is as long, and new.
    unsafe { floats.copy_to_nonoverlapping(copy.as_mut_ptr().cast(), bytes) };
    Ok(copy)
}

/// Correlate any image with a square kernel.
///
/// For each pixel and channel, with the anchor at `kernel_size / 2` on both axes: sum = +0.0, then
/// for ky ascending and kx ascending, `sum = fma(kernel[ky][kx], pixel, sum)` in IEEE 754 binary32.
/// No tap is skipped, so NaN and infinity travel. A NaN is stored as the quiet NaN 0x7FC00000. The
/// result has the same bits on every machine, whatever the instruction set, the threads and the
/// rows.
///
/// * `image`: what to correlate. Each channel is taken by itself.
/// * `kernel`: the square of `kernel_size` binary32 weights, contiguous; need not be aligned. Any
///   size from 1 up will do, even ones and ones larger than the image too.
/// * `output`: rows * width * channels samples of the image's type, contiguous in this order; need
///   not be aligned; it must overlap neither image nor kernel.
///
/// # Errors
/// [`Error::Invalid`] for a null pointer, a zero size, sizes that overflow, overlapping buffers, or
/// another value that is not accepted; [`Error::OutOfMemory`]. Nothing was written.
///
/// # Safety
/// The pointers, if not null, and the lengths and strides that go with them must tell of memory
/// that can be read, for `output` written, as long as the call lasts.
pub unsafe fn convolve_ex(
    image: &Image,
    kernel: *const u8,
    kernel_size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let size = kernel_size as usize;
    let options = valid(image, options, output).ok_or(Error::Invalid)?;
    let count = size.checked_mul(size).ok_or(Error::Invalid)?;
    if !apart(kernel, count, image, &options, output) {
        return Err(Error::Invalid);
    }
    let level = cpu::level_in_use();
    let rows = size.min(level.rows());
    let slots = size + rows - 1;
    let needs = Needs {
        cells: Cells::Float,
        gather: false,
        block: level.lanes,
        rows,
        height: size,
        width: size,
        slots,
        gathered: GATHERED_SAMPLES.min(GATHERED_FLOATS / slots),
        interior: INTERIOR_SAMPLES,
    };
    let walk = Walk::plan(image, options, output, level, &needs).ok_or(Error::Invalid)?;
    // SAFETY: the kernel is what the caller says.
    let weights = unsafe { aligned(kernel, count)? };
    let taps = Taps {
        weights: &weights,
        height: size,
        width: size,
        step: image.channels as usize,
    };
    let correlate = |source: &mut Source, step: &Step, _: &mut [Line]| {
        let samples = source.strip.samples;
        let sums = level.sums(step.rows, samples);
        // SAFETY: the image and the output are what the caller says; the processor has the level.
        unsafe {
            source.slide_window(step);
            sums(&taps, source.window, samples, step.results, step.stride);
        }
    };
    let multiplications =
        f64::from(options.rows) * f64::from(image.width) * f64::from(image.channels) * count as f64;
    // SAFETY: as above.
    unsafe { walk.walk_image(&correlate, 0, multiplications) }
}

/// Correlate an image of one channel with a square kernel; outside the image all is zero.
///
/// * `input` and `output`: `height` rows of `width` samples.
/// * `kernel`: `kernel_size` rows of `kernel_size` weights.
///
/// # Errors
/// As [`convolve_ex`]; [`Error::Invalid`] too when a slice is not as long as it should be.
pub fn convolve(
    input: &[f32],
    width: u32,
    height: u32,
    kernel: &[f32],
    kernel_size: u32,
    output: &mut [f32],
) -> Result<(), Error> {
    let samples = (width as usize).checked_mul(height as usize);
    let taps = (kernel_size as usize).checked_mul(kernel_size as usize);
    if samples != Some(input.len()) || samples != Some(output.len()) || taps != Some(kernel.len()) {
        return Err(Error::Invalid);
    }
    let image = Image {
        data: input.as_ptr().cast(),
        sample: Sample::Float32,
        width,
        height,
        channels: 1,
        row_stride: (width as usize * size_of::<f32>()) as isize,
        column_stride: size_of::<f32>() as isize,
        channel_stride: size_of::<f32>() as isize,
    };
    let (kernel, output) = (kernel.as_ptr().cast(), output.as_mut_ptr().cast());
    // SAFETY: the slices are as long as the sizes say.
    unsafe { convolve_ex(&image, kernel, kernel_size, &Options::default(), output) }
}
