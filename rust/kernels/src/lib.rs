//! The image kernels in plain Rust: twins of the ones in `cpp/`, to be read against them.
//!
//! The same structure, names and results. Each module is the twin of the C file of its name;
//! `image` and `level` hold what `kernel.h` and `internal.h` declare, `sums` and `fused` are
//! `sums.inc.c` and `fused.inc.c`, `fft::columns` and `median::row` are `fft.inc.c` and
//! `median.inc.c`, and `vector` holds `vector_*.h`, with `level.inc.c` as a macro.
//!
//! The feature `c-kernel` links the original too, as the module `c` with the same functions; both
//! can be had at once. The crate's own names are the kernels in Rust, which the feature
//! `rust-kernel` stands for, and the ones in C where it is turned off.

pub mod abi;
#[cfg(feature = "rust-kernel")]
mod arguments;
#[cfg(feature = "rust-kernel")]
mod bands;
mod border;
#[cfg(feature = "c-kernel")]
pub mod c;
#[cfg(feature = "rust-kernel")]
mod convolve;
#[cfg(feature = "rust-kernel")]
pub mod cpu;
#[cfg(feature = "rust-kernel")]
mod fft;
#[cfg(all(feature = "rust-kernel", any(test, not(target_arch = "aarch64"))))]
mod fma;
#[cfg(feature = "rust-kernel")]
mod fused;
mod image;
#[cfg(feature = "rust-kernel")]
mod level;
#[cfg(feature = "rust-kernel")]
mod median;
#[cfg(feature = "rust-kernel")]
mod rows;
#[cfg(feature = "rust-kernel")]
mod separable;
#[cfg(feature = "rust-kernel")]
mod sums;
#[cfg(feature = "rust-kernel")]
mod unrolled;
#[cfg(feature = "rust-kernel")]
mod vector;
#[cfg(feature = "rust-kernel")]
mod walk;

#[cfg(not(any(feature = "rust-kernel", feature = "c-kernel")))]
compile_error!("twinwheel-kernels needs the feature `rust-kernel`, `c-kernel`, or both");

/// The kernels in Rust, by name, to be set beside the ones in `c`.
#[cfg(feature = "rust-kernel")]
pub mod rust {
    pub use crate::convolve::{convolve, convolve_ex};
    pub use crate::cpu;
    pub use crate::fft::convolve_fft;
    pub use crate::median::median;
    pub use crate::separable::{gaussian_blur, gaussian_weights, separable, sobel};
}

pub use border::Border;
pub use image::{Error, Image, Options, Sample};

#[cfg(all(feature = "c-kernel", not(feature = "rust-kernel")))]
pub use c::*;
#[cfg(feature = "rust-kernel")]
pub use rust::*;
