"""The implementations that are compared, and how a process of its own gets at each."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Resolved", "Subject"]


@dataclass(frozen=True)
class Subject:
    """One implementation, as a worker is told of it."""

    name: str
    """What the user reads: ``rust``, ``msgpack.fallback``, ``bcrypt==4.0``."""
    python: str
    """The interpreter that it runs on."""
    module: str
    """Full name of the module whose public names are its components."""
    package: str
    """The package that users import; may be the module itself."""
    detail: str = ""
    """Version and file, for the report."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables of its process."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Module names that are to give another module, such as ``{"pkg._c": "pkg._python"}``.

    An empty name: importing it is to fail, as it does where it was not built. The path of a Python
    file: the module is to be loaded from this source, where its compiled form lies beside it.
    """
    authors_file: str = ""
    """Path of a file with relations that its author declares; empty for none."""
    components: tuple[str, ...] = ()
    """The names to compare where a manifest declares them; empty for all that are public."""
    also: tuple[str, ...] = ()
    """Names to compare besides those that are public here: another implementation shows them."""
    compares: dict[str, str] = field(default_factory=dict)
    """Comparators of components, where a manifest declares them."""
    isolated: bool = False
    """Whether the shell's ``PYTHONPATH`` and the user's own site-packages are kept from it."""
    loads: tuple[str, ...] = ()
    """Modules that are loaded once the package is, if it is this implementation that runs."""


@dataclass(frozen=True)
class Resolved:
    """What the words of the command line stand for."""

    package: str
    """What is compared, for display."""
    subjects: tuple[Subject, ...]
    """The package as a whole, the control first: what a suite is run with."""
    comparisons: tuple[tuple[Subject, ...], ...]
    """What is searched, a module each: the same implementations in the same order. It is
    ``subjects`` alone unless a package has its components in several modules."""
    made: tuple[bool, ...]
    """For each subject, whether it runs in an environment that twinwheel made."""
    notes: tuple[str, ...] = ()
    """What the reader must know: what was chosen, what was installed, what is left out."""
