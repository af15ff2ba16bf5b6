//! `treble`, in Rust.
use pyo3::prelude::*;

/// 3 times the value.
#[pyfunction]
fn treble(value: i64) -> i64 {
    3 * value
}

#[pymodule]
fn _rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(treble, module)?)
}
