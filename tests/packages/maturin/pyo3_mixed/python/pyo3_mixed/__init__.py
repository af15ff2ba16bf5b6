"""Python around a Rust module."""

from pyo3_mixed._rust import double

__all__ = ["double", "main"]


def main() -> None:
    """Print a number."""
    print(double(21))
