"""TW70x, TW71x, TW74x and TW78x: what is to be verified cannot be had, run or compared."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_VERIFY = "how-to/verify-a-migration.md"

ENTRIES = (
    entry(
        "TW700",
        "nothing to verify is named",
        "name a package, or both sides",
        """
        A package alone is enough where it has something both compiled and in Python, or where it
        was built by twinwheel. Otherwise name a control, which is right, and a candidate: two
        modules, two releases, or two environments.
        """,
        language="console",
        wrong="$ twinwheel verify search",
        right="$ twinwheel verify search msgpack",
    ),
    entry(
        "TW701",
        "a word stands for nothing that can be compared",
        "write a module, a requirement, or a path that is there",
        """
        A word with a slash in it, or one that ends as an archive does, is a path, relative to the
        folder that the command was started in. A word with a comparison in it is a requirement. Any
        other word is a module, which has to be installed for the Python that is in use: a bare
        name, which may be a slip, installs nothing.
        """,
        language="console",
        wrong="$ twinwheel verify --control msgpack.fallbacks --candidate msgpack._cmsgpack",
        right="$ twinwheel verify --control msgpack.fallback --candidate msgpack._cmsgpack",
    ),
    entry(
        "TW702",
        "there is only one side",
        "name another one",
        """
        To compare takes two: two implementations that were built, or two sides that are not the
        same. Where only one side is named, the other is what is installed for the Python that is
        in use, so it has to be. The help line says why implementations of a twin package are
        missing from it.
        """,
        language="console",
        wrong="$ twinwheel verify --control 'bcrypt==4.0.1' --candidate 'bcrypt==4.0.1'",
        right="$ twinwheel verify --control 'bcrypt==3.2.2' --candidate 'bcrypt==4.0.1'",
    ),
    entry(
        "TW703",
        "the package has no implementation of this name",
        "name one that was built",
        """
        The names are those of the tables `[tool.twinwheel.implementations.NAME]` of the package.
        One that is there may be missing from this wheel, and then the message says why. What
        `twinwheel doctor PACKAGE` prints lists them all.
        """,
        language="console",
        wrong="$ twinwheel verify twinwheel.image --candidate rusty",
        right="$ twinwheel verify twinwheel.image --candidate rust",
    ),
    entry(
        "TW704",
        "the package has no two implementations",
        "name two modules, or two releases",
        """
        The package was imported twice, once with its compiled modules kept away as if they had not
        been built. Either it does not work then, or nothing of it is compiled the first time and
        in Python the second. No Python module of it has the callables of a compiled one either.
        Two releases can be compared all the same, and so can two modules that are named. Where the
        compiled form has other names, as `CSafeLoader` beside `SafeLoader`, write two modules of a
        few lines in which both have the same, and name these.
        """,
        language="console",
        wrong="$ twinwheel verify kiwisolver",
        right="$ twinwheel verify --control 'kiwisolver==1.4.5' --candidate 'kiwisolver==1.4.8'",
    ),
    entry(
        "TW705",
        "the Python that is named cannot be run",
        "name one that is on this machine",
        """
        A version is looked for on `PATH`, among the versions of pyenv, with the launcher `py`, and
        with uv. A folder has to be a virtual environment. Any other word is an executable. The
        message lists the versions that were found.
        """,
        language="console",
        right="$ twinwheel verify msgpack --python 3.9",
    ),
    entry(
        "TW706",
        "the Python that is named is too old",
        "name Python 3.8 or a newer one",
        """
        What runs in the environments that are compared needs Python 3.8. An older release of a
        package most often has a wheel for a newer Python too, or can be built for it.
        """,
        language="console",
        wrong="$ twinwheel verify msgpack --python 3.6",
        right="$ twinwheel verify msgpack --python 3.8",
    ),
    entry(
        "TW707",
        "no virtual environment can be made",
        "install uv, or the module `venv` of this Python",
        """
        What is compared is installed into environments of its own, which uv makes if it is on
        `PATH`, or else the module `venv` of the Python that is in use. Some systems ship that
        module as a package of its own. The message ends with what was said by the one that failed.
        """,
        language="console",
        right="$ pip install uv",
    ),
    entry(
        "TW708",
        "there is no such release for this Python",
        "look at the version, or name another Python",
        """
        The package index has no release that meets the requirement and is for this Python. The
        last C release of a package often has wheels for the Pythons of its own time alone. Where
        another Python of this machine could have it, the help line names that.
        """,
        language="console",
        wrong="$ twinwheel verify --control 'bcrypt==3.99' --candidate 'bcrypt==4.0.1'",
        right="$ twinwheel verify --control 'bcrypt==3.2.2' --candidate 'bcrypt==4.0.1'",
    ),
    entry(
        "TW709",
        "there is no wheel for this Python, and the source did not build",
        "name a Python that there is a wheel for, or install what the build needs",
        """
        Without a wheel a release is built on this machine, which takes compilers, headers, and
        Python code that still works with this Python. Old releases seldom build for new Pythons.
        Where there is a wheel for another Python of this machine, the help line names that.
        The last lines of the build are shown.
        """,
        language="console",
        wrong="""
        $ twinwheel verify --python 3.13 --control 'pendulum==2.1.2' --candidate 'pendulum==3.0.0'
        """,
        right="""
        $ twinwheel verify --python 3.9 --control 'pendulum==2.1.2' --candidate 'pendulum==3.0.0'
        """,
    ),
    entry(
        "TW710",
        "what is to be installed cannot be fetched",
        "connect to the index, or say where packages are",
        """
        The package index did not answer, or the installation took too long. Where there is no
        network, keep the wheels in a folder and name it. Where another index is in use, the
        variables and files of pip and uv that say so are heeded.
        """,
        language="console",
        right="$ PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels twinwheel verify msgpack",
    ),
    entry(
        "TW711",
        "a module that is to be compared cannot be imported",
        "install what it needs, or name another Python",
        """
        Modules are imported in a process of their own, so a crash there, or an import that does not
        end, is told as such. What is compared has to be importable on each side; a module that
        only one side has is no difference that could be searched.
        """,
        language="console",
        right="$ twinwheel verify msgpack --module msgpack.ext",
    ),
    entry(
        "TW712",
        "the two sides have no import name in common",
        "name a module that both have",
        """
        Two distributions of different names can be compared if they are imported by the same name.
        The message lists what each brings. A module that both have under a package of another name
        cannot be guessed.
        """,
        language="console",
        wrong="$ twinwheel verify --control 'ujson==5.10' --candidate 'orjson==3.10'",
        right="$ twinwheel verify --control 'ujson==5.9' --candidate 'ujson==5.10'",
    ),
    entry(
        "TW713",
        "what is meant in an environment is not known",
        "name the package or the module",
        """
        A virtual environment holds many packages, and does not say which of them is to be compared.
        If a package is named, it has to be installed there. What was installed from a folder has
        to have left a distribution behind.
        """,
        language="console",
        wrong="$ twinwheel verify --control old/.venv --candidate new/.venv",
        right="$ twinwheel verify imagetools --control old/.venv --candidate new/.venv",
    ),
    entry(
        "TW714",
        "a file or folder cannot be installed",
        "name a wheel, a source distribution or a project's folder",
        """
        A folder has to have a `pyproject.toml` or a `setup.py`, or a `pyvenv.cfg` if it is an
        environment. A file has to be a wheel or a source distribution that this user may read.
        """,
        language="console",
        wrong="$ twinwheel verify --control 'bcrypt==3.2.2' --candidate bcrypt/src",
        right="$ twinwheel verify --control 'bcrypt==3.2.2' --candidate ./bcrypt",
    ),
    entry(
        "TW715",
        "environments cannot be kept",
        "name a folder that can be written",
        """
        Environments are kept in the user's cache, so that the next run need not make them again.
        It is safe to remove that folder at any time. `XDG_CACHE_HOME` names another one.
        """,
        language="console",
        right="$ XDG_CACHE_HOME=/var/tmp/cache twinwheel verify msgpack",
    ),
    entry(
        "TW716",
        "the package's manifest cannot be read",
        "reinstall the package, or install the twinwheel that it was built with",
        """
        A twin package says in a generated module which implementations it has. It was written by a
        twinwheel whose layout this one does not know, or it has been changed. It is read, not run.
        """,
        language="console",
        right="$ pip install --force-reinstall imagetools",
    ),
    entry(
        "TW717",
        "the modules have no callable of the same name",
        "name modules that do the same",
        """
        Components are compared by their names, so two modules have to have some in common. The help
        line lists what each has. Where a package gives its own names to what a compiled module has,
        name the package and not the module.
        """,
        language="console",
        wrong="$ twinwheel verify --control simplejson.encoder --candidate simplejson._speedups",
        right="$ twinwheel verify simplejson",
    ),
    entry(
        "TW740",
        "an implementation cannot be imported",
        "install what it needs there, or name another one",
        """
        Each implementation is imported in a process of its own, by the interpreter that the message
        names. The import raised the exception that stands in it. An implementation that is not
        built for this interpreter is one reason, a package that it needs and that is not installed
        there is another.
        """,
        language="console",
        wrong="$ twinwheel verify --control simplejson.encoder --candidate simplejson.c_encoder",
        right="$ twinwheel verify simplejson",
        pages=(_VERIFY,),
    ),
    entry(
        "TW741",
        "the process dies when an implementation is imported",
        "import it in that interpreter to see more",
        """
        The interpreter crashed, did not come to an end, or took more memory than it may while it
        imported the implementation, so there is nothing to compare. The help line has the last of
        what it printed. A compiled module that was built for another Python does this. An import
        has a minute; `--memory` allows more memory.
        """,
        language="console",
        right="$ twinwheel verify imagetools --memory 8192",
        pages=(_VERIFY,),
    ),
    entry(
        "TW742",
        "the interpreter of an implementation cannot be started",
        "name an environment, or a Python, that is there",
        """
        The file that the message names is no program that this machine can run: it was removed,
        belongs to another user, or is for another processor. `--python` takes a version such as
        `3.12`, the path of a Python, or the folder of a virtual environment.
        """,
        language="console",
        wrong="$ twinwheel verify imagetools --python old/.venv/bin/python2.7",
        right="$ twinwheel verify imagetools --python 3.12",
        pages=(_VERIFY,),
    ),
    entry(
        "TW743",
        "what is found cannot be saved",
        "name a folder that can be written to with `--save`",
        """
        For each finding, a script that shows it again is saved, and a test for pytest, so that the
        next run begins with it. By default the folder is `.twinwheel/verify` in the working folder.
        It cannot be made or written to, or a file is in its way. `--save ''` saves nothing; the
        report says all the same.
        """,
        language="console",
        wrong="$ twinwheel verify imagetools --save /usr/share",
        right="$ twinwheel verify imagetools --save /tmp/findings",
        pages=(_VERIFY,),
    ),
    entry(
        "TW744",
        "the file of strategies cannot be run",
        "run it with Python, and correct what it says",
        """
        `twinwheel_verify.py`, or the file that `--strategies` names, is run as a Python program to
        draw arguments from its strategies, in a process of its own. It raised the exception in the
        message, a strategy of hypothesis could not be drawn from, or it took more than two minutes.
        """,
        language="console",
        right="$ python twinwheel_verify.py",
        pages=(_VERIFY,),
    ),
    entry(
        "TW745",
        "there is no such file of strategies",
        "correct the path after `--strategies`",
        """
        The path is relative to the folder that the command was started in. Without the option,
        `twinwheel_verify.py` in that folder is taken if it is there.
        """,
        language="console",
        wrong="$ twinwheel verify imagetools --strategies strategies",
        right="$ twinwheel verify imagetools --strategies tests/strategies.py",
        pages=(_VERIFY,),
    ),
    entry(
        "TW746",
        "`verify` needs packages that are not installed",
        "install twinwheel with its extra `verify`",
        """
        To watch processes, to read requirements and to write reports, `twinwheel verify` needs a
        few packages that a service which only imports twinwheel does not. The extra `verify` brings
        them. Only the environment that the command runs in needs them, not those that it compares.
        """,
        language="console",
        right="$ pip install 'twinwheel[verify]'",
        pages=(_VERIFY,),
    ),
    entry(
        "TW747",
        "there is no component of this name",
        "write one of the names that the message lists",
        """
        A component is a public function or class that both sides have under the same name.
        `--component` takes its name as a report shows it; a member, such as `Decoder.decode`,
        stands for its class.
        """,
        language="console",
        wrong="$ twinwheel verify markupsafe --component escap",
        right="$ twinwheel verify markupsafe --component escape",
        pages=(_VERIFY,),
    ),
    entry(
        "TW780",
        "the command that is to be recorded cannot be run",
        "write a program that is on `PATH` after `--`",
        """
        `verify record` runs the words after `--` as a command, without a shell: no variables, no
        pipes, no aliases. The program is looked for on `PATH`.
        """,
        language="console",
        wrong="$ twinwheel verify record imagetools -- tests/",
        right="$ twinwheel verify record imagetools -- python -m pytest tests/",
        pages=(_VERIFY,),
    ),
    entry(
        "TW781",
        "what was recorded cannot be kept",
        "name a folder that can be written to with `--save`",
        """
        The arguments that were recorded are kept in the folder of `--save`, by default
        `.twinwheel/verify`, where the next search finds them. It cannot be made or written to.
        """,
        language="console",
        right="$ twinwheel verify record imagetools --save /tmp/calls -- python -m pytest",
        pages=(_VERIFY,),
    ),
)
