//! A small module.
use pyo3::prelude::*;

/// Twice the value.
#[pyfunction]
fn double(value: i64) -> i64 {
    2 * value
}

#[pymodule]
fn _rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(double, module)?)
}
