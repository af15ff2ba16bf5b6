//! The checks that all operations share.

use crate::image::{Image, Options};

/// Widen the reach of an image below and above its first sample by one axis; `None` on overflow.
fn reach(length: u32, stride: isize, (below, above): (usize, usize)) -> Option<(usize, usize)> {
    let distance = (length as usize - 1).checked_mul(stride.unsigned_abs())?;
    if stride < 0 {
        Some((below.checked_add(distance)?, above))
    } else {
        Some((below, above.checked_add(distance)?))
    }
}

fn overlap(a: usize, a_size: usize, b: usize, b_size: usize) -> bool {
    if a < b {
        b - a < a_size
    } else {
        a - b < b_size
    }
}

fn output_bytes(image: &Image, options: &Options) -> Option<usize> {
    (image.width as usize)
        .checked_mul(options.rows as usize)?
        .checked_mul(image.channels as usize)?
        .checked_mul(image.sample.size())
}

/// Complete the options, and check them and the image and the output; `None` when one is wrong.
pub(crate) fn valid(image: &Image, options: &Options, output: *const u8) -> Option<Options> {
    if image.data.is_null() || output.is_null() {
        return None;
    }
    if image.width == 0 || image.height == 0 || image.channels == 0 {
        return None;
    }
    let mut completed = *options;
    let left = image.height.checked_sub(completed.first_row)?;
    if completed.rows == 0 {
        completed.rows = left;
    }
    if left == 0 || completed.rows > left {
        return None;
    }
    let written_bytes = output_bytes(image, &completed)?;
    let sides = reach(image.height, image.row_stride, (0, 0))?;
    let sides = reach(image.width, image.column_stride, sides)?;
    let (below, above) = reach(image.channels, image.channel_stride, sides)?;
    let input_bytes = above.checked_add(image.sample.size())?.checked_add(below)?;
    if input_bytes > isize::MAX as usize || written_bytes > isize::MAX as usize {
        return None; // no object is larger
    }
    let first = image.data.addr().wrapping_sub(below);
    (!overlap(first, input_bytes, output.addr(), written_bytes)).then_some(completed)
}

/// Does an array of `count` floats lie apart from the output, and does its length not overflow?
pub(crate) fn apart(
    floats: *const u8,
    count: usize,
    image: &Image,
    options: &Options,
    output: *const u8,
) -> bool {
    let (Some(bytes), Some(written_bytes)) = (
        count.checked_mul(size_of::<f32>()),
        output_bytes(image, options),
    ) else {
        return false;
    };
    !floats.is_null() && count != 0 && !overlap(floats.addr(), bytes, output.addr(), written_bytes)
}
