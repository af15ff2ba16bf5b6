//! What goes into the kernels, and how they fail.

use std::fmt;

use crate::border::Border;

/// How a sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// IEEE 754 binary32.
    Float32,
    /// Rounded half to even and saturated to 0..=255; NaN is stored as 0.
    Uint8,
}

impl Sample {
    /// Length in bytes.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Float32 => size_of::<f32>(),
            Self::Uint8 => size_of::<u8>(),
        }
    }
}

/// An image in memory. The strides are in bytes, and may be negative or zero; `data` points to the
/// first sample, and need not be aligned.
#[derive(Clone, Copy, Debug)]
pub struct Image {
    /// The first sample of the first pixel of the first row.
    pub data: *const u8,
    /// How each sample is stored.
    pub sample: Sample,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Samples in a pixel.
    pub channels: u32,
    /// From a row to the next.
    pub row_stride: isize,
    /// From a pixel to the next in the row.
    pub column_stride: isize,
    /// From a sample to the next in the pixel.
    pub channel_stride: isize,
}

/// What holds for every operation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What lies outside the image.
    pub border: Border,
    /// What lies outside for [`Border::Constant`]; not used otherwise.
    pub border_value: f32,
    /// At most so many, the caller's included; fewer where they do not pay, and 0 is 1.
    pub threads: u32,
    /// The first row of the result to write: the output points to it.
    pub first_row: u32,
    /// How many rows to write; 0 for all from there on.
    pub rows: u32,
}

/// Why nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An argument is wrong: a null pointer, a zero size, sizes that overflow, overlapping buffers,
    /// or another value that is not accepted.
    Invalid,
    /// The working memory cannot be had.
    OutOfMemory,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Invalid => "an argument is wrong",
            Self::OutOfMemory => "out of memory",
        })
    }
}

impl std::error::Error for Error {}
