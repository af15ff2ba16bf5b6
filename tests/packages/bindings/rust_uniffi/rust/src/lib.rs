//! `double`, described to Python by uniffi.
uniffi::setup_scaffolding!();

/// Twice the value.
#[uniffi::export]
pub fn double(value: i64) -> i64 {
    2 * value
}
