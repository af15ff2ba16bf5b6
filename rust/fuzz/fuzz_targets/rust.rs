//! Rust against the definitions.

#![no_main]

use libfuzzer_sys::fuzz_target;
use twinwheel_fuzz::call::Call;
use twinwheel_fuzz::check::check;

fuzz_target!(|bytes: &[u8]| check(&Call::read(bytes)));
