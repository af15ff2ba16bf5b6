//! From an image to a file's bytes.

use std::path::Path;

use clap::ValueEnum;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::failure::Failure;
use crate::picture::Samples;

/// The most pixels on a side that a JPEG can tell.
const LARGEST_JPEG: u32 = 65_535;

/// How an image is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Portable Network Graphics
    Png,
    /// JPEG, which loses a little
    #[value(alias = "jpg")]
    Jpeg,
    /// Portable graymap, binary
    Pgm,
    /// Portable pixmap, binary
    Ppm,
    /// PGM or PPM, as the image is
    Pnm,
}

/// The format, and what it takes.
#[derive(Clone, Copy, Debug)]
pub struct Encoding {
    /// The format.
    pub format: Format,
    /// Of a JPEG, 1 to 100.
    pub quality: u8,
}

/// The format that a file's name asks for.
pub fn format_of(path: &Path) -> Result<Format, Failure> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    match ending.to_str() {
        Some("png") => Ok(Format::Png),
        Some("jpg" | "jpeg" | "jpe" | "jfif") => Ok(Format::Jpeg),
        Some("pgm") => Ok(Format::Pgm),
        Some("ppm") => Ok(Format::Ppm),
        Some("pnm") => Ok(Format::Pnm),
        _ => Err(Failure::usage(
            path.display(),
            "its name tells no format that can be written",
        )
        .help("let it end in .png, .jpg, .pgm, .ppm or .pnm, or say --format")),
    }
}

/// Fail when a format cannot hold an image: before it is computed.
pub fn check_format(samples: &Samples, format: Format, place: &str) -> Result<(), Failure> {
    let Samples { width, height, .. } = *samples;
    if samples.have_alpha() && format != Format::Png {
        return Err(
            Failure::failed(place, "only PNG can hold the image's alpha channel")
                .help("write a PNG, or say --alpha drop"),
        );
    }
    if format == Format::Pgm && samples.channels > 2 {
        return Err(
            Failure::failed(place, "a PGM is grey, and the image has colours")
                .help("write a PPM or a PNG"),
        );
    }
    if format == Format::Jpeg && width.max(height) > LARGEST_JPEG {
        return Err(
            Failure::failed(place, format!("{width} x {height} is too large for a JPEG"))
                .help("write a PNG"),
        );
    }
    Ok(())
}

/// Write an image that the format can hold; `place` is where it goes, for messages.
pub fn write_picture(
    samples: &Samples,
    profile: Option<Vec<u8>>,
    encoding: Encoding,
    place: &str,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match encoding.format {
        Format::Png => {
            let (level, filter) = (CompressionType::Default, FilterType::Adaptive);
            let encoder = PngEncoder::new_with_quality(&mut bytes, level, filter);
            encode(encoder, samples, profile, place)?;
        }
        Format::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, encoding.quality);
            encode(encoder, samples, profile, place)?;
        }
        Format::Pgm | Format::Ppm | Format::Pnm => write_pnm(samples, encoding.format, &mut bytes),
    }
    Ok(bytes)
}

fn encode(
    mut encoder: impl ImageEncoder,
    samples: &Samples,
    profile: Option<Vec<u8>>,
    place: &str,
) -> Result<(), Failure> {
    let color = match samples.channels {
        1 => ExtendedColorType::L8,
        2 => ExtendedColorType::La8,
        3 => ExtendedColorType::Rgb8,
        _ => ExtendedColorType::Rgba8,
    };
    let told = profile.map_or(Ok(()), |profile| encoder.set_icc_profile(profile));
    told.map_err(|error| error.to_string())
        .and_then(|()| {
            let Samples { width, height, .. } = *samples;
            let written = encoder.write_image(&samples.bytes, width, height, color);
            written.map_err(|error| error.to_string())
        })
        .map_err(|error| Failure::failed(place, format!("it cannot be encoded: {error}")))
}

/// Write a binary PGM or PPM, with no comment: the same bytes whoever writes it.
///
/// Source: <https://netpbm.sourceforge.net/doc/ppm.html>
fn write_pnm(samples: &Samples, format: Format, bytes: &mut Vec<u8>) {
    let Samples { width, height, .. } = *samples;
    let grey = samples.channels == 1;
    let magic = if grey && format != Format::Ppm {
        "P5"
    } else {
        "P6"
    };
    bytes.extend_from_slice(format!("{magic}\n{width} {height}\n255\n").as_bytes());
    if grey && format == Format::Ppm {
        bytes.extend(samples.bytes.iter().flat_map(|&sample| [sample; 3]));
    } else {
        bytes.extend_from_slice(&samples.bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Encoding, Format, format_of, write_picture};
    use crate::picture::Samples;

    #[test]
    fn names_tell_formats() {
        assert_eq!(format_of(Path::new("a.b/c.JPG")).unwrap(), Format::Jpeg);
        assert_eq!(format_of(Path::new("c.ppm")).unwrap(), Format::Ppm);
        for name in ["a.png/c", "png", ".png", "c.gif", "c."] {
            assert!(format_of(Path::new(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn grey_as_ppm_has_three_channels() {
        let samples = Samples {
            width: 2,
            height: 1,
            channels: 1,
            bytes: vec![7, 9],
        };
        let write = |format| {
            let encoding = Encoding { format, quality: 1 };
            write_picture(&samples, None, encoding, "").unwrap()
        };
        assert_eq!(
            write(Format::Ppm),
            b"P6\n2 1\n255\n\x07\x07\x07\x09\x09\x09"
        );
        assert_eq!(write(Format::Pgm), b"P5\n2 1\n255\n\x07\x09");
        assert_eq!(write(Format::Pnm), write(Format::Pgm));
    }
}
