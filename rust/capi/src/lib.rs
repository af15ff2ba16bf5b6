//! The library `libkernel_rs`: the kernels in Rust, as `cpp/include/kernel.h` declares them.
//!
//! The same symbols with the same types as the C library. `twinwheel.build.abi` compares both with
//! the header; the header says what each function does.

// The safety of all of them is the header's contract.
#![allow(clippy::missing_safety_doc)]

mod guard;

use std::ffi::{CStr, c_char, c_int, c_void};
use std::slice;

use twinwheel_kernels::abi::{kernel_image, kernel_options};
use twinwheel_kernels::{self as kernels, Error, Image, Options, Sample, cpu};

use crate::guard::guard;

/// # Safety
/// What is not null can be read; it need not be aligned.
unsafe fn read_image(input: *const kernel_image) -> Result<Image, Error> {
    if input.is_null() {
        return Err(Error::Invalid);
    }
    // SAFETY: as the caller says.
    unsafe { input.read_unaligned() }.try_into()
}

/// # Safety
/// As for [`read_image`].
unsafe fn read_options(options: *const kernel_options) -> Result<Options, Error> {
    if options.is_null() {
        return Ok(Options::default());
    }
    // SAFETY: as the caller says.
    unsafe { options.read_unaligned() }.try_into()
}

/// Correlate an image of one channel with a square kernel; outside the image all is zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_convolve(
    input: *const f32,
    width: u32,
    height: u32,
    kernel: *const f32,
    kernel_size: u32,
    output: *mut f32,
) -> c_int {
    guard(|| {
        // Where the stride does not fit, width * height * 4 does not either, unless there is one
        // row.
        let row_stride = (width as usize)
            .checked_mul(size_of::<f32>())
            .and_then(|bytes| isize::try_from(bytes).ok())
            .ok_or(Error::Invalid)?;
        let image = Image {
            data: input.cast(),
            sample: Sample::Float32,
            width,
            height,
            channels: 1,
            row_stride,
            column_stride: size_of::<f32>() as isize,
            channel_stride: size_of::<f32>() as isize,
        };
        let (kernel, output) = (kernel.cast(), output.cast());
        // SAFETY: they are as the caller says; nulls and overlaps are found out.
        unsafe { kernels::convolve_ex(&image, kernel, kernel_size, &Options::default(), output) }
    })
}

/// The same for any image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_convolve_ex(
    input: *const kernel_image,
    kernel: *const c_void,
    kernel_size: u32,
    options: *const kernel_options,
    output: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: as for kernel_convolve.
        unsafe {
            let (image, options) = (read_image(input)?, read_options(options)?);
            kernels::convolve_ex(&image, kernel.cast(), kernel_size, &options, output.cast())
        }
    })
}

/// The same as [`kernel_convolve_ex`] by Fourier transforms, which pays for large kernels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_convolve_fft(
    input: *const kernel_image,
    kernel: *const c_void,
    kernel_size: u32,
    options: *const kernel_options,
    output: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: as for kernel_convolve.
        unsafe {
            let (image, options) = (read_image(input)?, read_options(options)?);
            kernels::convolve_fft(&image, kernel.cast(), kernel_size, &options, output.cast())
        }
    })
}

/// Correlate the rows with one kernel, and the columns of what that gives with another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_separable(
    input: *const kernel_image,
    across: *const c_void,
    across_size: u32,
    down: *const c_void,
    down_size: u32,
    options: *const kernel_options,
    output: *mut c_void,
) -> c_int {
    guard(|| {
        let (across, down, output) = (across.cast(), down.cast(), output.cast());
        // SAFETY: as for kernel_convolve.
        unsafe {
            let (image, options) = (read_image(input)?, read_options(options)?);
            kernels::separable(
                &image,
                across,
                across_size,
                down,
                down_size,
                &options,
                output,
            )
        }
    })
}

/// Blur by a Gaussian: [`kernel_separable`] with the weights of [`kernel_gaussian_weights`] on both
/// axes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_gaussian_blur(
    input: *const kernel_image,
    sigma: f64,
    radius: u32,
    options: *const kernel_options,
    output: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: as for kernel_convolve.
        unsafe {
            let (image, options) = (read_image(input)?, read_options(options)?);
            kernels::gaussian_blur(&image, sigma, radius, &options, output.cast())
        }
    })
}

/// Write the `2 * radius + 1` weights of a Gaussian.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_gaussian_weights(
    sigma: f64,
    radius: u32,
    weights: *mut f32,
) -> c_int {
    guard(|| {
        // The header's limits: the Rust function takes them from the length of its slice.
        let count = u64::from(radius) * 2 + 1;
        let bytes = usize::try_from(count * size_of::<f64>() as u64);
        if weights.is_null() || i32::try_from(radius).is_err() || bytes.is_err() {
            return Err(Error::Invalid);
        }
        let count = count as usize;
        if weights.is_aligned() {
            // SAFETY: the caller has memory for as many.
            let weights = unsafe { slice::from_raw_parts_mut(weights, count) };
            return kernels::gaussian_weights(sigma, radius, weights);
        }
        let mut made = Vec::new();
        made.try_reserve_exact(count)
            .map_err(|_| Error::OutOfMemory)?;
        made.resize(count, 0f32);
        kernels::gaussian_weights(sigma, radius, &mut made)?;
        for (place, weight) in made.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { weights.add(place).write_unaligned(weight) };
        }
        Ok(())
    })
}

/// The Sobel derivative along an axis.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_sobel(
    input: *const kernel_image,
    axis: u32,
    options: *const kernel_options,
    output: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: as for kernel_convolve.
        unsafe {
            let (image, options) = (read_image(input)?, read_options(options)?);
            kernels::sobel(&image, axis, &options, output.cast())
        }
    })
}

/// The median of the square window around each pixel, NaN being above all numbers and -0 below +0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_median(
    input: *const kernel_image,
    size: u32,
    options: *const kernel_options,
    output: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: as for kernel_convolve.
        unsafe {
            let (image, options) = (read_image(input)?, read_options(options)?);
            kernels::median(&image, size, &options, output.cast())
        }
    })
}

/// Choose the instruction set: `auto`, `baseline`, `avx2` or `avx512`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kernel_select_cpu(level: *const c_char) -> c_int {
    guard(|| {
        if level.is_null() {
            return Err(Error::Invalid);
        }
        // SAFETY: the caller's text ends with a null.
        let name = unsafe { CStr::from_ptr(level) };
        let known = name.to_str().is_ok_and(cpu::select);
        known.then_some(()).ok_or(Error::Invalid)
    })
}

/// The instruction set in use.
#[unsafe(no_mangle)]
pub extern "C" fn kernel_cpu_level() -> *const c_char {
    // Nothing here panics.
    let name = match cpu::level_name() {
        "avx512" => c"avx512",
        "avx2" => c"avx2",
        _ => c"baseline",
    };
    name.as_ptr()
}

/// The library's version.
#[unsafe(no_mangle)]
pub extern "C" fn kernel_version() -> *const c_char {
    const VERSION: &[u8] = concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes();
    VERSION.as_ptr().cast()
}
