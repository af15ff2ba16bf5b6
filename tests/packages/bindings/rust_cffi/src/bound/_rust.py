"""double, in Rust, by the cffi module that maturin makes."""

from bound._native import lib

double = lib.double_value
