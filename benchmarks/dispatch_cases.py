"""The functions whose calls are measured: direct, armed, and as other libraries wrap them.

All lead to ``math.isnan`` or ``math.isinf``, which do next to nothing, and take one argument
without packing it.
"""

from __future__ import annotations

import importlib
import os
import sys
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

from dispatch_targets import DIRECT, UNARMED
from plain_packages import write_package

from twinwheel.rollout.native import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

__all__ = ["KEY", "armed_cases", "peers", "plain_cases"]

KEY = "user-42"
"""Of the session that all calls are made in."""

ROUTES = {
    "100 % to the control": "",
    "100 % to the candidate": "percentage = 100",
    "50 %": "percentage = 50",
    "50 %, sticky": "percentage = 50\nsticky = true",
    "shadow of 0.1 %": "shadow = 0.1",
}
"""What the policy says beside the candidate's name; the guard and one timed call in 100 are as
without being named."""

_SOURCE = """
import twinwheel

isnan = twinwheel.select(__name__).isnan
"""
_MODULES = {"rust": "from math import isnan\n", "c": "from math import isinf as isnan\n"}


def plain_cases(folder: Path) -> dict[str, Callable[[float], object]]:
    """Return the function itself, and what a package that is not armed has for it."""
    bound = _import(folder, "unarmed", None)
    assert bound is isnan, "without a rollout, the artifact's own function is bound"
    return {DIRECT: isnan, UNARMED: bound}


def armed_cases(
    folder: Path, kind: str, sessions: ExitStack
) -> dict[str, Callable[[float], object]]:
    """Return what an armed package has for the function, for each of the routes.

    The modules of the rollout are imported anew, so that both kinds of slot are in one process.

    Args:
        folder: Where the packages are made.
        kind: ``native`` or ``python``.
        sessions: Where the session is entered that the calls are made in.
    """
    for name in [each for each in sys.modules if f"{each}.".startswith("twinwheel.rollout.")]:
        del sys.modules[name]
    os.environ[VARIABLE] = kind
    rollout = importlib.import_module("twinwheel.rollout")
    has_native = importlib.import_module("twinwheel.rollout.native").native is not None
    if has_native != (kind == "native"):
        raise SystemExit("the native slot is not built: install twinwheel with TWINWHEEL_C=require")
    found = {}
    for number, (route, policy) in enumerate(ROUTES.items()):
        called = "native slot" if kind == "native" else "Python slot"
        found[f"{called}, {route}"] = _import(folder, f"armed_{kind}_{number}", policy)
    sessions.enter_context(rollout.session(KEY))
    return found


def peers() -> dict[str, Callable[[float], object]]:
    """Return what other libraries make of the function, or a call by way of them."""
    import pybreaker
    from circuitbreaker import circuit
    from laboratory import Experiment
    from openfeature import api
    from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider
    from tenacity import retry, stop_after_attempt

    flag = InMemoryFlag("on", {"on": True, "off": False})
    api.set_provider(InMemoryProvider({"candidate": flag}))
    client = api.get_client()

    def flagged(value: float) -> bool:
        return (isinf if client.get_boolean_value("candidate", False) else isnan)(value)

    return {
        "functools.singledispatch": _single(),
        "circuitbreaker": circuit()(isnan),
        "pybreaker": pybreaker.CircuitBreaker()(isnan),
        "laboratory, control and candidate": Experiment.decorator(isinf)(isnan),
        "OpenFeature, in-memory provider": flagged,
        "tenacity": retry(stop=stop_after_attempt(3))(isnan),
    }


def _single() -> Callable[[float], object]:
    from functools import singledispatch

    def otherwise(value: object) -> bool:
        raise TypeError(value)

    found = singledispatch(otherwise)
    found.register(float, isnan)
    return found


def _import(folder: Path, package: str, policy: str | None) -> Any:
    """Make a twin package, armed by a policy if there is one, and return its function."""
    write_package(folder, package, "isnan", _SOURCE, _MODULES)
    if policy is not None:
        path = folder / f"{package}.toml"
        path.write_text(f'candidate = "c"\n{policy}\n')
        os.environ[f"{package.upper()}_ROLLOUT"] = str(path)
    return importlib.import_module(package).isnan
