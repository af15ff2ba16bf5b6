"""Fixtures for parity tests that authors write themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.verify.plugin.calling import Compare, Implementation

__all__ = [
    "twinwheel_compare",
    "twinwheel_control",
    "twinwheel_implementation",
    "twinwheel_implementations",
    "twinwheel_package",
]


@pytest.fixture(scope="session")
def twinwheel_package(pytestconfig: pytest.Config) -> str:
    """Full name of the project's twin package, or of the first that was named."""
    from twinwheel.verify.plugin.options import packages_of

    return packages_of(pytestconfig)[0]


@pytest.fixture(scope="session")
def twinwheel_control() -> str:
    """Name of the implementation whose answers are right; define it anew to choose another.

    Empty, as here, for the last compiled one in the package's order, and where there is but one
    compiled one, the last of all.
    """
    return ""


@pytest.fixture
def twinwheel_implementations(request: pytest.FixtureRequest) -> Mapping[str, Implementation]:
    """Every implementation that was built: name to what has its components, best first."""
    from twinwheel.verify.plugin.calling import implementations_for

    return implementations_for(request)


@pytest.fixture
def twinwheel_implementation(request: pytest.FixtureRequest) -> Implementation:
    """One implementation: the test is run once with each."""
    from twinwheel.verify.plugin.calling import implementation_for

    return implementation_for(request)


@pytest.fixture
def twinwheel_compare(request: pytest.FixtureRequest, twinwheel_control: str) -> Compare:
    """A function that calls a component of every implementation, and compares what they do.

    It takes the component's name and its arguments, and returns what the control returned, or
    raises what it raised. Where another one does anything else, it raises an ``AssertionError``.
    """
    from twinwheel.verify.plugin.calling import compare_for

    return compare_for(request, twinwheel_control)
