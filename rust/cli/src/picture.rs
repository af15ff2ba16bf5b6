//! An image in memory, and its transparency.

use clap::ValueEnum;

/// What to do with transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Alpha {
    /// Filter the colours, and leave the alpha channel as it is
    Keep,
    /// Filter the alpha channel too, as one more channel: what the Python package does
    Filter,
    /// Leave the alpha channel out of the result
    Drop,
}

/// Samples of 8 bits: rows of pixels of channels, contiguous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Grey; grey and alpha; red, green and blue; or these and alpha.
    pub channels: u32,
    /// All of them.
    pub bytes: Vec<u8>,
}

/// An image, with what its file says of it.
#[derive(Debug)]
pub struct Picture {
    /// The image.
    pub samples: Samples,
    /// What its colours mean, by the International Color Consortium's format.
    pub profile: Option<Vec<u8>>,
}

impl Samples {
    /// Is the last channel of each pixel its opacity?
    pub const fn have_alpha(&self) -> bool {
        self.channels.is_multiple_of(2)
    }

    /// Take the alpha channel away, and return it.
    pub fn split_alpha(&mut self) -> Vec<u8> {
        let channels = self.channels as usize;
        let pixels = self.bytes.chunks_exact(channels);
        let alpha = pixels.clone().map(|pixel| pixel[channels - 1]).collect();
        self.bytes = pixels
            .flat_map(|pixel| &pixel[..channels - 1])
            .copied()
            .collect();
        self.channels -= 1;
        alpha
    }

    /// Give each pixel its opacity back.
    pub fn join_alpha(&mut self, alpha: &[u8]) {
        let pixels = self.bytes.chunks_exact(self.channels as usize).zip(alpha);
        let mut bytes = Vec::with_capacity(self.bytes.len() + alpha.len());
        for (pixel, opacity) in pixels {
            bytes.extend_from_slice(pixel);
            bytes.push(*opacity);
        }
        self.bytes = bytes;
        self.channels += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn alpha_goes_and_comes_back() {
        let whole = Samples {
            width: 2,
            height: 1,
            channels: 4,
            bytes: vec![1, 2, 3, 4, 5, 6, 7, 8],
        };
        assert!(whole.have_alpha());
        let mut samples = whole.clone();
        let alpha = samples.split_alpha();
        assert_eq!(alpha, [4, 8]);
        assert_eq!(
            (samples.channels, &*samples.bytes),
            (3, &[1, 2, 3, 5, 6, 7][..])
        );
        assert!(!samples.have_alpha());
        samples.join_alpha(&alpha);
        assert_eq!(samples, whole);
    }
}
