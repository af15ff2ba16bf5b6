//! The median against its definition, and its refusals.

mod common;

use std::cmp::Ordering;

use common::{LEVELS, Random, inside, plain, sample_at};
use twinwheel_kernels::{Border, Error, Image, Options, Sample, cpu, median};

/// What lies outside, as the image would hold it.
fn outside_of(image: &Image, value: f32) -> f32 {
    match image.sample {
        // A cast saturates, and takes NaN to 0.
        Sample::Uint8 => f32::from(value.round_ties_even() as u8),
        Sample::Float32 => value,
    }
}

/// NaN above all numbers, -0 below +0.
fn order(a: f32, b: f32) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (false, false) => a.total_cmp(&b),
        (a, b) => a.cmp(&b),
    }
}

/// The definition: sort each window, and take the middle.
fn expected(image: &Image, size: u32, options: &Options) -> Vec<u8> {
    let source = |from: u32, length: u32| {
        let first = i64::from(from) - i64::from(size / 2);
        let taps = first..first + i64::from(size);
        taps.map(|index| inside(options.border, index, i64::from(length)))
            .collect::<Vec<_>>()
    };
    let outside = outside_of(image, options.border_value);
    let columns: Vec<_> = (0..image.width).map(|x| source(x, image.width)).collect();
    let mut result = Vec::new();
    for y in 0..image.height {
        let rows = source(y, image.height);
        for columns in &columns {
            for channel in 0..i64::from(image.channels) {
                let mut window = Vec::new();
                for row in &rows {
                    for column in columns {
                        window.push(match (*row, *column) {
                            (Some(y), Some(x)) => sample_at(image, y, x, channel),
                            _ => outside,
                        });
                    }
                }
                window.sort_unstable_by(|&a, &b| order(a, b));
                let middle = window[window.len() / 2];
                match image.sample {
                    Sample::Uint8 => result.push(middle as u8),
                    Sample::Float32 if middle.is_nan() => {
                        result.extend(0x7FC0_0000u32.to_ne_bytes());
                    }
                    Sample::Float32 => result.extend(middle.to_ne_bytes()),
                }
            }
        }
    }
    result
}

/// Compare results, of all rows and of some, at each level that this machine has, with the
/// definition.
fn check(image: &Image, size: u32, options: &Options) {
    let all = expected(image, size, options);
    let row_bytes = all.len() / image.height as usize;
    for level in LEVELS {
        if !cpu::select(level) {
            continue;
        }
        for (first_row, rows) in [(0, 0), (image.height / 2, image.height.div_ceil(2))] {
            let options = Options {
                first_row,
                rows,
                ..*options
            };
            let expected = &all[first_row as usize * row_bytes..];
            let mut output = vec![0x55; expected.len()];
            // SAFETY: the image is inside its memory, the output long enough.
            let result = unsafe { median(image, size, &options, output.as_mut_ptr()) };
            assert_eq!(result, Ok(()));
            assert!(output == expected, "{level} {image:?} {size} {options:?}");
        }
    }
    assert!(cpu::select("auto"));
}

/// Widths around the block's, one of several strips, strides of every kind.
#[test]
fn against_the_definition() {
    const HEIGHT: u32 = 5;
    const WIDEST: u32 = 1300;
    const SPECIAL: [u32; 11] = [
        0x7FC0_0000,
        0xFFC0_0001,
        0x7F80_0001,
        0x7F80_0000,
        0xFF80_0000,
        0x0000_0000,
        0x8000_0000,
        0x0000_0001,
        0x8000_0001,
        0x7F7F_FFFF,
        0xFF7F_FFFF,
    ];
    const OUTSIDE: [f32; 5] = [-0.0, 100.5, f32::NAN, 1e9, -3.0];
    // For Miri the least that is read where it is, and a size in turn.
    let widths: &[u32] = if cfg!(miri) {
        &[2, 49]
    } else {
        &[1, 2, 5, 16, 65, 203, WIDEST]
    };
    let step_of_variants = if cfg!(miri) { 13 } else { 1 };
    let mut random = Random(3);
    // A third are special, a third are few values, a third are any.
    let samples: Vec<f32> = (0..2 * HEIGHT * WIDEST)
        .map(|i| match (i % 3, random.next()) {
            (0, next) => f32::from_bits(SPECIAL[next as usize % SPECIAL.len()]),
            (1, next) => (next % 4) as f32,
            (_, next) => next as i32 as f32 * 1e-6,
        })
        .collect();
    let data: *const u8 = samples.as_ptr().cast();
    for &width in widths {
        let variants = if width == WIDEST { 6 } else { 30 };
        for variant in (0..variants).step_by(step_of_variants) {
            let sample = [Sample::Float32, Sample::Uint8][variant % 2];
            let (height, channels) = match width {
                WIDEST => (2, 1),
                _ if cfg!(miri) => (2, 1),
                _ => (HEIGHT, if variant % 3 == 2 { 3 } else { 1 }),
            };
            // Every sample, or every other.
            let step = sample.size() as isize * if variant / 6 % 3 == 1 { 2 } else { 1 };
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
            if variant / 6 % 3 == 2 {
                // Upside down, and from right to left.
                let rows = image.row_stride * (height as isize - 1);
                let columns = image.column_stride * (width as isize - 1);
                image.data = data.wrapping_offset(rows + columns);
                image.row_stride = -image.row_stride;
                image.column_stride = -image.column_stride;
            }
            let options = Options {
                border: Border::ALL[variant % 5],
                border_value: OUTSIDE[variant / 5 % 5],
                threads: variant as u32 % 4,
                ..Options::default()
            };
            for size in [3, 5, 7] {
                if !cfg!(miri) || size as usize == 3 + variant / step_of_variants * 2 {
                    check(&image, size, &options);
                }
            }
        }
    }
}

fn bytes(samples: &[u8], width: u32) -> Image {
    Image {
        data: samples.as_ptr(),
        sample: Sample::Uint8,
        width,
        height: samples.len() as u32 / width,
        channels: 1,
        row_stride: width as isize,
        column_stride: 1,
        channel_stride: 1,
    }
}

/// Floats are put in order as they are, unless NaN or -0 is among them, wherever that is: also
/// where a pixel has more channels than a vector has lanes.
#[test]
fn unordered_floats() {
    // For Miri one place and the smallest window, in the shape that asks for more.
    let (height, step, shapes, sizes): (_, _, &[_], &[_]) = if cfg!(miri) {
        (3, 100, &[(3, 23)], &[3])
    } else {
        (19, 1, &[(70, 1), (3, 23)], &[3, 5, 7])
    };
    let mut random = Random(5);
    for &(width, channels) in shapes {
        let row = width * channels;
        for first in (0..=row).step_by(step) {
            let samples: Vec<f32> = (0..row * height)
                .map(|i| match (random.next(), first % 2) {
                    (next, _) if i % row / 2 != first / 2 => (next % 3) as f32,
                    (_, 0) => f32::NAN,
                    _ => -0.0,
                })
                .collect();
            let image = Image {
                width,
                channels,
                column_stride: 4 * channels as isize,
                ..plain(&samples, row, height)
            };
            let options = Options {
                border: Border::Nearest,
                ..Options::default()
            };
            for &size in sizes {
                check(&image, size, &options);
            }
        }
    }
}

/// Of few values and of many, as a network is wrong for few windows only.
#[test]
fn random_windows() {
    let (width, height) = if cfg!(miri) { (16, 1) } else { (203, 40) };
    let mut random = Random(11);
    let of_values: &[u32] = if cfg!(miri) { &[4] } else { &[2, 4, 16, 256] };
    for values in of_values {
        let samples: Vec<u8> = (0..width * height)
            .map(|_| (random.next() % values) as u8)
            .collect();
        let options = Options {
            border: Border::Reflect,
            ..Options::default()
        };
        for size in [3, 5, 7] {
            check(&bytes(&samples, width), size, &options);
        }
    }
}

#[test]
fn threads_make_no_difference() {
    for (sample, side) in [(Sample::Float32, 450), (Sample::Uint8, 850)] {
        // Enough to be shared out, which under Miri is little.
        let (side, window) = if cfg!(miri) { (8, 3) } else { (side, 7) };
        let length = sample.size() as isize;
        let count = sample.size() * side as usize * side as usize;
        let mut random = Random(7);
        let samples: Vec<u8> = (0..count).map(|_| random.next() as u8).collect();
        let image = Image {
            sample,
            height: side,
            row_stride: length * side as isize,
            column_stride: length,
            channel_stride: length,
            ..bytes(&samples, side)
        };
        let run = |threads| {
            let options = Options {
                threads,
                ..Options::default()
            };
            let mut output = vec![0x55; count];
            // SAFETY: the image is inside its memory, the output long enough.
            let result = unsafe { median(&image, window, &options, output.as_mut_ptr()) };
            assert_eq!(result, Ok(()));
            output
        };
        assert!(run(2) == run(1));
    }
}

/// Neither the image nor the output need be aligned.
#[test]
fn unaligned() {
    let samples: Vec<u8> = std::iter::once(0)
        .chain(
            [9f32, 1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0]
                .map(f32::to_ne_bytes)
                .concat(),
        )
        .collect();
    let mut output = [0u8; 37];
    let image = Image {
        data: samples[1..].as_ptr(),
        sample: Sample::Float32,
        width: 3,
        height: 3,
        channels: 1,
        row_stride: 12,
        column_stride: 4,
        channel_stride: 4,
    };
    // SAFETY: both are as long as the sizes say.
    let result = unsafe { median(&image, 3, &Options::default(), output[1..].as_mut_ptr()) };
    assert_eq!(result, Ok(()));
    assert_eq!(output[17..21], 5f32.to_ne_bytes());
}

#[test]
fn refusals() {
    let samples = [0u8; 16];
    let mut output = [7u8; 16];
    let image = bytes(&samples, 4);
    let target = output.as_mut_ptr();
    let call = |image: &Image, size, output| {
        // SAFETY: what is not refused lies in the arrays above.
        unsafe { median(image, size, &Options::default(), output) }
    };
    for size in [0, 1, 2, 4, 6, 8, 9, u32::MAX] {
        assert_eq!(call(&image, size, target), Err(Error::Invalid));
    }
    assert_eq!(call(&image, 3, std::ptr::null_mut()), Err(Error::Invalid));
    assert_eq!(
        call(&image, 3, image.data.cast_mut().wrapping_add(15)),
        Err(Error::Invalid)
    );
    assert_eq!(
        call(&Image { width: 0, ..image }, 3, target),
        Err(Error::Invalid)
    );
    assert_eq!(output, [7; 16]);
    let target = output.as_mut_ptr();
    assert_eq!(call(&image, 3, target), Ok(()));
    assert_eq!(output, [0; 16]);
}
