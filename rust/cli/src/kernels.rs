//! `twinimage kernels`: which there are.

use std::path::Path;

use crate::failure::Failure;
use crate::files::write_to_standard_output;
use crate::python::Python;

/// From the best down, as the kernels name them.
const LEVELS: [&str; 3] = ["avx512", "avx2", "baseline"];

/// Tell the kernels that are compiled in, the machine's instruction sets, and what Python has.
pub fn tell(python: Option<&Path>) -> Result<(), Failure> {
    let mut text = format!("twinimage {}\n", env!("CARGO_PKG_VERSION"));
    #[cfg(feature = "rust-kernel")]
    {
        use twinwheel_kernels::rust::cpu;
        text += &line("rust", cpu::select, cpu::level_name);
    }
    #[cfg(feature = "c-kernel")]
    {
        use twinwheel_kernels::c::cpu;
        text += &line("c", cpu::select, cpu::level_name);
    }
    let python = Python::find(python).about().unwrap_or_else(|failure| {
        format!(
            "not there\n  {}",
            failure.to_string().trim_end().replace('\n', "\n  ")
        )
    });
    text += &["python: ", &python, "\n"].concat();
    write_to_standard_output(text.as_bytes())
}

fn line(name: &str, select: fn(&str) -> bool, level_name: fn() -> &'static str) -> String {
    let levels: Vec<&str> = LEVELS.into_iter().filter(|level| select(level)).collect();
    let _ = select("auto");
    let (levels, used) = (levels.join(", "), level_name());
    format!("{name}: compiled in; this machine has {levels}; {used} is used\n")
}
