"""Builders: each wraps one PEP 517 backend that compiles one half of the wheel.

A builder is a module with the functions of ``Builder``. It knows what the backend needs of the
machine and how to call its hooks; it knows nothing of wheels, tags or the other half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.build.builders import maturin, scikit_build_core
from twinwheel.build.builders.contract import BuildContext, Builder, Toolchain

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BUILDERS", "BuildContext", "Builder", "Toolchain"]

BUILDERS: Mapping[str, Builder] = {
    "maturin": maturin,
    "scikit-build-core": scikit_build_core,
}
