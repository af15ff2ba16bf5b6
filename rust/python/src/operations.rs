//! The functions of the module.

use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;
use twinwheel_kernels::{self as kernels, Error, Image, Options, Sample};

use crate::buffer::Buffer;
use crate::checks::{
    Optional, check_apart, check_axis, check_border, check_input, check_line, check_output,
    check_radius, check_sigma, check_size, check_square, check_threads, check_value,
};
use crate::transformable::transformable;

/// What all operations are called with besides their own arguments. Its memory is held by the
/// buffers that it is made of.
struct Picture {
    image: Image,
    options: Options,
    output: *mut u8,
}

// SAFETY: its pointers are only copied; what is behind them may be used on any thread.
unsafe impl Sync for Picture {}

impl Picture {
    fn new(
        input: &Buffer,
        output: &Buffer,
        sample: Sample,
        border: Optional<'_>,
        value: Optional<'_>,
        threads: Optional<'_>,
    ) -> PyResult<Self> {
        let (shape, strides) = (input.shape(), input.strides());
        let image = Image {
            data: input.data(),
            sample,
            height: shape[0] as u32,
            width: shape[1] as u32,
            channels: shape.get(2).map_or(1, |&channels| channels as u32),
            row_stride: strides[0],
            column_stride: strides[1],
            channel_stride: strides
                .get(2)
                .map_or(sample.size() as isize, |&stride| stride),
        };
        let options = Options {
            border: check_border(border)?,
            border_value: check_value(value)?,
            threads: check_threads(threads)?,
            ..Options::default()
        };
        check_apart(output, input)?;
        Ok(Self {
            image,
            options,
            output: output.data(),
        })
    }

    fn image(&self) -> &Image {
        &self.image
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn output(&self) -> *mut u8 {
        self.output
    }
}

/// Call a function of the kernels, without the interpreter, and raise what its error says.
fn compute(py: Python<'_>, function: impl FnOnce() -> Result<(), Error> + Send) -> PyResult<()> {
    py.detach(function).map_err(|error| match error {
        Error::OutOfMemory => PyMemoryError::new_err(()),
        Error::Invalid => PyValueError::new_err("input and kernel are too large together"),
    })
}

fn first_length(buffer: &Buffer) -> u32 {
    buffer.shape()[0] as u32
}

/// Correlate by a function of the kernels, or by one that is like it.
fn correlate(
    function: unsafe fn(&Image, *const u8, u32, &Options, *mut u8) -> Result<(), Error>,
    input: &Bound<'_, PyAny>,
    kernel: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    border: Optional<'_>,
    value: Optional<'_>,
    threads: Optional<'_>,
) -> PyResult<()> {
    let source = Buffer::new(input, "input")?;
    let weights = Buffer::new(kernel, "kernel")?;
    let target = Buffer::new(output, "output")?;
    let sample = check_input(&source)?;
    check_square(&weights)?;
    check_output(&target, &source, sample)?;
    let picture = Picture::new(&source, &target, sample, border, value, threads)?;
    check_apart(&target, &weights)?;
    compute(input.py(), || {
        let (image, options, output) = (picture.image(), picture.options(), picture.output());
        // SAFETY: the buffers hold their memory, and it is as the checks found it.
        unsafe {
            function(
                image,
                weights.data(),
                first_length(&weights),
                options,
                output,
            )
        }
    })
}

/// Correlate an image with a square kernel, into output.
///
/// Args:
///     input: A buffer of float32 or uint8, (height, width) or (height, width, channels), any strides.
///     kernel: A C-contiguous buffer of float32, (size, size).
///     output: A writable C-contiguous buffer like input, overlapping neither of the others.
///     border: What lies outside: constant, nearest, reflect, mirror or wrap.
///     value: What lies outside for constant.
///     threads: At most so many, the caller's included; fewer where they do not pay.
///
/// Raises:
///     TypeError: An argument is not what it should be, or holds samples of another type.
///     ValueError: A shape, the memory's layout, or border is wrong.
#[pyfunction]
#[pyo3(
    signature = (input, kernel, output, *, border = Optional::Default, value = Optional::Default, threads = Optional::Default),
    text_signature = "(input, kernel, output, *, border='constant', value=0.0, threads=1)"
)]
pub(crate) fn convolve(
    input: &Bound<'_, PyAny>,
    kernel: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    border: Optional<'_>,
    value: Optional<'_>,
    threads: Optional<'_>,
) -> PyResult<()> {
    let function = kernels::convolve_ex;
    correlate(function, input, kernel, output, border, value, threads)
}

/// # Safety
/// As [`kernels::convolve_ex`].
unsafe fn transform_or_convolve(
    image: &Image,
    kernel: *const u8,
    kernel_size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    // SAFETY: as the caller says.
    unsafe {
        let function = if transformable(image, kernel, kernel_size, options) {
            kernels::convolve_fft
        } else {
            kernels::convolve_ex
        };
        function(image, kernel, kernel_size, options, output)
    }
}

/// Correlate as convolve does by Fourier transforms, which pays for large kernels.
///
/// Not exact: see the reference of the image toolkit for how close it is.
///
/// Args:
///     input: As for convolve.
///     kernel: As for convolve.
///     output: As for convolve.
///     border: As for convolve, and so are value and threads.
#[pyfunction]
#[pyo3(
    signature = (input, kernel, output, *, border = Optional::Default, value = Optional::Default, threads = Optional::Default),
    text_signature = "(input, kernel, output, *, border='constant', value=0.0, threads=1)"
)]
pub(crate) fn convolve_fft(
    input: &Bound<'_, PyAny>,
    kernel: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    border: Optional<'_>,
    value: Optional<'_>,
    threads: Optional<'_>,
) -> PyResult<()> {
    let function = transform_or_convolve;
    correlate(function, input, kernel, output, border, value, threads)
}

/// Correlate the rows with one kernel, and the columns of that with another.
///
/// Args:
///     input: As for convolve.
///     across: A C-contiguous buffer of float32, (size,), for the rows.
///     down: The same for the columns.
///     output: As for convolve; it overlaps none of the others.
///     border: As for convolve, and so are value and threads.
#[pyfunction]
#[pyo3(
    signature = (input, across, down, output, *, border = Optional::Default, value = Optional::Default, threads = Optional::Default),
    text_signature = "(input, across, down, output, *, border='constant', value=0.0, threads=1)"
)]
pub(crate) fn convolve_separable(
    input: &Bound<'_, PyAny>,
    across: &Bound<'_, PyAny>,
    down: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    border: Optional<'_>,
    value: Optional<'_>,
    threads: Optional<'_>,
) -> PyResult<()> {
    let source = Buffer::new(input, "input")?;
    let along_rows = Buffer::new(across, "across")?;
    let along_columns = Buffer::new(down, "down")?;
    let target = Buffer::new(output, "output")?;
    let sample = check_input(&source)?;
    check_line(&along_rows)?;
    check_line(&along_columns)?;
    check_output(&target, &source, sample)?;
    let picture = Picture::new(&source, &target, sample, border, value, threads)?;
    check_apart(&target, &along_rows)?;
    check_apart(&target, &along_columns)?;
    compute(input.py(), || {
        let (across, down) = (along_rows.data(), along_columns.data());
        let (across_size, down_size) = (first_length(&along_rows), first_length(&along_columns));
        let (image, options, output) = (picture.image(), picture.options(), picture.output());
        // SAFETY: as for convolve.
        unsafe { kernels::separable(image, across, across_size, down, down_size, options, output) }
    })
}

/// Blur by a Gaussian: convolve_separable with its weights on both axes.
///
/// Args:
///     input: As for convolve.
///     output: As for convolve.
///     sigma: The standard deviation in pixels.
///     radius: The kernels have 2 * radius + 1 weights.
///     border: As for convolve, and so are value and threads.
#[pyfunction]
#[pyo3(
    signature = (input, output, *, sigma, radius, border = Optional::Default, value = Optional::Default, threads = Optional::Default),
    text_signature = "(input, output, *, sigma, radius, border='constant', value=0.0, threads=1)"
)]
pub(crate) fn gaussian_blur(
    input: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    sigma: &Bound<'_, PyAny>,
    radius: &Bound<'_, PyAny>,
    border: Optional<'_>,
    value: Optional<'_>,
    threads: Optional<'_>,
) -> PyResult<()> {
    let source = Buffer::new(input, "input")?;
    let target = Buffer::new(output, "output")?;
    let sample = check_input(&source)?;
    check_output(&target, &source, sample)?;
    let sigma = check_sigma(sigma)?;
    let radius = check_radius(radius)?;
    let picture = Picture::new(&source, &target, sample, border, value, threads)?;
    compute(input.py(), || {
        let (image, options, output) = (picture.image(), picture.options(), picture.output());
        // SAFETY: as for convolve.
        unsafe { kernels::gaussian_blur(image, sigma, radius, options, output) }
    })
}

/// The Sobel derivative: -1, 0, 1 along the axis and 1, 2, 1 along the other.
///
/// Args:
///     input: As for convolve.
///     output: As for convolve.
///     axis: 0 for down, 1 for across.
///     border: As for convolve, and so are value and threads.
#[pyfunction]
#[pyo3(
    signature = (input, output, *, axis, border = Optional::Default, value = Optional::Default, threads = Optional::Default),
    text_signature = "(input, output, *, axis, border='constant', value=0.0, threads=1)"
)]
pub(crate) fn sobel(
    input: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    axis: &Bound<'_, PyAny>,
    border: Optional<'_>,
    value: Optional<'_>,
    threads: Optional<'_>,
) -> PyResult<()> {
    let source = Buffer::new(input, "input")?;
    let target = Buffer::new(output, "output")?;
    let sample = check_input(&source)?;
    check_output(&target, &source, sample)?;
    let axis = check_axis(axis)?;
    let picture = Picture::new(&source, &target, sample, border, value, threads)?;
    compute(input.py(), || {
        let (image, options, output) = (picture.image(), picture.options(), picture.output());
        // SAFETY: as for convolve.
        unsafe { kernels::sobel(image, axis, options, output) }
    })
}

/// The median of the square window around each pixel, NaN being above all numbers.
///
/// Args:
///     input: As for convolve.
///     output: As for convolve.
///     size: 3, 5 or 7.
///     border: As for convolve, and so are value and threads.
#[pyfunction]
#[pyo3(
    signature = (input, output, *, size, border = Optional::Default, value = Optional::Default, threads = Optional::Default),
    text_signature = "(input, output, *, size, border='constant', value=0.0, threads=1)"
)]
pub(crate) fn median(
    input: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    size: &Bound<'_, PyAny>,
    border: Optional<'_>,
    value: Optional<'_>,
    threads: Optional<'_>,
) -> PyResult<()> {
    let source = Buffer::new(input, "input")?;
    let target = Buffer::new(output, "output")?;
    let sample = check_input(&source)?;
    check_output(&target, &source, sample)?;
    let size = check_size(size)?;
    let picture = Picture::new(&source, &target, sample, border, value, threads)?;
    compute(input.py(), || {
        let (image, options, output) = (picture.image(), picture.options(), picture.output());
        // SAFETY: as for convolve.
        unsafe { kernels::median(image, size, options, output) }
    })
}
