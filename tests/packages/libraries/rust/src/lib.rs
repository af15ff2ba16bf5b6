//! `double`, with the interface of `c/double.h`.

use std::ffi::{c_char, c_int};
use std::slice;

/// Twice each of `count` values; 0, or -1 for a null pointer.
///
/// # Safety
/// `values` can be read and `output` written, `count` values each.
#[no_mangle]
pub unsafe extern "C" fn double_values(values: *const i64, count: u32, output: *mut i64) -> c_int {
    if values.is_null() || output.is_null() {
        return -1;
    }
    // SAFETY: as the caller says.
    let (values, output) = unsafe {
        (
            slice::from_raw_parts(values, count as usize),
            slice::from_raw_parts_mut(output, count as usize),
        )
    };
    for (output, value) in output.iter_mut().zip(values) {
        *output = value.wrapping_mul(2);
    }
    0
}

/// The language that the library is written in.
#[no_mangle]
pub extern "C" fn double_language() -> *const c_char {
    c"rust".as_ptr()
}
