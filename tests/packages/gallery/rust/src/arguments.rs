//! Arguments in, answers out.
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMemoryView, PyString};

/// The error for a value of the wrong type.
pub fn wrong(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyErr {
    match value.get_type().getattr("__name__") {
        Ok(found) => PyTypeError::new_err(format!("{name} must be {expected}, not {found}")),
        Err(error) => error,
    }
}

/// A `str`, as it is.
pub fn as_str<'a, 'py>(
    value: &'a Bound<'py, PyAny>,
    name: &str,
) -> PyResult<&'a Bound<'py, PyString>> {
    value
        .cast::<PyString>()
        .map_err(|_| wrong(name, "str", value))
}

/// The code points of a `str`, surrogates among them.
pub fn text(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u32>> {
    code_points(as_str(value, name)?)
}

/// The code points of what is known to be a `str`.
pub fn code_points(value: &Bound<'_, PyString>) -> PyResult<Vec<u32>> {
    let size = value.code_point_len()?;
    let mut found = vec![0_u32; size];
    // SAFETY: there is room for `size` code points, and no more are asked for.
    let done = unsafe {
        ffi::PyUnicode_AsUCS4(
            value.as_ptr(),
            found.as_mut_ptr(),
            size as ffi::Py_ssize_t,
            0,
        )
    };
    if done.is_null() && size > 0 {
        return Err(PyErr::fetch(value.py()));
    }
    Ok(found)
}

/// Code points as a `str`.
pub fn string<'py>(py: Python<'py>, text: &[u32]) -> PyResult<Bound<'py, PyString>> {
    // SAFETY: the slice is of the kind and the size that are told.
    unsafe {
        let made = ffi::PyUnicode_FromKindAndData(
            ffi::PyUnicode_4BYTE_KIND as _,
            text.as_ptr().cast(),
            text.len() as ffi::Py_ssize_t,
        );
        Ok(Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked())
    }
}

/// Lone surrogates become U+FFFD: what goes through here must not need them.
pub fn lossy(text: &[u32]) -> String {
    text.iter()
        .map(|&point| char::from_u32(point).unwrap_or('\u{fffd}'))
        .collect()
}

/// A copy of whatever has a buffer, in C order where it has gaps.
pub fn octets(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    PyMemoryView::from(value)?
        .call_method0("tobytes")?
        .extract()
}

/// What `operator.index` gives.
pub fn index<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the call takes any object, and gives a new reference or an error.
    unsafe { Bound::from_owned_ptr_or_err(value.py(), ffi::PyNumber_Index(value.as_ptr())) }
}

/// A whole number that is not negative.
pub fn size(value: &Bound<'_, PyAny>, name: &str) -> PyResult<usize> {
    let number = index(value)?;
    let mut overflow = 0;
    // SAFETY: it is an int.
    let got = unsafe { ffi::PyLong_AsLongLongAndOverflow(number.as_ptr(), &mut overflow) };
    if overflow < 0 || (overflow == 0 && got < 0) {
        return Err(PyValueError::new_err(format!(
            "{name} must not be negative"
        )));
    }
    let most = isize::MAX as usize;
    Ok(if overflow > 0 {
        most
    } else {
        (got as usize).min(most)
    })
}

/// The same; None is the default.
pub fn size_or(value: Option<&Bound<'_, PyAny>>, name: &str, otherwise: usize) -> PyResult<usize> {
    value.map_or(Ok(otherwise), |value| size(value, name))
}

/// A copy of a list, so that nothing that happens to it meanwhile matters.
pub fn list<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Bound<'py, PyList>> {
    let list = value
        .cast::<PyList>()
        .map_err(|_| wrong(name, "list", value))?;
    Ok(list.get_slice(0, list.len()))
}

/// The whole numbers in a list.
pub fn ints<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
    list(value, name)?.iter().map(|item| index(&item)).collect()
}

/// What `PyFloat_AsDouble` gives.
pub fn number(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    value.extract()
}

/// The floats in a list.
pub fn floats(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<f64>> {
    list(value, name)?
        .iter()
        .map(|item| number(&item))
        .collect()
}

/// The strings in a list, of the exact type.
pub fn texts<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Vec<Bound<'py, PyString>>> {
    let items = list(value, name)?;
    let named = |(at, item): (usize, Bound<'py, PyAny>)| exact(&item, &format!("{name}[{at}]"));
    items.iter().enumerate().map(named).collect()
}

/// A `str` of the exact type.
pub fn exact<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Bound<'py, PyString>> {
    let text = as_str(value, name)?;
    // SAFETY: it is a str, or derived from it; what comes back is a new reference to a str.
    unsafe {
        let made = ffi::PyUnicode_FromObject(text.as_ptr());
        Ok(Bound::from_owned_ptr_or_err(value.py(), made)?.cast_into_unchecked())
    }
}

/// A `dict`, as it is.
pub fn as_dict<'a, 'py>(
    value: &'a Bound<'py, PyAny>,
    name: &str,
) -> PyResult<&'a Bound<'py, PyDict>> {
    value
        .cast::<PyDict>()
        .map_err(|_| wrong(name, "dict", value))
}
