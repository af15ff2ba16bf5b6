//! Writes the Python side.

fn main() {
    uniffi::uniffi_bindgen_main()
}
