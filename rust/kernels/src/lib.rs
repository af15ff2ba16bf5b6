//! The image kernels in plain Rust: twins of the ones in `cpp/`, to be read against them.
//!
//! The same structure, names and results: `convolve`, `border`, `row`, `fma` and `cpu` here are
//! `convolve.c`, `border.c`, `row.inc.c`, `fma.h` and `cpu.c` there.

mod border;
mod convolve;
pub mod cpu;
mod fma;
mod image;
mod row;

pub use border::Border;
pub use convolve::{convolve, convolve_ex};
pub use image::{Error, Image, Sample};
