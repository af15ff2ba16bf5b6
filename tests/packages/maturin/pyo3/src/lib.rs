//! A small module.
use pyo3::prelude::*;

/// Twice the value.
#[pyfunction]
fn double(value: i64) -> i64 {
    2 * value
}

#[pymodule]
fn pyo3_alone(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(double, module)?)
}
