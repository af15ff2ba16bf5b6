"""What a build asks the frontend to install: only what the plan needs and the machine lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.build.dynamic import dynamic_requirements
from twinwheel.build.plan import make_plan
from twinwheel.build.sdist import check_sdist_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["requirements_for_sdist", "requirements_for_wheel"]

_COMMON = ["packaging>=24", "pathspec>=0.12", "pyproject-metadata>=0.10"]
_HOOKS = ["pyproject-hooks>=1.2"]


def requirements_for_wheel(
    root: Path, config_settings: Mapping[str, str | list[str]] | None
) -> list[str]:
    """Return PEP 508 requirements for building a wheel or an editable install."""
    plan = make_plan(root, config_settings)
    wanted = [*_COMMON]
    dynamic = dynamic_requirements(plan)
    if plan.built or dynamic:
        wanted += [*_HOOKS, *dynamic]
    for decision in plan.built:
        wanted += decision.builder.requirements(decision.context)
    return list(dict.fromkeys(wanted))


def requirements_for_sdist(
    root: Path, config_settings: Mapping[str, str | list[str]] | None
) -> list[str]:
    """Return PEP 508 requirements for building a source distribution."""
    plan = check_sdist_settings(root, config_settings)
    wanted = [*_COMMON, *_HOOKS, "scikit-build-core>=1.0", *dynamic_requirements(plan)]
    return list(dict.fromkeys(wanted))
