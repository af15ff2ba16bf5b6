//! Correlation with a large square kernel by Fourier transforms of overlapping squares.
//!
//! The kernel is real, so a square of complex numbers holds two squares of the image, one in its
//! real and one in its imaginary parts, and neither meets the other.

use std::f64::consts::PI;
use std::slice;

use crate::arguments::{apart, valid};
use crate::bands::{self, ALIGNMENT, Line, filled, take};
use crate::convolve::convolve_ex;
use crate::cpu;
use crate::image::{Error, Image, Options, Sample};
use crate::level::{Level, Square};
use crate::rows::Source;
use crate::vector::QUIET_NAN;
use crate::walk::{Cells, Needs, Strip, Walk, even_step};

mod columns;

pub(crate) use columns::{multiply_square, restore, transform};

/// Bytes of working memory at most, of all threads together.
const MOST_BYTES: usize = 16_000_000;
/// Past this size the squares would be too large for it.
const LARGEST_KERNEL: u32 = 3 * LARGE_SQUARE as u32 / 4;
/// For Miri, which is slow, all sizes are a sixteenth.
const SQUARE: usize = if cfg!(miri) { 16 } else { 256 };
const LARGE_SQUARE: usize = 2 * SQUARE;
const SMALL_KERNEL: u32 = 3 * SQUARE as u32 / 8;

struct Filtering<'a> {
    walk: Walk<'a>,
    /// Its spectrum.
    kernel: Square,
    /// Rows and columns of results that a square gives.
    reach: usize,
}

// SAFETY: threads only read the kernel.
unsafe impl Sync for Filtering<'_> {}

/// A part of the result, and so of the image with what is around it.
#[derive(Clone, Copy, Default)]
struct Part {
    /// Pixel.
    first: usize,
    pixels: usize,
    y: usize,
    rows: usize,
    channel: usize,
}

const fn square_stride(size: usize) -> usize {
    size + ALIGNMENT / size_of::<f32>()
}

/// Floats in both planes.
const fn square_floats(size: usize) -> usize {
    2 * size * square_stride(size)
}

/// The memory is of as many floats.
fn lay_square(memory: &mut [f32], size: usize, roots: *const [f32; 2]) -> Square {
    let stride = square_stride(size);
    let (re, im) = memory.split_at_mut(size * stride);
    Square {
        re: re.as_mut_ptr(),
        im: im.as_mut_ptr(),
        size,
        stride,
        halved: size == LARGE_SQUARE,
        roots,
    }
}

/// # Safety
/// The plane can be read and written, and nothing else points into it.
unsafe fn transpose_plane(plane: *mut f32, size: usize, stride: usize) {
    const TILE: usize = 16;
    for top in (0..size).step_by(TILE) {
        for left in (top..size).step_by(TILE) {
            for y in top..top + TILE {
                let first = if left == top { y + 1 } else { left };
                for x in first..left + TILE {
                    // SAFETY: as the caller says.
                    unsafe { plane.add(y * stride + x).swap(plane.add(x * stride + y)) }
                }
            }
        }
    }
}

impl Square {
    /// # Safety
    /// The planes can be read and written, and nothing else points into them.
    unsafe fn transpose(&self) {
        // SAFETY: as the caller says.
        unsafe {
            transpose_plane(self.re, self.size, self.stride);
            transpose_plane(self.im, self.size, self.stride);
        }
    }

    /// Transform columns and rows; the spectrum is left transposed.
    ///
    /// # Safety
    /// As for [`Square::transpose`]; the processor has the level.
    unsafe fn transform(&self, level: &Level) {
        // SAFETY: as the caller says.
        unsafe {
            (level.transform)(self);
            self.transpose();
            (level.transform)(self);
        }
    }

    /// # Safety
    /// As for [`Square::transform`].
    unsafe fn restore(&self, level: &Level) {
        // SAFETY: as the caller says.
        unsafe {
            (level.restore)(self);
            self.transpose();
            (level.restore)(self);
        }
    }
}

/// Copy the part of the image under a part of the result into a plane.
///
/// # Safety
/// The image can be read; the strip is the part's.
unsafe fn read_part(
    walk: &Walk,
    source: &mut Source,
    part: &Part,
    plane: &mut [f32],
    (size, stride): (usize, usize),
) {
    let channels = walk.image.channels as usize;
    let columns = part.pixels + walk.before + walk.after;
    let rows = part.rows + walk.before + walk.after;
    for (y, target) in plane.chunks_exact_mut(stride).take(size).enumerate() {
        let filled = if y < rows { columns } else { 0 };
        let (inside, rest) = target[..size].split_at_mut(filled);
        if y < rows {
            // SAFETY: as the caller says; so many cells are in the row.
            unsafe {
                let row = source.row(walk.top_row(part.y + y)).cast::<f32>();
                for (x, target) in inside.iter_mut().enumerate() {
                    *target = *row.add(x * channels + part.channel);
                }
            }
        }
        rest.fill(0.0);
    }
}

/// Write a part of the result from a plane.
///
/// # Safety
/// The output has the part, and can be written.
unsafe fn write_part(walk: &Walk, part: &Part, plane: &[f32], stride: usize) {
    let (channels, size) = (walk.image.channels as usize, walk.image.sample.size());
    for (y, from) in plane.chunks_exact(stride).take(part.rows).enumerate() {
        let pixel = (part.y + y) * walk.image.width as usize + part.first;
        // SAFETY: as the caller says; the processor has the level.
        unsafe {
            let target = walk.output.add((pixel * channels + part.channel) * size);
            for (x, from) in from[..part.pixels].iter().enumerate() {
                let target = target.add(x * channels * size);
                if walk.image.sample == Sample::Uint8 {
                    let target = slice::from_raw_parts_mut(target, 1);
                    (walk.level.store_bytes)(slice::from_ref(from), target);
                } else {
                    let bits = from.to_bits();
                    let is_nan = bits & 0x7FFF_FFFF > 0x7F80_0000;
                    let bits = if is_nan { QUIET_NAN } else { bits };
                    target.cast::<u32>().write_unaligned(bits);
                }
            }
        }
    }
}

impl Filtering<'_> {
    /// Filter the parts that lie in a square, of which there are one or two.
    ///
    /// # Safety
    /// The output has the parts, and can be written.
    unsafe fn filter(&self, memory: &mut [f32], parts: &[Part]) {
        let (level, size, stride) = (self.walk.level, self.kernel.size, self.kernel.stride);
        if parts.is_empty() {
            return;
        }
        if parts.len() == 1 {
            memory[size * stride..].fill(0.0);
        }
        let square = lay_square(memory, size, self.kernel.roots);
        // SAFETY: the processor has the level; the planes are in the memory.
        unsafe {
            square.transform(level);
            (level.multiply_square)(&square, &self.kernel);
            square.restore(level);
        }
        for (part, plane) in parts.iter().zip(memory.chunks_exact(size * stride)) {
            // SAFETY: as the caller says.
            unsafe { write_part(&self.walk, part, plane, stride) };
        }
    }

    /// # Safety
    /// The image can be read, and the output written.
    unsafe fn run_band(&self, memory: &mut [Line], first: usize, last: usize) {
        let walk = &self.walk;
        let (size, stride) = (self.kernel.size, self.kernel.stride);
        let (square, memory) = take::<f32>(memory, square_floats(size));
        let mut source = walk.open_source(memory);
        let step = even_step(last - first, self.reach);
        let mut parts = [Part::default(); 2];
        let mut count = 0;
        let mut strip = Strip::default();
        while let Some(next) = walk.plan_strip(&strip) {
            strip = next;
            source.enter_strip(&strip);
            for y in (first..last).step_by(step) {
                for channel in 0..walk.image.channels as usize {
                    parts[count] = Part {
                        first: strip.first,
                        pixels: strip.pixels,
                        y,
                        rows: step.min(last - y),
                        channel,
                    };
                    let plane = &mut square[count * size * stride..][..size * stride];
                    // SAFETY: as the caller says.
                    unsafe {
                        read_part(walk, &mut source, &parts[count], plane, (size, stride));
                        count += 1;
                        if count == 2 {
                            self.filter(square, &parts);
                            count = 0;
                        }
                    }
                }
            }
        }
        // SAFETY: as the caller says.
        unsafe { self.filter(square, &parts[..count]) };
    }
}

fn fill_roots(roots: &mut [f32]) {
    let size = (roots.len() / 2) as f64;
    for (i, root) in roots.chunks_exact_mut(2).enumerate() {
        let angle = -2.0 * PI * i as f64 / size;
        root[0] = angle.cos() as f32;
        root[1] = angle.sin() as f32;
    }
}

/// The spectrum that correlates: the conjugate of the kernel's, over what the transforms multiply
/// by.
///
/// # Safety
/// The kernel can be read, and the planes written.
unsafe fn prepare_kernel(level: &Level, square: &Square, kernel: *const u8, kernel_size: usize) {
    let factor = 1.0 / (square.size * square.size) as f32; // a power of two: exact
    let kernel: *const f32 = kernel.cast();
    // SAFETY: as the caller says; the processor has the level.
    unsafe {
        for y in 0..kernel_size {
            let row = square.re.add(y * square.stride);
            for x in 0..kernel_size {
                *row.add(x) = kernel.add(y * kernel_size + x).read_unaligned() * factor;
            }
        }
        square.transform(level);
        for i in 0..square.size * square.stride {
            *square.im.add(i) = -*square.im.add(i);
        }
    }
}

/// The same as [`convolve_ex`] by Fourier transforms, which pays for large kernels.
///
/// Not exact: each sum differs from what it would be without any rounding by at most 64 * 2^-24
/// times the largest magnitude of the samples (and of `border_value`) times the sum of the weights'
/// magnitudes. That holds where the largest magnitude of the samples, and that of the weights, are
/// between 2^-40 and 2^40; beyond, sums may overflow to infinity and NaN, or vanish. NaN and
/// infinity travel further than the kernel reaches. Past a `kernel_size` of 384 it is
/// [`convolve_ex`]; up to there, working memory is at most 16 MB, of all threads together, for an
/// image of up to 1024 channels: there are fewer threads where they would take more.
///
/// # Errors
/// As [`convolve_ex`].
///
/// # Safety
/// As [`convolve_ex`].
pub unsafe fn convolve_fft(
    image: &Image,
    kernel: *const u8,
    kernel_size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    if kernel_size > LARGEST_KERNEL {
        // SAFETY: as the caller says.
        return unsafe { convolve_ex(image, kernel, kernel_size, options, output) };
    }
    let taps = kernel_size as usize;
    let mut options = valid(image, options, output).ok_or(Error::Invalid)?;
    if !apart(kernel, taps * taps, image, &options, output) {
        return Err(Error::Invalid);
    }
    let size = if kernel_size <= SMALL_KERNEL {
        SQUARE
    } else {
        LARGE_SQUARE
    };
    let level = cpu::level_in_use();
    let reach = size - taps + 1;
    let samples = even_step(image.width as usize, reach)
        .checked_mul(image.channels as usize)
        .ok_or(Error::Invalid)?;
    let needs = Needs {
        cells: Cells::Float,
        gather: true,
        block: 1,
        rows: 1,
        height: taps,
        width: taps,
        slots: 1,
        gathered: samples,
        interior: samples,
    };
    let walk = Walk::plan(image, options, output, level, &needs).ok_or(Error::Invalid)?;
    let bytes = walk
        .source_bytes()
        .and_then(|bytes| bytes.checked_add(square_floats(size) * size_of::<f32>()))
        .ok_or(Error::Invalid)?;
    let shared = (square_floats(size) + 2 * size) * size_of::<f32>();
    let most = (MOST_BYTES - shared) / bytes;
    options.threads = options.threads.min(most as u32); // of which 0 is 1
    let mut roots = filled(2 * size, 0f32)?;
    fill_roots(&mut roots);
    let mut memory = filled(square_floats(size), 0f32)?;
    let spectrum = lay_square(&mut memory, size, roots.as_ptr().cast());
    // SAFETY: the kernel is what the caller says.
    unsafe { prepare_kernel(level, &spectrum, kernel, taps) };
    let work = Filtering {
        walk,
        kernel: spectrum,
        reach,
    };
    let work_in_all =
        200.0 * f64::from(options.rows) * f64::from(image.width) * f64::from(image.channels);
    // SAFETY: so are the image and the output.
    let run_band = |memory: &mut [Line], first, last| unsafe { work.run_band(memory, first, last) };
    bands::run(&run_band, bytes, work_in_all, &options)
}
