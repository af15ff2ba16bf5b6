//! The kernel against its definition, and its refusals.

mod common;

use common::{LEVELS, Random, inside, sample_at};
use twinwheel_kernels::{Border, Error, Image, Options, Sample, convolve, convolve_ex, cpu};

/// The definition, tap by tap, for all rows.
fn expected(image: &Image, kernel: &[f32], size: u32, options: &Options) -> Vec<f32> {
    let (size, anchor) = (i64::from(size), i64::from(size / 2));
    let source = |from: i64, length: u32| {
        let taps = from - anchor..from - anchor + size;
        taps.map(|index| inside(options.border, index, i64::from(length)))
            .collect::<Vec<_>>()
    };
    let columns: Vec<_> = (0..image.width)
        .map(|x| source(x.into(), image.width))
        .collect();
    let mut result = Vec::new();
    for y in 0..image.height {
        let rows = source(y.into(), image.height);
        for columns in &columns {
            for channel in 0..i64::from(image.channels) {
                let mut sum = 0f32;
                let mut weights = kernel.iter();
                for row in &rows {
                    for (column, weight) in columns.iter().zip(&mut weights) {
                        let pixel = match (*row, *column) {
                            (Some(y), Some(x)) => sample_at(image, y, x, channel),
                            _ => options.border_value,
                        };
                        sum = weight.mul_add(pixel, sum);
                    }
                }
                result.push(sum);
            }
        }
    }
    result
}

/// A sum as it should be stored.
fn stored(sample: Sample, sum: f32) -> Vec<u8> {
    match sample {
        Sample::Float32 if sum.is_nan() => 0x7FC0_0000u32.to_ne_bytes().to_vec(),
        Sample::Float32 => sum.to_ne_bytes().to_vec(),
        // A cast saturates, and takes NaN to 0.
        Sample::Uint8 => vec![sum.round_ties_even() as u8],
    }
}

/// Compare results, of all rows and of some, at each level that this machine has, with the
/// definition.
fn check(image: &Image, kernel: &[f32], size: u32, options: &Options) {
    let sums = expected(image, kernel, size, options);
    let stored: Vec<u8> = sums
        .into_iter()
        .flat_map(|sum| stored(image.sample, sum))
        .collect();
    let row_bytes = stored.len() / image.height as usize;
    let weights = kernel.as_ptr().cast();
    for level in LEVELS {
        if !cpu::select(level) {
            continue;
        }
        assert_eq!(cpu::level_name(), level);
        for (first_row, rows) in [(0, 0), (image.height / 2, image.height / 3)] {
            let options = Options {
                first_row,
                rows,
                ..*options
            };
            let last_row = if rows == 0 {
                image.height
            } else {
                first_row + rows
            };
            let expected = &stored[first_row as usize * row_bytes..last_row as usize * row_bytes];
            let mut output = vec![0x55; expected.len()];
            // SAFETY: the image is inside its memory, the output long enough.
            let result =
                unsafe { convolve_ex(image, weights, size, &options, output.as_mut_ptr()) };
            assert_eq!(result, Ok(()));
            assert!(output == expected, "{level} {image:?} {size} {options:?}");
        }
    }
}

/// Sizes around the block's, kernels even and larger than the image, strides of every kind, at
/// each level that this machine has.
#[test]
fn against_the_definition() {
    // The widest block of any level is of 128 samples; Miri sees the baseline's, of 32.
    let widths: &[u32] = if cfg!(miri) {
        &[2, 97]
    } else {
        &[1, 2, 5, 128, 387]
    };
    let heights: &[u32] = if cfg!(miri) { &[2] } else { &[1, 3, 8] };
    let sizes: &[u32] = if cfg!(miri) {
        &[3]
    } else {
        &[1, 2, 3, 5, 7, 14]
    };
    let step = if cfg!(miri) { 3 } else { 1 };
    let mut random = Random(2);
    let mut samples = random.floats(2 * 8 * 387 * 3, 1e-6);
    samples[7] = f32::NAN;
    samples[11] = f32::INFINITY;
    samples[13] = -0.0;
    let kernel = random.floats(14 * 14, 1e-10);
    let data: *const u8 = samples.as_ptr().cast();
    for &width in widths {
        for &height in heights {
            for &kernel_size in sizes {
                for variant in (0..12).step_by(step) {
                    let channels = if variant % 2 == 0 { 1 } else { 3 };
                    let sample = [Sample::Float32, Sample::Uint8][variant / 2 % 2];
                    // Every sample, or every other.
                    let step = sample.size() as isize * if variant / 4 == 1 { 2 } else { 1 };
                    let mut image = Image {
                        data,
                        sample,
                        width,
                        height,
                        channels,
                        row_stride: step * channels as isize * width as isize,
                        column_stride: step * channels as isize,
                        channel_stride: step,
                    };
                    if variant / 4 == 2 {
                        // Upside down, and from right to left.
                        let rows = image.row_stride * (height as isize - 1);
                        let columns = image.column_stride * (width as isize - 1);
                        image.data = data.wrapping_offset(rows + columns);
                        image.row_stride = -image.row_stride;
                        image.column_stride = -image.column_stride;
                    }
                    let options = Options {
                        border: Border::ALL[variant % 5],
                        border_value: 0.75,
                        threads: variant as u32 % 3,
                        ..Options::default()
                    };
                    check(&image, &kernel, kernel_size, &options);
                }
            }
        }
    }
    assert!(cpu::select("auto"));
}

#[test]
fn wrong_lengths() {
    let (input, kernel) = ([1f32; 16], [1f32; 9]);
    let mut output = [7f32; 16];
    assert_eq!(
        convolve(&input[1..], 4, 4, &kernel, 3, &mut output),
        Err(Error::Invalid)
    );
    assert_eq!(
        convolve(&input, 4, 4, &kernel[1..], 3, &mut output),
        Err(Error::Invalid)
    );
    assert_eq!(
        convolve(&input, 4, 4, &kernel, 3, &mut output[1..]),
        Err(Error::Invalid)
    );
    assert_eq!(
        convolve(&[], 0, 4, &kernel, 3, &mut []),
        Err(Error::Invalid)
    );
    assert_eq!(
        convolve(&input, 4, 4, &[], 0, &mut output),
        Err(Error::Invalid)
    );
    assert_eq!(output, [7f32; 16]);
    assert_eq!(convolve(&input, 4, 4, &kernel, 3, &mut output), Ok(()));
    assert_eq!(output[0], 4.0);
    assert_eq!(output[5], 9.0);
}

#[test]
fn wrong_pointers() {
    let mut memory = [0f32; 64];
    let kernel = [0f32; 9];
    let base: *mut f32 = memory.as_mut_ptr();
    let at = |place: usize| base.wrapping_add(place).cast::<u8>();
    let image = Image {
        data: at(16),
        sample: Sample::Float32,
        width: 4,
        height: 4,
        channels: 1,
        row_stride: 16,
        column_stride: 4,
        channel_stride: 4,
    };
    let call = |image: &Image, kernel: *const u8, size: u32, output: *mut u8| {
        // SAFETY: what is not refused lies in the arrays above.
        unsafe { convolve_ex(image, kernel, size, &Options::default(), output) }
    };
    let weights: *const u8 = kernel.as_ptr().cast();
    let refused = Err(Error::Invalid);

    // Overlap by one sample at either end, and none when they only touch.
    assert_eq!(call(&image, weights, 3, at(1)), refused);
    assert_eq!(call(&image, weights, 3, at(31)), refused);
    assert_eq!(call(&image, weights, 3, at(16)), refused);
    assert_eq!(call(&image, weights, 3, at(0)), Ok(()));
    assert_eq!(call(&image, weights, 3, at(32)), Ok(()));
    assert_eq!(call(&image, at(40), 3, at(33)), refused);
    assert_eq!(call(&image, at(49), 3, at(33)), Ok(()));

    // Upside down, the first sample in memory is the first of the last row.
    let flipped = Image {
        data: at(28),
        row_stride: -16,
        ..image
    };
    assert_eq!(call(&flipped, weights, 3, at(1)), refused);
    assert_eq!(call(&flipped, weights, 3, at(0)), Ok(()));

    let null = std::ptr::null_mut();
    assert_eq!(call(&image, null, 3, at(0)), refused);
    assert_eq!(call(&image, weights, 3, null), refused);
    assert_eq!(call(&image, weights, 0, at(0)), refused);
    assert_eq!(call(&image, weights, u32::MAX, at(0)), refused);
    for wrong in [
        Image {
            data: null,
            ..image
        },
        Image { width: 0, ..image },
        Image { height: 0, ..image },
        Image {
            channels: 0,
            ..image
        },
        Image {
            row_stride: isize::MAX,
            ..image
        },
        Image {
            width: u32::MAX,
            height: u32::MAX,
            ..image
        },
    ] {
        assert_eq!(call(&wrong, weights, 3, at(0)), refused);
    }
    for (first_row, rows) in [(4, 0), (3, 2), (0, 5), (u32::MAX, u32::MAX)] {
        let options = Options {
            first_row,
            rows,
            ..Options::default()
        };
        // SAFETY: it is refused.
        let result = unsafe { convolve_ex(&image, weights, 3, &options, at(0)) };
        assert_eq!(result, refused);
    }
}

/// Neither images nor kernels need be aligned.
#[test]
fn unaligned() {
    let samples: Vec<u8> = std::iter::once(0)
        .chain((1..=6).flat_map(|sample| (sample as f32).to_ne_bytes()))
        .collect();
    let weights: Vec<u8> = std::iter::once(0)
        .chain(
            [1f32, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0, 0.0, 5.0]
                .map(f32::to_ne_bytes)
                .concat(),
        )
        .collect();
    let mut output = [0u8; 25];
    let image = Image {
        data: samples[1..].as_ptr(),
        sample: Sample::Float32,
        width: 3,
        height: 2,
        channels: 1,
        row_stride: 12,
        column_stride: 4,
        channel_stride: 4,
    };
    // SAFETY: all three are as long as the sizes say.
    let result = unsafe {
        let (kernel, output) = (weights[1..].as_ptr(), output[1..].as_mut_ptr());
        convolve_ex(&image, kernel, 3, &Options::default(), output)
    };
    assert_eq!(result, Ok(()));
    assert_eq!(output[1..5], 28f32.to_ne_bytes());
    assert_eq!(output[17..21], 22f32.to_ne_bytes());
}

/// Where no machine has the memory, nothing is written.
#[cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]
#[test]
fn out_of_memory() {
    // On the stack, which is above all that the output spans.
    let (sample, kernel) = (0f32, [1f32; 31 * 31]);
    let image = Image {
        data: (&raw const sample).cast(),
        sample: Sample::Float32,
        width: 1,
        height: 1,
        channels: u32::MAX,
        row_stride: 0,
        column_stride: 0,
        channel_stride: 0,
    };
    let output = std::ptr::without_provenance_mut(4096);
    let weights = kernel.as_ptr().cast();
    // SAFETY: the output is not reached.
    let result = unsafe { convolve_ex(&image, weights, 31, &Options::default(), output) };
    assert_eq!(result, Err(Error::OutOfMemory));
}
