//! A binding of another crate of the workspace.
use pyo3::prelude::*;

/// Twice the value.
#[pyfunction]
fn double(value: i64) -> i64 {
    workspace_number_core::double(value)
}

#[pymodule]
fn _rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(double, module)?)
}
