"""Reports on standard output and in files: in colour or not, whole or not at all."""

from __future__ import annotations

import os
import re
import sys
import threading
from pathlib import Path

import pytest
from verify.report_samples import REPORTS, hostile, many

from twinwheel.cli.output import Output
from twinwheel.cli.verify.show import save, show
from twinwheel.errors import CommandError
from twinwheel.verify.reports import FORMATS, render

ESCAPES = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("form", FORMATS)
def test_standard_output_gets_the_report(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(many(), form, Output("never"))
    assert capsys.readouterr().out == render(many(), form)


@pytest.mark.parametrize("name", REPORTS)
def test_colour_changes_no_word(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rich")
    show(REPORTS[name](), "full", Output("always"))
    coloured = capsys.readouterr().out
    plain = render(REPORTS[name](), "full")
    assert coloured != plain
    lines = [line.rstrip() for line in ESCAPES.sub("", coloured).splitlines()]
    assert lines == plain.splitlines()


def test_only_the_terminal_has_colours(capsys: pytest.CaptureFixture[str]) -> None:
    for form in FORMATS[1:]:
        show(many(), form, Output("always"))
        assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("form", FORMATS)
def test_a_terminal_of_few_characters_is_no_crash(
    form: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with os.fdopen(os.dup(1), "w", encoding="ascii") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        show(hostile(), form, Output("never"))
    assert capfd.readouterr().out.isascii()


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_has_the_whole_report(form: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "report"
    save(many(), form, path)
    assert path.read_text("utf-8") == render(many(), form)
    assert [each.name for each in path.parent.iterdir()] == ["report"]


def test_a_report_that_cannot_be_made_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old", "utf-8")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(Exception, match="TW766"):
        save(many(), "html", path)
    assert path.read_text("utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").touch()
    link = tmp_path / "link"
    try:
        link.symlink_to(tmp_path / "real")
    except OSError:
        pytest.skip("no links here")
    save(many(), "concise", link)
    assert link.is_symlink()
    assert (tmp_path / "real").read_text("utf-8") == render(many(), "concise")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    save(many(), "json", pipe)
    reader.join(60)
    assert read == [render(many(), "json")]
    assert pipe.is_fifo()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        save(many(), "json", tmp_path)
    assert caught.value.code == "TW515"
