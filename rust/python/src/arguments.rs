//! The arguments of `convolve`, checked. The messages are the same in C, Rust and Python.

use std::convert::Infallible;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use twinwheel_kernels::{Border, Error, Image, Options, Sample, convolve_ex};

use crate::buffer::Buffer;

/// An argument that may be left out. Taken as it is, so that the checks and their words are ours.
#[derive(Clone, Copy)]
pub(crate) enum Optional<'py> {
    Default,
    Given(Borrowed<'py, 'py, PyAny>),
}

impl<'py> FromPyObject<'py, 'py> for Optional<'py> {
    type Error = Infallible;

    fn extract(object: Borrowed<'py, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self::Given(object))
    }
}

/// What `convolve` was called with; made only of good arguments.
pub(crate) struct Arguments {
    input: Buffer,
    kernel: Buffer,
    output: Buffer,
    sample: Sample,
    border: Border,
    value: f32,
}

fn check_input(input: &Buffer) -> PyResult<Sample> {
    let sample = input.sample().ok_or_else(|| {
        PyTypeError::new_err(format!(
            "input must hold float32 or uint8 samples (format 'f' or 'B'), not format '{}'",
            input.format()
        ))
    })?;
    let dimensions = input.dimensions();
    if dimensions != 2 && dimensions != 3 {
        return Err(PyValueError::new_err(format!(
            "input must have 2 dimensions (height, width) or 3 (height, width, channels), \
             not {dimensions}"
        )));
    }
    input.check_lengths()?;
    Ok(sample)
}

fn check_kernel(kernel: &Buffer) -> PyResult<()> {
    if kernel.sample() != Some(Sample::Float32) {
        return Err(PyTypeError::new_err(format!(
            "kernel must hold float32 samples (format 'f'), not format '{}'",
            kernel.format()
        )));
    }
    if !matches!(kernel.shape(), [height, width] if height == width) {
        return Err(PyValueError::new_err(format!(
            "kernel must be square, (size, size): shape {}",
            kernel.shape_text()
        )));
    }
    kernel.check_lengths()?;
    if !kernel.c_contiguous() {
        return Err(PyValueError::new_err("kernel must be C-contiguous"));
    }
    Ok(())
}

fn check_output(output: &Buffer, input: &Buffer, sample: Sample) -> PyResult<()> {
    if output.sample() != Some(sample) {
        let wanted = match sample {
            Sample::Float32 => 'f',
            Sample::Uint8 => 'B',
        };
        return Err(PyTypeError::new_err(format!(
            "output must hold the samples of input (format '{wanted}'), not format '{}'",
            output.format()
        )));
    }
    if output.readonly() {
        return Err(PyValueError::new_err("output must be writable"));
    }
    if output.shape() != input.shape() {
        return Err(PyValueError::new_err(format!(
            "output must have the shape of input, {}, not {}",
            input.shape_text(),
            output.shape_text()
        )));
    }
    if !output.c_contiguous() {
        return Err(PyValueError::new_err("output must be C-contiguous"));
    }
    Ok(())
}

fn check_border(border: Optional<'_>) -> PyResult<Border> {
    let Optional::Given(border) = border else {
        return Ok(Border::Constant);
    };
    let Ok(name) = border.cast::<PyString>() else {
        return Err(PyTypeError::new_err(format!(
            "border must be a string, not {}",
            border.get_type().name()?
        )));
    };
    let name = name.to_string_lossy();
    let known = Border::ALL.into_iter().find(|known| known.name() == name);
    match known {
        Some(known) => Ok(known),
        None => Err(PyValueError::new_err(format!(
            "border must be one of constant, nearest, reflect, mirror, wrap, not {}",
            border.repr()?
        ))),
    }
}

fn check_value(value: Optional<'_>) -> PyResult<f32> {
    let Optional::Given(value) = value else {
        return Ok(0.0);
    };
    match value.extract::<f64>() {
        Ok(number) => Ok(number as f32),
        Err(error) if error.is_instance_of::<PyTypeError>(value.py()) => Err(PyTypeError::new_err(
            format!("value must be a number, not {}", value.get_type().name()?),
        )),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => {
            Err(PyValueError::new_err("value must fit in a float"))
        }
        Err(error) => Err(error),
    }
}

impl Arguments {
    /// Raises `TypeError` for what is no buffer or holds the wrong samples, `ValueError` for the rest.
    pub(crate) fn new(
        input: &Bound<'_, PyAny>,
        kernel: &Bound<'_, PyAny>,
        output: &Bound<'_, PyAny>,
        border: Optional<'_>,
        value: Optional<'_>,
    ) -> PyResult<Self> {
        let input = Buffer::new(input, "input")?;
        let kernel = Buffer::new(kernel, "kernel")?;
        let output = Buffer::new(output, "output")?;
        let sample = check_input(&input)?;
        check_kernel(&kernel)?;
        check_output(&output, &input, sample)?;
        let border = check_border(border)?;
        let value = check_value(value)?;
        if output.overlaps(&input) {
            return Err(PyValueError::new_err("output must not overlap input"));
        }
        if output.overlaps(&kernel) {
            return Err(PyValueError::new_err("output must not overlap kernel"));
        }
        Ok(Self {
            input,
            kernel,
            output,
            sample,
            border,
            value,
        })
    }

    /// Compute. Needs no interpreter.
    pub(crate) fn run(&self) -> Result<(), Error> {
        let (shape, strides) = (self.input.shape(), self.input.strides());
        let image = Image {
            data: self.input.data(),
            sample: self.sample,
            height: shape[0] as u32,
            width: shape[1] as u32,
            channels: shape.get(2).map_or(1, |&channels| channels as u32),
            row_stride: strides[0],
            column_stride: strides[1],
            channel_stride: strides
                .get(2)
                .map_or(self.sample.size() as isize, |&stride| stride),
        };
        let options = Options {
            border: self.border,
            border_value: self.value,
            ..Options::default()
        };
        let size = self.kernel.shape()[0] as u32;
        let (kernel, output) = (self.kernel.data(), self.output.data());
        // SAFETY: the buffers hold their memory, and it is as the checks found it.
        unsafe { convolve_ex(&image, kernel, size, &options, output) }
    }
}
