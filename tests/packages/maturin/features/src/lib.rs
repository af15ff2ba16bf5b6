//! What is exported depends on the features, and how it is compiled on the profile.

/// Adds up the numbers below another.
#[no_mangle]
pub extern "C" fn sum_below(end: u32) -> u32 {
    (0..end).map(|value| value * value).sum()
}

/// There by default.
#[cfg(feature = "first")]
#[no_mangle]
pub extern "C" fn first() -> i32 {
    1
}

/// There on demand.
#[cfg(feature = "extra")]
#[no_mangle]
pub extern "C" fn extra() -> i32 {
    2
}

/// There on demand.
#[cfg(feature = "last")]
#[no_mangle]
pub extern "C" fn last() -> i32 {
    3
}
