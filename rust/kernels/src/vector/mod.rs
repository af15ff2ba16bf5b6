//! The words that kernels are written in, for each instruction set.

mod level;

#[cfg(not(target_arch = "aarch64"))]
mod baseline;
#[cfg(target_arch = "aarch64")]
#[path = "neon.rs"]
mod baseline;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::LEVEL as AVX2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::LEVEL as AVX512;
pub(crate) use baseline::LEVEL as BASELINE;
use level::level;

/// As all stored NaNs are.
pub(crate) const QUIET_NAN: u32 = 0x7FC0_0000;

/// A vector of `LANES` floats.
///
/// # Safety
/// Of all words: the processor has the instructions. Of those that load and store: so many floats
/// can be read or written there.
pub(crate) trait Vector: Copy {
    const LANES: usize;

    /// Whether loops over taps and rows are written out, as each word is an instruction.
    const WRITTEN_OUT: bool = true;

    unsafe fn zero() -> Self;

    unsafe fn load(source: *const f32) -> Self;

    unsafe fn broadcast(value: f32) -> Self;

    /// a * b + c, rounded once.
    unsafe fn fma(a: Self, b: Self, c: Self) -> Self;

    unsafe fn add(a: Self, b: Self) -> Self;

    unsafe fn subtract(a: Self, b: Self) -> Self;

    unsafe fn multiply(a: Self, b: Self) -> Self;

    unsafe fn store(target: *mut f32, value: Self);

    /// Store, every NaN as the same one: their bits differ between machines and compilers.
    unsafe fn store_quiet(target: *mut u8, value: Self);
}

/// A vector of `LANES` cells of one kind that can be put in order: floats, keys or bytes.
///
/// Keys are integers in the order of the floats that they stand for, every NaN above all.
///
/// # Safety
/// Of the words that load and store: as for [`Vector`]. So a vector is only where the processor has
/// the instructions, and the other words need nothing more.
pub(crate) trait Ordered: Copy {
    type Cell;

    const LANES: usize = size_of::<Self>() / size_of::<Self::Cell>();

    unsafe fn load(source: *const Self::Cell) -> Self;

    unsafe fn store(target: *mut u8, value: Self);

    /// Other than 0 when there is, in a lane, what the words below cannot put in order.
    #[inline(always)]
    fn unordered(self) -> i32 {
        0
    }

    /// The lower of both in each lane,
    fn lower(self, other: Self) -> Self;

    /// and the upper.
    fn upper(self, other: Self) -> Self;
}
