//! Correlation with a square kernel: the arguments are checked, then the image is walked row by row.
//!
//! A row of the image is copied once into a padded row of floats, its borders resolved and its
//! samples converted, so that the row functions meet neither borders nor types.

use std::ptr;

use crate::border::Border;
use crate::cpu;
use crate::image::{Error, Image, Sample};
use crate::row::{BLOCK, Window};

struct Plan<'a> {
    image: &'a Image,
    kernel_size: usize,
    anchor: usize,
    border: Border,
    border_value: f32,
    /// width * channels
    row_samples: usize,
    /// Floats in a padded row.
    padded_length: usize,
    /// Padded rows that are kept: all of a low image, else `kernel_size`. One more, after them, is
    /// what lies outside.
    slots: usize,
}

/// The working memory.
struct Memory {
    /// The kernel, aligned.
    weights: Vec<f32>,
    /// One row of results, in whole blocks.
    sums: Vec<f32>,
    /// The slots.
    rows: Vec<f32>,
    /// Where each of the `kernel_size` padded rows under the kernel starts in `rows`.
    starts: Vec<usize>,
}

/// How far an image reaches below and above its first sample, in bytes; `None` on overflow.
fn reach(image: &Image) -> Option<(usize, usize)> {
    let (mut below, mut above) = (0usize, image.sample.size());
    for (length, stride) in [
        (image.height, image.row_stride),
        (image.width, image.column_stride),
        (image.channels, image.channel_stride),
    ] {
        let distance = (length as usize - 1).checked_mul(stride.unsigned_abs())?;
        let side = if stride < 0 { &mut below } else { &mut above };
        *side = side.checked_add(distance)?;
    }
    below.checked_add(above)?;
    Some((below, above))
}

fn overlap(a: usize, a_size: usize, b: usize, b_size: usize) -> bool {
    if a < b {
        b - a < a_size
    } else {
        a - b < b_size
    }
}

/// Check all arguments; `None` when one is wrong.
fn check(image: &Image, kernel: *const u8, kernel_size: u32, output: *const u8) -> Option<()> {
    if image.data.is_null() || kernel.is_null() || output.is_null() {
        return None;
    }
    if image.width == 0 || image.height == 0 || image.channels == 0 || kernel_size == 0 {
        return None;
    }
    let output_bytes = (image.width as usize)
        .checked_mul(image.height as usize)?
        .checked_mul(image.channels as usize)?
        .checked_mul(image.sample.size())?;
    let kernel_bytes = (kernel_size as usize)
        .checked_mul(kernel_size as usize)?
        .checked_mul(size_of::<f32>())?;
    let (below, above) = reach(image)?;
    let first = image.data.addr().wrapping_sub(below);
    let written = output.addr();
    let apart = !overlap(first, below + above, written, output_bytes)
        && !overlap(kernel.addr(), kernel_bytes, written, output_bytes);
    apart.then_some(())
}

/// A vector of zeros, or an error where a plain one would abort.
fn zeros<T: Clone + Default>(length: usize) -> Result<Vec<T>, Error> {
    let mut vector = Vec::new();
    vector
        .try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory)?;
    vector.resize(length, T::default());
    Ok(vector)
}

impl<'a> Plan<'a> {
    /// `None` when a size overflows.
    fn new(image: &'a Image, kernel_size: u32, border: Border, border_value: f32) -> Option<Self> {
        let kernel_size = kernel_size as usize;
        let row_samples = (image.width as usize).checked_mul(image.channels as usize)?;
        let overhang = (kernel_size - 1).checked_mul(image.channels as usize)?;
        let padded_length = row_samples
            .checked_next_multiple_of(BLOCK)?
            .checked_add(overhang)?;
        let slots = kernel_size.min(image.height as usize);
        padded_length
            .checked_mul(slots + 2)?
            .checked_mul(size_of::<f32>())?;
        Some(Self {
            image,
            kernel_size,
            anchor: kernel_size / 2,
            border,
            border_value,
            row_samples,
            padded_length,
            slots,
        })
    }

    /// Take the working memory. It starts as zeros, so that the end of a padded row is never
    /// garbage.
    ///
    /// # Safety
    /// `kernel` points to the square of `kernel_size` floats.
    unsafe fn prepare(&self, kernel: *const u8) -> Result<Memory, Error> {
        let mut memory = Memory {
            sums: zeros(self.row_samples.next_multiple_of(BLOCK))?,
            rows: zeros(self.padded_length * (self.slots + 1))?,
            weights: zeros(self.kernel_size * self.kernel_size)?,
            starts: zeros(self.kernel_size)?,
        };
        let bytes = size_of_val(memory.weights.as_slice());
        let target: *mut u8 = memory.weights.as_mut_ptr().cast();
        // SAFETY: both are that long, and the memory is new.
        unsafe { ptr::copy_nonoverlapping(kernel, target, bytes) };
        memory.rows[self.outside()..].fill(self.border_value);
        Ok(memory)
    }

    /// Where the padded row of `border_value` starts.
    fn outside(&self) -> usize {
        self.slots * self.padded_length
    }

    /// Does every row of the image have a slot of its own?
    fn keep_all(&self) -> bool {
        self.slots < self.kernel_size
    }

    /// Read samples that are `stride` bytes apart as floats.
    ///
    /// # Safety
    /// `source` points to as many samples as `target` has.
    unsafe fn read_samples(&self, source: *const u8, stride: isize, target: &mut [f32]) {
        match self.image.sample {
            Sample::Uint8 => {
                for (i, sample) in (0isize..).zip(target) {
                    // SAFETY: as the caller says.
                    *sample = f32::from(unsafe { *source.offset(i * stride) });
                }
            }
            Sample::Float32 if stride == size_of::<f32>() as isize => {
                let bytes = size_of_val(target);
                // SAFETY: as the caller says; the target is ours.
                unsafe { ptr::copy_nonoverlapping(source, target.as_mut_ptr().cast(), bytes) };
            }
            Sample::Float32 => {
                for (i, sample) in (0isize..).zip(target) {
                    // SAFETY: as the caller says.
                    *sample = unsafe { source.offset(i * stride).cast::<f32>().read_unaligned() };
                }
            }
        }
    }

    /// Fill the pixels `first..last` of a padded row, all left or right of what is inside already.
    fn fill_outside(&self, row: &mut [f32], first: i64, last: i64) {
        let channels = self.image.channels as usize;
        for x in first..last {
            let target = (x + self.anchor as i64) as usize * channels;
            match self.border.index(x, i64::from(self.image.width)) {
                None => row[target..][..channels].fill(self.border_value),
                Some(from) => {
                    let source = (from as usize + self.anchor) * channels;
                    row.copy_within(source..source + channels, target);
                }
            }
        }
    }

    /// Copy row `y` of the image into a padded row.
    ///
    /// # Safety
    /// The image's pointer, lengths and strides tell of memory that can be read.
    unsafe fn gather_row(&self, y: i64, row: &mut [f32]) {
        let image = self.image;
        let channels = image.channels as usize;
        let size = image.sample.size() as isize;
        let inside = &mut row[self.anchor * channels..][..self.row_samples];
        // SAFETY: y is a row of the image, so this and all below stay inside of it.
        unsafe {
            let source = image.data.offset(y as isize * image.row_stride);
            if image.column_stride == channels as isize * size && image.channel_stride == size {
                self.read_samples(source, size, inside);
            } else if channels == 1 {
                self.read_samples(source, image.column_stride, inside);
            } else {
                for (x, pixel) in (0isize..).zip(inside.chunks_exact_mut(channels)) {
                    let source = source.offset(x * image.column_stride);
                    self.read_samples(source, image.channel_stride, pixel);
                }
            }
        }
        let width = i64::from(image.width);
        let right = (self.kernel_size - 1 - self.anchor) as i64;
        self.fill_outside(row, -(self.anchor as i64), 0);
        self.fill_outside(row, width, width + right);
    }

    /// The row of the image at a position; position 0 is `anchor` rows above the image.
    fn source_row(&self, position: usize) -> Option<i64> {
        let height = i64::from(self.image.height);
        self.border
            .index(position as i64 - self.anchor as i64, height)
    }

    /// Where the padded row at a position starts.
    fn row_at(&self, position: usize) -> usize {
        match self.source_row(position) {
            None => self.outside(),
            Some(y) if self.keep_all() => y as usize * self.padded_length,
            Some(_) => position % self.slots * self.padded_length,
        }
    }

    /// Fill the slot of a position, when it stands for a row of the image.
    ///
    /// # Safety
    /// As for `gather_row`.
    unsafe fn load_position(&self, position: usize, rows: &mut [f32]) {
        if let Some(y) = self.source_row(position) {
            let row = &mut rows[self.row_at(position)..][..self.padded_length];
            // SAFETY: as the caller says.
            unsafe { self.gather_row(y, row) };
        }
    }

    /// Write one row of results.
    ///
    /// # Safety
    /// `target` points to a row of the output, which overlaps nothing else.
    unsafe fn store_row(&self, sums: &mut [f32], target: *mut u8) {
        let sums = &mut sums[..self.row_samples];
        match self.image.sample {
            Sample::Float32 => {
                // The bits of a NaN differ between machines and compilers: write always the same.
                for sum in &mut *sums {
                    if sum.is_nan() {
                        *sum = f32::from_bits(0x7FC0_0000);
                    }
                }
                let bytes = size_of_val(sums);
                // SAFETY: as the caller says.
                unsafe { ptr::copy_nonoverlapping(sums.as_ptr().cast(), target, bytes) };
            }
            Sample::Uint8 => {
                for (i, &sum) in sums.iter().enumerate() {
                    let sum = if sum > 0.0 { sum } else { 0.0 }; // NaN too
                    let sum = if sum < 255.0 { sum } else { 255.0 };
                    // From 2**23 on floats are one apart, so adding it rounds half to even.
                    let rounded = (sum + 8_388_608.0) - 8_388_608.0;
                    // SAFETY: as the caller says.
                    unsafe { target.add(i).write(rounded as u8) };
                }
            }
        }
    }

    /// # Safety
    /// As for `convolve_ex`.
    unsafe fn run(&self, memory: &mut Memory, output: *mut u8) {
        let height = self.image.height as usize;
        let row_bytes = self.row_samples * self.image.sample.size();
        let row = cpu::row();
        if self.keep_all() {
            for (y, row) in
                (0..).zip(memory.rows[..self.outside()].chunks_exact_mut(self.padded_length))
            {
                // SAFETY: there is a slot for each row of the image.
                unsafe { self.gather_row(y, row) };
            }
        } else {
            for position in 0..self.kernel_size - 1 {
                // SAFETY: the image is what the caller says.
                unsafe { self.load_position(position, &mut memory.rows) };
            }
        }
        for y in 0..height {
            if !self.keep_all() {
                // SAFETY: the image is what the caller says.
                unsafe { self.load_position(y + self.kernel_size - 1, &mut memory.rows) };
            }
            for (ky, start) in memory.starts.iter_mut().enumerate() {
                *start = self.row_at(y + ky);
            }
            let window = Window {
                starts: &memory.starts,
                rows: &memory.rows,
                weights: &memory.weights,
                channels: self.image.channels as usize,
            };
            // SAFETY: the processor has the instructions; the output has this row.
            unsafe {
                row(&window, &mut memory.sums);
                self.store_row(&mut memory.sums, output.add(y * row_bytes));
            }
        }
    }
}

/// Correlate any image with a square kernel.
///
/// For each pixel and channel, with the anchor at `kernel_size / 2` on both axes: sum = +0.0, then
/// for ky ascending and kx ascending, `sum = fma(kernel[ky][kx], pixel, sum)` in IEEE 754 binary32.
/// No tap is skipped, so NaN and infinity travel. A NaN is stored as the quiet NaN 0x7FC00000. The
/// result has the same bits on every machine.
///
/// * `image`: what to correlate. Each channel is correlated by itself.
/// * `kernel`: the square of `kernel_size` binary32 weights, contiguous; need not be aligned. Any
///   size from 1 up will do, even ones and ones larger than the image too.
/// * `border_value`: what lies outside for [`Border::Constant`]; not used otherwise.
/// * `output`: height * width * channels samples of the image's type, contiguous in this order;
///   need not be aligned.
///
/// # Errors
/// [`Error::Invalid`] for a null pointer, a zero size, sizes that overflow, or an output that
/// overlaps the image or the kernel; [`Error::OutOfMemory`]. Nothing was written.
///
/// # Safety
/// The pointers, if not null, and the lengths and strides that go with them must tell of memory
/// that can be read, for `output` written, as long as the call lasts.
pub unsafe fn convolve_ex(
    image: &Image,
    kernel: *const u8,
    kernel_size: u32,
    border: Border,
    border_value: f32,
    output: *mut u8,
) -> Result<(), Error> {
    check(image, kernel, kernel_size, output).ok_or(Error::Invalid)?;
    let plan = Plan::new(image, kernel_size, border, border_value).ok_or(Error::Invalid)?;
    // SAFETY: the kernel is what the caller says.
    let mut memory = unsafe { plan.prepare(kernel)? };
    // SAFETY: so are the image and the output, and they do not overlap.
    unsafe { plan.run(&mut memory, output) };
    Ok(())
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
    unsafe { convolve_ex(&image, kernel, kernel_size, Border::Constant, 0.0, output) }
}
