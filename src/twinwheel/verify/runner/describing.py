"""Says what an interpreter has: distributions, modules and their names, and where they come from.

Run by path on the interpreter that is asked, with a file that holds the question and a file for
the answers: one JSON object per line, written as soon as it is known, so that a module whose import
ends the process is known by its last line. It needs nothing but Python 3.8.
"""

from __future__ import annotations

import ast
import faulthandler
import importlib
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if not __package__:  # run by its path: its folder is a package then, as it is for the workers
    __package__ = "_twinwheel_runner"
    sys.modules[__package__] = _package = types.ModuleType(__package__)
    _package.__path__ = [os.path.dirname(os.path.abspath(__file__))]

from .aliases import alias, below
from .owning import OWN, standard, whose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Json = dict[str, Any]

SUFFIXES = [
    *((suffix, "extension") for suffix in importlib.machinery.EXTENSION_SUFFIXES),
    *((suffix, "source") for suffix in importlib.machinery.SOURCE_SUFFIXES),
]
"""Of files that are modules, and what kind; the longest that fits counts."""

MANIFEST = "_twinwheel_manifest"

MANY = 5_000
"""Names of a module, and modules of a package, beyond which no more are listed."""


# What there is, without running any of it


def find(name: str) -> Any:
    """Ask the finders for a module as an import would, but import no parent."""
    path = None
    spec = None
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        spec = None
        for finder in sys.meta_path:
            search = getattr(finder, "find_spec", None)
            spec = search(".".join(parts[:end]), path) if search else None
            if spec is not None:
                break
        if spec is None:
            return None
        if end < len(parts):
            path = locations(spec)
            if path is None:
                return None
    return spec


def locations(spec: Any) -> list[str] | None:
    """Give the folders of a package; None for a module that is none."""
    found = spec.submodule_search_locations
    if found is None:
        return None
    try:
        return list(found)
    except KeyError:  # a namespace in a namespace asks for its parent, which is not imported
        return list(getattr(found, "_path", []))


def normal(name: str) -> str:
    """Write a distribution's name as indexes do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(distribution: Any) -> str:
    """Give a distribution's name, from its folder where that says it: reading metadata is slow."""
    path = getattr(distribution, "_path", None)
    stem = "" if path is None else path.name
    if stem.endswith(".dist-info") and "-" in stem:
        return str(stem.partition("-")[0])
    return distribution.metadata["Name"] or ""


def distributions() -> Iterator[Any]:
    """Give what is installed, the one that counts first."""
    import importlib.metadata

    seen = set()
    for each in importlib.metadata.distributions():
        name = normal(name_of(each))
        if name and name not in seen:
            seen.add(name)
            yield each


def module_of(path: str) -> str | None:
    """Give the name of the module that a file of a distribution is; None if it is none."""
    folder, _, file = path.rpartition("/")
    for suffix, _ in SUFFIXES:
        if file.endswith(suffix):
            parts = [part for part in folder.split("/") if part]
            stem = file[: -len(suffix)]
            parts += [] if stem == "__init__" else [stem]
            if parts and all(part.isidentifier() for part in parts):
                return ".".join(parts)
            return None
    return None


def roots_of(distribution: Any) -> list[str]:
    """Give the packages and modules of a distribution that have no package above them."""
    modules = set()
    packages = set()
    for file in distribution.files or ():
        path = str(file).replace("\\", "/")
        module = module_of(path)
        if module:
            modules.add(module)
            if path.rpartition("/")[2].startswith("__init__."):
                packages.add(module)
    roots = set()
    for module in modules:
        parts = module.split(".")
        above = [".".join(parts[:end]) for end in range(1, len(parts))]
        roots.add(next((each for each in above if each in packages), module))
    if not roots:  # an editable install lists no module
        listed = (distribution.read_text("top_level.txt") or "").split()
        guess = re.sub(r"[-.]+", "_", distribution.metadata["Name"])
        roots = {name for name in (*listed, guess, guess.lower()) if find(name) is not None}
    return sorted(roots)


def owner(name: str, origin: str) -> Any:
    """Find the distribution that a module belongs to; None if no one says that it has it."""
    likely = (normal(name), normal(name.partition(".")[0]))
    # most often the distribution is named as what is imported is, which spares reading the rest
    installed = sorted(distributions(), key=lambda each: normal(name_of(each)) not in likely)
    file = Path(origin).resolve()
    for each in installed:
        room = Path(str(each.locate_file(""))).resolve()
        if room not in file.parents or "-packages" in file.relative_to(room).as_posix():
            continue  # the standard library has the folder of what is installed in it
        inside = file.relative_to(room).as_posix()
        if any(str(found).replace("\\", "/") == inside for found in each.files or ()):
            return each
    # an editable install lists no module
    return next(
        (
            each
            for each in installed
            if normal(name_of(each)) in likely and any(below(name, root) for root in roots_of(each))
        ),
        None,
    )


def walk(name: str, spec: Any) -> Iterator[tuple[str, Json]]:
    """Give the modules of a package by looking at its folders."""
    folders = locations(spec)
    yield name, entry(spec.origin, package=folders is not None)
    for folder in folders or ():
        yield from walk_folder(name, folder)


def walk_folder(package: str, folder: str) -> Iterator[tuple[str, Json]]:
    """Give the modules that lie in a folder of a package."""
    try:
        files = sorted(Path(folder).iterdir())
    except OSError:
        return
    for file in files:
        if file.is_dir():
            if file.name.isidentifier() and file.name != "__pycache__":
                inner = f"{package}.{file.name}"
                for init in sorted(file.glob("__init__.*")):
                    yield inner, entry(str(init), package=True)
                yield from walk_folder(inner, str(file))
            continue
        module = module_of(file.name)
        if module:
            yield f"{package}.{module}", entry(str(file), package=False)


def entry(path: str | None, *, package: bool) -> Json:
    """Say which kind of file a module is."""
    for suffix, kind in SUFFIXES:
        if path and path.endswith(suffix):
            return {kind: path, "package": package}
    return {"package": package}


def modules_of(roots: list[str]) -> Json:
    """Give the modules below some names: for each, its compiled file and its source."""
    found: Json = {}
    for root in roots:
        spec = find(root)
        if spec is None:
            continue
        for name, files in walk(root, spec):
            known = found.setdefault(name, {"extension": "", "source": "", "package": False})
            for key, value in files.items():
                known[key] = known[key] or value
            if len(found) >= MANY:
                return found
    return found


def manifest_of(name: str) -> Any:
    """Read the manifest of a twin package as the literal that it is; None if there is none."""
    spec = find(f"{name}.{MANIFEST}")
    if spec is None or not spec.origin:
        return None
    try:
        tree = ast.parse(Path(spec.origin).read_text("utf-8"))
        for statement in tree.body:
            if isinstance(statement, ast.Assign):
                return {"file": spec.origin, "content": ast.literal_eval(statement.value)}
    except (OSError, SyntaxError, ValueError):
        pass
    return {"file": spec.origin, "content": None}


def top_of(name: str) -> str:
    """Give the outermost package that a module is in, other than a namespace."""
    parts = name.split(".")
    above = (".".join(parts[:end]) for end in range(1, len(parts)))
    return next((each for each in above if getattr(find(each), "origin", None)), name)


def look(name: str) -> Json:
    """Say what a name stands for here: an import name, or that of a distribution."""
    import importlib.metadata

    spec = find(name) if all(part.isidentifier() for part in name.split(".")) else None
    distribution = None
    if spec is not None:
        distribution = owner(name, spec.origin or "")
    else:
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            distribution = next(
                (each for each in distributions() if normal(name_of(each)) == normal(name)),
                None,
            )
    roots = [] if distribution is None else roots_of(distribution)
    if spec is not None and not any(below(name, each) for each in roots):
        roots = sorted({*roots, top_of(name)})
    return {
        "importable": spec is not None,
        "origin": "" if spec is None else spec.origin or "",
        "distribution": "" if distribution is None else distribution.metadata["Name"],
        "version": "" if distribution is None else distribution.version,
        "roots": roots,
        "modules": modules_of(roots),
        "manifest": None if spec is None else manifest_of(name),
    }


def requested(left_out: list[str]) -> Json:
    """Say which distributions were installed because somebody asked for them by name."""
    named = [each for each in distributions() if normal(each.metadata["Name"]) not in left_out]
    asked = [each for each in named if each.read_text("REQUESTED") is not None] or [
        each for each in named if each.read_text("direct_url.json") is not None
    ]
    return {
        "distributions": [[each.metadata["Name"], each.version] for each in asked or named],
    }


# What it is made of, which only running it says


def compiled(value: Any, packages: list[str]) -> bool:
    """Tell whether calling this runs compiled code; Python's own classes do not count as such."""
    if isinstance(value, type):
        return any(
            compiled_class(each)
            for each in value.__mro__
            if any(below(each.__module__, package) for package in packages)
            or not standard(each.__module__)
        )
    if isinstance(value, (types.FunctionType, types.MethodType)):
        return False
    return isinstance(value, types.BuiltinFunctionType) or "func" in type(value).__name__


def compiled_class(kind: type) -> bool:
    """Tell whether a class, without its bases, is made by compiled code."""
    slots = kind.__dict__.get("__slots__", ())
    written = {slots} if isinstance(slots, str) else set(slots or ())
    made = (
        types.BuiltinFunctionType,
        types.ClassMethodDescriptorType,
        types.GetSetDescriptorType,
        types.MemberDescriptorType,
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
    )
    for name, value in list(kind.__dict__.items()):
        if name in ("__dict__", "__weakref__", "__doc__") or name in written:
            continue
        inner = getattr(value, "__func__", value)
        if isinstance(inner, made):
            if isinstance(inner, types.MemberDescriptorType) and written:
                continue  # a slot whose name was mangled
            if isinstance(inner, types.BuiltinFunctionType) and name != "__new__":
                continue  # a class may have a builtin of another as its attribute
            return True
        if type(inner).__name__ in ("cython_function_or_method", "fused_cython_function"):
            return True
    return False


def kind_of(value: Any) -> str:
    """Say what a name stands for, as far as comparing goes."""
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, type):
        return "class"
    if value is None:
        return "nothing"
    return "function" if callable(value) else "value"


def names_of(module: Any, packages: list[str]) -> Json:
    """Say of each name of a module what it is."""
    exported = getattr(module, "__all__", None)
    listed = [each for each in exported or () if isinstance(each, str)]
    names: Json = {}
    for name in [*dict.fromkeys([*listed, *list(vars(module))])][:MANY]:
        if name.startswith("__"):
            continue
        try:
            value = getattr(module, name)
        except Exception:  # the foreign module's own doing
            continue
        kind = kind_of(value)
        home = getattr(value, "__name__" if kind == "module" else "__module__", None)
        of = whose(value, module.__name__, packages)
        own = of == OWN and not name.startswith("_")
        names[name] = {
            "kind": kind,
            "compiled": compiled(value, packages),
            "public": name in listed if exported is not None else own,
            "home": home if isinstance(home, str) else "",
            "whose": of,
            "id": id(value),
        }
    return names


def file_of(module: Any) -> str:
    """Give the file that a module was loaded from."""
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) else ""


def describe(question: Json, say: Callable[[Json], None]) -> None:
    """Import modules and say what is in each."""
    alias(question["aliases"], question["packages"])
    before = set(sys.modules)
    end = time.monotonic() + question["seconds"]
    for name in question["modules"]:
        if time.monotonic() > end:
            say({"module": name, "error": "there was no time left to import it"})
            continue
        say({"begin": name})
        # works in compiled code too, and ends the process
        faulthandler.dump_traceback_later(
            question["seconds" if name == question["modules"][0] else "patience"], exit=True
        )
        try:
            module = importlib.import_module(name)
        except BaseException as error:  # whatever it is, it is the answer
            say({"module": name, "error": f"{type(error).__name__}: {error}"[:2_000]})
            continue
        finally:
            faulthandler.cancel_dump_traceback_later()
        say(
            {
                "module": name,
                "names": names_of(module, question["packages"]),
                "file": file_of(module),
            }
        )
        if name == question["modules"][0]:
            say({"first": loaded(before)})
    say({"loaded": loaded(before)})


def loaded(before: set[str]) -> Json:
    """Say which modules were loaded since, and from which file each."""
    return {
        name: file_of(module)
        for name, module in list(sys.modules.items())
        if name not in before and isinstance(module, types.ModuleType)
    }


def main(question_file: str, answer_file: str) -> None:
    """Answer a question."""
    question = json.loads(Path(question_file).read_text("utf-8"))
    with Path(answer_file).open("w", encoding="utf-8") as answers:

        def say(answer: Json) -> None:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()

        if question["do"] == "look":
            say(look(question["name"]))
        elif question["do"] == "requested":
            say(requested(question["left out"]))
        else:
            describe(question, say)
        say({"end": True})
    # without running what the foreign modules have registered for the end
    os._exit(0)


if __name__ == "__main__":
    room = Path(__file__).resolve().parent
    sys.path[:] = [each for each in sys.path if Path(each).resolve() != room]
    main(*sys.argv[1:])
