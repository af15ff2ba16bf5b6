//! The kernels that are compiled in.

use twinwheel_kernels::{Error, Image, Options, Sample};

use crate::arguments::Kernel;
use crate::failure::Failure;
use crate::operation::{Operation, Settings};
use crate::picture::Samples;
use crate::progress::Progress;

/// A language's kernels behind one function, with the safety of `convolve_ex`.
type Function = unsafe fn(&Operation, &Image, &Options, *mut u8) -> Result<(), Error>;

macro_rules! define {
    ($language:ident) => {
        /// Call the component's kernel.
        ///
        /// # Safety
        /// The image is readable, and the output writable for as many rows as the options say.
        unsafe fn $language(
            operation: &Operation,
            image: &Image,
            options: &Options,
            output: *mut u8,
        ) -> Result<(), Error> {
            use twinwheel_kernels::$language as kernels;
            // SAFETY: the weights are as many as is said; the rest as the caller says.
            unsafe {
                match operation {
                    Operation::Convolve(kernel) => {
                        let weights = kernel.weights.as_ptr().cast();
                        kernels::convolve_ex(image, weights, kernel.size, options, output)
                    }
                    Operation::ConvolveSeparable { across, down } => {
                        let sizes = (across.len() as u32, down.len() as u32);
                        let (across, down) = (across.as_ptr().cast(), down.as_ptr().cast());
                        kernels::separable(image, across, sizes.0, down, sizes.1, options, output)
                    }
                    Operation::GaussianBlur { sigma, radius } => {
                        kernels::gaussian_blur(image, *sigma, *radius, options, output)
                    }
                    Operation::Sobel { axis } => kernels::sobel(image, *axis, options, output),
                    Operation::Median { size } => kernels::median(image, *size, options, output),
                }
            }
        }
    };
}

#[cfg(feature = "rust-kernel")]
define!(rust);
#[cfg(feature = "c-kernel")]
define!(c);

/// A language's kernels; none for Python, or where they are not compiled in.
fn function_of(kernel: Kernel) -> Option<Function> {
    match kernel {
        #[cfg(feature = "rust-kernel")]
        Kernel::Rust => Some(rust),
        #[cfg(feature = "c-kernel")]
        Kernel::C => Some(c),
        _ => None,
    }
}

/// Is a language's kernel compiled in?
pub fn has(kernel: Kernel) -> bool {
    function_of(kernel).is_some()
}

/// Apply an operation to an image, some rows at a time where progress is shown.
pub fn apply(
    kernel: Kernel,
    operation: &Operation,
    samples: &Samples,
    settings: &Settings,
    progress: &Progress,
) -> Result<Vec<u8>, Failure> {
    let at_once = progress.rows_at_once(samples.height as usize, operation.rows_for_one());
    let row_bytes = samples.width as usize * samples.channels as usize;
    let image = Image {
        data: samples.bytes.as_ptr(),
        sample: Sample::Uint8,
        width: samples.width,
        height: samples.height,
        channels: samples.channels,
        row_stride: row_bytes as isize,
        column_stride: samples.channels as isize,
        channel_stride: 1,
    };
    let function = function_of(kernel).ok_or_else(|| not_compiled_in(kernel))?;
    let mut result = vec![0; samples.bytes.len()];
    for (place, rows) in result.chunks_mut(at_once * row_bytes).enumerate() {
        let options = Options {
            border: settings.border,
            border_value: settings.border_value,
            threads: settings.threads,
            first_row: (place * at_once) as u32,
            rows: (rows.len() / row_bytes) as u32,
        };
        // SAFETY: the image is `samples`, and `rows` is as long as the options say.
        unsafe { function(operation, &image, &options, rows.as_mut_ptr()) }
            .map_err(|error| Failure::failed(operation.name(), error))?;
        progress.advance(options.rows);
    }
    Ok(result)
}

fn not_compiled_in(kernel: Kernel) -> Failure {
    Failure::failed(
        "--kernel",
        format!("{kernel:?} is not compiled into this twinimage"),
    )
    .help("see which are by `twinimage kernels`, or build it with the features of its crate")
}

#[cfg(test)]
mod tests {
    use twinwheel_kernels::Border;

    use super::{apply, has};
    use crate::arguments::Kernel;
    use crate::operation::{Operation, Settings};
    use crate::picture::Samples;
    use crate::progress::Progress;
    use crate::weights::Named;

    fn operations() -> Vec<Operation> {
        vec![
            Operation::Convolve(Named::Emboss.square(None).unwrap()),
            Operation::ConvolveSeparable {
                across: vec![0.25, 0.5, 0.25, 0.1],
                down: vec![0.5, 0.5],
            },
            Operation::GaussianBlur {
                sigma: 2.0,
                radius: 8,
            },
            Operation::Sobel { axis: 0 },
            Operation::Median { size: 5 },
        ]
    }

    /// Some rows at a time or all at once, in Rust or in C: each the same bytes.
    #[test]
    fn one_answer() {
        let samples = Samples {
            width: 37,
            height: 1500,
            channels: 3,
            bytes: (0..37 * 1500 * 3u64)
                .map(|place| (place * place % 251) as u8)
                .collect(),
        };
        let settings = Settings {
            border: Border::Mirror,
            border_value: 0.0,
            threads: 2,
        };
        let (hidden, in_bands) = (Progress::hidden(), Progress::in_bands());
        assert!(in_bands.rows_at_once(1500, 17) < 750);
        for operation in operations() {
            let run = |kernel, progress| {
                apply(kernel, &operation, &samples, &settings, progress).unwrap()
            };
            let present = [Kernel::Rust, Kernel::C]
                .into_iter()
                .filter(|&kernel| has(kernel));
            let mut answers =
                present.flat_map(|kernel| [run(kernel, &hidden), run(kernel, &in_bands)]);
            let first = answers.next().unwrap();
            assert!(answers.all(|answer| answer == first), "{operation:?}");
        }
    }
}
