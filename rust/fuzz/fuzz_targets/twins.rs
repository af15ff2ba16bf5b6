//! Rust against C, which is linked in: the same status and the same bytes at every level.

#![no_main]

use std::ffi::{CString, c_int, c_void};
use std::ptr;

use libfuzzer_sys::fuzz_target;
use twinwheel_fuzz::call::{COptions, Call, IMAGE, OPTIONS, Operation};
use twinwheel_fuzz::check::{LEVELS, make, operands, prepare};
use twinwheel_fuzz::memory::Memory;
use twinwheel_kernels::{Error, cpu};

/// `kernel_image` of kernel.h.
#[repr(C)]
struct KernelImage {
    data: *const u8,
    sample: i32,
    width: u32,
    height: u32,
    channels: u32,
    row_stride: isize,
    column_stride: isize,
    channel_stride: isize,
}

#[link(name = "kernel", kind = "static")]
unsafe extern "C" {
    fn kernel_convolve(
        input: *const c_void,
        width: u32,
        height: u32,
        kernel: *const c_void,
        kernel_size: u32,
        output: *mut c_void,
    ) -> c_int;
    fn kernel_convolve_ex(
        input: *const KernelImage,
        kernel: *const c_void,
        kernel_size: u32,
        options: *const COptions,
        output: *mut c_void,
    ) -> c_int;
    fn kernel_convolve_fft(
        input: *const KernelImage,
        kernel: *const c_void,
        kernel_size: u32,
        options: *const COptions,
        output: *mut c_void,
    ) -> c_int;
    fn kernel_separable(
        input: *const KernelImage,
        across: *const c_void,
        across_size: u32,
        down: *const c_void,
        down_size: u32,
        options: *const COptions,
        output: *mut c_void,
    ) -> c_int;
    fn kernel_gaussian_blur(
        input: *const KernelImage,
        sigma: f64,
        radius: u32,
        options: *const COptions,
        output: *mut c_void,
    ) -> c_int;
    fn kernel_sobel(
        input: *const KernelImage,
        axis: u32,
        options: *const COptions,
        output: *mut c_void,
    ) -> c_int;
    fn kernel_median(
        input: *const KernelImage,
        size: u32,
        options: *const COptions,
        output: *mut c_void,
    ) -> c_int;
    fn kernel_select_cpu(level: *const std::ffi::c_char) -> c_int;
}

fn make_in_c(call: &Call, memory: &mut Memory) -> Result<(), Error> {
    let (input, kernel, other, output) = operands(call, memory);
    let image = KernelImage {
        data: input,
        sample: call.image.sample,
        width: call.image.width,
        height: call.image.height,
        channels: call.image.channels,
        row_stride: call.image.row_stride,
        column_stride: call.image.column_stride,
        channel_stride: call.image.channel_stride,
    };
    let (mut image, mut options): (*const _, *const _) =
        (&raw const image, &raw const call.options);
    if call.absent & IMAGE != 0 {
        image = ptr::null();
    }
    if call.absent & OPTIONS != 0 {
        options = ptr::null();
    }
    let (kernel, other, output) = (kernel.cast(), other.cast(), output.cast());
    let size = call.size;
    // SAFETY: the memory is what the call tells, or the call is one to be refused.
    let status = unsafe {
        match call.operation {
            Operation::Convolve => {
                let (width, height) = (call.image.width, call.image.height);
                kernel_convolve(input.cast(), width, height, kernel, size, output)
            }
            Operation::ConvolveEx => kernel_convolve_ex(image, kernel, size, options, output),
            Operation::ConvolveFft => kernel_convolve_fft(image, kernel, size, options, output),
            Operation::Separable => {
                kernel_separable(image, kernel, size, other, call.other, options, output)
            }
            Operation::GaussianBlur => {
                kernel_gaussian_blur(image, call.sigma, size, options, output)
            }
            Operation::Sobel => kernel_sobel(image, size, options, output),
            Operation::Median => kernel_median(image, size, options, output),
        }
    };
    match status {
        0 => Ok(()),
        -1 => Err(Error::Invalid),
        -2 => Err(Error::OutOfMemory),
        _ => panic!("C returned {status}: {call:?}"),
    }
}

fn check(call: &Call) {
    let Some(prepared) = prepare(call) else {
        return;
    };
    let is_fft = call.operation == Operation::ConvolveFft;
    // Of the transforms the last bits may differ, so each is compared with the direct sums.
    let expected = is_fft.then(|| prepared.expect()).flatten();
    for level in LEVELS {
        let name = CString::new(level).expect("it has no zero");
        // SAFETY: it is a string.
        let in_c = unsafe { kernel_select_cpu(name.as_ptr()) } == 0;
        assert_eq!(in_c, cpu::select(level), "{level} is in one language");
        if !in_c {
            continue;
        }
        let (mut ours, mut theirs) = (prepared.memory.clone(), prepared.memory.clone());
        let Some(made) = make(call, &mut ours) else {
            continue;
        };
        let made_in_c = make_in_c(call, &mut theirs);
        assert_eq!(made, made_in_c, "the status at {level}: {call:?}");
        let place = ours.difference(&theirs, !is_fft);
        assert_eq!(place, None, "Rust and C differ at {level}: {call:?}");
        if let Some(expected) = &expected {
            prepared.compare(level, made_in_c, &theirs, expected);
        }
    }
}

fuzz_target!(|bytes: &[u8]| check(&Call::read(bytes)));
