//! `double`, in Rust.
use pyo3::prelude::*;

/// Twice the value.
#[pyfunction(name = "double")]
fn double_value(value: i64) -> i64 {
    2 * value
}

#[pymodule]
fn _rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(double_value, module)?)
}
