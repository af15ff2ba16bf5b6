"""What a build asks the frontend to install: only what the plan needs and the machine lacks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twinwheel.build.builders import BuildContext, get_builder
from twinwheel.build.dynamic import dynamic_requirements
from twinwheel.build.headers import REQUIREMENTS
from twinwheel.build.plan import Plan, make_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twinwheel.build.settings import State

__all__ = ["requirements", "requirements_of"]

_COMMON = ["packaging>=24", "pathspec>=0.12", "pyproject-metadata>=0.10"]
_HOOKS = ["pyproject-hooks>=1.2"]


def requirements(
    root: Path, config_settings: Mapping[str, str | list[str]] | None, state: State
) -> list[str]:
    """Return PEP 508 requirements for building a wheel, an editable install or an sdist."""
    plan = make_plan(root, config_settings, state=state, requirements_follow=True)
    if state == "sdist":
        packer = get_builder("scikit-build-core")
        packing = packer.requirements(BuildContext(root, plan.pyproject, os.environ, state="sdist"))
        return list(dict.fromkeys([*_COMMON, *_HOOKS, *packing, *dynamic_requirements(plan)]))
    return requirements_of(plan)


def requirements_of(plan: Plan) -> list[str]:
    """Return PEP 508 requirements for building what is planned."""
    wanted = [*_COMMON]
    dynamic = dynamic_requirements(plan)
    if plan.built or dynamic:
        wanted += [*_HOOKS, *dynamic]
    for half in plan.built:
        wanted += half.builder.requirements(half.context)
        wanted += REQUIREMENTS if half.context.debug else ()
    return list(dict.fromkeys(wanted))
