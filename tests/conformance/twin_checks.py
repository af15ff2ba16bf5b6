"""A project with both halves: its wheel, its source distribution, its editable installation."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from conformance.comparing import compare_wheels, missing_payload
from conformance.installing import install_and_import
from conformance.messages import last_error
from conformance.runs import Bench, Call, Run
from conformance.swapping import OURS
from conformance.twins import Twin, write_other_half

__all__ = ["check_twin"]

_BOTH = {"TWINWHEEL_C": "require", "TWINWHEEL_RUST": "require"}


def check_twin(bench: Bench, twin: Twin, original: Path) -> list[str]:
    """Build a twin in each way, install what was built, and import both halves.

    Args:
        bench: Where the project is built.
        twin: The twin.
        original: The wheel that the project's own backend made of the project alone.

    Returns:
        What is not as it should be, by the step.
    """
    change = partial(write_other_half, twin)
    wheel = _build(bench, "build_wheel", "twin", change)
    if wheel.code:
        return [f"wheel: {last_error(wheel.text)}"]
    built = wheel.output / wheel.result
    exempt = bench.subject.circumstances.exempt
    if bench.subject.family == "maturin":
        original = _without_paths(bench)
    found = [f"wheel: {item}" for item in missing_payload(original, built, twin.prefix, exempt)]
    found += [f"wheel: {item}" for item in _imports(bench, twin, built)]
    found += _source_distribution(bench, change, built)
    editable = _build(bench, "build_editable", "twin-editable", change)
    if editable.code:
        return [*found, f"editable: {last_error(editable.text)}"]
    # The copy of the project stays where it is until the next build.
    place = editable.output / editable.result
    return found + [f"editable: {item}" for item in _imports(bench, twin, place, bench.root)]


def _without_paths(bench: Bench) -> Path:
    """Build the project alone once more, with the flags that twinwheel gives to a half's compiler.

    They keep the machine's paths out of the module. With the same flags its bytes must be the same.
    """
    sources = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo", "registry", "src")
    flags = {"CARGO_ENCODED_RUSTFLAGS": f"--remap-path-prefix={sources}=cargo"}
    call = Call("build_wheel", bench.subject.circumstances.config_settings, flags)
    run = bench.run(bench.subject.backend, call, "twin-original")
    return Path(run.output, run.result)


def _source_distribution(
    bench: Bench, change: Callable[[Path], None], wheel: Path
) -> Iterator[str]:
    """Build it, unpack it, and build the wheel from it, at the path of the checkout."""
    sdist = _build(bench, "build_sdist", "twin-sdist", change)
    if sdist.code:
        yield f"sdist: {last_error(sdist.text)}"
        return
    unpacked = bench.folder / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(sdist.output / sdist.result) as archive:
        archive.extractall(unpacked, filter="data")
    (source,) = unpacked.iterdir()
    # What was written into the checkout is in the sdist already.
    circumstances = replace(bench.subject.circumstances, project="")
    subject = replace(
        bench.subject,
        source=source,
        inside=".",
        pyproject="pyproject.toml",
        circumstances=circumstances,
    )
    again = _build(replace(bench, subject=subject), "build_wheel", "twin-from-sdist")
    if again.code:
        yield f"wheel from the sdist: {last_error(again.text)}"
        return
    for item in compare_wheels(wheel, again.output / again.result, bench.copy):
        yield f"wheel from the sdist: {item}"


def _build(bench: Bench, hook: str, keep: str, change: Callable[[Path], None] | None = None) -> Run:
    call = Call(hook, bench.subject.circumstances.config_settings, _BOTH)
    return bench.run(OURS, call, keep, change)


def _imports(bench: Bench, twin: Twin, wheel: Path, root: Path | None = None) -> list[str]:
    modules = [twin.package, twin.own, twin.added]
    return install_and_import(wheel, modules, bench.folder / "environment", bench.site, root)
