//! The kernel against its definition, and its refusals.

use twinwheel_kernels::{Border, Error, Image, Sample, convolve, convolve_ex, cpu};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn float(&mut self, scale: f32) -> f32 {
        self.next() as i32 as f32 * scale
    }
}

/// Walk from outside to inside one step at a time.
fn walk(border: Border, mut index: i64, length: i64) -> Option<i64> {
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

fn sample_at(image: &Image, y: i64, x: i64, channel: i64) -> f32 {
    let offset = y as isize * image.row_stride
        + x as isize * image.column_stride
        + channel as isize * image.channel_stride;
    // SAFETY: the indices are inside the image.
    unsafe {
        let place = image.data.offset(offset);
        match image.sample {
            Sample::Uint8 => f32::from(*place),
            Sample::Float32 => place.cast::<f32>().read_unaligned(),
        }
    }
}

/// The definition, tap by tap.
fn expected(image: &Image, kernel: &[f32], size: u32, border: Border, outside: f32) -> Vec<f32> {
    let (height, width) = (i64::from(image.height), i64::from(image.width));
    let (size, anchor) = (i64::from(size), i64::from(size / 2));
    let mut result = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for channel in 0..i64::from(image.channels) {
                let mut sum = 0f32;
                for ky in 0..size {
                    for kx in 0..size {
                        let from_y = walk(border, y - anchor + ky, height);
                        let from_x = walk(border, x - anchor + kx, width);
                        let pixel = match (from_y, from_x) {
                            (Some(y), Some(x)) => sample_at(image, y, x, channel),
                            _ => outside,
                        };
                        sum = kernel[(ky * size + kx) as usize].mul_add(pixel, sum);
                    }
                }
                result.push(sum);
            }
        }
    }
    result
}

fn check(image: &Image, kernel: &[f32], size: u32, border: Border) {
    let expected = expected(image, kernel, size, border, 0.75);
    let mut output = vec![0u8; expected.len() * image.sample.size()];
    let weights = kernel.as_ptr().cast();
    // SAFETY: the image is inside its memory, the output long enough.
    let result = unsafe { convolve_ex(image, weights, size, border, 0.75, output.as_mut_ptr()) };
    assert_eq!(result, Ok(()));
    match image.sample {
        Sample::Float32 => {
            for (got, sum) in output.chunks_exact(4).zip(expected) {
                let bits = if sum.is_nan() {
                    0x7FC0_0000
                } else {
                    sum.to_bits()
                };
                assert_eq!(got, bits.to_ne_bytes(), "{image:?} {size} {border:?}");
            }
        }
        Sample::Uint8 => {
            for (got, sum) in output.into_iter().zip(expected) {
                // A cast saturates, and takes NaN to 0.
                assert_eq!(
                    got,
                    sum.round_ties_even() as u8,
                    "{image:?} {size} {border:?}"
                );
            }
        }
    }
}

/// Sizes around the block's, kernels even and larger than the image, strides of every kind, at
/// each level that this machine has.
#[test]
fn against_the_definition() {
    let mut random = Random(2);
    let mut samples: Vec<f32> = (0..2 * 6 * 67 * 3).map(|_| random.float(1e-6)).collect();
    samples[7] = f32::NAN;
    samples[11] = f32::INFINITY;
    samples[13] = -0.0;
    let kernel: Vec<f32> = (0..14 * 14).map(|_| random.float(1e-10)).collect();
    let data: *const u8 = samples.as_ptr().cast();
    for level in ["baseline", "avx2"] {
        if !cpu::select(level) {
            continue;
        }
        assert_eq!(cpu::level_name(), level);
        for width in [1, 2, 5, 64, 67] {
            for height in [1, 3, 6] {
                for kernel_size in [1, 2, 3, 4, 7, 14] {
                    for variant in 0..12 {
                        let channels = if variant % 2 == 0 { 1 } else { 3 };
                        let sample = [Sample::Float32, Sample::Uint8][variant / 2 % 2];
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
                        let border = Border::ALL[variant % 5];
                        check(&image, &kernel, kernel_size, border);
                    }
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
        unsafe { convolve_ex(image, kernel, size, Border::Constant, 0.0, output) }
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
        convolve_ex(&image, kernel, 3, Border::Constant, 0.0, output)
    };
    assert_eq!(result, Ok(()));
    assert_eq!(output[1..5], 28f32.to_ne_bytes());
    assert_eq!(output[17..21], 22f32.to_ne_bytes());
}

/// Where no machine has the memory, nothing is written.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[test]
fn out_of_memory() {
    // On the stack, which is above all that the output spans.
    let (sample, kernel) = (0f32, 1f32);
    let image = Image {
        data: (&raw const sample).cast(),
        sample: Sample::Float32,
        width: 1 << 31,
        height: 1,
        channels: 1 << 12,
        row_stride: 0,
        column_stride: 0,
        channel_stride: 0,
    };
    let output = std::ptr::without_provenance_mut(4096);
    // SAFETY: the output is not reached.
    let result = unsafe {
        convolve_ex(
            &image,
            (&raw const kernel).cast(),
            1,
            Border::Constant,
            0.0,
            output,
        )
    };
    assert_eq!(result, Err(Error::OutOfMemory));
}
