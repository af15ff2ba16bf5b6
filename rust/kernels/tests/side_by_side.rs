//! The kernels in C and in Rust, called with the same arguments: the same bits, or the same error.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use common::LEVELS;
use proptest::collection::vec;
use proptest::prelude::*;
use twinwheel_kernels::{Border, Error, Image, Options, Sample, c, rust};

/// A float of any bits, with more of those that matter than chance would give.
fn floats() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => (-1000i16..1000).prop_map(|number| f32::from(number) / 64.0),
        2 => any::<u32>().prop_map(f32::from_bits),
        1 => prop::sample::select(vec![
            0.0,
            -0.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
            f32::MAX,
            f32::MIN_POSITIVE,
            f32::from_bits(1),
            f32::from_bits(0xFFC1_2345),
        ]),
    ]
}

fn borders() -> impl Strategy<Value = Border> {
    prop::sample::select(Border::ALL.to_vec())
}

/// An image in memory of its own, and what an operation is told besides.
#[derive(Clone, Debug)]
struct Picture {
    memory: Vec<u8>,
    /// Of the first sample in the memory.
    offset: usize,
    sample: Sample,
    /// Rows, pixels in each, samples in each of these, and their strides.
    lengths: [u32; 3],
    strides: [isize; 3],
    options: Options,
}

impl Picture {
    /// Lay samples out with gaps, turned around where asked, so that they may be unaligned too.
    fn new(
        samples: &[f32],
        sample: Sample,
        lengths: [u32; 3],
        gap: usize,
        turned: [bool; 3],
        options: Options,
    ) -> Self {
        let mut strides = [0; 3];
        let mut length = sample.size();
        for axis in (0..3).rev() {
            strides[axis] = length as isize;
            length = length * lengths[axis] as usize + gap;
        }
        let mut memory = vec![0xA5; length];
        let mut next = samples.iter();
        let sizes = lengths.map(|length| length as usize);
        for y in 0..sizes[0] {
            for x in 0..sizes[1] {
                for channel in 0..sizes[2] {
                    let place = y * strides[0] as usize
                        + x * strides[1] as usize
                        + channel * strides[2] as usize;
                    let value = *next.next().unwrap();
                    match sample {
                        Sample::Uint8 => memory[place] = value.to_bits() as u8,
                        Sample::Float32 => {
                            memory[place..][..4].copy_from_slice(&value.to_ne_bytes());
                        }
                    }
                }
            }
        }
        let mut offset = 0;
        for axis in (0..3).filter(|&axis| turned[axis]) {
            offset += strides[axis] as usize * (sizes[axis] - 1);
            strides[axis] = -strides[axis];
        }
        Self {
            memory,
            offset,
            sample,
            lengths,
            strides,
            options,
        }
    }

    fn image(&self) -> Image {
        Image {
            data: self.memory[self.offset..].as_ptr(),
            sample: self.sample,
            width: self.lengths[1],
            height: self.lengths[0],
            channels: self.lengths[2],
            row_stride: self.strides[0],
            column_stride: self.strides[1],
            channel_stride: self.strides[2],
        }
    }

    /// Room for the result, whatever rows the options ask for.
    fn output(&self) -> Vec<u8> {
        let samples: usize = self.lengths.iter().map(|&length| length as usize).product();
        vec![0x5A; samples * self.sample.size()]
    }
}

prop_compose! {
    fn pictures()(
        sample in prop::sample::select(vec![Sample::Float32, Sample::Uint8]),
        lengths in (1u32..12, prop_oneof![4 => 1u32..40, 1 => 100u32..400], 1u32..4)
            .prop_map(<[u32; 3]>::from),
    )(
        samples in vec(floats(), lengths.iter().product::<u32>() as usize),
        sample in Just(sample),
        lengths in Just(lengths),
        gap in 0usize..5,
        turned in any::<[bool; 3]>(),
        border in borders(),
        border_value in floats(),
        threads in 0u32..4,
        // Now and then one row more than there is.
        first_row in 0..=lengths[0],
        rows in 0..=lengths[0],
    ) -> Picture {
        let options = Options { border, border_value, threads, first_row, rows };
        Picture::new(&samples, sample, lengths, gap, turned, options)
    }
}

/// Call both, each at the next of its instruction sets, and compare what they write and return.
fn compare(
    picture: &Picture,
    in_c: impl Fn(&Image, &Options, *mut u8) -> Result<(), Error>,
    in_rust: impl Fn(&Image, &Options, *mut u8) -> Result<(), Error>,
) -> Result<(), TestCaseError> {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    // Where the machine has them.
    let _ = c::cpu::select(LEVELS[turn % 3]);
    let _ = rust::cpu::select(LEVELS[turn / 3 % 3]);
    let (mut left, mut right) = (picture.output(), picture.output());
    let (image, options) = (picture.image(), picture.options);
    prop_assert_eq!(
        in_c(&image, &options, left.as_mut_ptr()),
        in_rust(&image, &options, right.as_mut_ptr())
    );
    prop_assert_eq!(left, right);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn convolve(width in 1u32..40, height in 1u32..12, size in 1u32..8, seed in vec(floats(), 60)) {
        let numbers = |count: u32| -> Vec<f32> {
            seed.iter().copied().cycle().take(count as usize).collect()
        };
        let (input, kernel) = (numbers(width * height), numbers(size * size));
        let (mut left, mut right) = (input.clone(), input.clone());
        prop_assert_eq!(c::convolve(&input, width, height, &kernel, size, &mut left), Ok(()));
        prop_assert_eq!(rust::convolve(&input, width, height, &kernel, size, &mut right), Ok(()));
        let bits = |floats: &[f32]| -> Vec<u32> { floats.iter().map(|x| x.to_bits()).collect() };
        prop_assert_eq!(bits(&left), bits(&right));
        let short = &kernel[1..];
        prop_assert!(c::convolve(&input, width, height, short, size, &mut left).is_err());
        prop_assert!(rust::convolve(&input, width, height, short, size, &mut right).is_err());
    }

    #[test]
    fn convolve_ex(picture in pictures(), (size, kernel) in (0u32..10).prop_flat_map(|size| {
        (Just(size), vec(floats(), (size * size) as usize))
    })) {
        let kernel = kernel.as_ptr().cast();
        compare(
            &picture,
            // SAFETY: the picture holds the image, and the output is as large.
            |image, options, output| unsafe { c::convolve_ex(image, kernel, size, options, output) },
            // SAFETY: the same.
            |image, options, output| unsafe { rust::convolve_ex(image, kernel, size, options, output) },
        )?;
    }

    #[test]
    fn separable(picture in pictures(), across in vec(floats(), 0..12), down in vec(floats(), 0..12)) {
        let (across_size, down_size) = (across.len() as u32, down.len() as u32);
        let (across, down) = (across.as_ptr().cast(), down.as_ptr().cast());
        compare(
            &picture,
            // SAFETY: as in convolve_ex.
            |image, options, output| unsafe {
                c::separable(image, across, across_size, down, down_size, options, output)
            },
            // SAFETY: the same.
            |image, options, output| unsafe {
                rust::separable(image, across, across_size, down, down_size, options, output)
            },
        )?;
    }

    #[test]
    fn gaussian_blur(picture in pictures(), sigma in -0.5f64..9.0, radius in 0u32..20) {
        compare(
            &picture,
            // SAFETY: as in convolve_ex.
            |image, options, output| unsafe { c::gaussian_blur(image, sigma, radius, options, output) },
            // SAFETY: the same.
            |image, options, output| unsafe {
                rust::gaussian_blur(image, sigma, radius, options, output)
            },
        )?;
    }

    #[test]
    fn gaussian_weights(sigma in prop_oneof![any::<f64>(), 0.01f64..50.0], radius in 0u32..200) {
        let mut left = vec![1f32; 2 * radius as usize + 1];
        let mut right = left.clone();
        prop_assert_eq!(
            c::gaussian_weights(sigma, radius, &mut left),
            rust::gaussian_weights(sigma, radius, &mut right)
        );
        prop_assert!(left.iter().zip(&right).all(|(left, right)| left.to_bits() == right.to_bits()));
        prop_assert!(c::gaussian_weights(1.0, radius, &mut left[1..]).is_err());
        prop_assert!(rust::gaussian_weights(1.0, radius, &mut right[1..]).is_err());
    }

    #[test]
    fn sobel(picture in pictures(), axis in 0u32..3) {
        compare(
            &picture,
            // SAFETY: as in convolve_ex.
            |image, options, output| unsafe { c::sobel(image, axis, options, output) },
            // SAFETY: the same.
            |image, options, output| unsafe { rust::sobel(image, axis, options, output) },
        )?;
    }

    #[test]
    fn median(picture in pictures(), size in 2u32..8) {
        compare(
            &picture,
            // SAFETY: as in convolve_ex.
            |image, options, output| unsafe { c::median(image, size, options, output) },
            // SAFETY: the same.
            |image, options, output| unsafe { rust::median(image, size, options, output) },
        )?;
    }
}

/// Of `convolve_fft` the contract is a bound, not bits: see the header.
#[test]
fn convolve_fft_is_within_the_bound_of_both() {
    const SIDE: u32 = 100;
    let mut random = common::Random(3);
    let samples = random.floats((SIDE * SIDE) as usize, 1.0 / 2f32.powi(31));
    for size in [1, 24, 101] {
        let kernel = random.floats((size * size) as usize, 1.0 / 2f32.powi(31));
        let lengths = [SIDE, SIDE, 1];
        let options = Options::default();
        let picture = Picture::new(&samples, Sample::Float32, lengths, 0, [false; 3], options);
        let (image, weights) = (picture.image(), kernel.as_ptr().cast());
        let (mut left, mut right) = (samples.clone(), samples.clone());
        // SAFETY: as in convolve_ex.
        unsafe {
            c::convolve_fft(&image, weights, size, &options, left.as_mut_ptr().cast()).unwrap();
            rust::convolve_fft(&image, weights, size, &options, right.as_mut_ptr().cast()).unwrap();
        }
        let bound = 4e-6 * kernel.iter().map(|weight| weight.abs()).sum::<f32>();
        let apart = |(left, right): (&f32, &f32)| (left - right).abs();
        let most = left.iter().zip(&right).map(apart).fold(0f32, f32::max);
        assert!(most <= bound, "{most} apart, {bound} at most");
    }
}

#[test]
fn both_have_the_same_instruction_sets() {
    for level in [
        "auto", "avx512", "avx2", "baseline", "fortran", "", "avx2\0",
    ] {
        assert_eq!(c::cpu::select(level), rust::cpu::select(level), "{level:?}");
    }
}
