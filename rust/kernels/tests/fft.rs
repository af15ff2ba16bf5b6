//! The kernel by Fourier transforms against the kernel itself, and its refusals.

mod common;

use common::{LEVELS, Random, plain};
use twinwheel_kernels::{Border, Error, Image, Options, Sample, convolve_ex, convolve_fft, cpu};

/// For Miri the squares are a sixteenth of the usual ones, and so is what is to lie in them.
const fn or_for_miri(usual: u32, for_miri: u32) -> u32 {
    if cfg!(miri) { for_miri } else { usual }
}

const WIDTH: u32 = or_for_miri(300, 20);
const HEIGHT: u32 = or_for_miri(60, 6);
const LARGEST_KERNEL: u32 = 384;
const SMALL_KERNEL: u32 = or_for_miri(96, 6);

/// Of the largest sample times the sum of the weights, as it is promised.
const BOUND: f32 = 64.0 / (1 << 24) as f32;

/// The same image in floats, contiguous.
fn in_floats(image: &Image) -> Vec<f32> {
    let mut samples = Vec::new();
    for y in 0..i64::from(image.height) {
        for x in 0..i64::from(image.width) {
            for channel in 0..i64::from(image.channels) {
                samples.push(common::sample_at(image, y, x, channel));
            }
        }
    }
    samples
}

/// Compare the results of each level that this machine has with those of the kernel itself.
fn check(image: &Image, kernel: &[f32], size: u32, options: &Options) {
    let samples = in_floats(image);
    let channels = image.channels as isize;
    let floats = Image {
        channels: image.channels,
        row_stride: 4 * channels * image.width as isize,
        column_stride: 4 * channels,
        ..plain(&samples, image.width, image.height)
    };
    let weights = kernel.as_ptr().cast();
    let row_samples = (image.width * image.channels) as usize;
    let mut expected = vec![0f32; row_samples * options.rows as usize];
    assert!(cpu::select("auto"));
    // SAFETY: here and below, the image is inside its memory, the output long enough.
    let result = unsafe {
        convolve_ex(
            &floats,
            weights,
            size,
            options,
            expected.as_mut_ptr().cast(),
        )
    };
    assert_eq!(result, Ok(()));
    let largest = samples
        .iter()
        .copied()
        .fold(700.0, |a: f32, b| a.max(b.abs()));
    let sum: f32 = kernel[..(size * size) as usize]
        .iter()
        .map(|weight| weight.abs())
        .sum();
    let near = BOUND * largest * sum;
    for level in LEVELS {
        if !cpu::select(level) {
            continue;
        }
        let mut output = vec![0x55u8; expected.len() * image.sample.size()];
        // SAFETY: as above.
        let result = unsafe { convolve_fft(image, weights, size, options, output.as_mut_ptr()) };
        assert_eq!(result, Ok(()));
        for (i, &expected) in expected.iter().enumerate() {
            let (got, expected, near) = match image.sample {
                Sample::Float32 => {
                    let bytes = output[4 * i..][..4].try_into().unwrap();
                    (f32::from_ne_bytes(bytes), expected, near)
                }
                Sample::Uint8 => (f32::from(output[i]), expected.clamp(0.0, 255.0), 0.5 + near),
            };
            assert!(
                (got - expected).abs() <= near,
                "{level} {image:?} {size} {options:?}: {got} at {i}, not {expected}"
            );
        }
    }
    assert!(cpu::select("auto"));
}

/// Kernels for both squares, of even sizes too, in images of one part and of some, of any kind.
/// One test, as others would choose levels meanwhile.
#[test]
fn against_the_kernel() {
    let mut random = Random(11);
    let samples = random.floats((WIDTH * HEIGHT * 6) as usize, 1e-6);
    let kernel = random.floats(97 * 97, 1e-12);
    let cases: &[_] = if cfg!(miri) {
        &[
            (5, 14, 1, Sample::Uint8, Border::Constant),
            (SMALL_KERNEL + 1, 5, 1, Sample::Float32, Border::Reflect),
        ]
    } else {
        &[
            (31, WIDTH, 3, Sample::Float32, Border::Wrap),
            (31, WIDTH, 1, Sample::Uint8, Border::Constant),
            (SMALL_KERNEL + 1, 150, 1, Sample::Float32, Border::Reflect),
            (SMALL_KERNEL, 7, 1, Sample::Float32, Border::Nearest),
            (30, 41, 2, Sample::Uint8, Border::Mirror),
            (8, 1, 1, Sample::Uint8, Border::Nearest),
            (1, 41, 2, Sample::Float32, Border::Constant),
        ]
    };
    for &(size, width, channels, sample, border) in cases {
        // Every other sample.
        let step = 2 * sample.size() as isize;
        let image = Image {
            data: samples.as_ptr().cast(),
            sample,
            width,
            height: HEIGHT,
            channels,
            row_stride: step * channels as isize * width as isize,
            column_stride: step * channels as isize,
            channel_stride: step,
        };
        let options = Options {
            border,
            border_value: -700.0,
            threads: or_for_miri(3, 2),
            first_row: 1,
            rows: HEIGHT - 3,
        };
        check(&image, &kernel, size, &options);
    }
}

/// A row of results that lies in a part, and in what is left of the next.
#[test]
fn parts_meet() {
    // A single 1 in the kernel, so that each result is the sample itself.
    const LENGTH: u32 = or_for_miri(600, 30);
    const SIZE: u32 = or_for_miri(33, 5);
    let samples: Vec<f32> = (0..LENGTH).map(|i| (i % 251) as f32).collect();
    let mut kernel = vec![0f32; (SIZE * SIZE) as usize];
    kernel[(SIZE * SIZE / 2) as usize] = 1.0;
    let shapes: &[_] = if cfg!(miri) {
        &[(2, LENGTH / 2)]
    } else {
        &[(LENGTH, 1), (1, LENGTH), (2, LENGTH / 2)]
    };
    for &(width, height) in shapes {
        let image = plain(&samples, width, height);
        let mut output = vec![f32::NAN; LENGTH as usize];
        let target = output.as_mut_ptr().cast();
        let weights = kernel.as_ptr().cast();
        // SAFETY: the image is inside its memory, the output long enough.
        let result = unsafe { convolve_fft(&image, weights, SIZE, &Options::default(), target) };
        assert_eq!(result, Ok(()));
        for (got, expected) in output.iter().zip(&samples) {
            assert!((got - expected).abs() < 251.0 * BOUND);
        }
    }
}

/// Past the largest size it is the kernel itself, bit by bit.
#[test]
#[cfg_attr(miri, ignore = "the kernel itself is seen elsewhere")]
fn largest_kernel() {
    const SIZE: u32 = LARGEST_KERNEL + 1;
    let samples = Random(14).floats(6, 1e-6);
    let kernel = Random(15).floats((SIZE * SIZE) as usize, 1e-10);
    let image = plain(&samples, 3, 2);
    let (mut output, mut expected) = ([f32::NAN; 6], [0f32; 6]);
    let weights = kernel.as_ptr().cast();
    let options = Options {
        border: Border::Wrap,
        ..Options::default()
    };
    // SAFETY: the image is inside its memory, the outputs long enough.
    unsafe {
        let target = output.as_mut_ptr().cast();
        assert_eq!(
            convolve_fft(&image, weights, SIZE, &options, target),
            Ok(())
        );
        let target = expected.as_mut_ptr().cast();
        assert_eq!(convolve_ex(&image, weights, SIZE, &options, target), Ok(()));
    }
    assert_eq!(common::difference(&output, &expected), None);
}

#[test]
fn nan_is_quiet() {
    let samples = [1.0, f32::from_bits(0xFFC0_1234), 3.0, f32::INFINITY];
    let image = plain(&samples, 2, 2);
    let (mut output, kernel) = ([0f32; 4], [1f32; 9]);
    let (weights, target) = (kernel.as_ptr().cast(), output.as_mut_ptr().cast());
    // SAFETY: the image is inside its memory, the output long enough.
    let result = unsafe { convolve_fft(&image, weights, 3, &Options::default(), target) };
    assert_eq!(result, Ok(()));
    assert_eq!(output.map(f32::to_bits), [0x7FC0_0000; 4]);
}

#[test]
fn refusals() {
    let mut memory = [0f32; 64];
    let base: *mut f32 = memory.as_mut_ptr();
    let at = |place: usize| base.wrapping_add(place).cast::<u8>();
    let kernel = [1f32; 9];
    let image = Image {
        data: at(16),
        ..plain(&[0.0; 16], 4, 4)
    };
    let call = |image: &Image, kernel: *const u8, size: u32, output: *mut u8| {
        // SAFETY: what is not refused lies in the arrays above.
        unsafe { convolve_fft(image, kernel, size, &Options::default(), output) }
    };
    let weights: *const u8 = kernel.as_ptr().cast();
    let refused = Err(Error::Invalid);
    let null = std::ptr::null_mut();
    assert_eq!(call(&image, weights, 3, at(0)), Ok(()));
    assert_eq!(call(&image, weights, 3, at(1)), refused);
    assert_eq!(call(&image, at(40), 3, at(33)), refused);
    assert_eq!(call(&image, weights, 0, at(0)), refused);
    assert_eq!(call(&image, null, 3, at(0)), refused);
    assert_eq!(call(&image, weights, 3, null), refused);
    assert_eq!(call(&image, weights, u32::MAX, at(0)), refused);
    let wrong = Image { width: 0, ..image };
    assert_eq!(call(&wrong, weights, 3, at(0)), refused);
}
