//! A small module.
use pyo3::prelude::*;

/// Twice the value.
#[pyfunction]
fn double(value: i64) -> i64 {
    2 * value
}

#[pymodule]
fn cargo_metadata(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(double, module)?)
}
