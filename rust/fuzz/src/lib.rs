//! Random calls of the kernels: the twin of `cpp/fuzz`.
//!
//! Bytes tell a call, the same in both languages. It is made at every level that the machine has,
//! and what it returns and writes is compared with the definition, or with what C does.

#![allow(
    clippy::missing_panics_doc,
    reason = "to panic is how a finding is told"
)]

pub mod call;
pub mod check;
pub mod definition;
pub mod memory;
