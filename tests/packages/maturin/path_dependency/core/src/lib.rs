//! What a crate outside of the project provides.

/// Twice the value.
pub fn double(value: i64) -> i64 {
    2 * value
}
