//! The image kernels in plain Rust: twins of the ones in `cpp/`, to be read against them.
//!
//! The same structure, names and results. Each module is the twin of the C file of its name;
//! `image` and `level` hold what `kernel.h` and `internal.h` declare, `sums` and `fused` are
//! `sums.inc.c` and `fused.inc.c`, `fft::columns` and `median::row` are `fft.inc.c` and
//! `median.inc.c`, and `vector` holds `vector_*.h`, with `level.inc.c` as a macro.

mod arguments;
mod bands;
mod border;
mod convolve;
pub mod cpu;
mod fft;
#[cfg(any(test, not(target_arch = "aarch64")))]
mod fma;
mod fused;
mod image;
mod level;
mod median;
mod rows;
mod separable;
mod sums;
mod unrolled;
mod vector;
mod walk;

pub use border::Border;
pub use convolve::{convolve, convolve_ex};
pub use fft::convolve_fft;
pub use image::{Error, Image, Options, Sample};
pub use median::median;
pub use separable::{gaussian_blur, gaussian_weights, separable, sobel};
