"""``TWINWHEEL_IMAGE_CPU``: which words it may be, and who says so."""

from __future__ import annotations

import sys

import pytest
from image.fresh import run
from image.loading import LEVELS, NATIVE, native_module, was_built

WRONG = ["fortran", "avx1024", "auto,avx2", "1"]
BUILT = [name for name in ("rust", "c", "python") if was_built(name)]
REFUSAL = "ImportError: TWINWHEEL_IMAGE_CPU must be one of auto, baseline, avx2, avx512, not "


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


@pytest.mark.parametrize("implementation", NATIVE)
@pytest.mark.parametrize(
    "wanted", ["baseline", "Baseline", "\tBASELINE ", "auto", " Auto", "", " "]
)
def test_levels_that_every_machine_has(implementation: str, wanted: str) -> None:
    name = native_module(implementation).__name__
    done = run(f"import {name} as m; print(m.cpu_level)", TWINWHEEL_IMAGE_CPU=wanted)
    expected = ["baseline"] if wanted.strip().lower() == "baseline" else LEVELS
    assert done.stdout.strip() in expected, done.stderr


def levels_of(name: str) -> list[str]:
    """The levels that an implementation has here: the best one, and all below it."""
    best = run(f"import {native_module(name).__name__} as m; print(m.cpu_level)").stdout.strip()
    return list(LEVELS[: LEVELS.index(best) + 1])


@pytest.mark.parametrize("implementation", NATIVE)
@pytest.mark.parametrize("wanted", ["avx2", "AVX2", " Avx2\n", "avx512", "Avx512 "])
def test_a_level_that_some_machines_have(implementation: str, wanted: str) -> None:
    name, level = native_module(implementation).__name__, wanted.strip().lower()
    had = levels_of(implementation)
    done = run(f"import {name} as m; print(m.cpu_level)", TWINWHEEL_IMAGE_CPU=wanted)
    if level in had:
        assert done.stdout.strip() == level, done.stderr
    else:
        message = last_line(done.stderr)
        accepted = ", ".join(["auto", *had])
        assert message.startswith(
            f"ImportError: TWINWHEEL_IMAGE_CPU must be one of {accepted} on this machine, not "
        )


@pytest.mark.parametrize("wanted", ["avx2", "AVX2", "avx512"])
def test_auto_passes_over_what_lacks_the_level(wanted: str) -> None:
    lacking = [name for name in NATIVE if was_built(name) and wanted.lower() not in levels_of(name)]
    done = run("import twinwheel.image", TWINWHEEL_IMAGE_CPU=wanted)
    assert done.returncode == 0, done.stderr
    assert len(done.stderr.splitlines()) == len(lacking)
    for name in lacking:
        assert f"{name} was passed over" in done.stderr


@pytest.mark.parametrize("implementation", ["auto", *BUILT])
@pytest.mark.parametrize("wanted", WRONG)
def test_an_unknown_word_whatever_is_bound(implementation: str, wanted: str) -> None:
    done = run(
        "import twinwheel.image",
        TWINWHEEL_IMAGE_CPU=wanted,
        TWINWHEEL_IMAGE_IMPLEMENTATION=implementation,
    )
    assert done.returncode == 1
    assert last_line(done.stderr) == f"{REFUSAL}{wanted!r}"
    assert "passed over" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its variables are not bytes")
def test_a_word_that_is_no_text() -> None:
    done = run("import twinwheel.image", TWINWHEEL_IMAGE_CPU="avx2\udcff")
    assert last_line(done.stderr) == f"{REFUSAL}'avx2\\udcff'"


@pytest.mark.parametrize("implementation", NATIVE)
@pytest.mark.parametrize("wanted", ["'sse9'", "'avx2\\udcff'"])
def test_the_native_modules_know_it_themselves(implementation: str, wanted: str) -> None:
    """Loaded without the package, which would be asked first."""
    module = native_module(implementation)
    code = (
        "import os\n"
        "from importlib.util import module_from_spec, spec_from_file_location\n"
        f"os.environ['TWINWHEEL_IMAGE_CPU'] = {wanted}\n"
        f"name, file = {module.__name__.rpartition('.')[2]!r}, {module.__file__!r}\n"
        "spec = spec_from_file_location(name, file)\n"
        "spec.loader.exec_module(module_from_spec(spec))\n"
    )
    message = last_line(run(code).stderr)
    assert message.startswith("ImportError: TWINWHEEL_IMAGE_CPU must be one of auto, baseline")
    assert message.endswith(f"on this machine, not {wanted}")
