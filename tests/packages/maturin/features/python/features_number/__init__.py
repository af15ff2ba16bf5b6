"""The numbers, from Rust."""
