"""The operations in Python: what they mean, for whoever reads the other two."""

from __future__ import annotations

from gallery._python import octets, texts
from gallery._python.octets import *  # noqa: F403
from gallery._python.texts import *  # noqa: F403

__all__ = [*texts.__all__, *octets.__all__]  # noqa: PLE0604
