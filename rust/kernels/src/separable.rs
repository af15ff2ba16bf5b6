//! Correlation with one kernel along the rows and another along the columns, and what rests on it.

use crate::arguments::{apart, valid};
use crate::bands::{ALIGNMENT, Line, filled, take};
use crate::convolve::aligned;
use crate::cpu;
use crate::image::{Error, Image, Options};
use crate::level::{Level, Taps};
use crate::rows::Source;
use crate::walk::{Cells, INTERIOR_SAMPLES, Needs, Step, Walk};

/// Samples in a strip, so that the rows between the two passes stay in the cache.
const STRIP_SAMPLES: usize = 8192;
const STRIP_FLOATS: usize = 64 * 1024;

struct Separation<'a> {
    level: &'static Level,
    across: Taps<'a>,
    down: Taps<'a>,
    /// Rows between the two passes that are kept.
    slots: usize,
    /// Floats in each.
    length: usize,
}

impl Separation<'_> {
    /// Both passes at once.
    ///
    /// # Safety
    /// The image can be read, and the results written.
    unsafe fn correlate_fused(&self, source: &mut Source, step: &Step) {
        let samples = source.strip.samples;
        let fused = self.level.fused(step.rows, samples);
        // SAFETY: as the caller says; the processor has the level.
        unsafe {
            source.slide_window(step);
            let (results, stride) = (step.results, step.stride);
            fused(
                &self.across,
                &self.down,
                source.window,
                samples,
                results,
                stride,
            );
        }
    }

    /// One after the other. The rows between the passes are made in order, each once.
    ///
    /// # Safety
    /// The image can be read, and the results written.
    unsafe fn correlate_twice(&self, source: &mut Source, step: &Step, memory: &mut [Line]) {
        let samples = source.strip.samples;
        let top = source.walk.top_row(step.y);
        // A pointer, as the window points into it while others of its rows are made.
        let middle = take::<f32>(memory, self.slots * self.length).0.as_mut_ptr();
        let (across, down) = (
            self.level.sums(1, samples),
            self.level.sums(step.rows, samples),
        );
        // SAFETY: as the caller says; the processor has the level, and there are so many slots of
        // that length.
        unsafe {
            for i in source.keep_window(step)..self.down.height + step.rows - 1 {
                let row = source.row(top + i as i64);
                let middle = middle.add((step.y + i) % self.slots * self.length);
                across(&self.across, &[row], samples, middle.cast(), 0);
                source.window[i] = middle.cast_const().cast();
            }
            down(
                &self.down,
                source.window,
                samples,
                step.results,
                step.stride,
            );
        }
    }
}

/// Correlate the rows with one kernel, and the columns of what that gives with another.
///
/// Both passes are as [`convolve_ex`](crate::convolve_ex)'s: from +0.0, taps ascending, one fma in
/// binary32 each, the anchor at size / 2. What is outside above and below is the first pass of what
/// is outside there.
///
/// * `across` and `down`: their binary32 weights, contiguous; need not be aligned.
/// * `output`: as [`convolve_ex`](crate::convolve_ex)'s.
///
/// # Errors
/// As [`convolve_ex`](crate::convolve_ex).
///
/// # Safety
/// As [`convolve_ex`](crate::convolve_ex).
pub unsafe fn separable(
    image: &Image,
    across: *const u8,
    across_size: u32,
    down: *const u8,
    down_size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let (width, height) = (across_size as usize, down_size as usize);
    let options = valid(image, options, output).ok_or(Error::Invalid)?;
    if !apart(across, width, image, &options, output)
        || !apart(down, height, image, &options, output)
    {
        return Err(Error::Invalid);
    }
    let level = cpu::level_in_use();
    let fused = width == height && matches!(height, 3 | 5);
    let rows = if fused {
        level.rows()
    } else {
        height.min(level.rows())
    };
    let slots = height.checked_add(rows - 1).ok_or(Error::Invalid)?;
    let widest = STRIP_SAMPLES.min(STRIP_FLOATS / slots);
    let needs = Needs {
        cells: Cells::Float,
        gather: false,
        block: level.lanes,
        rows,
        height,
        width,
        slots: if fused { slots } else { 1 },
        gathered: widest,
        interior: if fused { INTERIOR_SAMPLES } else { widest },
    };
    let walk = Walk::plan(image, options, output, level, &needs).ok_or(Error::Invalid)?;
    // An odd count of cache lines, so that rows do not contend for the same places of the cache.
    let length = walk.longest.checked_add(ALIGNMENT / size_of::<f32>());
    let length = length.ok_or(Error::Invalid)?;
    let kept = if fused { 0 } else { slots };
    let middle = kept
        .checked_mul(length)
        .and_then(|middle| middle.checked_mul(size_of::<f32>()))
        .ok_or(Error::Invalid)?;
    // SAFETY: the kernels are what the caller says.
    let (across, down) = unsafe { (aligned(across, width)?, aligned(down, height)?) };
    let work = Separation {
        level,
        across: Taps {
            weights: &across,
            height: 1,
            width,
            step: image.channels as usize,
        },
        down: Taps {
            weights: &down,
            height,
            width: 1,
            step: 0,
        },
        slots,
        length,
    };
    let multiplications = f64::from(options.rows)
        * f64::from(image.width)
        * f64::from(image.channels)
        * (f64::from(across_size) + f64::from(down_size));
    let correlate = |source: &mut Source, step: &Step, memory: &mut [Line]| {
        // SAFETY: so are the image and the output.
        unsafe {
            if fused {
                work.correlate_fused(source, step);
            } else {
                work.correlate_twice(source, step, memory);
            }
        }
    };
    // SAFETY: as above.
    unsafe { walk.walk_image(&correlate, middle, multiplications) }
}

/// exp(x) for x of 0 and below, by operations that give the same bits everywhere.
fn exponential(mut x: f64) -> f64 {
    if x < -745.0 {
        return 0.0;
    }
    // Halved until the series is short, then squared as often.
    let mut halvings = 0;
    while x < -0.125 {
        x *= 0.5;
        halvings += 1;
    }
    let mut sum = 1.0;
    for n in (1..=14).rev() {
        sum = 1.0 + sum * x / f64::from(n);
    }
    for _ in 0..halvings {
        sum *= sum;
    }
    sum
}

/// How many weights a Gaussian has; an error for what is none.
fn gaussian_size(sigma: f64, radius: u32) -> Result<u32, Error> {
    if sigma > 0.0 && sigma.is_finite() && i32::try_from(radius).is_ok() {
        Ok(2 * radius + 1)
    } else {
        Err(Error::Invalid)
    }
}

/// Write the `2 * radius + 1` weights of a Gaussian: exp(-x * x / (2 * sigma * sigma)) for x from
/// -radius to radius, over their sum, in binary64, rounded to binary32 at the end.
///
/// # Errors
/// [`Error::Invalid`] when sigma is not above 0 and finite, and when there are not as many weights.
pub fn gaussian_weights(sigma: f64, radius: u32, weights: &mut [f32]) -> Result<(), Error> {
    if gaussian_size(sigma, radius)? as usize != weights.len() {
        return Err(Error::Invalid);
    }
    let at = |x: u32| {
        let place = f64::from(x) / sigma;
        exponential(-0.5 * (place * place))
    };
    let mut sum = 1.0; // of the weight at 0 and, from there on, of both sides'
    for x in 1..=radius {
        sum += 2.0 * at(x);
    }
    for x in 0..=radius {
        let weight = (at(x) / sum) as f32;
        weights[(radius - x) as usize] = weight;
        weights[radius as usize + x as usize] = weight;
    }
    Ok(())
}

/// Blur by a Gaussian: [`separable`] with the weights of [`gaussian_weights`] on both axes.
///
/// * `sigma`: standard deviation in pixels, above 0 and finite.
/// * `radius`: the kernel has `2 * radius + 1` weights.
///
/// # Errors
/// As [`convolve_ex`](crate::convolve_ex).
///
/// # Safety
/// As [`convolve_ex`](crate::convolve_ex).
pub unsafe fn gaussian_blur(
    image: &Image,
    sigma: f64,
    radius: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let size = gaussian_size(sigma, radius)?;
    let mut weights = filled(size as usize, 0f32)?;
    gaussian_weights(sigma, radius, &mut weights)?;
    let weights = weights.as_ptr().cast();
    // SAFETY: as the caller says.
    unsafe { separable(image, weights, size, weights, size, options, output) }
}

/// The Sobel derivative along an axis: [`separable`] with -1, 0, 1 along it, and 1, 2, 1 along the
/// other.
///
/// * `axis`: 0 for down, 1 for across.
///
/// # Errors
/// As [`convolve_ex`](crate::convolve_ex).
///
/// # Safety
/// As [`convolve_ex`](crate::convolve_ex).
pub unsafe fn sobel(
    image: &Image,
    axis: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    const DERIVATIVE: [f32; 3] = [-1.0, 0.0, 1.0];
    const SMOOTHING: [f32; 3] = [1.0, 2.0, 1.0];
    let (derivative, smoothing) = (DERIVATIVE.as_ptr().cast(), SMOOTHING.as_ptr().cast());
    // SAFETY: as the caller says.
    unsafe {
        match axis {
            0 => separable(image, smoothing, 3, derivative, 3, options, output),
            1 => separable(image, derivative, 3, smoothing, 3, options, output),
            _ => Err(Error::Invalid),
        }
    }
}
