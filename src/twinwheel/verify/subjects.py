"""The implementations that are compared, and how a process of its own gets at each."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Subject"]


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
    """Module names that are to give another module, such as ``{"pkg._c": "pkg._python"}``."""
    authors_file: str = ""
    """Path of a file with relations that its author declares; empty for none."""
    components: tuple[str, ...] = ()
    """The names to compare where a manifest declares them; empty for all that are public."""
