"""Cargo tells the version."""
