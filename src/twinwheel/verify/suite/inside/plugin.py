"""A pytest plugin that writes down what happens as it happens, so that a crash loses nothing.

Each event is a line of JSON. Those of tests are written by the process that the user sees, also
with pytest-xdist; those of collecting and of the implementation by each process that runs tests.
PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import json
import os
import platform
import re
from typing import Any

import pytest

from .injection import install  # noqa: TID252
from .proof import examine  # noqa: TID252

__all__ = ["Recorder", "pytest_configure"]

_LONGEST = 600
_MISSING = re.compile(r"^E?\s*ModuleNotFoundError: No module named '([\w.]+)'", re.MULTILINE)
_RAISED = re.compile(r"^E\s+(\S.*)$", re.MULTILINE)


def pytest_configure(config: Any) -> None:
    """Begin to write, if this process was started to be watched."""
    finder = install()
    if finder is not None:
        config.pluginmanager.register(Recorder(config, finder.told), "twinwheel-recorder")


class Recorder:
    """Writes the events of one process."""

    def __init__(self, config: Any, told: dict[str, Any]) -> None:
        self.told = told
        self.packages = [each["package"] for each in told["expected"]]
        self.worker = getattr(config, "workerinput", {}).get("workerid", "")
        self.spreads = False
        self.done = set(told["done"])
        self.chosen = set(told["chosen"])
        self.passed_over = set(told["passed_over"])
        self.opened: set[str] = set()
        self.pid = os.getpid()
        self.file = os.open(told["events"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, event: str, **more: Any) -> None:
        """Append one line, in one piece; not in a process that a test forked."""
        if os.getpid() == self.pid:
            line = json.dumps({"event": event, "worker": self.worker, **more})
            os.write(self.file, line.encode("ascii", "backslashreplace") + b"\n")

    def prove(self, when: str) -> None:
        """Tell which implementation this process has."""
        for expected in self.told["expected"]:
            try:
                told = examine(expected)
            except Exception as error:  # noqa: BLE001 (a package's own names may raise anything)
                told = {
                    "package": expected["package"],
                    "failed": f"{type(error).__name__}: {error}",
                }
            self.write("proof", when=when, told=told)

    @property
    def runs_tests(self) -> bool:
        """Whether it is this process that runs tests, and not workers of it."""
        return bool(self.worker) or not self.spreads

    # The hooks, in the order that they are called in.

    def pytest_report_header(self) -> list[str]:
        """Say in pytest's own output what this run is of."""
        names = [
            f"{each['package']} by {', '.join(each['loads']) or each['module']}"
            for each in self.told["expected"]
        ]
        return [f"twinwheel: {self.told['name']} ({', '.join(names)})"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: Any) -> None:
        """Say what this is, and whether the package is there before any test."""
        self.spreads = session.config.pluginmanager.has_plugin("dsession")
        self.write(
            "session",
            python=f"{platform.python_implementation()} {platform.python_version()}",
            pytest=pytest.__version__,
            spreads=self.spreads,
        )
        if self.runs_tests:
            self.prove("start")

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: Any) -> Any:
        """Pass over a module whose import ended the process before."""
        if collector.nodeid in self.passed_over:
            return pytest.CollectReport(collector.nodeid, "passed", None, [])
        return None

    def pytest_collectstart(self, collector: Any) -> None:
        """Say what is imported next, as it may end the process."""
        if isinstance(collector, pytest.Module) and collector.nodeid not in self.passed_over:
            self.opened.add(collector.nodeid)
            self.write("open", node=collector.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        """Say how that went."""
        if report.nodeid in self.passed_over or (
            report.passed and report.nodeid not in self.opened
        ):
            return
        told: dict[str, Any] = {"node": report.nodeid, "outcome": report.outcome}
        if not report.passed:
            text = _text(report)
            told["why"] = _why(report, text)
            missing = _MISSING.findall(text)
            told["missing"] = missing[-1] if missing else ""
        self.write("close", **told)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Leave out what was run before, and what is not to be run."""
        if not self.worker:
            self.write("tests", tests=[item.nodeid for item in items])
        chosen: list[Any] = []
        rest: list[Any] = []
        for item in items:
            wanted = not self.chosen or item.nodeid in self.chosen
            (chosen if wanted and item.nodeid not in self.done else rest).append(item)
        if rest:
            items[:] = chosen
            config.hook.pytest_deselected(items=rest)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Say which tests there are, as a worker found them."""
        self.write("tests", tests=list(ids))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which test is run now."""
        if not self.worker:
            self.write("start", test=nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Say how a part of it went."""
        if self.worker:
            return
        told: dict[str, Any] = {"test": report.nodeid, "when": report.when}
        told["outcome"] = report.outcome
        told["expected"] = hasattr(report, "wasxfail")
        if not report.passed:
            text = _text(report)
            told["why"] = _why(report, text)
        self.write("report", **told)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Say that it is over."""
        if not self.worker:
            self.write("finish", test=nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: Any) -> None:
        """Say which implementation it was, in the end."""
        if self.runs_tests:
            self.prove("end")
        if not self.worker:
            self.write("end", status=int(exitstatus))


def _text(report: Any) -> str:
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):  # of a skip: file, line, reason
        return str(longrepr[2])
    return str(longrepr or "")


def _why(report: Any, text: str) -> str:
    """Return what was raised, in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = getattr(crash, "message", "") or ""
    if not message:
        raised = _RAISED.findall(text)
        lines = [line for line in text.splitlines() if line.strip()]
        message = raised[-1] if raised else (lines[-1] if lines else "")
    first = message.strip().splitlines()[:1]
    return first[0][:_LONGEST] if first else ""
