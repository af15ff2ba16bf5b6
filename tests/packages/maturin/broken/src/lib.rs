//! This does not compile.

/// Gives a number, or would.
#[no_mangle]
pub extern "C" fn number() -> i32 {
    "no number"
}
