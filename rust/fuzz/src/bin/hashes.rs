//! Print what random calls return, and a hash of what they write: for machines to be compared.
//!
//!   `hashes LEVEL CALLS`
//!
//! The twin of `cpp/fuzz/hashes.c`.

use std::process::ExitCode;

use twinwheel_fuzz::call::{Call, Operation};
use twinwheel_fuzz::check::{make, prepare};
use twinwheel_kernels::cpu;

fn hash_of(bytes: &[u8]) -> u64 {
    // FNV-1a
    bytes
        .iter()
        .fold(14_695_981_039_346_656_037, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
        })
}

fn print_call(number: u64) {
    let mut state = number;
    let bytes: [u8; 96] = std::array::from_fn(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    let call = Call::read(&bytes);
    // The last bits of the transforms may differ.
    if call.operation == Operation::ConvolveFft || call.large {
        return;
    }
    let Some(mut prepared) = prepare(&call) else {
        return;
    };
    // What Rust has no way to say is refused in C.
    let made = make(&call, &mut prepared.memory);
    let status = if made == Some(Ok(())) { 0 } else { -1 };
    let hash = hash_of(prepared.memory.output());
    println!("{number} {} {status} {hash:016x}", call.operation as i32);
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, level, calls] = &arguments[..] else {
        eprintln!("hashes LEVEL CALLS");
        return ExitCode::from(2);
    };
    let Ok(calls) = calls.parse() else {
        eprintln!("{calls} is not a number of calls");
        return ExitCode::from(2);
    };
    if !cpu::select(level) {
        eprintln!("this machine does not have {level}");
        return ExitCode::from(2);
    }
    (0..calls).for_each(print_call);
    ExitCode::SUCCESS
}
