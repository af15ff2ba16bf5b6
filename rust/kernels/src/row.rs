//! One row of sums. Compiled once for each instruction set.

use crate::fma::Fma;

/// Sums that are kept in registers while the taps are walked. Rows are padded to a multiple of it.
pub(crate) const BLOCK: usize = 64;

/// What a row function works on.
pub(crate) struct Window<'a> {
    /// The padded rows under the kernel, from the top: where each starts in `rows`.
    pub starts: &'a [usize],
    /// The memory that they are in; the tap `kx` of sample `i` is `channels * kx + i` after a start.
    pub rows: &'a [f32],
    /// The kernel, row by row.
    pub weights: &'a [f32],
    /// Samples in a pixel.
    pub channels: usize,
}

pub(crate) type Row = unsafe fn(&Window<'_>, &mut [f32]);

#[inline(always)]
fn row<F: Fma>(window: &Window<'_>, sums: &mut [f32]) {
    let size = window.starts.len();
    let reach = BLOCK + (size - 1) * window.channels;
    for (block, result) in sums.chunks_exact_mut(BLOCK).enumerate() {
        // The size is a constant, so that the array can live in registers.
        let mut sum = [0f32; BLOCK];
        for (start, weights) in window.starts.iter().zip(window.weights.chunks_exact(size)) {
            let source = &window.rows[start + block * BLOCK..][..reach];
            let taps = source.windows(BLOCK).step_by(window.channels);
            for (&weight, tap) in weights.iter().zip(taps) {
                for (sum, &sample) in sum.iter_mut().zip(tap) {
                    *sum = F::fma(weight, sample, *sum);
                }
            }
        }
        result.copy_from_slice(&sum);
    }
}

/// For any processor of the platform.
pub(crate) fn baseline(window: &Window<'_>, sums: &mut [f32]) {
    #[cfg(any(target_arch = "aarch64", target_feature = "fma"))]
    row::<crate::fma::Hardware>(window, sums);
    #[cfg(not(any(target_arch = "aarch64", target_feature = "fma")))]
    row::<crate::fma::Exact>(window, sums);
}

/// For processors that have AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub(crate) fn avx2(window: &Window<'_>, sums: &mut [f32]) {
    row::<crate::fma::Hardware>(window, sums);
}
