//! The operations in Rust, and the bugs that a port may bring.
mod arguments;
mod bugs;
mod classes;
mod containers;
mod notation;
mod numbers;
mod octets;
mod texts;

use pyo3::prelude::*;

/// The operations in Rust.
#[pymodule(gil_used = true)]
fn _rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    bugs::read()?;
    classes::add(module)?;
    containers::add(module)?;
    notation::add(module)?;
    numbers::add(module)?;
    octets::add(module)?;
    texts::add(module)
}
