//! The kernels in C and in Rust, timed side by side on one thread.
//!
//! `cargo bench --features c-kernel`. The two of a pair run one after the other, not interleaved:
//! `nox -s bench-kernels` is the measurement; this is the quick look.

#![allow(clippy::cast_possible_wrap, missing_docs)]

use divan::Bencher;
use divan::counter::ItemsCount;
use twinwheel_kernels::{Error, Image, Options, Sample, c, rust};

const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1080;

fn main() {
    divan::main();
}

/// An image of one channel whose samples are all different, for whichever operation.
fn bench(
    bencher: Bencher,
    sample: Sample,
    operation: impl Fn(&Image, &Options, *mut u8) -> Result<(), Error> + Sync,
) {
    let count = (WIDTH * HEIGHT) as usize;
    let bytes: Vec<u8> = match sample {
        Sample::Uint8 => (0..count).map(|i| (i * 31 % 251) as u8).collect(),
        Sample::Float32 => (0..count)
            .flat_map(|i| ((i * 31 % 251) as f32).to_ne_bytes())
            .collect(),
    };
    let mut output = vec![0u8; bytes.len()];
    let step = sample.size() as isize;
    let image = Image {
        data: bytes.as_ptr(),
        sample,
        width: WIDTH,
        height: HEIGHT,
        channels: 1,
        row_stride: WIDTH as isize * step,
        column_stride: step,
        channel_stride: step,
    };
    bencher
        .counter(ItemsCount::new(count))
        .bench_local(|| operation(&image, &Options::default(), output.as_mut_ptr()));
}

/// Benchmarks of one operation, in C and in Rust, for each of some sizes.
macro_rules! side_by_side {
    ($name:ident, $sample:expr, $sizes:expr, |$implementation:ident, $size:ident, $image:ident,
     $options:ident, $output:ident| $call:expr) => {
        mod $name {
            use super::*;

            #[divan::bench(args = $sizes)]
            fn in_c(bencher: Bencher, $size: u32) {
                use c as $implementation;
                // SAFETY: the image is in memory, and the output is as large.
                bench(bencher, $sample, |$image, $options, $output| unsafe {
                    $call
                });
            }

            #[divan::bench(args = $sizes)]
            fn in_rust(bencher: Bencher, $size: u32) {
                use rust as $implementation;
                // SAFETY: the same.
                bench(bencher, $sample, |$image, $options, $output| unsafe {
                    $call
                });
            }
        }
    };
}

const WEIGHTS: [f32; 31 * 31] = [0.01; 31 * 31];

side_by_side!(
    convolve,
    Sample::Float32,
    [3, 7, 15],
    |side, size, image, options, output| side::convolve_ex(
        image,
        WEIGHTS.as_ptr().cast(),
        size,
        options,
        output
    )
);
side_by_side!(
    convolve_fft,
    Sample::Float32,
    [31],
    |side, size, image, options, output| side::convolve_fft(
        image,
        WEIGHTS.as_ptr().cast(),
        size,
        options,
        output
    )
);
side_by_side!(
    separable,
    Sample::Float32,
    [3, 7, 31],
    |side, size, image, options, output| side::separable(
        image,
        WEIGHTS.as_ptr().cast(),
        size,
        WEIGHTS.as_ptr().cast(),
        size,
        options,
        output
    )
);
side_by_side!(
    gaussian_blur_of_radius,
    Sample::Float32,
    [4],
    |side, radius, image, options, output| side::gaussian_blur(image, 1.5, radius, options, output)
);
side_by_side!(
    sobel_along_axis,
    Sample::Float32,
    [1],
    |side, axis, image, options, output| side::sobel(image, axis, options, output)
);
side_by_side!(
    median_of_bytes,
    Sample::Uint8,
    [3, 7],
    |side, size, image, options, output| side::median(image, size, options, output)
);
