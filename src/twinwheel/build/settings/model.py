"""What ``[tool.twinwheel]`` may say: the one model behind the reader, the reference and the schema.

Each class is one table, each field one key (``_`` is written ``-``), and the text under a field is
its documentation.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (the reader resolves the hints)
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "BUILD_MODES",
    "KEY",
    "NEEDED",
    "BuildMode",
    "CargoSettings",
    "Compiled",
    "ComponentSettings",
    "Conditions",
    "Document",
    "EditableSettings",
    "ImplementationSettings",
    "InplaceEffects",
    "LibrariesSettings",
    "LibrarySettings",
    "OverrideSettings",
    "PackageTable",
    "PlainConditions",
    "Runtime",
    "WheelSettings",
]

BuildMode = Literal["auto", "require", "off"]
BUILD_MODES: tuple[BuildMode, ...] = ("auto", "require", "off")

Runtime = Literal["dependency", "vendored"]

KEY: Mapping[str, Any] = {"from": "key"}
"""Metadata of a field that is the name of its table, not a key in it."""

NEEDED: Mapping[str, Any] = {"filled": "none is declared", "needed": True}
"""Metadata of a field whose table must be there and hold something."""

_CONDITION: Mapping[str, Any] = {"filled": "there is no condition in it"}


@dataclass(frozen=True)
class ImplementationSettings:
    """One family that provides the components under the same names."""

    name: str = field(metadata=KEY)
    """``rust``, ``c``, ``python`` or another lower-case word."""

    module: str
    """Full name of the module that provides the components; inside the package."""

    builder: str = ""
    """Who compiles it: the name of a builder, such as ``scikit-build-core`` or ``maturin``. Left
    out for pure Python."""

    build: BuildMode = "auto"
    """``auto`` builds it when its tools are there (from an sdist it means ``require``); ``require``
    makes a missing tool an error; ``off`` leaves it out."""

    directory: str = "."
    """Folder that the builder is run in, with a ``pyproject.toml`` of its own. The project's folder
    unless a second crate or CMake project is built for another implementation."""

    requires: tuple[str, ...] = ()
    """Requirements asked for only when this implementation is built, such as ``pybind11>=3``."""

    languages: tuple[str, ...] = ("C", "CXX")
    """For CMake projects: the languages whose compilers the project needs, in CMake's words."""

    features: tuple[str, ...] = ()
    """For Rust: Cargo features of the crate, besides its defaults and those in ``[tool.maturin]``.
    ``-C twinwheel.NAME.features=a,b`` gives others in their place."""

    files: tuple[str, ...] = ()
    """Patterns of the compiled files in the wheel, such as ``pkg/libkernel.*``, when ``module`` is
    a Python module that loads them by ctypes or cffi."""

    @property
    def title(self) -> str:
        """What it is, in a message."""
        return f"{self.name} implementation"


@dataclass(frozen=True)
class LibrarySettings:
    """One of the package's plain shared libraries, for callers by ctypes or from C."""

    name: str = field(metadata=KEY)
    """``rust``, ``c`` or another lower-case word: what ``PREFIX_LIBRARY`` chooses by, and what
    switches it off in a build together with the implementation of that name."""

    builder: str
    """Who compiles it, as for an implementation: beside one of the same builder and directory it is
    made in the same run."""

    file: str
    """Pattern of its path in the wheel, such as ``pkg/libkernel.*``; inside the package."""

    build: BuildMode = "auto"
    """As for an implementation."""

    directory: str = "."
    """As for an implementation."""

    requires: tuple[str, ...] = ()
    """As for an implementation."""

    languages: tuple[str, ...] = ("C", "CXX")
    """As for an implementation."""

    features: tuple[str, ...] = ()
    """As for an implementation."""

    @property
    def title(self) -> str:
        """What it is, in a message."""
        return f"{self.name} library"


Compiled = ImplementationSettings | LibrarySettings
"""What a builder makes."""


@dataclass(frozen=True)
class LibrariesSettings:
    """The package's plain shared libraries: one C interface, made by several builders."""

    implementations: Mapping[str, LibrarySettings] = field(default_factory=dict, metadata=NEEDED)
    """The libraries, by name."""

    prefer: tuple[str, ...] = ()
    """Every library, best first: what ``twinwheel.library_path`` gives when nothing else is said.
    In the order of implementations when left out."""

    header: str = ""
    """The C header that all of them are to have the functions of, with the same types, relative to
    ``pyproject.toml``. When named, each library is checked against it when it is built."""

    header_flags: tuple[str, ...] = ()
    """What the C compiler is told to read the header, such as ``-Iinclude`` or ``-DX=1``. Run in
    the folder of ``pyproject.toml``."""


@dataclass(frozen=True)
class InplaceEffects:
    """What a component changes besides returning a value."""

    inplace: tuple[str, ...]
    """Names of the arguments that it writes into."""


@dataclass(frozen=True)
class ComponentSettings:
    """One public operation of the package."""

    name: str = field(metadata=KEY)
    """Name of the function or class, the same in every implementation."""

    raises: tuple[str, ...] = ()
    """Contract errors: exceptions that are answers, by name."""

    effects: Literal["pure", "stateful"] | InplaceEffects = "stateful"
    """``pure``, ``stateful`` (the safe default), or ``{ inplace = ["argument"] }``."""

    compare: str = "exact"
    """How answers are compared: ``exact``, ``ulp(n)``, ``close(rtol, atol)``, ``set`` or
    ``module:function``."""

    depends: tuple[str, ...] = ()
    """Components that this one calls."""

    transient: tuple[str, ...] = ()
    """Exceptions that may go away when the call is made again, by name: a rollout tries again."""

    validate: str = ""
    """``module:function`` with conditions before and after each call; none, if empty."""


@dataclass(frozen=True)
class PackageTable:
    """One twin package: its implementations and its components."""

    implementations: Mapping[str, ImplementationSettings] = field(
        default_factory=dict, metadata=NEEDED
    )
    """The implementations, by name."""

    prefer: tuple[str, ...] = ()
    """Every implementation, best first: the selector's order when nothing else is said. Rust, then
    C, then Python, then others, when left out."""

    components: Mapping[str, ComponentSettings] = field(default_factory=dict, metadata=NEEDED)
    """The components, by name."""

    libraries: LibrariesSettings = field(
        default_factory=LibrariesSettings, metadata={"filled": "none is declared"}
    )
    """Its plain shared libraries, where it has some."""


@dataclass(frozen=True)
class WheelSettings:
    """What goes into the wheel beside what is compiled."""

    packages: tuple[str, ...] = ()
    """Folders of Python packages, relative to ``pyproject.toml``. When left out, those that
    ``[tool.scikit-build] wheel.packages`` lists; else they are found in ``src/``, ``python/`` or
    the root."""

    exclude: tuple[str, ...] = ()
    """Patterns, in the manner of gitignore, of sources to leave out, beside those that
    ``[tool.scikit-build] wheel.exclude`` and ``[tool.maturin] exclude`` leave out of wheels."""


@dataclass(frozen=True)
class CargoSettings:
    """The crate of the builder ``cargo``: a plain shared library with a C interface."""

    manifest_path: str = "Cargo.toml"
    """The crate's manifest, relative to ``pyproject.toml``."""

    destination: str = ""
    """Folder in the wheel that the library is put into. The package's folder when left out."""


@dataclass(frozen=True)
class EditableSettings:
    """How an editable install behaves."""

    rebuild: Literal["by-hand", "on-import"] = "by-hand"
    """``by-hand``: ``twinwheel.rebuild("package")`` builds the native halves again. ``on-import``:
    importing the package does, when a native source changed."""


@dataclass(frozen=True)
class PlainConditions:
    """Conditions of which one is enough."""

    python_version: str = ""
    """Versions of Python by PEP 440, such as ``>=3.12,<3.14``, ``~=3.12`` or ``>=3.14.0rc1``. A
    clause that names no pre-release takes one for its final version."""

    implementation_name: str = ""
    """Regular expression for the start of ``sys.implementation.name``, such as ``cpython``."""

    platform_system: str = ""
    """Regular expression for the start of ``sys.platform``, such as ``linux`` or ``win32``."""

    platform_machine: str = ""
    """Regular expression for the start of ``platform.machine()``, such as ``x86_64|AMD64``."""

    platform_node: str = ""
    """Regular expression for the start of ``platform.node()``, the machine's name in a network."""

    abi_flags: str = ""
    """Regular expression to be found in ``sys.abiflags``: ``t`` is a free-threaded Python, ``d`` a
    debug build, ``^$`` neither."""

    env: Mapping[str, str | bool] = field(default_factory=dict, metadata=_CONDITION)
    """Variable -> regular expression for its whole value, or whether it is set to something that is
    not ``0``, ``false``, ``no`` or ``off``."""

    state: str = ""
    """Regular expression for what is built: ``wheel``, ``editable`` or ``sdist``."""

    from_sdist: bool | None = None
    """Whether the sources are an unpacked source distribution."""


@dataclass(frozen=True)
class Conditions(PlainConditions):
    """When an override holds: when all of its conditions do."""

    any: PlainConditions | None = field(default=None, metadata=_CONDITION)
    """Conditions of which one is enough: a table as this one, without ``any``."""


@dataclass(frozen=True)
class OverrideSettings:
    """Keys of ``[tool.twinwheel]`` that hold under a condition."""

    if_: Conditions = field(metadata=_CONDITION)
    """The condition. Beside it stand the keys to set, as in ``[tool.twinwheel]``; tables are
    merged, other values replaced."""


@dataclass(frozen=True)
class Document(PackageTable):
    """What a project says to twinwheel: one package, or several."""

    package: str = field(default="", metadata={"needed": True})
    """Full import name of the twin package, where there is one; the keys above belong to it."""

    packages: Mapping[str, PackageTable] = field(
        default_factory=dict, metadata={"filled": "none is declared"}
    )
    """Several twin packages in one distribution, by import name, in place of ``package`` and of the
    keys above, which are then not required, nor may they stand here."""

    wheel: WheelSettings = field(default_factory=WheelSettings)
    """What goes into the wheel beside what is compiled."""

    cargo: CargoSettings = field(default_factory=CargoSettings)
    """The crate of the builder ``cargo``, where there is one."""

    editable: EditableSettings = field(default_factory=EditableSettings)
    """How an editable install behaves."""

    runtime: Runtime = "dependency"
    """``dependency``: the package imports the installed twinwheel. ``vendored``: the selector is
    put into the package, so that the wheel depends on nothing."""

    minimum_version: str = ""
    """The lowest version of twinwheel that may build this project, by PEP 440, such as ``0.1`` or
    ``0.2.dev1``."""

    overrides: tuple[OverrideSettings, ...] = ()
    """Keys that hold under a condition; of two that set the same key, the later one counts."""
