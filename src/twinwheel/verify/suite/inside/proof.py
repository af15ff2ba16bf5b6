"""Which implementation a package is bound to, as its own names show it. PYTEST_DONT_REWRITE."""

from __future__ import annotations

import builtins
import os
import sys
from typing import Any

from .injection import installed  # noqa: TID252

__all__ = ["bound_names", "examine"]

_FEW = 12
"""As many names are told, of as many as there may be."""


def examine(expected: dict[str, Any]) -> dict[str, Any]:
    """Tell what this process has of a package, and what of it is not as it was asked for.

    Args:
        expected: ``package``; ``module`` that is asked for; ``loads``, what is loaded with it, and
            ``others``, what would be with another; ``implementation``, ``components`` and
            ``modules`` of a twin package; ``origin``, the file that the package is to come from.

    Returns:
        What can be written as JSON.
    """
    name = expected["package"]
    package = sys.modules.get(name)
    finder = installed()
    told: dict[str, Any] = {
        "package": name,
        "imported": package is not None,
        "ever": package is not None or bool(finder and name in finder.seen),
        "file": getattr(package, "__file__", None) or "",
        "bound": {},
        "wrong": [],
        "compiled": sorted(filter(_is_compiled, _modules_of(name))),
    }
    if finder is not None:
        told["wrong"] += [f"{module}: {why}" for module, why in finder.problems.items()]
    if package is None:
        return told
    origin = expected["origin"]
    if origin and told["file"] and not _same_file(origin, told["file"]):
        told["wrong"].append(f"it comes from {told['file']} and not from {origin}")
    if expected["implementation"]:
        _examine_twin(expected, package, told)
    else:
        _examine_modules(expected, finder.aliases if finder else {}, told)
    return told


def _modules_of(package: str) -> list[str]:
    inside = package + "."
    return [name for name in list(sys.modules) if name == package or name.startswith(inside)]


def _is_compiled(name: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return file.endswith((".so", ".pyd"))


def _examine_twin(expected: dict[str, Any], package: Any, told: dict[str, Any]) -> None:
    """Compare what the selector says and what the package's names are."""
    asked = expected["implementation"]
    components = _reported(expected["package"])
    if components is None:
        told["wrong"].append("twinwheel has not selected anything for it")
        return
    told["bound"] = components
    for part in expected["components"]:
        if components.get(part) != asked:
            told["wrong"].append(f"{part} is bound to {components.get(part, 'nothing')}")
            continue
        public = getattr(package, part, None)
        for name, module in expected["modules"].items():
            other = getattr(sys.modules.get(module), part, None)
            mine = getattr(sys.modules.get(expected["module"]), part, None)
            if name != asked and other is not None and other is not mine and public is other:
                told["wrong"].append(f"{expected['package']}.{part} is that of {name}")


def _reported(package: str) -> dict[str, str] | None:
    """Ask the selector that selected for a package, which may be a copy inside of it.

    Not by its ``report``, which selects anew if a test has changed the package's variables.
    """
    for name, module in list(sys.modules.items()):
        if name.endswith("twinwheel.selection") and package in getattr(module, "_records", ()):
            return dict(module._records[package].providers)
    return None


def _examine_modules(
    expected: dict[str, Any], aliases: dict[str, str], told: dict[str, Any]
) -> None:
    """See that each replaced module is the other one, and where names are from."""
    wrong = told["wrong"]
    for alias, other in aliases.items():
        given = sys.modules.get(alias)
        if given is None:  # nobody asked for it
            continue
        if not other:
            wrong.append(f"{alias} was imported, though it was not to be had")
        elif other.endswith(".py"):
            file = getattr(given, "__file__", None) or ""
            if not _same_file(other, file):
                wrong.append(f"{alias} is not of {other}, but of {file}")
        elif given is not sys.modules.get(other):
            wrong.append(f"{alias} is not {other}")
    absent = [module for module in expected["loads"] if module not in sys.modules]
    wrong += [f"{module} was never imported" for module in absent]
    if expected["others"] and not absent:
        _examine_names(expected, aliases, told)


def _examine_names(expected: dict[str, Any], aliases: dict[str, str], told: dict[str, Any]) -> None:
    """See which of the modules that are compared the package's names are from."""
    package, mine = expected["package"], expected["loads"]
    skipped = [*mine, *expected["others"], *aliases]
    bound: dict[str, str] = {}
    has: set[str] = set()
    for module in mine:
        bound.update(bound_names(package, module, skipped))
        has.update(vars(sys.modules[module]))
    told["bound"] = dict(list(bound.items())[:_FEW])
    same = [sys.modules[module] for module in mine]
    for other in expected["others"]:
        if other in (package, *aliases) or any(sys.modules.get(other) is each for each in same):
            continue
        theirs = bound_names(package, other, skipped)
        # Under another name it is kept beside; and what the module has not may be of the other.
        places = [
            place
            for place, name in theirs.items()
            if name in has and place.rpartition(".")[2] == name
        ]
        told["wrong"] += [f"{place} is of {other}" for place in places[:_FEW]]


def _same_file(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def bound_names(package: str, module: str, skipped: list[str]) -> dict[str, str]:
    """Return the names in a package that hold what a module of it made.

    Args:
        package: Full name of the package.
        module: Full name of the module.
        skipped: Modules whose own names do not count, with all that is in them.

    Returns:
        Full name in the package to the name in the module.
    """
    maker = sys.modules.get(module)
    if maker is None:
        return {}
    made = {id(value): name for name, value in vars(maker).items() if _is_own(name, value, maker)}
    made[id(maker)] = module.rpartition(".")[2]
    found = {}
    for name in _modules_of(package):
        if any(name == each or name.startswith(each + ".") for each in skipped if each != package):
            continue
        for key, value in list(vars(sys.modules[name]).items()):
            if id(value) not in made:
                continue
            # The import system itself puts a module into its package, under its own name.
            if value is maker and f"{name}.{key}" in (module, *skipped):
                continue
            found[f"{name}.{key}"] = made[id(value)]
    return found


def _is_own(name: str, value: Any, maker: Any) -> bool:
    """Tell whether a module made something, and has not imported it from elsewhere."""
    if name.startswith("__") or not callable(value):
        return False
    home = getattr(value, "__module__", None)
    if home in (None, maker.__name__):
        return True
    if getattr(builtins, name, None) is value:
        return False
    other = sys.modules.get(str(home))
    if other is None or home in ("builtins", maker.__name__.rpartition(".")[0]):
        return True
    return getattr(other, name, None) is not value
