//! The little that the tests share.

#![allow(dead_code, reason = "each test uses some of it")]

use twinwheel_kernels::{Border, Image, Sample};

pub const LEVELS: [&str; 3] = ["baseline", "avx2", "avx512"];

/// A small generator with a full period, so that a failure can be repeated.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    pub fn float(&mut self, scale: f32) -> f32 {
        self.next() as i32 as f32 * scale
    }

    pub fn floats(&mut self, count: usize, scale: f32) -> Vec<f32> {
        (0..count).map(|_| self.float(scale)).collect()
    }
}

/// Walk from outside to inside one step at a time.
pub fn inside(border: Border, mut index: i64, length: i64) -> Option<i64> {
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

/// A sample of an image.
pub fn sample_at(image: &Image, y: i64, x: i64, channel: i64) -> f32 {
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

/// An image of one channel of contiguous floats.
pub fn plain(samples: &[f32], width: u32, height: u32) -> Image {
    assert!(samples.len() >= width as usize * height as usize);
    Image {
        data: samples.as_ptr().cast(),
        sample: Sample::Float32,
        width,
        height,
        channels: 1,
        row_stride: 4 * width as isize,
        column_stride: 4,
        channel_stride: 4,
    }
}

/// Where the bits of two results differ first.
pub fn difference(got: &[f32], expected: &[f32]) -> Option<usize> {
    assert_eq!(got.len(), expected.len());
    let mut pairs = got.iter().zip(expected);
    pairs.position(|(got, expected)| got.to_bits() != expected.to_bits())
}
