//! What `kernel.h` declares besides functions: its structures and its numbers, with its names.

#![allow(non_camel_case_types, reason = "they are the header's names")]

use std::ffi::{c_int, c_void};

use crate::border::Border;
use crate::image::{Error, Image, Options, Sample};

/// What was asked for was done.
pub const KERNEL_OK: c_int = 0;
/// An argument is wrong; nothing was written.
pub const KERNEL_INVALID: c_int = -1;
/// The working memory cannot be had; nothing was written.
pub const KERNEL_OUT_OF_MEMORY: c_int = -2;
/// The library is at fault; the output is partly written.
pub const KERNEL_INTERNAL: c_int = -3;

/// IEEE 754 binary32.
pub const KERNEL_FLOAT32: i32 = 0;
/// Rounded half to even and saturated to 0..=255; NaN is stored as 0.
pub const KERNEL_UINT8: i32 = 1;

/// [`Image`], as C has it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct kernel_image {
    /// The first sample of the first pixel of the first row.
    pub data: *const c_void,
    /// [`KERNEL_FLOAT32`] or [`KERNEL_UINT8`].
    pub sample: i32,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Samples in a pixel.
    pub channels: u32,
    /// From a row to the next, in bytes.
    pub row_stride: isize,
    /// From a pixel to the next in the row, in bytes.
    pub column_stride: isize,
    /// From a sample to the next in the pixel, in bytes.
    pub channel_stride: isize,
}

/// [`Options`], as C has them. All zeros are the defaults.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct kernel_options {
    /// The place of a border in [`Border::ALL`].
    pub border: i32,
    /// What lies outside for [`Border::Constant`]; not used otherwise.
    pub border_value: f32,
    /// At most so many, the caller's included; fewer where they do not pay.
    pub threads: u32,
    /// The first row of the result to write: output points to it.
    pub first_row: u32,
    /// How many rows to write; 0 for all from there on.
    pub rows: u32,
}

impl From<&Image> for kernel_image {
    fn from(image: &Image) -> Self {
        Self {
            data: image.data.cast(),
            sample: match image.sample {
                Sample::Float32 => KERNEL_FLOAT32,
                Sample::Uint8 => KERNEL_UINT8,
            },
            width: image.width,
            height: image.height,
            channels: image.channels,
            row_stride: image.row_stride,
            column_stride: image.column_stride,
            channel_stride: image.channel_stride,
        }
    }
}

impl TryFrom<kernel_image> for Image {
    type Error = Error;

    fn try_from(image: kernel_image) -> Result<Self, Error> {
        Ok(Self {
            data: image.data.cast(),
            sample: match image.sample {
                KERNEL_FLOAT32 => Sample::Float32,
                KERNEL_UINT8 => Sample::Uint8,
                _ => return Err(Error::Invalid),
            },
            width: image.width,
            height: image.height,
            channels: image.channels,
            row_stride: image.row_stride,
            column_stride: image.column_stride,
            channel_stride: image.channel_stride,
        })
    }
}

impl From<&Options> for kernel_options {
    fn from(options: &Options) -> Self {
        Self {
            border: options.border as i32, // they are numbered in the header's order
            border_value: options.border_value,
            threads: options.threads,
            first_row: options.first_row,
            rows: options.rows,
        }
    }
}

impl TryFrom<kernel_options> for Options {
    type Error = Error;

    fn try_from(options: kernel_options) -> Result<Self, Error> {
        let place = usize::try_from(options.border).map_err(|_| Error::Invalid)?;
        Ok(Self {
            border: *Border::ALL.get(place).ok_or(Error::Invalid)?,
            border_value: options.border_value,
            threads: options.threads,
            first_row: options.first_row,
            rows: options.rows,
        })
    }
}

/// The number that C returns.
#[must_use]
pub const fn code_of(result: Result<(), Error>) -> c_int {
    match result {
        Ok(()) => KERNEL_OK,
        Err(Error::Invalid) => KERNEL_INVALID,
        Err(Error::OutOfMemory) => KERNEL_OUT_OF_MEMORY,
    }
}

#[cfg(test)]
mod tests {
    use super::{KERNEL_UINT8, kernel_image, kernel_options};
    use crate::{Border, Error, Image, Options, Sample};

    #[test]
    fn what_goes_to_c_comes_back() {
        let image = Image {
            data: std::ptr::dangling(),
            sample: Sample::Uint8,
            width: 2,
            height: 3,
            channels: 4,
            row_stride: -5,
            column_stride: 6,
            channel_stride: 7,
        };
        let mut given = kernel_image::from(&image);
        assert_eq!(given.sample, KERNEL_UINT8);
        let back = Image::try_from(given).unwrap();
        assert_eq!(format!("{back:?}"), format!("{image:?}"));
        given.sample = 2;
        assert_eq!(Image::try_from(given).unwrap_err(), Error::Invalid);
        for (place, border) in Border::ALL.into_iter().enumerate() {
            let options = Options {
                border,
                border_value: 1.5,
                threads: 2,
                first_row: 3,
                rows: 4,
            };
            let given = kernel_options::from(&options);
            assert_eq!(given.border, place as i32);
            let back = Options::try_from(given).unwrap();
            assert_eq!(format!("{back:?}"), format!("{options:?}"));
            for border in [-1, 5, i32::MIN, i32::MAX] {
                let given = kernel_options { border, ..given };
                assert_eq!(Options::try_from(given).unwrap_err(), Error::Invalid);
            }
        }
    }
}
