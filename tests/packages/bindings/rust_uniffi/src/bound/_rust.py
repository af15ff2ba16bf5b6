"""double, in Rust, by the module that uniffi writes."""

from bound._native import double

__all__ = ["double"]
