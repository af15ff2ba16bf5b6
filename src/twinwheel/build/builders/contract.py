"""What a builder is told and what it must provide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["BuildContext", "Builder", "DynamicMetadata", "StatedVersion", "Toolchain"]


@dataclass(frozen=True)
class BuildContext:
    """What a builder may look at."""

    root: Path
    """The folder that the builder is run in."""

    pyproject: Mapping[str, Any]
    """The whole ``pyproject.toml`` there."""

    environ: Mapping[str, str]
    requires: tuple[str, ...] = ()
    """What the author asks for beside the builder."""

    languages: tuple[str, ...] = ("C", "CXX")
    """Languages whose compilers a CMake project needs."""

    features: tuple[str, ...] = ()
    """Cargo features, besides the crate's defaults."""

    config_settings: Mapping[str, str | list[str]] = field(default_factory=dict)
    """What ``-C`` gives the backend."""

    state: str = "wheel"
    """What is built: ``wheel``, ``editable`` or ``sdist``."""

    debug: bool = False
    """Whether what is built is to have debug information, for a comparison after the build."""

    requirements_follow: bool = False
    """Whether the frontend has yet to install what is asked for, so that it counts as there."""


@dataclass(frozen=True)
class Toolchain:
    """What the machine has for one implementation."""

    tools: Mapping[str, str] = field(default_factory=dict)
    """Name of the tool -> what it says of its version."""

    missing: tuple[str, ...] = ()
    """What is missing, each as a phrase such as ``no C++ compiler``; empty when it can be built."""

    help: str = ""
    """How to get what is missing."""


@dataclass(frozen=True)
class StatedVersion:
    """A version that a build file states for itself."""

    file: str
    """Path relative to the builder's folder."""

    text: str
    """As it is written: ``1.0.0-rc.1``."""

    numbers_only: bool = False
    """Whether the file has no way to say that it is a pre-release."""


@dataclass(frozen=True)
class DynamicMetadata:
    """How a backend fills in the fields that ``[project]`` leaves open."""

    fields: frozenset[str]
    """Those that it fills in."""

    must_fill: frozenset[str] = frozenset()
    """Those without which its own build fails."""

    hand_over: Callable[[Mapping[str, Any], Path], Mapping[str, str]] | None = None
    """Takes fields with the values that others gave them, and a folder to write to; returns
    variables that tell this backend of them. None when it cannot be told."""

    needs_tools: bool = False
    """Whether its metadata hook needs what ``probe`` looks for."""

    config_settings: Mapping[str, str] = field(default_factory=dict)
    """What keeps its metadata hook from compiling."""

    requires: tuple[str, ...] = ()
    """PEP 508 requirements of its metadata hook, beside the backend's own."""

    help: str = ""
    """How to make it fill in a field."""


class Builder(Protocol):
    """What every builder provides; a module serves."""

    BACKEND: str
    """Object reference of the PEP 517 backend."""

    DISTRIBUTION: str
    """Name of the distribution that holds it."""

    REQUIREMENT: str
    """PEP 508 requirement for it."""

    def probe(self, context: BuildContext) -> Toolchain:
        """Look for the tools; download nothing.

        One that can be had as a requirement counts as there while ``requirements_follow``.
        """

    def requirements(self, context: BuildContext) -> list[str]:
        """Return PEP 508 requirements for a build, without those that are there already."""

    def accepts_config_setting(self, context: BuildContext, key: str) -> bool:
        """Tell whether the backend reads a ``-C`` key; what nobody reads is an error."""

    def config_setting_names(self, context: BuildContext) -> list[str]:
        """Return the keys that it reads, as far as they can be listed, for error messages."""

    def guard(self, context: BuildContext) -> dict[str, str]:
        """Return variables without which the backend would do what no build of ours may."""

    def dynamic_metadata(self, context: BuildContext, fields: Sequence[str]) -> DynamicMetadata:
        """Tell which of the dynamic ``fields`` the backend fills in, and how to ask it."""

    def environment(self, context: BuildContext, scratch: Path) -> dict[str, str]:
        """Return variables to set for the backend's hooks when it builds one half of a wheel."""

    def config_settings(
        self,
        context: BuildContext,
        folder: Path,
        kept: Path | None = None,
    ) -> Mapping[str, str | list[str]]:
        """Return the ``-C`` settings for the hook that builds one half: the context's, and ours.

        ``folder`` is not there yet; it is the half's own, and gone after the build. ``kept`` stays
        and holds what the last build of an editable install left there; it is None when the half
        must be built from scratch.
        """

    def build_files(self, context: BuildContext) -> list[str]:
        """Return paths, relative to its folder, without which nothing can be built."""

    def leftovers(self, context: BuildContext) -> list[Path]:
        """Return files that the backend may write between the sources."""

    def outside(self, context: BuildContext) -> list[Path]:
        """Return files and folders outside of its own folder that the build reads, if known."""

    def stated_versions(self, context: BuildContext) -> list[StatedVersion]:
        """Return the versions that the build files state, to be held to the project's."""
