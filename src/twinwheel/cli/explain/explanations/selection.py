"""TW4xx: binding an implementation at import time."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_VARIABLES = "reference/environment.md"
_FORCE = "how-to/force-one-implementation.md"
_MANIFEST = "reference/manifest.md"

ENTRIES = (
    entry(
        "TW401",
        "the package has no manifest",
        "install the package, do not import its sources",
        """
        A build writes the module `_twinwheel_manifest` into the package, and the selector knows of
        the wheel by it alone. It is never in the source tree, so it is missing when Python imports
        the sources themselves, as it does from the project's folder when the package lies there and
        not in `src/`. Install the package, and for work on it install it with `-e`. If another
        backend built it, name `twinwheel.build` in `[build-system]`. In an editable install it lies
        under `build/twinwheel`; when that folder was removed, install again.
        """,
        language="console",
        wrong='$ PYTHONPATH=src python -c "import imagetools"',
        right="""
        $ pip install -e .
        $ python -c "import imagetools"
        """,
        pages=(_MANIFEST,),
    ),
    entry(
        "TW402",
        "the manifest has another layout than this twinwheel reads",
        "install the twinwheel it was built with, or rebuild",
        """
        The layout of the manifest has a number, and each twinwheel reads one. The package was built
        by a twinwheel of another layout than the one that is installed. Upgrade twinwheel if the
        package is newer, or take a release of the package that was built for the installed one. If
        you build the package yourself, build it again with the twinwheel that it will run with.
        """,
        language="console",
        right="$ pip install --upgrade twinwheel imagetools",
        pages=(_MANIFEST,),
    ),
    entry(
        "TW403",
        "`PREFIX_IMPLEMENTATION` cannot be understood",
        "correct or unset it",
        """
        The variable takes `auto`, the name of one implementation, or several names in order with
        commas between them. This value has an empty element, the same name twice, `auto` among
        other names, or a name that the package does not have; `accepted` lists its names. It is an
        error and no warning, since whoever sets it wants something. Case and surrounding spaces do
        not matter.
        """,
        language="console",
        wrong='$ IMAGETOOLS_IMPLEMENTATION=rust,auto python -c "import imagetools"',
        right='$ IMAGETOOLS_IMPLEMENTATION=rust,python python -c "import imagetools"',
        pages=(_VARIABLES, _FORCE),
    ),
    entry(
        "TW404",
        "`PREFIX_USE_NAME` is neither yes nor no",
        "correct or unset it",
        """
        A variable such as `IMAGETOOLS_USE_RUST` is a switch: `1`, `true`, `yes` and `on` demand the
        implementation, `0`, `false`, `no` and `off` leave it out, and empty says nothing. Anything
        else is refused, since a guess would be wrong half of the time. To give an order of
        implementations, use `IMAGETOOLS_IMPLEMENTATION`.
        """,
        language="console",
        wrong='$ IMAGETOOLS_USE_RUST=never python -c "import imagetools"',
        right='$ IMAGETOOLS_USE_RUST=no python -c "import imagetools"',
        pages=(_VARIABLES, _FORCE),
    ),
    entry(
        "TW405",
        "`PREFIX_ROLLOUT` asks for a rollout, and only the vendored selector is there",
        "install twinwheel beside the package, or unset the variable",
        """
        The variable names the policy that moves calls from one implementation to another. A package
        that was built with a copy of the selector, so as to depend on nothing, leaves rollouts to
        an installed twinwheel, and there is none. It would be worse to import the package as if the
        policy held.
        """,
        language="console",
        wrong='$ IMAGETOOLS_ROLLOUT=policy.toml python -c "import imagetools"',
        right="$ pip install twinwheel",
        pages=(_VARIABLES, "how-to/depend-on-nothing.md"),
    ),
    entry(
        "TW406",
        "two variables contradict each other",
        "change one",
        """
        `PREFIX_IMPLEMENTATION` and a `PREFIX_USE_NAME` cannot both be followed: the list names an
        implementation that its switch turns off, or a switch demands one that is not in the list.
        Neither goes before the other, so one of them has to change. Often one was set in a profile
        or a container's image, and the other by hand; `twinwheel doctor PACKAGE` shows both.
        """,
        language="console",
        wrong="""
        $ IMAGETOOLS_IMPLEMENTATION=rust IMAGETOOLS_USE_RUST=0 python -c "import imagetools"
        """,
        right='$ IMAGETOOLS_USE_RUST=0 python -c "import imagetools"',
        pages=(_VARIABLES, _FORCE),
    ),
    entry(
        "TW407",
        "no implementation is left",
        "leave one on, or reinstall the package",
        """
        Either the `PREFIX_USE_NAME` variables turn off every candidate, or none of those that are
        left could be imported. In the first case the message names the variables: leave one
        implementation on. In the second it says for each implementation why: turned off, not
        listed, not built into this wheel, or the exception that its import raised. Then the install
        is damaged or made for another Python: reinstall the package, and let
        `twinwheel doctor PACKAGE` check its files.
        """,
        language="console",
        wrong="$ IMAGETOOLS_USE_C=0 IMAGETOOLS_USE_RUST=0 IMAGETOOLS_USE_PYTHON=0 "
        'python -c "import imagetools"',
        right='$ IMAGETOOLS_USE_C=0 IMAGETOOLS_USE_RUST=0 python -c "import imagetools"',
        pages=(_VARIABLES,),
    ),
    entry(
        "TW408",
        "what is demanded is not in this wheel",
        "install a wheel that has it, or do not demand it",
        """
        One name in `PREFIX_IMPLEMENTATION`, or a yes in `PREFIX_USE_NAME`, is a demand: the
        implementation, or no import. This wheel was made without it, for the reason in the message,
        such as a compiler that was missing when it was built. Install a published wheel, or build
        with `TWINWHEEL_NAME=require`, which fails where a tool is missing. If another
        implementation will do, give a list: what is in a list is preferred, not demanded.
        """,
        language="console",
        wrong='$ IMAGETOOLS_IMPLEMENTATION=rust python -c "import imagetools"',
        right="""
        $ TWINWHEEL_RUST=require pip install --force-reinstall --no-cache-dir imagetools
        $ IMAGETOOLS_IMPLEMENTATION=rust,python python -c "import imagetools"
        """,
        pages=(_FORCE, "how-to/build-without-rust-or-c.md"),
    ),
    entry(
        "TW409",
        "what is demanded is there and cannot be imported",
        "reinstall, or do not demand it",
        """
        A variable demands an implementation that is in the wheel, and its module raised an
        exception when it was imported; the message has it. Usual causes are a shared library that
        this machine does not have, a file of the package that was changed or removed, and a module
        that wants another environment variable to be right. Reinstall the package, and let
        `twinwheel doctor PACKAGE` compare its files with the manifest. Without the demand it would
        have been passed over with a warning in the log.
        """,
        language="console",
        wrong='$ IMAGETOOLS_IMPLEMENTATION=c python -c "import imagetools"',
        right="""
        $ pip install --force-reinstall imagetools
        $ IMAGETOOLS_IMPLEMENTATION=c,python python -c "import imagetools"
        """,
        pages=(_FORCE, "reference/command-line.md"),
    ),
    entry(
        "TW410",
        "no implementation that may be taken has a component",
        "allow one that has it",
        """
        Each component is bound to the first candidate that has it, so one implementation may have
        some of them and another the rest. The component named is in none of the candidates that
        could be imported: the one that has it was turned off, is not in the list, or is not in this
        wheel. Add it to `PREFIX_IMPLEMENTATION`. For the author of the package: a component that is
        declared in `[tool.twinwheel.components]` must be in at least one implementation, best in
        the pure-Python one.
        """,
        language="console",
        wrong='$ IMAGETOOLS_IMPLEMENTATION=rust,c python -c "import imagetools"',
        right='$ IMAGETOOLS_IMPLEMENTATION=rust,c,python python -c "import imagetools"',
        pages=(_VARIABLES, "reference/settings.md"),
    ),
    entry(
        "TW411",
        "what is demanded has none of the components",
        "do not demand it",
        """
        A variable demands an implementation whose module can be imported, and has no attribute of
        the name of any component, so that there is nothing in it to bind. For the author of the
        package: the functions must be in the module under the components' names, which in Rust is
        the name in `#[pyfunction]` and `#[pymodule]`, in pybind11 the first argument of `def`. An
        attribute that is `None` counts as missing.
        """,
        language="console",
        wrong='$ IMAGETOOLS_USE_RUST=1 python -c "import imagetools"',
        right='$ IMAGETOOLS_USE_RUST= python -c "import imagetools"',
        pages=(_FORCE, "reference/settings.md"),
    ),
    entry(
        "TW412",
        "there is no package of that name",
        "install it, or correct its name",
        """
        `twinwheel.report` imports the package that it is to tell of, and there is none of this name
        for this Python. Give the full import name with its dots, which may differ from the name
        that pip installs. If the name is right, the package is installed for another Python or in
        another environment.
        """,
        language="python",
        wrong="""
        import twinwheel

        print(twinwheel.report("twinwheel-image"))
        """,
        right="""
        import twinwheel

        print(twinwheel.report("twinwheel.image"))
        """,
        pages=(_FORCE,),
    ),
    entry(
        "TW413",
        "a rebuild needs twinwheel to be installed",
        "install twinwheel, or set `editable.rebuild` to `by-hand`",
        """
        `twinwheel.rebuild` was called for an editable install, or an import asked for it by
        `editable.rebuild = "on-import"`. The package has `runtime = "vendored"`, and in this
        environment no twinwheel is installed: its name leads to the copy of the selector, which
        binds what is there and builds nothing. Install twinwheel and the tools of the build in the
        environment, or set `editable.rebuild = "by-hand"` and install the package again.
        """,
        language="console",
        right="$ pip install twinwheel",
        pages=("how-to/depend-on-nothing.md", "how-to/work-on-a-package.md"),
    ),
    entry(
        "TW414",
        "the package has no library for other languages",
        "correct the name of the package",
        """
        `twinwheel.library_path` gives the path of a package's plain shared library, which a caller
        loads by ctypes or links with. Only a package whose `pyproject.toml` has a table
        `[tool.twinwheel.libraries]` has some; this one declares none. From Python, import it: its
        compiled modules are no libraries for other languages.
        """,
        language="python",
        right="""
        import ctypes

        import twinwheel

        kernel = ctypes.CDLL(twinwheel.library_path("twinwheel.image"))
        """,
        pages=("reference/settings.md",),
    ),
    entry(
        "TW415",
        "none of the package's libraries is there",
        "install a wheel that has one",
        """
        The package declares libraries, and none of those that may be taken can be had: a wheel that
        was built without the tools has none, `PREFIX_LIBRARY` may name those that this wheel lacks,
        and a file may have been removed since. The message tells which of it, for each; `twinwheel
        doctor` tells it too. Where only Python is called, the package works without them.
        """,
        language="console",
        right="$ pip install --force-reinstall --only-binary :all: imagetools",
        pages=(_VARIABLES,),
    ),
)
