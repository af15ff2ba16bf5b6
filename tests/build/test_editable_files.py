"""What a half installs besides modules is there in an editable install, as in a wheel."""

from __future__ import annotations

import os

import pytest
from support.backends import BACKENDS
from support.editable import ANSWER, install_editable, lend_tools, rebuild_environ
from support.projects import Environment, Project

INSTALLS = """
install(PROGRAMS tools/twin-tool DESTINATION ${SKBUILD_SCRIPTS_DIR})
install(FILES tools/table.txt DESTINATION ${SKBUILD_DATA_DIR}/share)
install(FILES cpp/twin.h DESTINATION ${SKBUILD_HEADERS_DIR})
install(FILES tools/table.txt DESTINATION twin)
install(FILES tools/table.txt DESTINATION twin/inner/data)
"""
LOOK = """
import importlib, importlib.resources as resources, pickle, pkgutil, twin, twin.inner
top, inner = resources.files("twin"), resources.files("twin.inner")
assert (top / "table.txt").read_text() == "1\\n"
assert top.joinpath("py.typed").is_file() and not (top / "nothing").is_file()
assert (top / "inner" / "data" / "table.txt").read_text() == "1\\n"
assert (inner / "data" / "own.txt").read_text() == "own\\n"
assert {"own.txt", "table.txt"} <= {item.name for item in (inner / "data").iterdir()}
with resources.as_file(top / "table.txt") as path:
    assert path.read_text() == "1\\n"
assert resources.read_text("twin", "table.txt") == "1\\n"
assert pkgutil.get_data("twin", "table.txt").strip() == b"1"
assert pkgutil.get_data("twin", "py.typed") == b""
assert {"_c", "_python", "inner"} <= {item.name for item in pkgutil.iter_modules(twin.__path__)}
assert pickle.loads(pickle.dumps(twin.main)) is twin.main
before = list(twin.__path__)
again = importlib.reload(twin)
assert again is twin and twin.__path__ == before and twin.__spec__.origin == twin.__file__
print(twin.__file__)
"""


def installs_files(twin: Project) -> None:
    """Let the C half install what is no module."""
    (twin.root / "tools").mkdir()
    (twin.root / "tools" / "twin-tool").write_text("#!/bin/sh\necho tool\n", "utf-8")
    (twin.root / "tools" / "table.txt").write_text("1\n", "utf-8")
    (twin.root / "cpp" / "twin.h").write_text("#define TWIN\n", "utf-8")
    inner = twin.root / "src" / "twin" / "inner"
    (inner / "data").mkdir(parents=True)
    (inner / "__init__.py").write_text("", "utf-8")
    (inner / "data" / "own.txt").write_text("own\n", "utf-8")
    text = (twin.root / "CMakeLists.txt").read_text("utf-8")
    (twin.root / "CMakeLists.txt").write_text(text + INSTALLS, "utf-8")


@pytest.mark.parametrize("backend", BACKENDS)
def test_all_that_a_half_installs_is_there(
    twin: Project, environment: Environment, backend: str
) -> None:
    twin = BACKENDS[backend](twin)
    installs_files(twin)
    install_editable(twin, environment)
    assert environment.run("-c", LOOK) == str(twin.root / "src" / "twin" / "__init__.py")
    prefix = environment.python.parents[1]
    assert (prefix / "share" / "table.txt").read_text("utf-8") == "1\n"
    tool = environment.python.parent / "twin-tool"
    assert tool.read_text("utf-8").endswith("echo tool\n")
    assert os.access(tool, os.X_OK)
    assert len(list(prefix.rglob("twin.h"))) == 1


def test_a_package_into_which_only_modules_are_built_has_a_plain_path(
    twin: Project, environment: Environment
) -> None:
    install_editable(twin, environment)
    where = "import importlib.resources, os; print(os.fspath(importlib.resources.files('twin')))"
    assert environment.run("-c", where) == str(twin.root / "src" / "twin")
    dear = "import sys, twin; print('importlib.resources' in sys.modules)"
    assert environment.run("-c", dear) == "False"


def test_a_data_file_that_changed_is_installed_again(
    twin: Project, environment: Environment
) -> None:
    installs_files(twin)
    install_editable(twin, environment)
    lend_tools(environment)
    (twin.root / "tools" / "table.txt").write_text("2\n", "utf-8")
    again = "import twinwheel; twinwheel.rebuild('twin', only_if_changed=True)"
    environment.run("-c", again, environ=rebuild_environ(twin))
    read = "import importlib.resources as r; print((r.files('twin') / 'table.txt').read_text())"
    assert environment.run("-c", read) == "2"
    assert environment.run("-c", ANSWER) == "42"
