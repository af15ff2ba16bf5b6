"""Bind the best implementation of each component while a package is being imported.

``select`` reads the package's manifest and its variables, imports as few implementations as it
can, and hands out their own functions. It runs at each import of each twin package, so the way of
success imports nothing that it need not: reading variables that say something, errors, log lines
and reports live in modules of their own.
"""

from __future__ import annotations

from os import environ

from twinwheel.manifest import load
from twinwheel.selection.binding import Choice, Selection, bind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twinwheel.manifest_types import Manifest
    from twinwheel.selection.binding import Record
    from twinwheel.selection.reporting import Report

__all__ = [
    "Selection",
    "library_path",
    "look",
    "prefix_of",
    "report",
    "select",
    "use_variable",
]

_records: dict[str, Record] = {}
"""The latest selection of each package. Written in one step, so it needs no lock."""


def select(package: str) -> Selection:
    """Bind each component of a package to the first implementation in order that has it.

    Call it in the package's ``__init__.py`` with ``__name__``. Called again, as by a reload, it
    gives the same object for as long as the manifest and the variables are the same.

    Args:
        package: Full name of the twin package, such as ``imagetools``.

    Returns:
        An object with one attribute per component: the implementation's own function or class.

    Raises:
        SelectionError: A variable has a wrong value, what it demands cannot be had, or a
            component is in no implementation. It is an ``ImportError`` too.
    """
    manifest = load(package)
    variables = look(package, manifest)
    known = _records.get(package)
    if known is not None and known.manifest is manifest and known.variables == variables:
        return known.selection
    if any(variables.values()):
        from twinwheel.selection.environment import choose

        choice = choose(package, manifest, variables)
    else:
        choice = Choice(list(manifest["prefer"]), set(), {})
    record = bind(package, manifest, variables, choice)
    if known is None:  # of two threads that came here together, both get the first one's
        return _records.setdefault(package, record).selection
    _records[package] = record
    return record.selection


def report(package: str) -> Report:
    """Tell what was selected for a package and why, importing the package if need be.

    Args:
        package: Full name of the twin package, such as ``imagetools``.

    Returns:
        A report whose ``str()`` is one line.

    Raises:
        SelectionError: TW412 when there is no such package; else as ``select``.
    """
    from twinwheel.selection.reporting import import_package, make_report

    import_package(package)
    select(package)
    return make_report(_records[package])


def library_path(package: str) -> str:
    """Give the path of a package's plain shared library, the best one or the one that is chosen.

    ``PREFIX_LIBRARY`` chooses as ``PREFIX_IMPLEMENTATION`` does among implementations: ``auto``,
    one name as a demand, or several in order.

    Args:
        package: Full name of the twin package, such as ``imagetools``.

    Returns:
        Absolute path, as ``ctypes.CDLL`` takes it.

    Raises:
        SelectionError: TW403 when the variable cannot be understood, TW408 when what it demands is
            not in the wheel, TW412 when there is no such package, TW414 when it declares no
            library, TW415 when none is there.
    """
    from twinwheel.selection.libraries import find_library

    return find_library(package)


def prefix_of(package: str) -> str:
    """Give what the names of a package's variables start with: ``A_B`` for ``a.b``."""
    return package.upper().replace(".", "_")


def use_variable(prefix: str, name: str) -> str:
    """Give the name of the variable that turns one implementation on or off."""
    return f"{prefix}_USE_{name.upper()}"


def look(package: str, manifest: Manifest) -> dict[str, str]:
    """Collect the package's variables that are set, with their values as they stand."""
    prefix = prefix_of(package)
    names = [f"{prefix}_IMPLEMENTATION", f"{prefix}_ROLLOUT", f"{prefix}_SKIP_VALIDATION"]
    names += [use_variable(prefix, name) for name in manifest["implementations"]]
    return {name: environ[name] for name in names if name in environ}
