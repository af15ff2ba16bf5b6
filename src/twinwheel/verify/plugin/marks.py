"""``@pytest.mark.twinwheel``, and tests that are made once per implementation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from twinwheel.errors import VerifyError
from twinwheel.verify.plugin.options import manifest_of, packages_of, usage_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Wanted", "leave_out", "parametrize", "skip_unless_bound", "wanted"]

_KEYS = ("only", "without", "package")
_FIXTURES = {"twinwheel_implementation", "twinwheel_implementations", "twinwheel_compare"}
"""A test that has one of these calls implementations itself, whichever the package is bound to."""


@dataclass(frozen=True)
class Wanted:
    """What a marker says."""

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    package: str = ""

    def among(self, names: Iterable[str]) -> list[str]:
        """Return those of some implementations that it wants."""
        return [
            name
            for name in names
            if (not self.only or name in self.only) and name not in self.without
        ]


def wanted(marks: Iterable[pytest.Mark]) -> Wanted:
    """Read a test's markers, of which the closest comes first.

    Raises:
        VerifyError: TW736 for a word that the marker does not have.
    """
    found: dict[str, Any] = {}
    for mark in marks:
        wrong = [*(repr(each) for each in mark.args), *(set(mark.kwargs) - set(_KEYS))]
        if wrong:
            raise _misused(f"it does not take {', '.join(wrong)}")
        for key, value in mark.kwargs.items():
            found.setdefault(key, value)
    return Wanted(
        _names(found.get("only", ())), _names(found.get("without", ())), found.get("package", "")
    )


def _names(value: Any) -> tuple[str, ...]:
    listed = value.split(",") if isinstance(value, str) else list(value)
    return tuple(str(each).strip() for each in listed)


def _misused(what: str, accepted: Sequence[str] = ()) -> VerifyError:
    return VerifyError(
        f"the marker twinwheel is misused: {what}",
        code="TW736",
        accepted=", ".join(accepted) or "only=NAMES, without=NAMES, package=NAME",
        help='such as @pytest.mark.twinwheel(only=["rust", "c"])',
    )


def check_names(said: Wanted, there: Iterable[str]) -> None:
    """Refuse names of implementations that the package does not have.

    Raises:
        VerifyError: TW736.
    """
    names = list(there)
    unknown = [name for name in (*said.only, *said.without) if name not in names]
    if unknown:
        raise _misused(f"there is no implementation {', '.join(unknown)}", names)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Make a test for each implementation that was built; what was not is told as skipped."""
    try:
        said = wanted(metafunc.definition.iter_markers("twinwheel"))
        implementations = _implementations(said.package or packages_of(metafunc.config)[0])
        check_names(said, implementations)
    except (VerifyError, pytest.UsageError) as error:
        pytest.fail(str(error), pytrace=False)
    names = said.among(implementations)
    parameters = []
    for name in names:
        why = implementations[name]
        marks = [pytest.mark.skip(reason=f"{name} was not built: {why}")] if why else []
        parameters.append(pytest.param(name, id=name, marks=marks))
    metafunc.parametrize("twinwheel_implementation", parameters, indirect=True)


def _implementations(package: str) -> dict[str, str]:
    """Return name to why it was not built, best first; empty for what was built."""
    manifest: Mapping[str, Any] = manifest_of(package)
    known = manifest["implementations"]
    names = dict.fromkeys([*manifest["prefer"], *known])
    return {
        name: "" if known[name]["built"] else known[name]["reason"] or "no reason is given"
        for name in names
    }


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what is marked for others than the implementation that this run is of.

    It is no difference then that they do not run it, which the recorder is told.
    """
    recorder: Any = config.pluginmanager.get_plugin("twinwheel-recorder")
    name: str = recorder.told["name"]
    known = {each["package"]: each["names"] for each in recorder.told["expected"]}
    # Of another package it is not a matter of this run; nor is the package imported for it.
    usual = recorder.packages[0] if recorder.packages else ""
    kept, rest = [], []
    for item in items:
        try:
            said = wanted(item.iter_markers("twinwheel"))
            names = known.get(said.package or usual)
            check_names(said, names or (*said.only, *said.without))
        except VerifyError as error:
            raise usage_error(error) from None
        if names and not said.among([name]) and not _calls_itself(item):
            recorder.write("left out", test=item.nodeid, why=f"it is not marked for {name}")
            rest.append(item)
        else:
            kept.append(item)
    if rest:
        items[:] = kept
        config.hook.pytest_deselected(items=rest)


def skip_unless_bound(item: pytest.Item) -> None:
    """Skip a test that is marked for other implementations than the package is bound to."""
    try:
        said = wanted(item.iter_markers("twinwheel"))
        if _calls_itself(item) or not (said.only or said.without):
            return
        package = said.package or packages_of(item.config)[0]
        check_names(said, _implementations(package))
    except (VerifyError, pytest.UsageError) as error:
        pytest.fail(str(error), pytrace=False)
    from twinwheel.selection import report

    bound = set(report(package).components.values())
    if not said.among(bound):
        pytest.skip(f"{package} is bound to {', '.join(sorted(bound))}")


def _calls_itself(item: pytest.Item) -> bool:
    return bool(_FIXTURES & set(getattr(item, "fixturenames", ())))
