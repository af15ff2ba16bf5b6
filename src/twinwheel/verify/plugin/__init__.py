"""The pytest plugin: a suite once per implementation, and fixtures for parity tests of one's own.

Pytest loads this in each run of each environment that has twinwheel, so it imports next to nothing;
what a run asks for is imported when it does.
"""

from __future__ import annotations

import pytest

from twinwheel.verify.plugin.fixtures import (
    twinwheel_compare,
    twinwheel_control,
    twinwheel_implementation,
    twinwheel_implementations,
    twinwheel_package,
)

__all__ = [
    "pytest_addoption",
    "pytest_cmdline_main",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_runtest_setup",
    "twinwheel_compare",
    "twinwheel_control",
    "twinwheel_implementation",
    "twinwheel_implementations",
    "twinwheel_package",
]

_MARKER = (
    "twinwheel(only=NAMES, without=NAMES, package=NAME): run the test with these implementations of"
    " a twin package, or with all but these"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("twinwheel", "implementations of twin packages")
    group.addoption(
        "--twinwheel",
        metavar="NAMES",
        help="run the whole suite once per implementation, each in a process of its own, and show"
        " the outcomes side by side: all, or names such as c,rust",
    )
    group.addoption(
        "--twinwheel-package",
        metavar="NAME",
        action="append",
        default=[],
        help="the twin package; by default that of [tool.twinwheel] in pyproject.toml; may be given"
        " several times",
    )
    group.addoption(
        "--twinwheel-timeout",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="how long one test may take under --twinwheel before it is stopped as hung; 0, the"
        " default, is for ever",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Run the suite several times instead of once, if that is asked for."""
    if not config.getoption("twinwheel"):
        return None
    from twinwheel.verify.plugin.running import is_for_this_process, run

    return run(config) if is_for_this_process(config) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each implementation where ``twinwheel_implementation`` is asked for."""
    if "twinwheel_implementation" in metafunc.fixturenames:
        from twinwheel.verify.plugin.marks import parametrize

        parametrize(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, in a run of one implementation, the tests that a marker keeps from it."""
    if config.pluginmanager.has_plugin("twinwheel-recorder"):
        from twinwheel.verify.plugin.marks import leave_out

        leave_out(config, items)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a marked test where another implementation is bound."""
    if item.get_closest_marker("twinwheel") is not None:
        from twinwheel.verify.plugin.marks import skip_unless_bound

        skip_unless_bound(item)
