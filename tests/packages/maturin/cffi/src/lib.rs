//! A C interface without any crate.

/// Adds two numbers.
#[no_mangle]
pub extern "C" fn add(left: i32, right: i32) -> i32 {
    left.wrapping_add(right)
}
