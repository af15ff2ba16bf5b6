"""What editable builds keep under ``build/twinwheel``, so that a small change costs a small build.

The trees of CMake and Meson name programs of the environment that they were made in. One is kept
only for an environment that stays, and begun anew when anything changed that such a tree remembers.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.build.locks import locked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twinwheel.build.plan import HalfPlan

__all__ = ["Keep", "kept_locks", "kept_tree", "short_hash", "stays"]

_STAMP = "twinwheel.json"
_SOURCES = "sources.json"
# Where frontends make the environments of isolated builds: pip, build, uv.
_ISOLATED = re.compile(r"(pip-build-env-|build-env-|\.tmp).*|builds-v\d+")
_VARIABLES = re.compile(
    r"(CMAKE|SKBUILD|MESON|NINJA|PKG_CONFIG|PYTHON3?_ROOT).*|MACOSX_DEPLOYMENT_TARGET|ARCHFLAGS"
    r"|(C|CXX|CPP|LD|F|FC|CUDA)(FLAGS)?|LIB|INCLUDE|CPATH|LIBRARY_PATH|SDKROOT"
)


@dataclass(frozen=True)
class Keep:
    """Where an editable build keeps what the next one can use."""

    folder: Path
    """``build/twinwheel``."""

    sources: Mapping[str, list[int]]
    """Path -> time of change and size of what is built from."""


@contextlib.contextmanager
def kept_tree(half: HalfPlan, keep: Keep) -> Iterator[Path | None]:
    """Give a half a folder for its builder's tree, which holds what its last build left.

    Args:
        half: What is built.
        keep: Where, and from what.

    Yields:
        The folder; None when the half must be built from scratch.
    """
    _forget_vanished(keep.folder)
    state = _state(half)
    label = re.sub(r"[^\w.-]", "_", half.label)
    interpreter = sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag
    place = keep.folder / f"native-{label}-{interpreter}-{short_hash(sys.prefix)}"
    stamp, tree = place / _STAMP, place / "tree"
    if state is None or not _is_wanted(half, tree):
        yield None
        return
    if place.exists() and (
        not os.access(place, os.W_OK) or (any(place.iterdir()) and _read(stamp) is None)
    ):
        yield None  # somebody else's
        return
    place.mkdir(exist_ok=True)
    if not stamp.exists():
        stamp.write_text("{}", "utf-8")
    with locked(place / "lock"):
        if _read(stamp) != state or _went_back(place / _SOURCES, keep.sources):
            if tree.exists():
                shutil.rmtree(tree)
            stamp.write_text(json.dumps(state, indent=1), "utf-8")
        try:
            yield tree
        finally:
            (place / _SOURCES).write_text(json.dumps(keep.sources), "utf-8")


@contextlib.contextmanager
def kept_locks(absent: Iterable[Path], root: Path, folder: Path) -> Iterator[None]:
    """Put Cargo's lock files of the last build in their places, and keep those of this one.

    Without them each build would choose the versions of what a crate depends on again, and could
    not be done offline.

    Args:
        absent: Where the sources have no lock file and the build may write one.
        root: The project's folder.
        folder: Folder of all that is kept, ``build/twinwheel``.
    """
    places = {path: folder / "locks" / short_hash(str(path.relative_to(root))) for path in absent}
    for path, copy in places.items():
        with contextlib.suppress(OSError):  # no copy yet, or sources that cannot be written to
            shutil.copyfile(copy, path)
    try:
        yield
    finally:
        for path, copy in places.items():
            if path.is_file():
                copy.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, copy)


def short_hash(text: str) -> str:
    """Return what tells texts apart in the names of folders."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _state(half: HalfPlan) -> dict[str, object] | None:
    """Return all that a tree remembers of its surroundings; None where these will not stay."""
    try:
        distribution = importlib.metadata.distribution(half.builder.DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return None
    location = str(Path(str(distribution.locate_file(""))).resolve())
    if not stays(location) or not stays(sys.prefix):
        return None
    tool = half.context.pyproject.get("tool", {})
    variables = {k: v for k, v in half.context.environ.items() if _VARIABLES.fullmatch(k)}
    state = {
        "environment": sys.prefix,
        "python": f"{sys.version} {sys.base_prefix}",
        "builder": f"{half.builder.DISTRIBUTION} {distribution.version} in {location}",
        "folder": str(half.context.root.resolve()),
        "tools": dict(half.toolchain.tools),
        "config_settings": half.context.config_settings,
        "tables": {name: tool.get(name) for name in ("scikit-build", "meson-python")},
        "variables": dict(sorted(variables.items())),
    }
    plain: dict[str, object] = json.loads(json.dumps(state, default=str))
    return plain


def _went_back(last: Path, sources: Mapping[str, list[int]]) -> bool:
    """Tell whether a source changed that is older than what was compiled, as a copy may be.

    Ninja compares dates, and would take it for what it was.
    """
    before = _read(last)
    if before is None:
        return False
    built = last.stat().st_mtime_ns
    return any(before.get(path) != now and now[0] <= built for path, now in sources.items())


def _is_wanted(half: HalfPlan, tree: Path) -> bool:
    """Tell whether the builder makes use of the folder: Cargo's target tree is another one."""
    settings = half.builder.config_settings
    without = settings(half.context, tree.with_name("none"), None)
    return settings(half.context, tree.with_name("none"), tree) != without


def stays(path: str) -> bool:
    """Tell whether a folder outlives the build: frontends isolate builds in temporary ones."""
    place = Path(path).resolve()
    if place.is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return False
    return not any(_ISOLATED.fullmatch(part) for part in place.parts)


def _forget_vanished(folder: Path) -> None:
    """Remove the trees of environments that are no more."""
    for stamp in folder.glob(f"native-*/{_STAMP}"):
        environment = (_read(stamp) or {}).get("environment")
        if isinstance(environment, str) and not Path(environment).exists():
            shutil.rmtree(stamp.parent, ignore_errors=True)


def _read(stamp: Path) -> dict[str, object] | None:
    try:
        found = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
