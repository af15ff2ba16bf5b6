//! The operations in Rust, and the bugs that a port may bring.
mod arguments;
mod bugs;
mod octets;
mod texts;

use pyo3::prelude::*;

/// The operations in Rust.
#[pymodule]
fn _rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    bugs::read()?;
    texts::add(module)?;
    octets::add(module)
}
