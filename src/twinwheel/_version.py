"""The version: the one that ``pyproject.toml`` states."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
