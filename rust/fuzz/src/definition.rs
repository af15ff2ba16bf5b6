//! What the operations are, sample by sample.

use std::cmp::Ordering;

use twinwheel_kernels::{Border, Image, Options, Sample, gaussian_weights};

use crate::call::{Call, Operation};

/// The quiet NaN that is stored for every one.
pub const QUIET_NAN: u32 = 0x7FC0_0000;

/// Walk from outside to inside, one step at a time; `None` for the constant.
fn inside(mut index: i64, length: i64, border: Border) -> Option<i64> {
    while !(0..length).contains(&index) {
        index = match border {
            Border::Constant => return None,
            Border::Nearest => index.clamp(0, length - 1),
            Border::Reflect if index < 0 => -1 - index,
            Border::Reflect => 2 * length - 1 - index,
            Border::Mirror if length == 1 => 0,
            Border::Mirror if index < 0 => -index,
            Border::Mirror => 2 * length - 2 - index,
            Border::Wrap if index < 0 => index + length,
            Border::Wrap => index - length,
        };
    }
    Some(index)
}

/// The samples of an image as floats, contiguous.
///
/// # Safety
/// The image can be read.
#[must_use]
pub unsafe fn copy_samples(image: &Image) -> Vec<f32> {
    let mut samples = Vec::new();
    for y in 0..image.height as isize {
        for x in 0..image.width as isize {
            for channel in 0..image.channels as isize {
                let offset =
                    y * image.row_stride + x * image.column_stride + channel * image.channel_stride;
                // SAFETY: as the caller says.
                samples.push(unsafe {
                    let place = image.data.offset(offset);
                    match image.sample {
                        Sample::Uint8 => f32::from(*place),
                        Sample::Float32 => place.cast::<f32>().read_unaligned(),
                    }
                });
            }
        }
    }
    samples
}

/// Floats that need not be aligned.
#[must_use]
pub fn floats_of(bytes: &[u8]) -> Vec<f32> {
    let (floats, _) = bytes.as_chunks();
    floats
        .iter()
        .map(|&bytes| f32::from_ne_bytes(bytes))
        .collect()
}

/// A place in the result.
type At = (i64, i64, i64);

struct Source<'a> {
    samples: &'a [f32],
    image: &'a Image,
    border: Border,
    outside: f32,
}

impl Source<'_> {
    fn at(&self, (y, x, channel): At) -> f32 {
        let (width, height) = (i64::from(self.image.width), i64::from(self.image.height));
        match (
            inside(y, height, self.border),
            inside(x, width, self.border),
        ) {
            (Some(y), Some(x)) => {
                self.samples[((y * width + x) * i64::from(self.image.channels) + channel) as usize]
            }
            _ => self.outside,
        }
    }

    /// The samples of a row under so many taps.
    fn row(&self, (y, x, channel): At, taps: usize) -> impl Iterator<Item = f32> {
        let first = x - taps as i64 / 2;
        (first..first + taps as i64).map(move |x| self.at((y, x, channel)))
    }

    fn square(&self, kernel: &[f32], size: usize, (y, x, channel): At) -> f32 {
        let mut sum = 0f32;
        for (y, weights) in (y - size as i64 / 2..).zip(kernel.chunks_exact(size)) {
            for (weight, sample) in weights.iter().zip(self.row((y, x, channel), size)) {
                sum = weight.mul_add(sample, sum);
            }
        }
        sum
    }

    /// The sum in binary64, and so without what binary32 loses over so many taps.
    fn exact(&self, kernel: &[f32], size: usize, (y, x, channel): At) -> f64 {
        let mut sum = 0f64;
        for (y, weights) in (y - size as i64 / 2..).zip(kernel.chunks_exact(size)) {
            for (weight, sample) in weights.iter().zip(self.row((y, x, channel), size)) {
                sum += f64::from(*weight) * f64::from(sample);
            }
        }
        sum
    }

    fn separable(&self, across: &[f32], down: &[f32], (y, x, channel): At) -> f32 {
        let mut sum = 0f32;
        for (y, weight) in (y - down.len() as i64 / 2..).zip(down) {
            let mut middle = 0f32;
            for (weight, sample) in across.iter().zip(self.row((y, x, channel), across.len())) {
                middle = weight.mul_add(sample, middle);
            }
            sum = weight.mul_add(middle, sum);
        }
        sum
    }

    fn median(&self, size: usize, (y, x, channel): At) -> f32 {
        let top = y - size as i64 / 2;
        let mut window: Vec<f32> = (top..top + size as i64)
            .flat_map(|y| self.row((y, x, channel), size))
            .collect();
        // NaN is above all numbers, and -0 below +0.
        window.sort_by(|a, b| match (a.is_nan(), b.is_nan()) {
            (false, false) => a.total_cmp(b),
            (false, true) => Ordering::Less,
            (true, false) => Ordering::Greater,
            (true, true) => Ordering::Equal,
        });
        window[window.len() / 2]
    }
}

/// The places of the result that is asked for, in the order in which they are stored.
fn places(image: &Image, options: &Options) -> impl Iterator<Item = At> {
    let end = match options.rows {
        0 => image.height,
        rows => options.first_row + rows,
    };
    let (width, channels) = (i64::from(image.width), i64::from(image.channels));
    (options.first_row.into()..end.into()).flat_map(move |y| {
        (0..width).flat_map(move |x| (0..channels).map(move |channel| (y, x, channel)))
    })
}

/// What a correlation with a square kernel is, in binary64, before it is stored.
///
/// # Safety
/// The image can be read.
#[must_use]
pub unsafe fn sums(call: &Call, image: &Image, options: &Options, kernel: &[f32]) -> Vec<f64> {
    // SAFETY: as the caller says.
    let samples = unsafe { copy_samples(image) };
    let source = Source {
        samples: &samples,
        image,
        border: options.border,
        outside: options.border_value,
    };
    places(image, options)
        .map(|at| source.exact(kernel, call.size as usize, at))
        .collect()
}

fn byte_of(value: f32) -> u8 {
    // A cast saturates, and takes NaN to 0.
    value.round_ties_even() as u8
}

/// The result of a call that is right, by its definition. Not for the transforms.
///
/// # Safety
/// The image can be read.
#[must_use]
pub unsafe fn result(call: &Call, image: &Image, options: &Options, kernels: &[u8]) -> Vec<u8> {
    const DERIVATIVE: [f32; 3] = [-1.0, 0.0, 1.0];
    const SMOOTHING: [f32; 3] = [1.0, 2.0, 1.0];
    // SAFETY: as the caller says.
    let samples = unsafe { copy_samples(image) };
    let size = call.size as usize;
    let mut kernels = floats_of(kernels);
    if call.operation == Operation::GaussianBlur {
        kernels = vec![0.0; 2 * size + 1];
        gaussian_weights(call.sigma, call.size, &mut kernels).expect("they are right");
    }
    let (across, down): (&[f32], &[f32]) = match (call.operation, size) {
        (Operation::Separable, _) => kernels.split_at(size),
        (Operation::Sobel, 1) => (&DERIVATIVE, &SMOOTHING),
        (Operation::Sobel, _) => (&SMOOTHING, &DERIVATIVE),
        _ => (&kernels, &kernels),
    };
    let mut source = Source {
        samples: &samples,
        image,
        border: options.border,
        outside: options.border_value,
    };
    if call.operation == Operation::Median && image.sample == Sample::Uint8 {
        source.outside = byte_of(source.outside).into();
    }
    let mut result = Vec::new();
    for at in places(image, options) {
        let value = match call.operation {
            Operation::Median => source.median(size, at),
            Operation::Convolve | Operation::ConvolveEx | Operation::ConvolveFft => {
                source.square(&kernels, size, at)
            }
            _ => source.separable(across, down, at),
        };
        match image.sample {
            Sample::Uint8 => result.push(byte_of(value)),
            Sample::Float32 if value.is_nan() => result.extend(QUIET_NAN.to_ne_bytes()),
            Sample::Float32 => result.extend(value.to_ne_bytes()),
        }
    }
    result
}
