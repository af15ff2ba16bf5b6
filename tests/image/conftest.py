"""Every implementation that this build has, at every CPU level that this machine has."""

from __future__ import annotations

from types import ModuleType

import pytest
from image.loading import (
    LEVELS,
    NATIVE,
    Convolve,
    implementation,
    load_at_level,
    native_module,
    python_by,
    was_built,
)


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ModuleType]:
    """Every implementation, by its name and its level's."""
    found = {
        "python": python_by("_without_numpy"),
        "python with numpy": python_by("_with_numpy"),
    }
    for name in NATIVE:
        if not was_built(name):
            continue
        module = native_module(name)
        folder = tmp_path_factory.mktemp(name)
        for level in LEVELS:
            loaded = load_at_level(module, level, folder)
            if loaded is not None:
                found[f"{name} {level}"] = loaded
    return found


@pytest.fixture(scope="session")
def implementations(modules: dict[str, ModuleType]) -> dict[str, Convolve]:
    """The kernel-level ``convolve`` of each."""
    return {name: module.convolve for name, module in modules.items()}


@pytest.fixture(params=["python", *NATIVE])
def module(request: pytest.FixtureRequest) -> ModuleType:
    """The module that users get, of one implementation after the other."""
    return implementation(request.param)


@pytest.fixture
def convolve(module: ModuleType) -> Convolve:
    """The function that users get, of one implementation after the other."""
    function: Convolve = module.convolve
    return function
