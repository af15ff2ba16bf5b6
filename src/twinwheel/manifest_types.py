"""The types of what is in a manifest: for type checkers and readers, so that no import pays."""

from __future__ import annotations

from typing import TypedDict

__all__ = ["Artifact", "Component", "Implementation", "Library", "Manifest"]


class Artifact(TypedDict):
    """One compiled file in the wheel."""

    file: str
    """Path inside the wheel, with forward slashes."""
    tag: str
    """Wheel tag of the half that built it, such as ``cp311-cp311-linux_x86_64``."""
    cpu: str
    """Lowest CPU level it runs on; ``baseline`` is any CPU of the platform."""
    sha256: str
    """Hexadecimal digest of the file as it was merged into the wheel."""
    size: int
    """Length in bytes."""


class Library(TypedDict):
    """A plain shared library in the wheel, and how it was made."""

    builder: str
    """What built it (``scikit-build-core``, ``maturin``), or ``none`` for Python."""
    built: bool
    """False when this wheel was made without it."""
    reason: str
    """Why it was not built; empty when it was."""
    tools: dict[str, str]
    """Builder, compilers and their versions, such as ``{"rustc": "1.95.0"}``."""
    artifacts: list[Artifact]
    """Empty for Python, and for what was not built."""


class Implementation(Library):
    """A family that provides components under the same names, made in the same way."""

    module: str
    """Full name of the module that provides the components."""


class Component(TypedDict):
    """One public operation of the package."""

    raises: list[str]
    effects: dict[str, list[str]] | str
    """``pure``, ``stateful``, or ``{"inplace": [argument, ...]}``."""
    compare: str
    depends: list[str]
    transient: list[str]
    """Exceptions that may go away when the call is made again."""
    validate: str
    """``module:function`` with conditions before and after each call; may be empty."""


class Manifest(TypedDict):
    """All of it."""

    schema: int
    package: str
    version: str
    prefer: list[str]
    implementations: dict[str, Implementation]
    components: dict[str, Component]
    libraries: dict[str, Library]
    """The package's plain shared libraries, best first."""
    built_with: dict[str, str]
    """``twinwheel``, ``python`` and ``tag`` (of the wheel)."""
