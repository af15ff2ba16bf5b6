"""Selecting while a package is imported: what is bound, what is imported, what is said."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.twins import Maker, Twin

BROKEN = "raise ImportError('libgone.so.1: cannot open\\n  shared object file')\n"
PANIC = """
class PanicException(BaseException):
    pass

raise PanicException("index out of bounds")
"""


def test_the_first_is_bound_and_the_others_are_not_imported(twin: Twin) -> None:
    told = twin.outcome()
    assert told["answers"] == {"convolve": "rust"}
    assert told["imported"] == ["rust"]
    assert told["stderr"] == ""
    assert told["line"] == "twin 1.2.3: rust (convolve); c: not needed; python: not needed"
    assert told["states"]["c"] == ["not needed", "rust came first"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"IMPLEMENTATION": "rust"}, "rust"),
        ({"IMPLEMENTATION": "c"}, "c"),
        ({"IMPLEMENTATION": "python"}, "python"),
        ({"IMPLEMENTATION": "auto"}, "rust"),
        ({"IMPLEMENTATION": "c,python"}, "c"),
        ({"USE_RUST": "0"}, "c"),
        ({"USE_RUST": "no", "USE_C": "off"}, "python"),
        ({"USE_PYTHON": "1"}, "python"),
        ({"ROLLOUT": "off"}, "rust"),
    ],
)
def test_variables_steer(twin: Twin, variables: dict[str, str], expected: str) -> None:
    told = twin.outcome(**variables)
    assert told["answers"] == {"convolve": expected}
    assert told["imported"] == [expected]
    assert told["variables"] == {f"TWIN_{key}": value for key, value in variables.items()}
    for key, value in variables.items():
        assert f"TWIN_{key}={value}" in told["line"]


@pytest.mark.parametrize(
    ("code", "variables"),
    [
        ("TW403", {"IMPLEMENTATION": "fortran"}),
        ("TW404", {"USE_RUST": "maybe"}),
        ("TW406", {"IMPLEMENTATION": "rust", "USE_RUST": "0"}),
        ("TW407", {"USE_RUST": "0", "USE_C": "0", "USE_PYTHON": "0"}),
    ],
)
def test_wrong_variables_fail_the_import(twin: Twin, code: str, variables: dict[str, str]) -> None:
    error = twin.error(code, **variables)
    assert error["kind"] == "SelectionError"
    assert error["text"].startswith(f"[{code}] ")
    assert error["help"]


def test_a_dotted_package_has_a_prefix_with_underscores(make: Maker) -> None:
    twin = make("outer.inner")
    assert twin.prefix == "OUTER_INNER"
    assert twin.bound() == "rust"
    assert twin.bound(IMPLEMENTATION="c") == "c"
    assert twin.outcome()["line"].startswith("outer.inner 1.2.3: rust (convolve);")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (BROKEN, "ImportError: libgone.so.1: cannot open shared object file"),
        ("raise RuntimeError('no such CPU')\n", "RuntimeError: no such CPU"),
        ("raise RuntimeError\n", "RuntimeError"),
        ("import gone_module\n", "ModuleNotFoundError: No module named 'gone_module'"),
        (PANIC, "PanicException: index out of bounds"),
    ],
)
def test_auto_passes_over_what_cannot_be_imported(make: Maker, source: str, says: str) -> None:
    told = make(sources={"rust": source}).outcome()
    assert told["answers"] == {"convolve": "c"}
    assert told["states"]["rust"] == ["failed", says]
    lines = told["stderr"].splitlines()
    assert len(lines) == 1
    assert says in lines[0]
    assert "rust was passed over" in lines[0]
    assert "python -m twinwheel doctor twin" in lines[0]


def test_a_list_passes_over_with_the_log_line(make: Maker) -> None:
    twin = make(sources={"rust": BROKEN})
    told = twin.outcome(IMPLEMENTATION="rust,python")
    assert told["answers"] == {"convolve": "python"}
    assert told["imported"] == ["python"]
    assert "rust was passed over" in told["stderr"]


def test_the_log_line_is_a_warning_of_the_twinwheel_logger(make: Maker) -> None:
    twin = make(sources={"rust": BROKEN}, absent={"c": "no C++ compiler was found"})
    form = "%(name)s|%(levelname)s|%(message)s"
    code = f"import logging\nlogging.basicConfig(level=0, format={form!r})\nimport twin\n"
    lines = twin.run(code).stderr.splitlines()
    assert [line.split("|")[:2] for line in lines] == [
        ["twinwheel", "WARNING"],
        ["twinwheel", "INFO"],
    ]
    assert "c is not in this wheel (no C++ compiler was found)" in lines[1]
    assert "python -m twinwheel doctor twin" in lines[1]


def test_what_was_not_built_is_passed_over_in_silence_by_default(make: Maker) -> None:
    twin = make(absent={"rust": "cargo was not found"})
    told = twin.outcome()
    assert told["answers"] == {"convolve": "c"}
    assert told["stderr"] == ""
    assert told["states"]["rust"] == ["not built", "cargo was not found"]
    assert "rust: not built (cargo was not found)" in told["line"]
    delta = twin.run("import sys, twin\nprint('logging' in sys.modules)", "-S")
    assert delta.stdout.strip() == "False"


def test_what_was_not_built_cannot_be_demanded(make: Maker) -> None:
    twin = make(absent={"rust": "cargo was not found"})
    for variables in ({"IMPLEMENTATION": "rust"}, {"USE_RUST": "1"}):
        error = twin.error("TW408", **variables)
        assert "cargo was not found" in error["message"]
        assert error["where"] == " ".join(f"TWIN_{k}={v}" for k, v in variables.items())
        assert "doctor twin" in error["help"]


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        (BROKEN, "ImportError: libgone.so.1"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        (PANIC, "PanicException: index out of bounds"),
    ],
)
def test_what_fails_cannot_be_demanded(make: Maker, source: str, cause: str) -> None:
    twin = make(sources={"rust": source})
    for variables in ({"IMPLEMENTATION": "rust"}, {"USE_RUST": "1"}):
        error = twin.error("TW409", **variables)
        assert error["cause"].startswith(cause)
        assert "twin._rust cannot be imported" in error["message"]


def test_a_demand_is_checked_even_when_another_came_first(make: Maker) -> None:
    twin = make(sources={"python": BROKEN})
    assert twin.bound(USE_C="1") == "c"
    error = twin.error("TW409", USE_C="1", USE_PYTHON="1")
    assert "python is demanded" in error["message"]


def test_two_demands_that_can_be_had(twin: Twin) -> None:
    told = twin.outcome(USE_PYTHON="1", USE_C="1")
    assert told["answers"] == {"convolve": "c"}
    assert told["imported"] == ["c", "python"]
    assert told["states"]["python"] == ["not needed", "c came first"]


def test_nothing_that_can_be_imported_is_an_error_that_lists_why(make: Maker) -> None:
    twin = make(sources={"c": BROKEN, "python": "1 / 0\n"}, absent={"rust": "cargo was not found"})
    error = twin.error("TW407")
    for why in ("cargo was not found", "libgone.so.1", "ZeroDivisionError"):
        assert why in error["message"]
    assert "no implementation of twin is left" in error["message"]


@pytest.mark.parametrize(
    ("source", "signal_name"),
    [("raise KeyboardInterrupt\n", "KeyboardInterrupt"), ("raise SystemExit(7)\n", "SystemExit")],
)
def test_an_interrupt_is_never_swallowed(make: Maker, source: str, signal_name: str) -> None:
    done = make(sources={"rust": source}).run("import twin\nprint('imported')")
    assert done.stdout == ""
    if signal_name == "SystemExit":
        assert done.returncode == 7
    else:
        assert "KeyboardInterrupt" in done.stderr
        assert done.returncode in (1, -signal.SIGINT, 130, 0xC000013A)


def test_another_base_exception_is_no_panic(make: Maker) -> None:
    source = "class Odd(BaseException):\n    pass\n\nraise Odd('stop')\n"
    done = make(sources={"rust": source}).run("import twin\nprint('imported')")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Odd: stop" in done.stderr


def function(name: str, answer: str) -> str:
    return f"def {name}():\n    return {answer!r}\n"


def test_each_component_is_bound_to_the_first_that_has_it(make: Maker) -> None:
    sources = {
        "rust": function("blur", "rust"),
        "c": function("blur", "c") + function("sharpen", "c"),
        "python": function("blur", "python") + function("sharpen", "python"),
    }
    twin = make(sources=sources, components=["sharpen", "blur"])
    told = twin.outcome()
    assert told["answers"] == {"blur": "rust", "sharpen": "c"}
    assert list(told["components"].items()) == [("sharpen", "c"), ("blur", "rust")]
    assert told["imported"] == ["rust", "c"]
    assert told["states"]["python"] == ["not needed", "rust and c came first"]
    assert told["line"].startswith("twin 1.2.3: rust (blur); c (sharpen); python: not needed")
    told = twin.outcome(IMPLEMENTATION="rust,python")
    assert told["answers"] == {"blur": "rust", "sharpen": "python"}


def test_a_component_that_no_candidate_has_is_an_error(make: Maker) -> None:
    sources = {"rust": function("blur", "rust"), "c": function("blur", "c") + "sharpen = None\n"}
    components = ["blur", "sharpen", "edges"]
    twin = make(sources=sources, absent={"python": "left out"}, components=components)
    error = twin.error("TW410")
    assert "has sharpen, edges:" in error["message"]
    assert "rust: bound (blur)" in error["message"]
    assert "left out" in error["message"]
    error = twin.error("TW410", IMPLEMENTATION="rust")
    assert "c: not listed" in error["message"]


def test_a_module_with_no_component_is_of_no_use(make: Maker) -> None:
    twin = make(sources={"rust": "other = 1\n"})
    told = twin.outcome()
    assert told["answers"] == {"convolve": "c"}
    assert told["states"]["rust"] == ["failed", "its module has none of the components"]
    error = twin.error("TW411", USE_RUST="1")
    assert "twin._rust has none of the components (convolve)" in error["message"]


def test_what_is_not_preferred_is_not_a_candidate(make: Maker) -> None:
    twin = make(prefer=["c", "python"], sources={"c": BROKEN})
    told = twin.outcome()
    assert told["answers"] == {"convolve": "python"}
    assert told["states"]["rust"] == ["not listed", "the package does not prefer it"]
    assert twin.bound(IMPLEMENTATION="rust") == "rust"


def test_a_package_without_components_binds_nothing(make: Maker) -> None:
    told = make(components=[]).outcome()
    assert told["error"] is None
    assert told["answers"] == {}
    assert told["imported"] == []


def test_the_name_is_the_artifacts_own_object(twin: Twin) -> None:
    code = """
import twin
import twin._rust
k = twin._kernels
print(k.convolve is twin._rust.convolve, set(vars(k)) == {"convolve"}, "convolve" in dir(k))
print(repr(k))
try:
    k.blur
except AttributeError as error:
    print(error)
import copy, pickle
print(copy.copy(k).convolve is k.convolve)
"""
    assert twin.run(code).stdout.splitlines() == [
        "True True True",
        "<twinwheel selection of twin: convolve>",
        "twin has no component 'blur'; it has convolve",
        "True",
    ]


def test_selecting_again_gives_the_same_object(twin: Twin) -> None:
    code = """
import importlib, os, threading
import twin, twinwheel
first = twin._kernels
importlib.reload(twin)
print(twin._kernels is first, twinwheel.select("twin") is first)
os.environ["TWIN_IMPLEMENTATION"] = "c"
importlib.reload(twin)
print(twin._kernels is first, twin._kernels.convolve())
found = []
barrier = threading.Barrier(8)
def work():
    barrier.wait()
    found.append(twinwheel.select("twin"))
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found), len(set(map(id, found))))
"""
    assert twin.run(code).stdout.splitlines() == ["True True", "False c", "8 1"]


def test_threads_that_import_together_get_one_selection(make: Maker) -> None:
    twin = make(init="")
    code = """
import threading, twinwheel
found = []
barrier = threading.Barrier(8)
def work():
    barrier.wait()
    found.append(twinwheel.select("twin"))
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found), len(set(map(id, found))), found[0].convolve())
"""
    assert twin.run(code).stdout.split() == ["8", "1", "rust"]


def test_success_imports_nothing_that_it_need_not(twin: Twin) -> None:
    # -S: no site module, so nothing that a .pth file of this environment imports is there already
    code = """
import os, sys
before = set(sys.modules)
import twin
print(*sorted(set(sys.modules) - before))
"""
    done = twin.run(code, "-S")
    assert done.stdout.split() == [
        "__future__",
        "twin",
        "twin._rust",
        "twin._twinwheel_manifest",
        "twinwheel",
        "twinwheel.manifest",
        "twinwheel.selection",
        "twinwheel.selection.binding",
    ], done.stderr


def test_variables_import_one_module_more(twin: Twin) -> None:
    code = "import os, sys\nold = set(sys.modules)\nimport twin\nprint(*set(sys.modules) - old)"
    plain = twin.run(code, "-S").stdout.split()
    steered = twin.run(code, "-S", USE_RUST="1").stdout.split()
    assert set(steered) - set(plain) == {"twinwheel.selection.environment"}


def test_report_imports_the_package(twin: Twin) -> None:
    code = """
import sys, twinwheel
print("twin" in sys.modules)
report = twinwheel.report("twin")
print(report)
print(report.package, report.version, report.components, report.variables)
print(report.implementations["rust"].status, "|", report.implementations["rust"].reason)
"""
    assert twin.run(code).stdout.splitlines() == [
        "False",
        "twin 1.2.3: rust (convolve); c: not needed; python: not needed",
        "twin 1.2.3 {'convolve': 'rust'} {}",
        "bound | convolve",
    ]


def test_report_selects_for_a_package_that_does_not(make: Maker) -> None:
    done = make(init="").run("import twinwheel\nprint(twinwheel.report('twin'))")
    assert done.stdout.startswith("twin 1.2.3: rust (convolve)")


@pytest.mark.parametrize("name", ["gone", "gone.deeper", "twin.gone"])
def test_report_of_no_package(twin: Twin, name: str) -> None:
    code = f"""
import twinwheel
try:
    twinwheel.report({name!r})
except twinwheel.selection.reporting.SelectionError as error:
    print(error.code, error.message)
"""
    assert twin.run(code).stdout.strip() == f"TW412 there is no package {name}"


def test_a_package_that_needs_what_is_gone_is_not_taken_for_a_missing_package(
    make: Maker,
) -> None:
    done = make(init="import gone_module\n").run("import twinwheel\ntwinwheel.report('twin')")
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'gone_module'" in done.stderr


def test_sources_that_were_never_installed(make: Maker) -> None:
    twin = make()
    (twin.folder / "twin" / "_twinwheel_manifest.py").unlink()
    error = twin.error("TW401")
    assert "pip install" in error["help"]


def test_a_manifest_of_another_layout(make: Maker) -> None:
    twin = make()
    path = twin.folder / "twin" / "_twinwheel_manifest.py"
    path.write_text(path.read_text().replace("'schema': 1", "'schema': 99"))
    error = twin.error("TW402")
    assert "layout 99" in error["message"]


def test_a_report_is_plain_data(twin: Twin) -> None:
    done = twin.run(
        "import dataclasses, json, twinwheel\n"
        "print(json.dumps(dataclasses.asdict(twinwheel.report('twin'))))"
    )
    told = json.loads(done.stdout)
    assert set(told) == {"package", "version", "components", "implementations", "variables"}
    assert told["implementations"]["c"] == {"status": "not needed", "reason": "rust came first"}
