"""Turn the words of the command line into the implementations that they stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from twinwheel.errors import VerifyError
from twinwheel.verify import environments, pythons, releases, twins
from twinwheel.verify.describing import Interpreter, current, look
from twinwheel.verify.discovery import discover
from twinwheel.verify.modules import pair
from twinwheel.verify.releases import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinwheel.verify.describing import Looked
    from twinwheel.verify.environments import Source
    from twinwheel.verify.subjects import Resolved

__all__ = ["resolve"]

_WORDS = (
    "an implementation, a module, a requirement such as 'pkg==1.2', a wheel, an sdist, "
    "a project's folder, or a virtual environment's"
)


def resolve(
    package: str | None,
    control: str | None,
    candidate: str | Sequence[str] | None,
    *,
    python: str | None = None,
    modules: Sequence[str] = (),
    cache: Path | None = None,
    also: Sequence[str] = (),
    on_progress: Callable[[str], None] = lambda _: None,
) -> Resolved:
    """Find the implementations that are to be compared, installing what has to be.

    Args:
        package: A package, or what can be installed; None if both sides are named.
        control: What is right: an implementation, a module, a release or an environment.
        candidate: What is compared with it: one or more of the same.
        python: A version, an executable or a virtual environment to work with; two of them, with a
            comma between them, are the control's and the candidates'.
        modules: The modules to compare, where it is not all that are public.
        cache: Folder for the environments that are made; by default the user's cache.
        also: Requirements to install beside the package, such as ``pytest``.
        on_progress: Called with a line when there is something new to say.

    Raises:
        VerifyError: TW700 to TW717, when the words stand for nothing that can be compared.
    """
    candidates = [candidate] if isinstance(candidate, str) else list(candidate or ())
    first, _, second = (python or "").partition(",")
    here = pythons.find(first) if first else current()
    there = pythons.find(second.strip()) if second.strip() else here
    words = (*filter(None, [package, control]), *candidates)
    asking = _Asking(package, here, there, tuple(modules), cache, tuple(also), on_progress, words)
    if control is None and not candidates:
        if package is None:
            raise VerifyError(
                "there is nothing to verify: no package is named, and no two sides",
                code="TW700",
                accepted="a package, or --control and --candidate with " + _WORDS,
                help="for example: twinwheel verify msgpack",
            )
        return _alone(asking, package)
    told = _twin(asking, control, candidates)
    if told is not None:
        return told
    sides = [_classified(control, asking, here)] if control is not None else []
    sides += [_classified(word, asking, there) for word in candidates]
    if sides and all(side.kind == "module" for side in sides) and len(sides) > 1:
        looked = look(here, sides[0].text)
        return pair(sides[0].text, [side.text for side in sides[1:]], here, looked, modules)
    return _releases(asking, sides, control is None, not candidates)


@dataclass(frozen=True)
class _Asking:
    """All that was said besides the two sides."""

    package: str | None
    here: Interpreter
    """The interpreter of the control, and"""
    there: Interpreter
    """that of the candidates; most often the same."""
    modules: tuple[str, ...]
    cache: Path | None
    also: tuple[str, ...]
    on_progress: Callable[[str], None]
    words: tuple[str, ...]
    """All that were given."""

    def install(self, source: Source, base: Interpreter) -> environments.Environment:
        """Install something into an environment of its own."""
        return environments.make(
            source, base, cache=self.cache, also=self.also, on_progress=self.on_progress
        )


@dataclass(frozen=True)
class _Side:
    """A word, and what it is."""

    text: str
    kind: str
    """``module``, ``source`` or ``interpreter``."""
    base: Interpreter
    source: Source | None = None


def _alone(asking: _Asking, package: str) -> Resolved:
    """Compare what a package has in it."""
    notes: list[str] = []
    side = _classified(package, asking, asking.here, alone=True)
    interpreter, name = asking.here, package
    if side.kind == "interpreter":
        raise VerifyError(
            f"{package} is a Python, and does not say which of its packages is meant",
            code="TW700",
            where=package,
            help=f"twinwheel verify PACKAGE --python {package}",
        )
    if side.source is not None:
        made = asking.install(side.source, asking.here)
        interpreter, name = made.interpreter, made.distribution
        notes.append(
            f"{made.distribution} {made.version} was installed into an environment of its own"
        )
    looked = look(interpreter, name)
    for root in (name, *looked.roots):
        # a distribution may be named in another way than the package that it brings
        at = looked if root == name else look(interpreter, root)
        manifest = twins.manifest(root, at)
        if manifest is not None:
            found = twins.subjects(root, manifest, interpreter, None, [])
            return releases.noted(found, notes)
    found = discover(
        name, interpreter, looked, modules=asking.modules, on_progress=asking.on_progress
    )
    return releases.noted(found, notes)


def _twin(asking: _Asking, control: str | None, candidates: Sequence[str]) -> Resolved | None:
    """Compare implementations of a twin package, if that is what the words name."""
    package = asking.package
    words = [*filter(None, [control]), *candidates]
    if package is None or not all(re.fullmatch(r"\w+", word) for word in words):
        return None
    looked = look(asking.here, package)
    manifest = twins.manifest(package, looked)
    if manifest is None:
        return None
    known = manifest["implementations"]
    if not any(word in known for word in words):
        others = [word for word in words if not _is_something_else(word, asking)]
        if not others:
            return None
    return twins.subjects(package, manifest, asking.here, control, candidates)


def _is_something_else(word: str, asking: _Asking) -> bool:
    return Path(word).exists() or look(asking.here, word).there


def _classified(word: str, asking: _Asking, base: Interpreter, *, alone: bool = False) -> _Side:
    """Find out what a word is."""
    path = Path(word).expanduser()
    looks_like_path = (
        "/" in word.partition("@")[0] or "\\" in word or word.startswith((".", "~"))
    ) or word.endswith((".whl", ".tar.gz", ".zip", ".exe"))
    if looks_like_path:
        if not path.exists():
            raise VerifyError(f"there is no {word}", code="TW701", where=word, accepted=_WORDS)
        return _path_side(word, path, base)
    requirement = _as_requirement(word, asking)
    if requirement is not None:
        return _Side(word, "source", base, environments.source_of(requirement))
    looked = look(base, word)
    if looked.importable or (alone and looked.there):
        return _Side(word, "module", base)
    if path.exists():
        return _path_side(word, path, base)
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", word) or ("." in word and not alone):
        raise VerifyError(
            f"{word} is no module that {base.python} has, and no file",
            code="TW701",
            where=word,
            accepted=_WORDS,
        )
    if not alone and not _is_named_elsewhere(word, asking):  # a slip must not install anything
        raise VerifyError(
            f"{word} is no module that {base.python} has",
            code="TW701",
            where=word,
            accepted=_WORDS,
            help=f"if a release is meant, name it: '{word}==VERSION' or '{word}>=0'",
        )
    return _Side(word, "source", base, environments.source_of(word))


def _is_named_elsewhere(word: str, asking: _Asking) -> bool:
    """Is the same distribution named by another word, as by ``pkg==1.2`` beside ``pkg``?"""
    named = re.compile(rf"{re.escape(word)}(\s*[=<>~!@\[].*)?", re.IGNORECASE)
    others = [each for each in asking.words if each is not word]
    return any(named.fullmatch(each) for each in others)


def _path_side(word: str, path: Path, base: Interpreter) -> _Side:
    if pythons.environment_python(path) is not None:
        return _Side(word, "interpreter", pythons.find(word))
    archive = path.name.endswith((".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"))
    if path.is_file() and not archive:
        return _Side(word, "interpreter", pythons.find(word))
    return _Side(word, "source", base, environments.source_of(word))


def _as_requirement(word: str, asking: _Asking) -> str | None:
    """Give the requirement that a word is; None for a bare name and for what is none."""
    package = asking.package
    if package is not None:
        if word.startswith(("=", "<", ">", "~", "!")):
            word = f"{package}{word}"
        elif word[0].isdigit():
            try:
                word = f"{package}=={Version(word)}"
            except InvalidVersion:
                return None
    try:
        requirement = Requirement(word)
    except InvalidRequirement:
        return None
    bare = not (requirement.specifier or requirement.url or requirement.extras)
    return None if bare else word


def _releases(
    asking: _Asking, sides: Sequence[_Side], no_control: bool, no_candidate: bool
) -> Resolved:
    """Compare what is installed in environments."""
    names = [side.text for side in sides]
    if len(set(zip(names, (side.base.python for side in sides), strict=True))) < len(sides):
        raise VerifyError(
            f"the control and the candidate are the same: {names[0]}",
            code="TW702",
            where=names[0],
            accepted="two releases, folders or environments",
        )
    found = [_release(asking, side) for side in sides]
    if no_control or no_candidate:
        if sides[0].kind == "module":
            raise VerifyError(
                f"{names[0]} is to be compared, but it is not said with what",
                code="TW702",
                where=names[0],
                accepted="--control and --candidate with " + _WORDS,
            )
        name = asking.package or found[0].distribution
        base = asking.here if no_control else asking.there
        other = _installed(base, name)
        found = [other, *found] if no_control else [*found, other]
    return releases.compare(asking.package, found, asking.modules, asking.on_progress)


def _release(asking: _Asking, side: _Side) -> Release:
    if side.source is not None:
        made = asking.install(side.source, side.base)
        indexed = not Path(side.source.requirement).is_absolute()
        of = made.distribution, made.version
        return Release(side.text, made.interpreter, *of, indexed=indexed)
    if side.kind == "module":
        looked = look(side.base, side.text)
        return Release(side.text, side.base, looked.distribution, looked.version, side.text)
    return Release(side.text, side.base, "", "")


def _installed(base: Interpreter, name: str) -> Release:
    """Give what is installed in the environment that is in use."""
    looked: Looked = look(base, name)
    if not looked.there:
        raise VerifyError(
            f"only one side is named, and {name} is not installed to be the other",
            code="TW702",
            where=base.python,
            accepted="--control and --candidate with " + _WORDS,
        )
    shown = f"{looked.distribution or name} {looked.version}".strip() + " (installed)"
    return Release(shown, base, looked.distribution, looked.version)
