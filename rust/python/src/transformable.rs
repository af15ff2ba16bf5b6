//! Which images and kernels can be correlated by Fourier transforms.

use std::cmp::Reverse;
use std::mem::replace;
use std::ops::RangeInclusive;

use twinwheel_kernels::{Border, Image, Options, Sample};

/// Of the largest magnitude, 2 ** -40 to 2 ** 40; the bits of binary32, which are in the order of
/// the magnitudes.
const RANGE: RangeInclusive<u32> = ((127 - 40) << 23)..=((127 + 40) << 23);

/// # Safety
/// Four bytes can be read.
unsafe fn magnitude(sample: *const u8) -> u32 {
    // SAFETY: as the caller says.
    unsafe { sample.cast::<u32>().read_unaligned() & 0x7FFF_FFFF }
}

/// The largest of a row; NaN is above infinity.
///
/// # Safety
/// The row can be read.
unsafe fn largest_of_row(samples: *const u8, count: usize, stride: isize, largest: u32) -> u32 {
    const PACKED: isize = size_of::<f32>() as isize;
    // SAFETY: as the caller says.
    unsafe {
        if stride == PACKED {
            // By itself, for the compiler to take several at once.
            (0..count)
                .map(|i| magnitude(samples.offset(i as isize * PACKED)))
                .fold(largest, u32::max)
        } else {
            (0..count)
                .map(|i| magnitude(samples.offset(i as isize * stride)))
                .fold(largest, u32::max)
        }
    }
}

/// # Safety
/// The image can be read.
unsafe fn largest_sample(image: &Image) -> u32 {
    // Lengths and strides in the order of the memory: the shortest step last, and what goes on
    // without a gap as one.
    let mut axes = [
        (image.height as usize, image.row_stride),
        (image.width as usize, image.column_stride),
        (image.channels as usize, image.channel_stride),
    ];
    axes.sort_by_key(|(_, stride)| Reverse(stride.abs()));
    let [outer, mut middle, mut inner] = axes;
    if middle.1 == inner.1 * inner.0 as isize {
        inner.0 *= replace(&mut middle.0, 1);
    }
    let mut largest = 0;
    for i in 0..outer.0 as isize {
        for j in 0..middle.0 as isize {
            // SAFETY: as the caller says.
            unsafe {
                let row = image.data.offset(i * outer.1 + j * middle.1);
                largest = largest_of_row(row, inner.0, inner.1, largest);
            }
        }
    }
    largest
}

/// Is all that is summed neither so large nor so small that a transform might lose it? A transform
/// spreads NaN and infinity further than the kernel reaches, and has the range of binary32 itself.
///
/// # Safety
/// The image can be read, and the square of `kernel_size` weights.
pub(crate) unsafe fn transformable(
    image: &Image,
    kernel: *const u8,
    kernel_size: u32,
    options: &Options,
) -> bool {
    let count = kernel_size as usize * kernel_size as usize;
    // SAFETY: as the caller says.
    let (mut samples, weights) = unsafe {
        (
            match image.sample {
                Sample::Uint8 => 255f32.to_bits(),
                Sample::Float32 => largest_sample(image),
            },
            largest_of_row(kernel, count, size_of::<f32>() as isize, 0),
        )
    };
    if options.border == Border::Constant {
        samples = samples.max(options.border_value.abs().to_bits());
    }
    RANGE.contains(&samples) && RANGE.contains(&weights)
}
