//! The Python module `twinwheel.image._rust`: a twin of `cpp/python`.

// The documentation of what Python sees is written for Python.
#![allow(clippy::doc_markdown)]

mod arguments;
mod buffer;

use pyo3::pymodule;

/// The image kernels in Rust.
#[pymodule(gil_used = false)]
mod _rust {
    use pyo3::exceptions::{PyImportError, PyMemoryError, PyValueError};
    use pyo3::prelude::*;
    use pyo3::types::PyString;

    use super::arguments::{Arguments, Optional};
    use twinwheel_kernels::{Error, cpu};

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

    /// Correlate an image with a square kernel, into output.
    ///
    /// Args:
    ///     input: A buffer of float32 or uint8, (height, width) or (height, width, channels), any strides.
    ///     kernel: A C-contiguous buffer of float32, (size, size).
    ///     output: A writable C-contiguous buffer like input, overlapping neither of the others.
    ///     border: What lies outside: constant, nearest, reflect, mirror or wrap.
    ///     value: What lies outside for constant.
    ///
    /// Raises:
    ///     TypeError: An argument is no buffer, or holds samples of another type.
    ///     ValueError: A shape, the memory's layout, or border is wrong.
    #[pyfunction]
    #[pyo3(
        signature = (input, kernel, output, *, border = Optional::Default, value = Optional::Default),
        text_signature = "(input, kernel, output, *, border='constant', value=0.0)"
    )]
    fn convolve(
        py: Python<'_>,
        input: &Bound<'_, PyAny>,
        kernel: &Bound<'_, PyAny>,
        output: &Bound<'_, PyAny>,
        border: Optional<'_>,
        value: Optional<'_>,
    ) -> PyResult<()> {
        let arguments = Arguments::new(input, kernel, output, border, value)?;
        py.detach(|| arguments.run()).map_err(|error| match error {
            Error::OutOfMemory => PyMemoryError::new_err(()),
            Error::Invalid => PyValueError::new_err("input and kernel are too large together"),
        })
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        select_cpu(module.py())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("cpu_level", cpu::level_name())?;
        module.add("compiler", env!("KERNEL_COMPILER"))
    }
}
