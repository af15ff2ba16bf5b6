"""TW2xx: compilers and other tools."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_WITHOUT = "how-to/build-without-rust-or-c.md"

ENTRIES = (
    entry(
        "TW201",
        "an implementation that is required cannot be built: a tool is missing",
        "install the tool, leave the implementation out, or take a published wheel",
        """
        An implementation is required when its mode is `require`, or when it is `auto` and the
        sources are a source distribution: whoever installs from source should get all that the
        package declares, or be told. The message names every tool that is missing: a C or C++
        compiler, `cargo` and `rustc`, a `rustc` that is new enough, or `cc` to link with. CMake and
        Ninja are asked for as requirements, so they can be missing only where the frontend installs
        none (`--no-build-isolation`). Install it, leave the half out, or take a published wheel.
        pip keeps the wheels that it builds from
        a source distribution, so add `--no-cache-dir` after a change of tools.
        """,
        language="console",
        wrong="$ TWINWHEEL_RUST=require pip install .",
        right="""
        $ TWINWHEEL_RUST=off pip install .
        $ pip install --only-binary :all: imagetools
        """,
        pages=(_WITHOUT, "how-to/build-from-sdist.md"),
    ),
    entry(
        "TW202",
        "no implementation is left",
        "build at least one, or declare a pure-Python one",
        """
        Every implementation of the package has a builder, and each was switched off or lacks its
        tools; the message says which of the two holds for each. A wheel with no implementation
        could not be imported, so none is made. Switch one on, install its tools, or declare an
        implementation in pure Python, which makes a wheel possible on every machine.
        """,
        wrong="""
        [tool.twinwheel.implementations.rust]
        builder = "maturin"
        module = "imagetools._rust"
        build = "off"
        """,
        right="""
        [tool.twinwheel.implementations.rust]
        builder = "maturin"
        module = "imagetools._rust"
        build = "off"

        [tool.twinwheel.implementations.python]
        module = "imagetools._python"
        """,
        pages=(_WITHOUT, "reference/settings.md"),
    ),
    entry(
        "TW203",
        "a Python module that the build needs is not there",
        "build with isolation, or install what `get_requires_for_build_wheel` asks for",
        """
        The backend asks the frontend for a few Python packages, besides the builders. With build
        isolation the frontend installs them by itself; with `--no-build-isolation` that is up to
        you, and the one named is missing. Build with isolation, or install the requirements first.
        `python -m build --no-isolation` lists those that are missing before it builds.
        """,
        language="console",
        wrong="$ pip install --no-build-isolation .",
        right="$ pip install .",
        pages=("how-to/build-from-sdist.md",),
    ),
)
