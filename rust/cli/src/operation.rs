//! What is done to an image, and with which numbers.

use std::num::NonZero;
use std::thread;

use twinwheel_kernels::Border;

use crate::arguments::{
    AxisArguments, Common, GaussianArguments, KernelArguments, LineArguments, SizeArguments,
};
use crate::failure::Failure;
use crate::weights::{Square, line, square};

/// A wider Gaussian is refused: no image that can be read is so large.
const LARGEST_RADIUS: f64 = 65_535.0;

/// A component, with its own arguments.
#[derive(Debug, PartialEq)]
pub enum Operation {
    /// Correlate with a square kernel.
    Convolve(Square),
    /// Correlate the rows, and then the columns.
    ConvolveSeparable { across: Vec<f32>, down: Vec<f32> },
    /// Blur.
    GaussianBlur { sigma: f64, radius: u32 },
    /// Derive, along 0 for down and 1 for across.
    Sobel { axis: u32 },
    /// Take the median of a window.
    Median { size: u32 },
}

impl Operation {
    /// The component's name in the Python package.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Convolve(_) => "convolve",
            Self::ConvolveSeparable { .. } => "convolve_separable",
            Self::GaussianBlur { .. } => "gaussian_blur",
            Self::Sobel { .. } => "sobel",
            Self::Median { .. } => "median",
        }
    }

    /// How many rows it looks at for one.
    pub fn rows_for_one(&self) -> usize {
        match self {
            Self::Convolve(kernel) => kernel.size as usize,
            Self::ConvolveSeparable { down, .. } => down.len(),
            Self::GaussianBlur { radius, .. } => *radius as usize * 2 + 1,
            Self::Sobel { .. } => 3,
            Self::Median { size } => *size as usize,
        }
    }
}

/// What holds for every operation.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What lies outside the image.
    pub border: Border,
    /// What lies outside for a constant border.
    pub border_value: f32,
    /// At most so many.
    pub threads: u32,
}

impl From<&Common> for Settings {
    fn from(common: &Common) -> Self {
        Self {
            border: common.border.into(),
            border_value: common.border_value as f32,
            threads: common.threads.unwrap_or_else(available_threads),
        }
    }
}

fn available_threads() -> u32 {
    let available = thread::available_parallelism().map_or(1, NonZero::get);
    u32::try_from(available).unwrap_or(u32::MAX)
}

impl KernelArguments {
    /// What they mean.
    pub fn operation(&self) -> Result<Operation, Failure> {
        let kernel = match (&self.weights, self.named) {
            (Some(said), _) => square(said, "--weights")?,
            (None, Some(named)) => named.square(self.size)?,
            (None, None) => unreachable!("one of the two is required"),
        };
        Ok(Operation::Convolve(kernel))
    }
}

impl LineArguments {
    /// What they mean.
    pub fn operation(&self) -> Result<Operation, Failure> {
        Ok(Operation::ConvolveSeparable {
            across: line(&self.across, "--across")?,
            down: line(&self.down, "--down")?,
        })
    }
}

impl GaussianArguments {
    /// What they mean. The reach is counted as the Python package and `scipy.ndimage` do.
    pub fn operation(&self) -> Result<Operation, Failure> {
        let (sigma, truncate) = (self.sigma, self.truncate);
        if !(sigma > 0.0 && sigma.is_finite()) {
            let what = format!("it must be above 0 and finite, not {sigma}");
            return Err(Failure::usage("--sigma", what));
        }
        let reach = self.radius.map_or(truncate * sigma, f64::from);
        if !(0.0..=LARGEST_RADIUS).contains(&reach) {
            let place = if self.radius.is_some() {
                "--radius"
            } else {
                "--truncate"
            };
            let what = format!("the Gaussian would reach {reach} pixels");
            return Err(Failure::usage(place, what)
                .help(format!("it may reach from 0 to {LARGEST_RADIUS}")));
        }
        let radius = self.radius.unwrap_or((reach + 0.5) as u32);
        Ok(Operation::GaussianBlur { sigma, radius })
    }
}

impl AxisArguments {
    /// What they mean.
    pub const fn operation(&self) -> Operation {
        Operation::Sobel {
            axis: self.axis as u32,
        } // they are numbered as the package does
    }
}

impl SizeArguments {
    /// What they mean.
    pub const fn operation(&self) -> Operation {
        Operation::Median {
            size: self.size as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Operation;
    use crate::arguments::GaussianArguments;

    fn radius(sigma: f64, truncate: f64, radius: Option<u32>) -> Option<u32> {
        let arguments = GaussianArguments {
            sigma,
            truncate,
            radius,
        };
        match arguments.operation() {
            Ok(Operation::GaussianBlur { radius, .. }) => Some(radius),
            _ => None,
        }
    }

    #[test]
    fn a_gaussian_reaches_as_far_as_in_scipy() {
        assert_eq!(radius(1.5, 4.0, None), Some(6));
        assert_eq!(radius(2.125, 4.0, None), Some(9));
        assert_eq!(radius(0.1, 4.0, None), Some(0));
        assert_eq!(radius(1.5, f64::NAN, Some(2)), Some(2));
        for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(radius(sigma, 4.0, Some(1)), None);
        }
        for truncate in [-1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert_eq!(radius(1.0, truncate, None), None);
        }
        assert_eq!(radius(1.0, 4.0, Some(65_536)), None);
    }
}
