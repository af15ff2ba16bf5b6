//! Separable kernels against their definition, and what rests on them.

mod common;

use common::{LEVELS, Random, difference, inside, plain};
use twinwheel_kernels::{
    Border, Error, Image, Options, convolve_ex, cpu, gaussian_blur, gaussian_weights, separable,
    sobel,
};

/// The definition: the rows first, of what is outside too, then the columns.
fn expected_at(
    (samples, image): (&[f32], &Image),
    across: &[f32],
    down: &[f32],
    options: &Options,
    (y, x): (u32, u32),
) -> f32 {
    let from = |place: u32, tap: usize, size: usize, length: u32| {
        let index = i64::from(place) - (size / 2) as i64 + tap as i64;
        inside(options.border, index, i64::from(length))
    };
    let mut sum = 0f32;
    for (ky, &weight) in down.iter().enumerate() {
        let from_y = from(y, ky, down.len(), image.height);
        let mut middle = 0f32;
        for (kx, &weight) in across.iter().enumerate() {
            let pixel = match (from_y, from(x, kx, across.len(), image.width)) {
                (Some(y), Some(x)) => samples[y as usize * image.width as usize + x as usize],
                _ => options.border_value,
            };
            middle = weight.mul_add(pixel, middle);
        }
        sum = weight.mul_add(middle, sum);
    }
    sum
}

fn run(image: &Image, across: &[f32], down: &[f32], options: &Options) -> Vec<f32> {
    let rows = if options.rows == 0 {
        image.height
    } else {
        options.rows
    };
    let mut output = vec![f32::NAN; image.width as usize * rows as usize];
    let (width, height) = (across.len() as u32, down.len() as u32);
    let (across, down) = (across.as_ptr().cast(), down.as_ptr().cast());
    let target = output.as_mut_ptr().cast();
    // SAFETY: the image is inside its memory, the output long enough.
    let result = unsafe { separable(image, across, width, down, height, options, target) };
    assert_eq!(result, Ok(()));
    output
}

#[test]
fn against_the_definition() {
    const WIDTH: u32 = if cfg!(miri) { 97 } else { 400 };
    const HEIGHT: u32 = if cfg!(miri) { 5 } else { 23 };
    let mut random = Random(5);
    let samples = random.floats((WIDTH * HEIGHT) as usize, 1e-6);
    let (across, down) = (random.floats(9, 5e-10), random.floats(9, 5e-10));
    let sizes: &[_] = if cfg!(miri) {
        &[(2, 3), (3, 3)]
    } else {
        &[(1, 1), (3, 3), (5, 5), (2, 7), (9, 4), (1, 9)]
    };
    let mut width = if cfg!(miri) { 97 } else { 1 };
    while width <= WIDTH {
        let image = plain(&samples, width, HEIGHT);
        for &(across_size, down_size) in sizes {
            let (across, down) = (&across[..across_size], &down[..down_size]);
            for border in Border::ALL {
                let options = Options {
                    border,
                    border_value: -2.5,
                    first_row: 2,
                    rows: HEIGHT - 3,
                    ..Options::default()
                };
                let expected: Vec<f32> = (2..HEIGHT - 1)
                    .flat_map(|y| (0..width).map(move |x| (y, x)))
                    .map(|place| expected_at((&samples, &image), across, down, &options, place))
                    .collect();
                for level in LEVELS {
                    if !cpu::select(level) {
                        continue;
                    }
                    let output = run(&image, across, down, &options);
                    assert_eq!(
                        difference(&output, &expected),
                        None,
                        "{level} {image:?} {across_size} {down_size} {options:?}"
                    );
                }
            }
        }
        width = width * 3 / 2 + 1;
    }
    assert!(cpu::select("auto"));
}

#[test]
fn threads_make_no_difference() {
    // Enough to be shared out, which under Miri is little.
    let side = if cfg!(miri) { 12 } else { 2000 };
    let samples = Random(7).floats((side * side) as usize, 1e-6);
    let image = plain(&samples, side, side);
    let weights = [0.1, 0.2, 0.4, 0.2, 0.1];
    let alone = run(&image, &weights, &weights, &Options::default());
    for threads in 2..6 {
        let options = Options {
            threads,
            ..Options::default()
        };
        let together = run(&image, &weights, &weights, &options);
        assert_eq!(difference(&together, &alone), None);
    }
}

#[test]
fn gaussian() {
    let mut weights = [0f32; 9];
    assert_eq!(gaussian_weights(1.0, 4, &mut weights), Ok(()));
    for (i, weight) in weights.iter().enumerate() {
        let place = i as f32 - 4.0;
        assert_eq!(*weight, weights[8 - i]);
        assert!((weight - (-0.5 * place * place).exp() / 2.50663).abs() < 1e-5);
    }
    assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let three = &mut weights[..3];
    assert_eq!(gaussian_weights(1e-300, 1, three), Ok(()));
    assert_eq!(three[1], 1.0);
    assert_eq!(gaussian_weights(1e300, 1, three), Ok(()));
    assert_eq!(three[0], three[1]);
    for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(gaussian_weights(sigma, 1, three), Err(Error::Invalid));
    }
    assert_eq!(gaussian_weights(1.0, 2, three), Err(Error::Invalid));
    assert_eq!(gaussian_weights(1.0, u32::MAX, three), Err(Error::Invalid));
}

#[test]
fn gaussian_blur_and_sobel() {
    let samples: Vec<f32> = (0..64).map(|i| (i * i % 19) as f32).collect();
    let image = plain(&samples, 8, 8);
    let options = Options {
        border: Border::Reflect,
        ..Options::default()
    };
    let (mut output, mut expected) = ([0f32; 64], [0f32; 64]);
    let target = output.as_mut_ptr().cast();

    let mut weights = [0f32; 5];
    assert_eq!(gaussian_weights(0.8, 2, &mut weights), Ok(()));
    // SAFETY: here and below, the image is inside its memory, the output long enough.
    let blur = |sigma| unsafe { gaussian_blur(&image, sigma, 2, &options, target) };
    assert_eq!(blur(0.8), Ok(()));
    let separated = run(&image, &weights, &weights, &options);
    assert_eq!(difference(&output, &separated), None);
    assert_eq!(blur(0.0), Err(Error::Invalid));

    let down = [-1f32, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0];
    let across = [-1f32, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0];
    for (axis, kernel) in [(0, down), (1, across)] {
        let (kernel, target) = (kernel.as_ptr().cast(), output.as_mut_ptr().cast());
        // SAFETY: as above.
        assert_eq!(unsafe { sobel(&image, axis, &options, target) }, Ok(()));
        let target = expected.as_mut_ptr().cast();
        // SAFETY: as above.
        let result = unsafe { convolve_ex(&image, kernel, 3, &options, target) };
        assert_eq!(result, Ok(()));
        assert_eq!(difference(&output, &expected), None);
    }
    let target = output.as_mut_ptr().cast();
    // SAFETY: as above.
    let result = unsafe { sobel(&image, 2, &options, target) };
    assert_eq!(result, Err(Error::Invalid));
}
