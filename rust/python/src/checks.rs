//! Arguments, checked. The messages are the same in C, Rust and Python.

use std::convert::Infallible;
use std::ops::RangeInclusive;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use twinwheel_kernels::{Border, Sample};

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

/// A number as Python's C functions take it, or `None` when it is too large for a double.
fn check_number(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<f64>> {
    match object.extract::<f64>() {
        Ok(number) => Ok(Some(number)),
        Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => {
            Err(PyTypeError::new_err(format!(
                "{name} must be a number, not {}",
                object.get_type().name()?
            )))
        }
        Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A whole number, or less than all that are accepted when it does not fit.
fn check_whole(object: &Bound<'_, PyAny>, name: &str) -> PyResult<i64> {
    let refusal = || -> PyResult<PyErr> {
        let kind = object.get_type();
        let kind = kind.name()?;
        Ok(PyTypeError::new_err(format!(
            "{name} must be a whole number, not {kind}"
        )))
    };
    if object.is_instance_of::<PyBool>() {
        return Err(refusal()?);
    }
    // SAFETY: the object is alive, and the call returns one that is ours, or sets an error.
    let index = unsafe {
        let index = ffi::PyNumber_Index(object.as_ptr());
        Bound::from_owned_ptr_or_err(object.py(), index)
    };
    match index {
        Ok(index) => Ok(index.extract().unwrap_or(-1)),
        Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Err(refusal()?),
        Err(error) => Err(error),
    }
}

fn check_range(
    object: &Bound<'_, PyAny>,
    name: &str,
    range: RangeInclusive<u32>,
    accepted: &str,
) -> PyResult<u32> {
    match u32::try_from(check_whole(object, name)?) {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(PyValueError::new_err(format!(
            "{name} must be {accepted}, not {}",
            object.repr()?
        ))),
    }
}

fn check_float32(weights: &Buffer) -> PyResult<()> {
    if weights.sample() == Some(Sample::Float32) {
        return Ok(());
    }
    Err(PyTypeError::new_err(format!(
        "{} must hold float32 samples (format 'f'), not format '{}'",
        weights.name(),
        weights.format()
    )))
}

fn check_contiguous(buffer: &Buffer) -> PyResult<()> {
    if buffer.c_contiguous() {
        return Ok(());
    }
    Err(PyValueError::new_err(format!(
        "{} must be C-contiguous",
        buffer.name()
    )))
}

/// What it holds.
pub(crate) fn check_input(input: &Buffer) -> PyResult<Sample> {
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

pub(crate) fn check_square(kernel: &Buffer) -> PyResult<()> {
    check_float32(kernel)?;
    if !matches!(kernel.shape(), [height, width] if height == width) {
        return Err(PyValueError::new_err(format!(
            "{} must be square, (size, size): shape {}",
            kernel.name(),
            kernel.shape_text()
        )));
    }
    kernel.check_lengths()?;
    check_contiguous(kernel)
}

pub(crate) fn check_line(weights: &Buffer) -> PyResult<()> {
    check_float32(weights)?;
    if weights.dimensions() != 1 {
        return Err(PyValueError::new_err(format!(
            "{} must be one-dimensional: shape {}",
            weights.name(),
            weights.shape_text()
        )));
    }
    weights.check_lengths()?;
    check_contiguous(weights)
}

pub(crate) fn check_output(output: &Buffer, input: &Buffer, sample: Sample) -> PyResult<()> {
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
    check_contiguous(output)
}

pub(crate) fn check_apart(output: &Buffer, other: &Buffer) -> PyResult<()> {
    if !output.overlaps(other) {
        return Ok(());
    }
    Err(PyValueError::new_err(format!(
        "output must not overlap {}",
        other.name()
    )))
}

pub(crate) fn check_sigma(sigma: &Bound<'_, PyAny>) -> PyResult<f64> {
    match check_number(sigma, "sigma")? {
        Some(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err(PyValueError::new_err(format!(
            "sigma must be above 0 and finite, not {}",
            sigma.repr()?
        ))),
    }
}

pub(crate) fn check_radius(radius: &Bound<'_, PyAny>) -> PyResult<u32> {
    check_range(
        radius,
        "radius",
        0..=i32::MAX as u32,
        "from 0 to 2147483647",
    )
}

pub(crate) fn check_axis(axis: &Bound<'_, PyAny>) -> PyResult<u32> {
    check_range(axis, "axis", 0..=1, "0 or 1")
}

pub(crate) fn check_size(size: &Bound<'_, PyAny>) -> PyResult<u32> {
    const ACCEPTED: &str = "3, 5 or 7";
    let number = check_range(size, "size", 3..=7, ACCEPTED)?;
    if number % 2 == 0 {
        return Err(PyValueError::new_err(format!(
            "size must be {ACCEPTED}, not {}",
            size.repr()?
        )));
    }
    Ok(number)
}

pub(crate) fn check_border(border: Optional<'_>) -> PyResult<Border> {
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

pub(crate) fn check_value(value: Optional<'_>) -> PyResult<f32> {
    let Optional::Given(value) = value else {
        return Ok(0.0);
    };
    match check_number(&value, "value")? {
        Some(number) => Ok(number as f32),
        None => Err(PyValueError::new_err("value must fit in a float")),
    }
}

pub(crate) fn check_threads(threads: Optional<'_>) -> PyResult<u32> {
    let Optional::Given(threads) = threads else {
        return Ok(1);
    };
    check_range(&threads, "threads", 1..=u32::MAX, "from 1 to 4294967295")
}
