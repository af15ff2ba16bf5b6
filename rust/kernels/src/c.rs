//! The original kernels in C, behind the functions of the ones in Rust.

use std::ffi::{c_int, c_void};

use crate::abi::{KERNEL_INVALID, KERNEL_OK, KERNEL_OUT_OF_MEMORY, kernel_image, kernel_options};
use crate::image::{Error, Image, Options};

/// What `kernel.h` declares, under the names that the build script gives it: a library may export
/// the header's own.
mod ffi {
    use std::ffi::{c_char, c_int, c_void};

    use crate::abi::{kernel_image, kernel_options};

    unsafe extern "C" {
        #[link_name = "c_kernel_convolve"]
        pub fn convolve(
            input: *const f32,
            width: u32,
            height: u32,
            kernel: *const f32,
            kernel_size: u32,
            output: *mut f32,
        ) -> c_int;
        #[link_name = "c_kernel_convolve_ex"]
        pub fn convolve_ex(
            input: *const kernel_image,
            kernel: *const c_void,
            kernel_size: u32,
            options: *const kernel_options,
            output: *mut c_void,
        ) -> c_int;
        #[link_name = "c_kernel_convolve_fft"]
        pub fn convolve_fft(
            input: *const kernel_image,
            kernel: *const c_void,
            kernel_size: u32,
            options: *const kernel_options,
            output: *mut c_void,
        ) -> c_int;
        #[link_name = "c_kernel_separable"]
        pub fn separable(
            input: *const kernel_image,
            across: *const c_void,
            across_size: u32,
            down: *const c_void,
            down_size: u32,
            options: *const kernel_options,
            output: *mut c_void,
        ) -> c_int;
        #[link_name = "c_kernel_gaussian_blur"]
        pub fn gaussian_blur(
            input: *const kernel_image,
            sigma: f64,
            radius: u32,
            options: *const kernel_options,
            output: *mut c_void,
        ) -> c_int;
        #[link_name = "c_kernel_gaussian_weights"]
        pub fn gaussian_weights(sigma: f64, radius: u32, weights: *mut f32) -> c_int;
        #[link_name = "c_kernel_sobel"]
        pub fn sobel(
            input: *const kernel_image,
            axis: u32,
            options: *const kernel_options,
            output: *mut c_void,
        ) -> c_int;
        #[link_name = "c_kernel_median"]
        pub fn median(
            input: *const kernel_image,
            size: u32,
            options: *const kernel_options,
            output: *mut c_void,
        ) -> c_int;
        #[link_name = "c_kernel_select_cpu"]
        pub fn select_cpu(level: *const c_char) -> c_int;
        #[link_name = "c_kernel_cpu_level"]
        pub fn cpu_level() -> *const c_char;
    }
}

/// Which instruction set the kernels in C use. The results do not depend on it.
pub mod cpu {
    use std::ffi::{CStr, CString};

    use super::ffi;
    use crate::abi::KERNEL_OK;

    /// As [`rust::cpu::select`](crate::rust::cpu::select).
    #[must_use]
    pub fn select(name: &str) -> bool {
        // SAFETY: the text ends with a null, and is only read.
        CString::new(name).is_ok_and(|name| unsafe { ffi::select_cpu(name.as_ptr()) } == KERNEL_OK)
    }

    /// The name of the instruction set in use.
    #[must_use]
    pub fn level_name() -> &'static str {
        // SAFETY: it returns a constant that ends with a null.
        let name = unsafe { CStr::from_ptr(ffi::cpu_level()) };
        name.to_str().unwrap_or_default()
    }
}

fn result_of(code: c_int) -> Result<(), Error> {
    match code {
        KERNEL_OK => Ok(()),
        KERNEL_INVALID => Err(Error::Invalid),
        KERNEL_OUT_OF_MEMORY => Err(Error::OutOfMemory),
        _ => unreachable!("the C kernels return no {code}"),
    }
}

/// As [`rust::convolve`](crate::rust::convolve).
///
/// # Errors
/// As there.
pub fn convolve(
    input: &[f32],
    width: u32,
    height: u32,
    kernel: &[f32],
    kernel_size: u32,
    output: &mut [f32],
) -> Result<(), Error> {
    let samples = (width as usize).checked_mul(height as usize);
    let taps = (kernel_size as usize).checked_mul(kernel_size as usize);
    if samples != Some(input.len()) || samples != Some(output.len()) || taps != Some(kernel.len()) {
        return Err(Error::Invalid);
    }
    let (input, kernel, output) = (input.as_ptr(), kernel.as_ptr(), output.as_mut_ptr());
    // SAFETY: the slices are as long as the sizes say.
    result_of(unsafe { ffi::convolve(input, width, height, kernel, kernel_size, output) })
}

/// As [`rust::convolve_ex`](crate::rust::convolve_ex).
///
/// # Errors
/// As there.
///
/// # Safety
/// As there.
pub unsafe fn convolve_ex(
    image: &Image,
    kernel: *const u8,
    kernel_size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let (image, options) = (kernel_image::from(image), kernel_options::from(options));
    let (kernel, output) = (kernel.cast::<c_void>(), output.cast::<c_void>());
    // SAFETY: as the caller says.
    result_of(unsafe {
        ffi::convolve_ex(
            &raw const image,
            kernel,
            kernel_size,
            &raw const options,
            output,
        )
    })
}

/// As [`rust::convolve_fft`](crate::rust::convolve_fft).
///
/// # Errors
/// As there.
///
/// # Safety
/// As there.
pub unsafe fn convolve_fft(
    image: &Image,
    kernel: *const u8,
    kernel_size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let (image, options) = (kernel_image::from(image), kernel_options::from(options));
    let (kernel, output) = (kernel.cast::<c_void>(), output.cast::<c_void>());
    // SAFETY: as the caller says.
    result_of(unsafe {
        ffi::convolve_fft(
            &raw const image,
            kernel,
            kernel_size,
            &raw const options,
            output,
        )
    })
}

/// As [`rust::separable`](crate::rust::separable).
///
/// # Errors
/// As there.
///
/// # Safety
/// As there.
pub unsafe fn separable(
    image: &Image,
    across: *const u8,
    across_size: u32,
    down: *const u8,
    down_size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let (image, options) = (kernel_image::from(image), kernel_options::from(options));
    let (across, down) = (across.cast::<c_void>(), down.cast::<c_void>());
    // SAFETY: as the caller says.
    result_of(unsafe {
        ffi::separable(
            &raw const image,
            across,
            across_size,
            down,
            down_size,
            &raw const options,
            output.cast(),
        )
    })
}

/// As [`rust::gaussian_weights`](crate::rust::gaussian_weights).
///
/// # Errors
/// As there.
pub fn gaussian_weights(sigma: f64, radius: u32, weights: &mut [f32]) -> Result<(), Error> {
    if u64::from(radius) * 2 + 1 != weights.len() as u64 {
        return Err(Error::Invalid);
    }
    // SAFETY: the slice has as many.
    result_of(unsafe { ffi::gaussian_weights(sigma, radius, weights.as_mut_ptr()) })
}

/// As [`rust::gaussian_blur`](crate::rust::gaussian_blur).
///
/// # Errors
/// As there.
///
/// # Safety
/// As there.
pub unsafe fn gaussian_blur(
    image: &Image,
    sigma: f64,
    radius: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let (image, options) = (kernel_image::from(image), kernel_options::from(options));
    // SAFETY: as the caller says.
    result_of(unsafe {
        ffi::gaussian_blur(
            &raw const image,
            sigma,
            radius,
            &raw const options,
            output.cast(),
        )
    })
}

/// As [`rust::sobel`](crate::rust::sobel).
///
/// # Errors
/// As there.
///
/// # Safety
/// As there.
pub unsafe fn sobel(
    image: &Image,
    axis: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let (image, options) = (kernel_image::from(image), kernel_options::from(options));
    // SAFETY: as the caller says.
    result_of(unsafe { ffi::sobel(&raw const image, axis, &raw const options, output.cast()) })
}

/// As [`rust::median`](crate::rust::median).
///
/// # Errors
/// As there.
///
/// # Safety
/// As there.
pub unsafe fn median(
    image: &Image,
    size: u32,
    options: &Options,
    output: *mut u8,
) -> Result<(), Error> {
    let (image, options) = (kernel_image::from(image), kernel_options::from(options));
    // SAFETY: as the caller says.
    result_of(unsafe { ffi::median(&raw const image, size, &raw const options, output.cast()) })
}
