"""TW34x and TW35x: editable installs, and building them again."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_WORK = "how-to/work-on-a-package.md"
_INSTALL = "$ pip install --no-build-isolation -e ."

ENTRIES = (
    entry(
        "TW341",
        "an editable install has no folder to keep what it builds",
        "make the project's folder writable, or install without `-e`",
        """
        The native modules of an editable install are kept in `build/twinwheel` in the project's
        folder, out of the source tree, since they must outlive the build. That folder cannot be
        made or written to: the sources may be on a read-only disk, or belong to another user after
        a command was run as root. Change the permissions, or install without `-e`, which needs no
        folder in the project.
        """,
        language="console",
        right="$ pip install .",
        pages=(_WORK,),
    ),
    entry(
        "TW351",
        "the package to rebuild is not installed with `-e` by twinwheel",
        "`pip install --no-build-isolation -e .`",
        """
        `twinwheel.rebuild` looks for the finder that an editable install of twinwheel registers
        when Python starts, and found none for this package. The package was installed without `-e`,
        by another backend, into another environment, or under another name: the name is the full
        import name of the twin package. An install made while this process runs is seen by the next
        one. Without isolation the tools stay where a rebuild finds them.
        """,
        language="console",
        wrong="$ pip install .",
        right=_INSTALL,
        pages=(_WORK,),
    ),
    entry(
        "TW352",
        "the halves that can be built are no longer those of the editable install",
        "install it again",
        """
        An editable install knows which halves it was made with, which modules they made, and for
        which Python. Since then the settings or the tools of the machine have changed, so that a
        rebuild makes another set: a half that was left out can be built now, or the other way
        round, or a module has another name. A rebuild replaces files and does not change what is
        installed. Install the project again.
        """,
        language="console",
        right=_INSTALL,
        pages=(_WORK, "how-to/build-without-rust-or-c.md"),
    ),
    entry(
        "TW353",
        "the rebuild failed",
        "mend what its messages name; what was built before is kept",
        """
        `twinwheel.rebuild`, or an import with `rebuild = "on-import"`, ran the build in a process
        of its own, and it failed; the message holds all that it wrote, and ends with the error of
        the build and its code. The modules that were built last are still there, untouched, but no
        import takes them for the changed source. If a Python module or a builder is missing, the
        environment lacks what the build needs, as it does after an install with build isolation:
        the message names what to install. Otherwise correct the source, and import or rebuild
        again.
        """,
        language="python",
        right="""
        import twinwheel

        twinwheel.rebuild("imagetools", only_if_changed=True)
        """,
        pages=(_WORK,),
    ),
)
