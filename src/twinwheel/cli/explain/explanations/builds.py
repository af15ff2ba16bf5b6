"""TW30x and TW31x: running the builders, and the wheel's name, tag and time."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_WITHOUT = "how-to/build-without-rust-or-c.md"

ENTRIES = (
    entry(
        "TW301",
        "a builder failed",
        "mend what its messages name; they are above the error",
        """
        The tools of a half were found, and its builder (scikit-build-core, maturin or another)
        ended with an error: the code does not compile, a library is missing, a setting of the
        builder's own table is wrong. Its messages are above, each line behind the half's name in
        brackets; the first error among them is usually the cause. Both halves run side by side, so
        their lines may be mixed: build one half alone to see it clearly. pip shows the messages of
        a build that succeeds only with `-v`.
        """,
        language="console",
        right="$ TWINWHEEL_RUST=off pip install -v .",
        pages=(_WITHOUT,),
    ),
    entry(
        "TW302",
        "a builder's backend cannot be imported",
        "let the frontend install the requirements",
        """
        A half is built by the hooks of its builder's own backend, such as `scikit_build_core.build`
        or `maturin`, in the environment of the build. The backend asks the frontend to install it,
        which pip and build do unless isolation is turned off. Leave out `--no-build-isolation`, or
        install the distribution that the message names into the environment.
        """,
        language="console",
        wrong="$ pip install --no-build-isolation .",
        right="""
        $ pip install scikit-build-core maturin
        $ pip install --no-build-isolation .
        """,
        pages=("guide/first-twin-package.md",),
    ),
    entry(
        "TW303",
        "the metadata changed between the metadata hook and the build",
        "build again",
        """
        A frontend may ask for the metadata first and build the wheel later; PEP 517 wants the wheel
        to hold what was promised. A file of the metadata folder differs now, so `pyproject.toml`,
        the readme or a licence file was changed while the build ran, perhaps by the build itself.
        Build again; if that fails too, look for a step of CMake or a `build.rs` that writes one of
        these files.
        """,
    ),
    entry(
        "TW311",
        "what a builder made is no wheel, or has no proper tag",
        "report it to the builder named",
        """
        A builder's hook returned a file whose name is not that of a wheel
        (`name-version-python-abi-platform.whl`), whose tag cannot be parsed, or which cannot be
        read as a zip archive. A full disk or a folder that another process cleans up can cause the
        last. Build again in a fresh folder; if the error stays, report it to the builder, with the
        name of the file.
        """,
    ),
    entry(
        "TW312",
        "no interpreter and platform supports both halves",
        "build both for the same Python and platform",
        """
        The tag of the wheel is what all of its halves support, computed from the tags of the
        halves; the message lists them. Here nothing is left: one half may be for another platform,
        as when only one of them is cross-compiled, or one uses the stable ABI (abi3) of a later
        Python than the other was built for, or one is for glibc and the other for musl. abi3 is
        also nothing that a free-threaded Python (`cp314t`) loads. Build both halves with the same
        Python and for one platform, and look at the abi3 settings of both: `wheel.py-api` in
        `[tool.scikit-build]`, and the feature `abi3-py310` or the like of PyO3.
        """,
        pages=("reference/support-matrix.md",),
    ),
    entry(
        "TW313",
        "`SOURCE_DATE_EPOCH` is no whole number",
        "correct or unset it",
        """
        `SOURCE_DATE_EPOCH` gives the time that the files in a wheel bear, so that two builds can be
        equal byte for byte. It is a whole number of seconds since 1970, at most the end of 2107,
        which is as far as zip archives go. A date in words is refused and not guessed at. It
        concerns both halves, and every file.
        """,
        language="console",
        wrong="$ SOURCE_DATE_EPOCH=2026-01-01 pip wheel . --no-deps",
        right="$ SOURCE_DATE_EPOCH=1767225600 pip wheel . --no-deps",
        pages=("reference/environment.md",),
    ),
)
