//! A binding of another crate , outside of the project.
use pyo3::prelude::*;

/// Twice the value.
#[pyfunction]
fn double(value: i64) -> i64 {
    path_dependency_core::double(value)
}

#[pymodule]
fn _rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(double, module)?)
}
