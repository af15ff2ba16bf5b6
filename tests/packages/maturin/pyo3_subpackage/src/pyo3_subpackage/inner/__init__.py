"""The package that holds the Rust module."""
