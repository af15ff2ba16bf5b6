"""TW10x and TW11x: ``pyproject.toml``, ``[tool.twinwheel]`` and what is said of one build."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_SETTINGS = "reference/settings.md"
_CONFIG = "reference/config-settings.md"

ENTRIES = (
    entry(
        "TW101",
        "`pyproject.toml` is not there or cannot be read",
        "build in the project's folder",
        """
        A build reads `pyproject.toml` in the folder that the frontend runs it in, and in the
        `directory` of an implementation that names one. The path is in the message, and so is what
        the system said: no such file, or no permission. Most often the frontend was started one
        folder too high or too low. If an implementation names a `directory`, that folder needs a
        `pyproject.toml` of its own.
        """,
        language="console",
        wrong="$ pip install ./project/src",
        right="$ pip install ./project",
        pages=(_SETTINGS,),
    ),
    entry(
        "TW102",
        "`pyproject.toml` is no TOML document in UTF-8",
        "mend it at the place named",
        """
        The file was read, and is not TOML 1.0 or not UTF-8; the message has the line and column, or
        the byte. Usual causes are a string without quotes (`name = imagetools` for
        `name = "imagetools"`), a key or table that is written twice, and an editor that saved the
        file in another encoding. Nothing else is checked before this is mended. An error further
        up in the file, such as a bracket that is not closed, may be reported only where the parser
        gave up.
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW103",
        "a table has a key that is not known",
        "correct the key; the message names the known ones",
        """
        Every key of `[tool.twinwheel]` and the tables below it is checked, so that a misspelt key
        does not pass for a setting that has no effect. The message names the table, the keys that
        it may have, and the one that is nearest to what was written. Words are joined by a hyphen:
        `minimum-version`, not `minimum_version`. A key may also be right and in the wrong table, as
        `module` beside `implementations`, or belong to a later version of twinwheel.
        """,
        wrong="""
        [tool.twinwheel.wheel]
        excluded = ["imagetools/tests"]
        """,
        right="""
        [tool.twinwheel.wheel]
        exclude = ["imagetools/tests"]
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW104",
        "a value has the wrong type",
        "write what `accepted` says",
        """
        TOML has types, and each key takes one: a string, true or false, an array, a table. A list
        of one is still an array, a switch is `true` and not `"true"`, and a string may not be
        empty. The same error comes when a key stands where a table belongs, as
        `implementations = "rust"`.
        """,
        wrong="""
        [tool.twinwheel]
        prefer = "rust"
        """,
        right="""
        [tool.twinwheel]
        prefer = ["rust"]
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW105",
        "a value has the right type and is wrong all the same: missing, unknown, in conflict with "
        "another",
        "write what `accepted` says",
        """
        The value was understood, and cannot be followed. It may be missing (`module` of an
        implementation), not among the values that there are (`build = "never"`), or at odds with
        another key: a `module` outside of the package, a `prefer` that leaves out an
        implementation, one module for two implementations, `builder` left out beside `requires`.
        A builder that another distribution brings is known only where that distribution is
        installed, so `build-system.requires` must name it.
        `where` names the table and `accepted` what would do. Overrides are checked whether their
        condition holds or not, so a mistake in one shows on every machine.
        """,
        wrong="""
        [tool.twinwheel.implementations.rust]
        builder = "maturin"
        module = "imagetools_rust"
        """,
        right="""
        [tool.twinwheel.implementations.rust]
        builder = "maturin"
        module = "imagetools._rust"
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW106",
        "there is no `[tool.twinwheel]` table",
        "add it, or name the builder's own backend",
        """
        Without the table, twinwheel builds a project as scikit-build-core or maturin would, so that
        the table is not needed there. This error comes where there is nobody to stand in for:
        `tool` is no table at all, or the table was removed after `pip install -e` and the install
        is being rebuilt. Put the table back, or install the project again.
        """,
        right="""
        [tool.twinwheel]
        package = "imagetools"

        [tool.twinwheel.implementations.rust]
        builder = "maturin"
        module = "imagetools._rust"

        [tool.twinwheel.implementations.python]
        module = "imagetools._python"

        [tool.twinwheel.components.blur]
        effects = "pure"
        """,
        pages=("guide/first-twin-package.md", _SETTINGS),
    ),
    entry(
        "TW107",
        "there are tables, or build files, for scikit-build-core and for maturin, and no table "
        "says how they meet",
        "describe both halves in `[tool.twinwheel.implementations]`",
        """
        A project without `[tool.twinwheel]` is built by the one backend that it is written for.
        Here both `[tool.scikit-build]` and `[tool.maturin]` are there, or none of them beside a
        `CMakeLists.txt` and a `Cargo.toml`, and nothing else decides between the two. To have both
        halves in one wheel, give each an implementation; tables of the builders stay as they are.
        To have one half only, leave its builder's table alone there; an empty one will do.
        """,
        wrong="""
        [tool.scikit-build]
        cmake.version = ">=3.20"

        [tool.maturin]
        module-name = "imagetools._rust"
        """,
        right="""
        [tool.twinwheel.implementations.c]
        builder = "scikit-build-core"
        module = "imagetools._c"

        [tool.twinwheel.implementations.rust]
        builder = "maturin"
        module = "imagetools._rust"
        """,
        pages=("guide/first-twin-package.md", _SETTINGS),
    ),
    entry(
        "TW108",
        "the project needs a later twinwheel",
        "ask for it in `[build-system]`",
        """
        `minimum-version` in `[tool.twinwheel]` is higher than the version that runs the build. It
        is checked before every other key, since a later version may have added the one that would
        be unknown here. Let the frontend install a version that will do by asking for it in
        `[build-system]`. With `--no-build-isolation`, upgrade the installed twinwheel by hand.
        """,
        wrong="""
        [build-system]
        requires = ["twinwheel"]
        build-backend = "twinwheel.build"

        [tool.twinwheel]
        minimum-version = "0.3"
        """,
        right="""
        [build-system]
        requires = ["twinwheel>=0.3"]
        build-backend = "twinwheel.build"

        [tool.twinwheel]
        minimum-version = "0.3"
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW109",
        "a builder that an entry point names cannot be loaded, or is none",
        "report it to its distribution",
        """
        Builders other than scikit-build-core and maturin are found by the entry-point group
        `twinwheel.builders`. The entry point that `builder` names raised an exception when it was
        imported, or what it points to lacks members that every builder has; the message says which.
        Check first that the distribution's own requirements are installed and that it is of a
        version made for this twinwheel. If you wrote it, provide all that
        `twinwheel.build.builders.Builder` lists: a module will do, or an object.
        """,
        wrong="""
        [project.entry-points."twinwheel.builders"]
        bazel = "bazel_halves"
        """,
        right="""
        [project.entry-points."twinwheel.builders"]
        bazel = "bazel_halves.builder"
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW111",
        "nobody reads a `-C` setting",
        "correct its name",
        """
        Each setting that a frontend passes by `-C` is handed to the one that reads it: `twinwheel.`
        and an implementation's name to twinwheel, `build-args` and `maturin.build-args` to maturin,
        the keys that scikit-build-core knows and those that the project declares for it to
        scikit-build-core. Nobody took this one. Either its name has a slip, or it names an
        implementation or a builder that the project does not have: a project without a C half
        reads no `cmake.build-type`. Every hook says so, before anything is compiled.
        """,
        language="console",
        wrong="$ pip install . -C twinwheel.rsut=off",
        right="$ pip install . -C twinwheel.rust=off",
        pages=(_CONFIG,),
    ),
    entry(
        "TW112",
        "a build mode is not `auto`, `require` or `off`, or it is given twice",
        "correct it, in the variable or the `-C` setting named",
        """
        Whether an implementation is built is said by `TWINWHEEL_NAME` in the environment, else by
        `-C twinwheel.NAME=…`, else by its `build` key. A mode is one word: `auto` builds the half
        if its tools are there, `require` makes a missing tool an error, `off` leaves the half out.
        It is no yes or no. A `-C twinwheel.NAME` may be given once.
        """,
        language="console",
        wrong="$ TWINWHEEL_RUST=no pip install .",
        right="$ TWINWHEEL_RUST=off pip install .",
        pages=("how-to/build-without-rust-or-c.md", "reference/environment.md", _CONFIG),
    ),
)
