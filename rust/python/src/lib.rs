//! The Python module `twinwheel.image._rust`: a twin of `cpp/python`.

// The documentation of what Python sees is written for Python.
#![allow(clippy::doc_markdown)]

mod buffer;
mod checks;
mod operations;
mod transformable;

use pyo3::pymodule;

/// The image kernels in Rust.
#[pymodule(gil_used = false)]
mod _rust {
    use pyo3::exceptions::PyImportError;
    use pyo3::prelude::*;
    use pyo3::types::PyString;

    use twinwheel_kernels::cpu;

    #[pymodule_export]
    use super::operations::{
        convolve, convolve_fft, convolve_separable, gaussian_blur, median, sobel,
    };

    const CPU_VARIABLE: &str = "TWINWHEEL_IMAGE_CPU";

    /// Choose the instruction set that the environment asks for.
    fn select_cpu(py: Python<'_>) -> PyResult<()> {
        // Through Python, as its environment may differ from the C runtime's.
        let environment = py.import("os")?.getattr("environ")?;
        let wanted = environment.call_method1("get", (CPU_VARIABLE, ""))?;
        let wanted = wanted.cast::<PyString>()?;
        // Stripped by Python too, so that a space is what Python says it is.
        let name = wanted.call_method0("strip")?.call_method0("lower")?;
        let name = name.cast::<PyString>()?.to_string_lossy();
        if cpu::select(if name.is_empty() { "auto" } else { &name }) {
            return Ok(());
        }
        let mut accepted = "auto, baseline".to_owned();
        for level in ["avx2", "avx512"] {
            if cpu::select(level) {
                accepted += ", ";
                accepted += level;
            }
        }
        Err(PyImportError::new_err(format!(
            "{CPU_VARIABLE} must be one of {accepted} on this machine, not {}",
            wanted.repr()?
        )))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        select_cpu(module.py())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("cpu_level", cpu::level_name())?;
        module.add("compiler", env!("KERNEL_COMPILER"))
    }
}
