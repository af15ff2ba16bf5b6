//! `double`, with a C interface.

/// Twice the value.
#[no_mangle]
pub extern "C" fn double_value(value: i64) -> i64 {
    2 * value
}
