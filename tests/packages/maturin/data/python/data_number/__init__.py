"""A package with data beside it."""
