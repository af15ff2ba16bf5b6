"""TW72x and TW73x: suites that are run once per implementation, and the pytest plugin."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_SUITE = "how-to/verify-with-pytest.md"

ENTRIES = (
    entry(
        "TW720",
        "the package's tests are not to be found",
        "name them with `--tests`",
        """
        `verify suite` looks for tests that are installed with the package, then in the project in
        the current folder, then in the source distribution of the release, which pip downloads. The
        message says what it found of each. `--tests` takes a folder, a file, or a source
        distribution.
        """,
        language="console",
        wrong="$ twinwheel verify suite imagetools",
        right="$ twinwheel verify suite imagetools --tests checkout/tests",
        pages=(_SUITE,),
    ),
    entry(
        "TW721",
        "an environment has no pytest",
        "install it there",
        """
        The suite is run by the pytest of each environment, beside the package. Into an environment
        that twinwheel made it is installed; into any other it is not, as that is yours. If pip
        refused, the message ends with what it said.
        """,
        language="console",
        right="$ python -m pip install pytest",
        pages=(_SUITE,),
    ),
    entry(
        "TW722",
        "pytest collects no test",
        "name the folder with the tests, or take out what leaves them out",
        """
        There are files, but pytest finds no test in them. They may be called otherwise than its
        configuration says, or the arguments after `--` may leave all of them out. The end of what
        pytest wrote is in the message.
        """,
        language="console",
        wrong="$ twinwheel verify suite imagetools -- -k no_such_test",
        right="$ twinwheel verify suite imagetools",
        pages=(_SUITE,),
    ),
    entry(
        "TW723",
        "a `conftest.py` of the suite fails",
        "install what it imports into that environment",
        """
        Pytest runs no test where a `conftest.py` cannot be imported. Most often it needs a module
        that only the project's own test environment has, which the message names. A test module
        that cannot be imported is no error: it is told in a note, and the others are run.
        """,
        pages=(_SUITE,),
    ),
    entry(
        "TW724",
        "pytest does not start",
        "correct what it says",
        """
        What the suite's own configuration asks of plugins that are not installed is left out, and a
        note says so. Pytest did not start even without all of that configuration, so it is the
        arguments after `--`, or pytest itself. The end of what it wrote is in the message.
        """,
        language="console",
        wrong="$ twinwheel verify suite imagetools -- --no-such-option",
        right="$ twinwheel verify suite imagetools -- -x",
        pages=(_SUITE,),
    ),
    entry(
        "TW725",
        "the suite never imported the package",
        "name the tests that use it, or the package that they use",
        """
        The tests passed or failed without the package, so they say nothing of any implementation of
        it. With pytest-xdist it is enough that one worker imported it. The tests may be those of
        another package, or run it in processes of their own alone.
        """,
        language="console",
        right="$ pytest --twinwheel=all --twinwheel-package=imagetools",
        pages=(_SUITE,),
    ),
    entry(
        "TW726",
        "another implementation was tested than the one that was asked for",
        "look for what chooses the implementation besides",
        """
        Each process that runs tests looks at what the package is bound to when the tests are over,
        and one of them had something else. A `conftest.py` or a test may set the package's
        variable, import the package by another path, or replace its functions and not put them
        back; or the package falls back in silence where an import fails. The message lists what it
        saw. The outcomes of that run say nothing of the implementation.
        """,
        pages=(_SUITE,),
    ),
    entry(
        "TW727",
        "it cannot be told which implementation was tested",
        "correct what ends the process, or what takes the package away",
        """
        What ran is told at the end of the tests, by the process that ran them. Either no such
        process lived so long, or the tests had taken the package out of `sys.modules` by then.
        """,
        pages=(_SUITE,),
    ),
    entry(
        "TW728",
        "an implementation has not all components",
        "add what is missing, or accept the difference",
        """
        The package declares components that the implementation does not have, as it is while a
        migration is on its way. Without them the package could not be imported, so the others
        answered for those. Until they are there, write the finding into `twinwheel-accepted.toml`,
        with the reason.
        """,
        pages=(_SUITE,),
    ),
    entry(
        "TW729",
        "an implementation cannot be imported",
        "install or build the package with it",
        """
        It was tried in a process of its own before any test, and raised an error or ended that
        process. The other implementations are run; nothing is said of this one. Import it by hand
        to see more than the first line.
        """,
        language="console",
        right='$ IMAGETOOLS_IMPLEMENTATION=c python -c "import imagetools"',
        pages=(_SUITE,),
    ),
    entry(
        "TW730",
        "a suite is asked for by an implementation that is not there",
        "name one that was built",
        """
        `--twinwheel` takes `all`, or names of implementations with commas between them. One that
        the package declares may not have been built, and then the message says why.
        """,
        language="console",
        wrong="$ pytest --twinwheel=rsut",
        right="$ pytest --twinwheel=rust",
        pages=(_SUITE,),
    ),
    entry(
        "TW731",
        "there is no twin package to run the suite with",
        "install it by twinwheel, or name it",
        """
        The package is the one that `[tool.twinwheel]` in `pyproject.toml` names, from the folder
        that pytest takes as its root. It has to be installed, editable or not, as its manifest is
        written by the build. A package that was not built by twinwheel is for `twinwheel verify
        suite`.
        """,
        language="console",
        right="$ pytest --twinwheel=all --twinwheel-package=imagetools",
        pages=(_SUITE,),
    ),
    entry(
        "TW732",
        "which module a package uses is not to be seen",
        "name the modules that it imports its functions from",
        """
        To run a suite with one module in the place of another, one of them has to be what the
        package takes by itself. The package was imported, and its names are of none of the modules
        that were named, or of several.
        """,
        language="console",
        right="$ twinwheel verify suite --control msgpack._cmsgpack --candidate msgpack.fallback",
        pages=(_SUITE,),
    ),
    entry(
        "TW733",
        "an interpreter does not run",
        "name a Python from 3.8 on that works",
        """
        Before a suite is run, the interpreter is asked what it has, and it gave no answer. The
        message ends with what it said instead.
        """,
        pages=(_SUITE,),
    ),
    entry(
        "TW734",
        "the package is not in an environment",
        "install it there, or correct its name",
        """
        The interpreter of that side finds no package of this name. It looks where it would look by
        itself: what the shell's `PYTHONPATH` names is not in the path of another environment.
        """,
        pages=(_SUITE,),
    ),
    entry(
        "TW735",
        "a source distribution cannot be used",
        "name the tests with `--tests`",
        """
        It cannot be downloaded, is damaged, has more than a gibibyte, or has a file that would be
        written outside of its folder. Links in it are passed over. What pip is told by its
        variables and its configuration holds here too.
        """,
        language="console",
        right="$ twinwheel verify suite imagetools --tests checkout/tests",
        pages=(_SUITE,),
    ),
    entry(
        "TW736",
        "the marker `twinwheel` is misused",
        "write `only=` or `without=` with names of implementations",
        """
        The marker takes keywords alone: `only`, `without` and `package`. The names are those of the
        package's implementations, one as a string or several as a list. Any other word is an error,
        as a test that is marked in vain would be run where it should not be.
        """,
        language="python",
        wrong="""
        import pytest


        @pytest.mark.twinwheel("rust")
        def test_fast(): ...
        """,
        right="""
        import pytest


        @pytest.mark.twinwheel(only=["rust", "c"])
        def test_fast(): ...
        """,
        pages=(_SUITE,),
    ),
    entry(
        "TW737",
        "arguments cannot be given to several implementations",
        "make them anew for each",
        """
        `twinwheel_compare` gives each implementation a copy of the arguments, as one may change
        them. Of a generator, a socket or an open file there is no copy. Call each of
        `twinwheel_implementations` with one of its own, and compare the answers.
        """,
        language="python",
        right="""
        def test_total(twinwheel_implementations):
            answers = {
                name: each.total(number for number in range(3))
                for name, each in twinwheel_implementations.items()
            }
            assert len(set(answers.values())) == 1, answers
        """,
        pages=(_SUITE,),
    ),
)
