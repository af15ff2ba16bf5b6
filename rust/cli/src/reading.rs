//! From a file's bytes to an image.

use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};

use image::error::{ImageError, LimitErrorKind};
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::failure::{Failure, message_of};
use crate::picture::{Picture, Samples};
use crate::writing::Format;

/// More are refused: a small file may claim any size, and every pixel is held several times.
const MOST_PIXELS: u64 = 250_000_000;
const ACCEPTED: &str = "twinimage reads PNG, JPEG, PGM and PPM; convert it to one of these first";

/// Read an image, upright, and tell the format to write the like of it.
///
/// * `place`: where the bytes come from, for messages.
pub fn read_picture(bytes: &[u8], place: &str) -> Result<(Picture, Format), Failure> {
    if bytes.is_empty() {
        return Err(Failure::failed(place, "it is empty").help("name an image file"));
    }
    let guessed = image::guess_format(bytes).ok();
    let (format, written) = match guessed {
        Some(format @ ImageFormat::Png) => (format, Format::Png),
        Some(format @ ImageFormat::Jpeg) => (format, Format::Jpeg),
        Some(format @ ImageFormat::Pnm) => (format, Format::Pnm),
        Some(other) => {
            let what = format!("it is an image in the format {other:?}");
            return Err(Failure::failed(place, what).help(ACCEPTED));
        }
        None => return Err(Failure::failed(place, "it is no image").help(ACCEPTED)),
    };
    if format == ImageFormat::Jpeg && !jpeg_ends(bytes) {
        return Err(damaged(place, "it ends before the image does"));
    }
    let picture = guarded(place, || decode(bytes, format, place))?;
    Ok((picture, written))
}

/// What a decoder cannot cope with is a damaged file, whichever way the decoder says so.
fn guarded(
    place: &str,
    decode: impl FnOnce() -> Result<Picture, Failure>,
) -> Result<Picture, Failure> {
    panic::catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|cause| Err(damaged(place, message_of(&*cause))))
}

fn decode(bytes: &[u8], format: ImageFormat, place: &str) -> Result<Picture, Failure> {
    let refused = |error: ImageError| match error {
        ImageError::Limits(error) if matches!(error.kind(), LimitErrorKind::InsufficientMemory) => {
            too_large(place, "it needs too much memory")
        }
        ImageError::Unsupported(error) => {
            Failure::failed(place, format!("it is of a kind that is not read: {error}"))
                .help("open it in an image editor, and save it as a PNG of 8 bits")
        }
        error => damaged(place, &error.to_string()),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(4 * MOST_PIXELS);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(damaged(
            place,
            &format!("it has no pixel: {width} x {height}"),
        ));
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(too_large(
            place,
            &format!("it has {width} x {height} pixels"),
        ));
    }
    if !matches!(
        decoder.color_type(),
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8
    ) {
        return Err(
            Failure::failed(place, "its samples have 16 bits; twinimage works on 8")
                .help("convert it to 8 bits first, in an image editor"),
        );
    }
    // Neither is needed to see the image: what cannot be read of them is left out.
    let orientation = decoder.orientation().ok();
    let profile = decoder.icc_profile().ok().flatten();
    let mut image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    let channels = u32::from(image.color().channel_count());
    let samples = Samples {
        width: image.width(),
        height: image.height(),
        channels,
        bytes: image.into_bytes(),
    };
    let profile = profile.filter(|profile| profile_is_for(profile, channels));
    Ok(Picture { samples, profile })
}

fn damaged(place: &str, why: &str) -> Failure {
    Failure::failed(place, format!("it is damaged: {why}"))
        .help("open it in an image viewer; if that works, save it as PNG")
}

fn too_large(place: &str, has: &str) -> Failure {
    let help = format!("an image may have {MOST_PIXELS} pixels; scale it, or cut a part out of it");
    Failure::failed(place, has).help(help)
}

/// Is a profile for colours as they are now? One of CMYK was used up when it became RGB.
fn profile_is_for(profile: &[u8], channels: u32) -> bool {
    let space = if channels < 3 { b"GRAY" } else { b"RGB " };
    profile.get(16..20) == Some(space)
}

/// Does a JPEG reach its last marker? The decoder does not say: it paints what is missing grey.
fn jpeg_ends(bytes: &[u8]) -> bool {
    const START: u8 = 0xD8;
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut place = 0;
    let mut in_scan = false;
    loop {
        let Some(&[first, second]) = bytes.get(place..place + 2) else {
            return false;
        };
        if first != 0xFF || second == 0xFF {
            place += 1; // samples, or padding
            continue;
        }
        place += 2;
        match second {
            END => return true,
            0x00 | 0x01 | START | 0xD0..=0xD7 => {} // what has no length
            _ if in_scan && second < 0xC0 => {}     // no marker
            _ => {
                let Some(&[high, low]) = bytes.get(place..place + 2) else {
                    return false;
                };
                place += usize::from(u16::from_be_bytes([high, low]));
                in_scan = second == SCAN;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{guarded, jpeg_ends};
    use crate::picture::Samples;
    use crate::writing::{Encoding, Format, write_picture};

    fn jpeg() -> Vec<u8> {
        let samples = Samples {
            width: 40,
            height: 30,
            channels: 3,
            bytes: (0..40 * 30 * 3)
                .map(|place| (place * 7 % 256) as u8)
                .collect(),
        };
        let encoding = Encoding {
            format: Format::Jpeg,
            quality: 90,
        };
        write_picture(&samples, None, encoding, "").unwrap()
    }

    #[test]
    fn a_jpeg_that_is_cut_off_is_found_at_every_length() {
        let whole = jpeg();
        assert!(jpeg_ends(&whole));
        for length in 0..whole.len() {
            assert!(!jpeg_ends(&whole[..length]), "{length}");
        }
    }

    #[test]
    fn a_decoder_that_panics_is_no_crash() {
        let refused = guarded("a.png", || panic!("no {}", 1)).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("error: a.png: it is damaged: no 1\n")
        );
    }
}
