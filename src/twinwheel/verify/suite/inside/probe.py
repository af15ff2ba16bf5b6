"""Tell, in the interpreter that is to run a suite, what there is to run it with.

Read from the file of JSON that is named: ``package``, ``modules`` to import, ``components`` to look
for in them, and in ``binding`` modules of which to tell which the package takes by itself. Written,
as lines of JSON: first what can be told without importing anything of the package, which may end
the process; then what came of each import. PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import platform
import sys
from pathlib import Path
from typing import Any

from .proof import bound_names  # noqa: TID252

__all__ = ["main"]

_TESTS = ("tests", "test", "testing")
_MANIFEST = "_twinwheel_manifest"


def main(path: str) -> None:
    """Write what there is."""
    asked = json.loads(Path(path).read_text("utf-8"))
    _say(_look(asked["package"], asked["whole"]))
    if asked["binding"]:
        _say({"importing": asked["package"]})
        _say({"bound": _bound(asked["package"], asked["binding"])})
    for module in asked["modules"]:
        _say({"importing": module})
        _say(_try(module, asked["components"]))


def _say(what: dict[str, Any]) -> None:
    # The package may write to the output too: its lines are no JSON of this kind.
    sys.stdout.write("\n@twinwheel " + json.dumps(what) + "\n")
    sys.stdout.flush()


def _look(package: str, whole: bool) -> dict[str, Any]:
    """Find the package without importing it, as far as that can be done.

    Args:
        package: Its full name.
        whole: Whether also what it was installed from, which takes a while.
    """
    told: dict[str, Any] = {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "pytest": _version_of("pytest"),
        "origin": "",
        "folder": "",
        "tests": "",
        "test_module": "",
        "distribution": "",
        "version": "",
        "manifest": None,
        "error": "",
    }
    try:
        spec = importlib.util.find_spec(package)
    except Exception as error:  # noqa: BLE001 (of the packages that it is in)
        told["error"] = f"{type(error).__name__}: {error}"
        return told
    if spec is None:
        told["error"] = f"there is no module {package}"
        return told
    told["origin"] = spec.origin or ""
    folders = list(spec.submodule_search_locations or ())
    for folder in folders:
        told["folder"] = told["folder"] or folder
        for name in _TESTS:
            tests = Path(folder, name)
            if not told["tests"] and _has_tests(tests):
                told["tests"] = str(tests)
        for name in ("test.py", "tests.py"):
            if not told["test_module"] and _is_test_module(Path(folder, name)):
                told["test_module"] = str(Path(folder, name))
    if whole:
        told["distribution"], told["version"] = _distribution_of(package)
    told["manifest"] = _manifest(package, folders)
    return told


def _has_tests(folder: Path) -> bool:
    return any(
        path.name.startswith("test_") or path.name.endswith("_test.py")
        for path in folder.rglob("*.py")
    )


def _is_test_module(path: Path) -> bool:
    return path.is_file() and "def test" in path.read_text("utf-8", "replace")


def _version_of(name: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _distribution_of(package: str) -> tuple[str, str]:
    """Return name and version of the distribution that a package was installed from."""
    from importlib import metadata

    inner = package.replace(".", "/")
    top = package.partition(".")[0]

    def has(distribution: Any) -> bool:
        # As text: to take apart the records of all that is installed takes half a second.
        record = "\n" + (distribution.read_text("RECORD") or "")
        return f"\n{inner}/" in record or f"\n{inner}." in record

    everything = list(metadata.distributions())
    # Its files tell, but reading those of all is slow, so first by name.
    likely = [each for each in everything if _plain(each.metadata["Name"]) == _plain(package)]
    found = [each for each in likely if has(each)] or [each for each in everything if has(each)]
    if not found:  # an editable install has no files of it
        tops = [(each, (each.read_text("top_level.txt") or "").split()) for each in everything]
        found = likely or [each for each, names in tops if top in names]
    return (found[0].metadata["Name"], found[0].version) if found else ("", "")


def _plain(name: str | None) -> str:
    return (name or "").lower().replace("-", "_").replace(".", "_")


def _manifest(package: str, folders: list[str]) -> Any:
    """Return what a twin package's manifest says; None for another package.

    The finders are asked directly, as ``importlib.util.find_spec`` would import the package; those
    of an editable install know where its manifest is.
    """
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        spec = find(f"{package}.{_MANIFEST}", folders) if find is not None else None
        if spec is not None and spec.loader is not None:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module.MANIFEST
    return None


def _try(name: str, components: list[str]) -> dict[str, Any]:
    """Import a module; tell what it has not."""
    try:
        module = importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001 (a Rust panic is no Exception)
        return {"module": name, "error": f"{type(error).__name__}: {error}", "missing": []}
    missing = [part for part in components if getattr(module, part, None) is None]
    file = getattr(module, "__file__", None) or ""
    return {"module": name, "error": "", "missing": missing, "file": file}


def _bound(package: str, modules: list[str]) -> list[str]:
    """Return those of some modules that a package takes by itself."""
    try:
        made = importlib.import_module(package)
        for name in dir(made):  # some import a part of themselves when it is first asked for
            getattr(made, name, None)
    except BaseException:  # noqa: BLE001 (the suite shall tell of it)
        return []
    imported = [module for module in modules if module in sys.modules]
    bound = {module: bound_names(package, module, modules) for module in imported}
    # One that is there only under another name is kept beside the one that is used.
    by_name = [
        module
        for module, names in bound.items()
        if any(place.rpartition(".")[2] == name for place, name in names.items())
    ]
    by_any = [module for module, names in bound.items() if names]
    return by_name or by_any or imported


if __name__ == "__main__":
    main(sys.argv[1])
