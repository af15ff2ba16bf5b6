"""Every implementation that this build has, at every CPU level that this machine has."""

from __future__ import annotations

import pytest
from hypothesis import settings
from image.loading import (
    LEVELS,
    NATIVE,
    Convolve,
    load_at_level,
    native_module,
    python_by,
    was_built,
)

# Shared machines are slow at times; that is no failure.
settings.register_profile("image", deadline=None)
settings.load_profile("image")


@pytest.fixture(scope="session")
def implementations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Convolve]:
    """The kernel-level function of each, by name."""
    found: dict[str, Convolve] = {
        "python": python_by("_without_numpy"),
        "python with numpy": python_by("_with_numpy"),
    }
    for implementation in NATIVE:
        if not was_built(implementation):
            continue
        module = native_module(implementation)
        folder = tmp_path_factory.mktemp(implementation)
        for level in LEVELS:
            loaded = load_at_level(module, level, folder)
            if loaded is not None:
                found[f"{implementation} {level}"] = loaded.convolve
    return found


@pytest.fixture(params=["python", *NATIVE])
def convolve(request: pytest.FixtureRequest) -> Convolve:
    """The function that users get, of one implementation after the other."""
    if request.param == "python":
        from twinwheel.image import _python as module
    else:
        module = native_module(request.param)
    return module.convolve
