"""A package with the Rust module further down."""
