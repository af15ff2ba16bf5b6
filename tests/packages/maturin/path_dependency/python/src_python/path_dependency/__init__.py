"""A binding of a crate that is beside the project."""
