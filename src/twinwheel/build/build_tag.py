"""The build tag: scikit-build-core's setting ``wheel.build-tag``, here for the whole wheel.

Specification: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinwheel.build.builders import get_builder
from twinwheel.build.builders.skbuild_settings import text
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from twinwheel.build.plan import Plan

__all__ = ["stated_build_tag"]

_NAME = "wheel.build-tag"


def stated_build_tag(plan: Plan) -> str:
    """Return the build tag of the wheel, whether the half that it is said for is built or not.

    Args:
        plan: What is built.

    Returns:
        The tag; empty when nobody says any.

    Raises:
        ConfigError: TW105 when it can be none.
    """
    reader = get_builder("scikit-build-core")
    stated = (text(half.context, _NAME) for half in plan.halves if half.builder is reader)
    tag = next(filter(None, stated), "")
    if tag and not re.fullmatch(r"[0-9][A-Za-z0-9_.]*", tag):
        raise ConfigError(
            f"'{tag}' is no build tag",
            code="TW105",
            where=f"SKBUILD_WHEEL_BUILD_TAG, -C {_NAME} or [tool.scikit-build] {_NAME}",
            accepted="a digit, then letters, digits, dots and underscores",
        )
    return tag
