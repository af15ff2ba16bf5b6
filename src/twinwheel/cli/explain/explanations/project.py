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
        `license-files`.
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
        "`[project]` has dynamic fields, which are not read yet",
        "write the values into `[project]`",
        """
        `dynamic` promises fields that the backend fills in. Two halves could fill in two values,
        and this version of twinwheel asks neither of them. Write the version and the rest into
        `[project]`, and let `Cargo.toml` and CMake follow it: CMake has the version as
        `SKBUILD_PROJECT_VERSION`. A project without `[tool.twinwheel]` may have what its own
        backend supports.
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
        "TW131",
        "a folder in `wheel.packages` is not there",
        "correct the list",
        """
        Each item of `packages` in `[tool.twinwheel.wheel]` is a folder of Python sources, given as
        a path from `pyproject.toml`. It is a path and no import name, and no pattern: slashes, not
        dots. In a source distribution the folder may be missing because it was left out; see what
        `sdist.exclude` says.
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
        "TW141",
        "a module imports what the vendored selector does not have",
        "import `select` and `report` only, or depend on twinwheel",
        """
        With `runtime = "vendored"` the selector is put into the package, and each
        `from twinwheel import` in it is turned to that copy. The copy offers `select` and `report`
        and nothing else, so that it stays small. Import only these, in the form
        `from twinwheel import select`, or set `runtime = "dependency"` and have twinwheel installed
        beside the package.
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
        With `runtime = "vendored"` every module of the package is parsed, to find what it imports
        from twinwheel. The one named is no Python that the interpreter of the build reads: it has a
        syntax error, or uses syntax of a later Python. Correct it, build with a Python that reads
        it, or leave it out of the wheel if it is a template and no module.
        """,
        right="""
        [tool.twinwheel.wheel]
        exclude = ["imagetools/templates/*.py"]
        """,
        pages=("how-to/depend-on-nothing.md", _SETTINGS),
    ),
)
