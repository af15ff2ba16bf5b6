//! A module that uniffi describes.
uniffi::setup_scaffolding!();

/// Twice the value.
#[uniffi::export]
pub fn double(value: i64) -> i64 {
    2 * value
}
