"""What imports twinwheel imports the copy instead, and nothing else of a module changes."""

from __future__ import annotations

import ast

import pytest

from twinwheel.build.vendor import use_vendored
from twinwheel.errors import ConfigError

COPY = "va._twinwheel"


def redirected(source: str | bytes, path: str = "va/more.py", *packages: str) -> bytes:
    """The module as it is in the wheel."""
    data = source if isinstance(source, bytes) else source.encode()
    return use_vendored({path: data}, packages or ["va"]).get(path, data)


def refused(source: str | bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        redirected(source)
    return caught.value


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("from twinwheel import select", f"from {COPY} import select"),
        ("import twinwheel", f"import {COPY} as twinwheel"),
        ("import twinwheel as tw", f"import {COPY} as tw"),
        ("import os, twinwheel, sys", f"import os, {COPY} as twinwheel, sys"),
        ("import os, twinwheel as tw, twinwheel", f"import os, {COPY} as tw, {COPY} as twinwheel"),
        ("import twinwheel.errors as errors", f"import {COPY}.errors as errors"),
        ("from twinwheel import errors, __version__", f"from {COPY} import errors, __version__"),
        ("from twinwheel.errors import *", f"from {COPY}.errors import *"),
        ("from twinwheel . selection import select", f"from {COPY} . selection import select"),
        ("from \\\n twinwheel import select", f"from \\\n {COPY} import select"),
        (
            "from twinwheel import select; from twinwheel import report",
            f"from {COPY} import select; from {COPY} import report",
        ),
        (
            'name = "Straße — ß 😀"; from twinwheel import select',
            f'name = "Straße — ß 😀"; from {COPY} import select',
        ),
        (
            '"""A\fform\x0bfeed\u2028and\x1cothers."""\nfrom twinwheel import select',
            f'"""A\fform\x0bfeed\u2028and\x1cothers."""\nfrom {COPY} import select',
        ),
        ("\f\nif 1:\n\tfrom twinwheel import select", f"\f\nif 1:\n\tfrom {COPY} import select"),
        (
            "if TYPE_CHECKING:\n    from twinwheel.selection import Selection",
            f"if TYPE_CHECKING:\n    from {COPY}.selection import Selection",
        ),
        ("from twinwheel.manifest import Manifest", f"from {COPY}.manifest import Manifest"),
        (
            "def later():\n    from twinwheel import (  # twinwheel\n        report,\n    )",
            f"def later():\n    from {COPY} import (  # twinwheel\n        report,\n    )",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_form_of_import(line: str, changed: str, end: str) -> None:
    source = f"{line}\n# from twinwheel import rebuild\n".replace("\n", end)
    found = redirected(source).decode()
    assert found == f"{changed}\n# from twinwheel import rebuild\n".replace("\n", end)
    compile(found, "more.py", "exec")


@pytest.mark.parametrize(
    "line",
    [
        "from twinwheels import select",
        "import twinwheels, os.twinwheel",
        "from .twinwheel import select",
        "from . import twinwheel",
        "text = 'import twinwheel'",
    ],
)
def test_what_is_no_import_of_it_stays(line: str) -> None:
    assert redirected(line) == line.encode()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("from twinwheel import rebuild, select", "no rebuild in twinwheel"),
        ("from twinwheel import *", "no * in twinwheel"),
        ("from twinwheel.errors import Nonsense", "no Nonsense in twinwheel.errors"),
        ("from twinwheel.build import build_wheel", "no twinwheel.build"),
        ("import twinwheel.cli as cli", "no twinwheel.cli"),
        ("import os, twinwheel.selection", "import twinwheel.selection as selection"),
        ("from \uff54winwheel import select; twinwheel = 1", "cannot be changed"),
    ],
)
def test_what_the_copy_does_not_have_is_refused(line: str, said: str) -> None:
    error = refused(f"# first line\n{line}\n")
    assert error.code == "TW141"
    assert "va/more.py, line 2" in error.message
    assert said in str(error)


@pytest.mark.parametrize(
    ("path", "packages", "nearest"),
    [
        ("sv/util.py", ["sv.one", "sv.two"], "sv.one"),
        ("sv/two/deep/module.py", ["sv.one", "sv.two"], "sv.two"),
        ("sv/two.pyi", ["sv.one", "sv.two"], "sv.one"),
        ("other/module.py", ["sv.one", "sv.two"], "sv.one"),
        ("sv/util.py", ["sv.one", "sv"], "sv"),
        ("sv/one/__init__.py", ["sv", "sv.one"], "sv.one"),
    ],
)
def test_a_module_imports_the_nearest_copy(path: str, packages: list[str], nearest: str) -> None:
    found = redirected("from twinwheel import select\n", path, *packages).decode()
    assert found == f"from {nearest}._twinwheel import select\n"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-8", "cp1251"])
def test_the_encoding_is_kept(encoding: str) -> None:
    name = "Имя" if encoding == "cp1251" else "Größe"
    cookie = "" if encoding.startswith("utf") else f"# -*- coding: {encoding} -*-\n"
    source = f"{cookie}name = '{name}'; import twinwheel\nvalue = 1\n"
    found = redirected(source.encode(encoding))
    assert found == source.replace("twinwheel", f"{COPY} as twinwheel").encode(encoding)
    names = [node for node in ast.walk(ast.parse(found)) if isinstance(node, ast.Constant)]
    assert names[0].value == name


@pytest.mark.parametrize(
    "data",
    [
        "name = 'Größe'; import twinwheel\n".encode("latin-1"),
        b"# coding: nonsense\nimport twinwheel\n",
        b"import twinwheel (\n",
        b"import twinwheel\n\0",
    ],
)
def test_a_module_that_cannot_be_read_is_named(data: bytes) -> None:
    error = refused(data)
    assert error.code == "TW142"
    assert error.where == "va/more.py"
