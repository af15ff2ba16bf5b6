"""Numbers, added in Rust."""
