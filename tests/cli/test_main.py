"""The command line itself: usage, versions, errors, colours and closed pipes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.commands import finish, start

import twinwheel
from twinwheel.cli import doctor
from twinwheel.cli.output import Cell, Column, Output
from twinwheel.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

    from support.commands import Run
    from support.twins import Maker

ESCAPE = "\x1b["


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out) == (0, f"twinwheel {twinwheel.__version__}\n")


def test_help_names_the_commands(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    assert "doctor" in done.out
    assert "demo" in done.out
    assert "explain" in done.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("dokter",), "invalid choice: 'dokter'"),
        (("doctor", "--jsn"), "unrecognized arguments: --jsn"),
        (("doctor", "--js"), "unrecognized arguments: --js"),
        (("doctor", "one", "two"), "unrecognized arguments: two"),
        (("--color", "sometimes"), "invalid choice: 'sometimes'"),
        (("demo", "--output"), "expected one argument"),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...], says: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("error[TW519]: ")
    assert says in done.err
    assert "--help tells what there is" in done.err


def test_no_command_is_answered_with_what_there_is(run: Run) -> None:
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: twinwheel")


def test_module_and_command_are_the_same(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twinwheel", "--version"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
    )
    assert done.stdout == f"twinwheel {twinwheel.__version__}\n"


def test_an_error_is_told_without_traceback_or_markup(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = CommandError(
        "a [red]word[/red] :smile: is wrong", code="TW501", where="[here]", accepted="x", help="y"
    )

    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(doctor, "run", fail)
    for colour in ("never", "always"):
        done = run("doctor", "--color", colour)
        assert done.code == 2
        assert done.out == ""
        assert "a [red]word[/red] :smile: is wrong" in done.err
        plain = re.sub(r"\x1b\[[\d;]*m", "", done.err)
        assert plain.splitlines() == [
            "error[TW501]: a [red]word[/red] :smile: is wrong",
            "  where:    [here]",
            "  accepted: x",
            "  help:     y",
            "  for more: twinwheel explain TW501",
        ]


def test_an_interrupt_is_told_by_the_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "run", interrupt)
    done = run("doctor")
    assert (done.code, done.out, done.err) == (130, "", "")


def test_colour_is_for_terminals_only(make: Maker, run: Run) -> None:
    make()
    assert ESCAPE not in run("doctor", "twin").out
    assert ESCAPE not in run("doctor", "twin", "--color", "never").out
    pytest.importorskip("rich")
    assert ESCAPE in run("doctor", "twin", "--color", "always").out
    assert ESCAPE in run("--color", "always", "doctor", "twin").out


def test_json_has_no_colour(make: Maker, run: Run) -> None:
    make()
    assert ESCAPE not in run("doctor", "twin", "--json", "--color", "always").out


def test_without_rich_there_are_plain_tables(make: Maker, tmp_path: Path) -> None:
    twin = make()
    process = start(
        *("doctor", "twin", "--color", "always"),
        blocked=("rich",),
        packages=twin.folder,
        cwd=tmp_path,
    )
    done = finish(process)
    assert done.code == 0
    assert ESCAPE not in done.out
    assert "component  bound to  also in\n---------  --------  ---------\n" in done.out


def on_terminal(tmp_path: Path, packages: Path, *arguments: str, **variables: str) -> str:
    """What a command writes to a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = start(
        *arguments,
        packages=packages,
        cwd=tmp_path,
        stdout=theirs,
        variables={"TERM": "xterm", **variables},
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # how Linux tells that the other end was closed
        pass
    os.close(ours)
    assert finish(process).code == 0
    return written.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_gets_colour_unless_told_otherwise(make: Maker, tmp_path: Path) -> None:
    pytest.importorskip("rich")
    folder = make().folder
    assert ESCAPE in on_terminal(tmp_path, folder, "doctor", "twin")
    assert ESCAPE not in on_terminal(tmp_path, folder, "doctor", "twin", NO_COLOR="1")
    assert ESCAPE not in on_terminal(tmp_path, folder, "doctor", "twin", "--color", "never")
    forced = on_terminal(tmp_path, folder, "doctor", "twin", "--color", "always", NO_COLOR="1")
    assert ESCAPE in forced


@pytest.mark.parametrize("arguments", [("doctor", "twin"), ("doctor", "twin", "--json")])
def test_a_closed_pipe_is_no_crash(make: Maker, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    twin = make()
    process = start(*arguments, packages=twin.folder, cwd=tmp_path)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    done = finish(process)
    assert (done.code, done.err) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")  # noqa: PTH110
def test_a_full_disk_is_told(make: Maker, tmp_path: Path) -> None:
    twin = make()
    full = os.open("/dev/full", os.O_WRONLY)
    done = finish(start("doctor", "twin", packages=twin.folder, cwd=tmp_path, stdout=full))
    os.close(full)
    assert done.code == 2
    assert done.err.startswith("error[TW502]: the output cannot be written")


def test_names_that_cannot_be_encoded_are_escaped(make: Maker, tmp_path: Path) -> None:
    twin = make(absent={"rust": "café ✓"})
    process = start(
        "doctor",
        "twin",
        packages=twin.folder,
        cwd=tmp_path,
        variables={"PYTHONIOENCODING": "ascii"},
    )
    done = finish(process)
    assert done.code == 0
    assert "caf\\xe9 \\u2713" in done.out


def test_a_table_in_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output("never")
    output.table(
        [Column("name"), Column("ms", right=True)], [("a", Cell("1.0", "good")), ("long", "20.0")]
    )
    output.table([Column("name")], [])
    assert capsys.readouterr().out == (
        "name    ms\n----  ----\na      1.0\nlong  20.0\nname\n----\n"
    )


def test_tables_take_no_text_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    for colour in ("never", "always"):
        Output(colour).table([Column("[bold]c[/bold]")], [("[red]x[/red]",)])
        written = capsys.readouterr().out
        assert "[bold]c[/bold]" in written
        assert "[red]x[/red]" in written


def test_importing_the_command_line_is_cheap(tmp_path: Path) -> None:
    code = (
        "import sys, twinwheel.cli\n"
        "print(*{'rich', 'PIL', 'numpy', 'packaging', 'twinwheel.build'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
    )
    assert done.stdout.strip() == ""
