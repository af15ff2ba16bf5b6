"""TW12x to TW14x: ``[project]``, the Python sources, and what a vendored package may import."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_SETTINGS = "reference/settings.md"

ENTRIES = (
    entry(
        "TW121",
        "`[project]` is missing or wrong",
        "write it as PEP 621 and PEP 639 say",
        """
        The wheel's metadata is made from `[project]` alone, whatever the halves would write. The
        table must be there with at least `name` and `version`, and each field must be as PEP 621
        and PEP 639 describe it; the message names the field. A usual cause is a licence in the old
        way beside one in the new: `license` is an SPDX expression, and the files go into
        `license-files`. The readme and the licence files must be text in UTF-8. Console scripts
        stand in `[project.scripts]`, never in `[project.entry-points.console_scripts]`.
        """,
        wrong="""
        [project]
        name = "imagetools"
        version = "1.0"
        license = { text = "MIT" }
        license-files = ["LICENSE"]
        """,
        right="""
        [project]
        name = "imagetools"
        version = "1.0"
        license = "MIT"
        license-files = ["LICENSE"]
        """,
        pages=("guide/first-twin-package.md",),
    ),
    entry(
        "TW122",
        "a field in `[project] dynamic` is filled in by no builder that can be asked here, or not "
        "by one that must",
        "name a provider, install the tool named, or write the value into `[project]`",
        """
        `dynamic` promises fields that the builders fill in: maturin takes them from `Cargo.toml`,
        scikit-build-core from the providers in `[tool.scikit-build.metadata]`. Here no builder
        gives the field, or the one that does needs a tool that is missing, or a half whose own
        build needs the field cannot be told of it: one by meson-python, or by scikit-build-core
        where `[[tool.dynamic-metadata]]` is used. The message names the field and, as far as that
        is the cause, the tool. A value in `[project]` itself needs neither.
        """,
        wrong="""
        [project]
        name = "imagetools"
        dynamic = ["version"]
        """,
        right="""
        [project]
        name = "imagetools"
        version = "1.0"
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW123",
        "the halves fill in different versions",
        "let both read it in one place",
        """
        `version` is dynamic, and the builders that were asked gave different ones; the message
        lists them. A wheel has one version, so none of them is preferred. Let both read it in one
        place: the Rust half has it from `Cargo.toml`, and a provider of scikit-build-core can read
        that file too. Or write the version into `[project]`.
        """,
        wrong="""
        [tool.scikit-build.metadata.version]
        provider = "scikit_build_core.metadata.regex"
        input = "CMakeLists.txt"
        regex = 'VERSION (?P<value>[\\d.]+)'
        """,
        right="""
        [tool.scikit-build.metadata.version]
        provider = "scikit_build_core.metadata.regex"
        input = "Cargo.toml"
        regex = 'version = "(?P<value>[\\d.]+)"'
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW131",
        "a folder in `wheel.packages` is not there",
        "correct the list",
        """
        Each item of `packages` in `[tool.twinwheel.wheel]` is a folder of Python sources, given as
        a path from `pyproject.toml` inside the project. It is a path and no import name, and no
        pattern: slashes, not dots. In a source distribution the folder may be missing because it
        was left out; see what `sdist.exclude` says.
        """,
        wrong="""
        [tool.twinwheel.wheel]
        packages = ["imagetools"]
        """,
        right="""
        [tool.twinwheel.wheel]
        packages = ["src/imagetools"]
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW132",
        "the package is not in the sources",
        "name its folder in `wheel.packages`",
        """
        The package in `[tool.twinwheel]` was looked for as a folder with an `__init__.py`, in
        `src/`, `python/` and the root when `wheel.packages` is left out, else in the folders that
        it names; `accepted` lists them. Correct the package's name, add the `__init__.py`, or name
        the folder. The twin package itself must have an `__init__.py`, also when the packages
        around it are namespace packages.
        """,
        wrong="""
        [tool.twinwheel.wheel]
        packages = ["lib"]
        """,
        right="""
        [tool.twinwheel.wheel]
        packages = ["lib/imagetools"]
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW133",
        "a pattern in `wheel.exclude` is none",
        "write it as in `.gitignore`",
        """
        `exclude` in `[tool.twinwheel.wheel]` takes patterns in the manner of `.gitignore`, matched
        with paths in the wheel. One of them cannot be read; the message quotes it. A lone `!` says
        to take back nothing.
        """,
        wrong="""
        [tool.twinwheel.wheel]
        exclude = ["!"]
        """,
        right="""
        [tool.twinwheel.wheel]
        exclude = ["imagetools/data/*", "!imagetools/data/table.bin"]
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW134",
        "a Python module that the settings name is not among the sources",
        "correct the name, or what is excluded",
        """
        The package itself, the module of each implementation without a builder, and that of each
        implementation with `files`, must be Python sources of the wheel. This one is not: it is
        misspelt, not written yet, or taken out by `exclude`. `accepted` names the file that would
        be it. If the module is compiled, name its `builder`.
        """,
        wrong="""
        [tool.twinwheel.implementations.python]
        module = "imagetools.python"
        """,
        right="""
        [tool.twinwheel.implementations.python]
        module = "imagetools._python"
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW135",
        "a file between the sources cannot be put into a wheel or an sdist",
        "rename it, make it readable, or leave it out",
        """
        Names in wheels and sdists are text in UTF-8, on every system that they are installed on.
        The file named has bytes in its name that are no UTF-8, or a line break or another control
        character; or it, or a folder, may not be read by whoever builds. Links that lead nowhere,
        such as the locks of editors, and pipes, sockets and devices give no error: they are left
        out of both, and a line says so. But maturin packs the package's folder itself and cannot be
        told to pass them over, so beside a Rust half they are this error: remove them.
        """,
        right="""
        [tool.twinwheel.wheel]
        exclude = ["imagetools/scratch/"]
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW136",
        "the header of the package's libraries is not there",
        "correct the path, which is relative to `pyproject.toml`",
        """
        `[tool.twinwheel.libraries] header` names the C header that each of the package's libraries
        is compared with when it is built. There is no file of this path. In a source distribution,
        it may be that the header was left out: then `[tool.scikit-build] sdist.include` has to name
        it.
        """,
        right="""
        [tool.twinwheel.libraries]
        header = "include/kernel.h"
        """,
        pages=("how-to/offer-a-c-library.md", _SETTINGS),
    ),
    entry(
        "TW141",
        "a module imports what the vendored selector does not have",
        "import what the copy has, or depend on twinwheel",
        """
        With `runtime = "vendored"` the selector is put into the package, and each import of
        twinwheel in the distribution is turned to that copy. The copy offers `select`, `report` and
        `__version__`, and has the modules `twinwheel.selection`, `twinwheel.manifest` and
        `twinwheel.errors`; it leaves out the rest to stay small. A module of it is imported by
        `from`, or under a name of its own: `import twinwheel.errors as errors`. Import nothing
        else, or set `runtime = "dependency"` and have twinwheel installed beside the package.
        """,
        language="python",
        wrong="from twinwheel import rebuild, select",
        right="from twinwheel import select",
        pages=("how-to/depend-on-nothing.md", _SETTINGS),
    ),
    entry(
        "TW142",
        "a module of the package cannot be parsed",
        "correct it, or leave it out",
        """
        With `runtime = "vendored"` every module that mentions twinwheel is parsed, to find what it
        imports from it. The one named is no Python that the interpreter of the build reads: it has
        a syntax error, uses syntax of a later Python, or is not in the encoding that it states,
        which is UTF-8 where it states none. Correct it, build with a Python that reads
        it, or leave it out of the wheel if it is a template and no module.
        """,
        right="""
        [tool.twinwheel.wheel]
        exclude = ["imagetools/templates/*.py"]
        """,
        pages=("how-to/depend-on-nothing.md", _SETTINGS),
    ),
    entry(
        "TW144",
        "a project that keeps its backend must say this otherwise",
        "write what the message names into [project], or into the backend's settings",
        """
        hatchling and setuptools write the metadata and ship the Python sources; twinwheel adds the
        halves. The builders of these read `[project]` in `pyproject.toml`, so it must be there with
        the name at least: `dynamic` lists what setup.cfg, setup.py or the backend says. And which
        sources to leave out is for the backend to know, not for `[tool.twinwheel.wheel]`.
        """,
        language="toml",
        wrong="""
        [tool.twinwheel.wheel]
        exclude = ["imagetools/notes.txt"]
        """,
        right="""
        [tool.hatch.build.targets.wheel]
        exclude = ["src/imagetools/notes.txt"]
        """,
        pages=("how-to/keep-your-backend.md",),
    ),
)
