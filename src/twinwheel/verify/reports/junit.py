"""The report as JUnit's XML, which continuous integration services read.

A component is a test case, and so is a test of the package's own suite. It fails with all that was
found in it; where everything is accepted, and where nothing was searched, it is skipped, with why.
All of it stands in one ``failure``, as several readers show no more than the first.

Reference: https://github.com/jenkinsci/xunit-plugin, its schema ``junit-10.xsd``
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from twinwheel.verify.reports.facts import facts_of, names_of, why_not
from twinwheel.verify.reports.text import contrast, count, shorten, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.findings import Finding, Report

__all__ = ["junit_text"]

_TEXT = 4_000


def junit_text(report: Report) -> str:
    """Return the report as an XML document."""
    facts = facts_of(report)
    findings: dict[str, list[Finding]] = {}
    for each in (*facts.open, *facts.accepted):
        findings.setdefault(each.component, []).append(each)
    name = f"twinwheel verify {report.command} {report.package}"
    suite = ET.Element("testsuite", name=_one(name))
    if report.started:
        suite.set("timestamp", _one(report.started).removesuffix("Z"))
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(report):
        ET.SubElement(properties, "property", name=_one(key), value=_one(value))
    for searched in report.searched:
        case = _case(suite, report, searched.component, searched.seconds)
        found = findings.pop(searched.component, [])
        if found:
            _judge(case, report, found)
        elif searched in facts.not_searched:
            ET.SubElement(case, "skipped", message=_one(f"not searched: {why_not(searched)}"))
    for row in report.tests:
        case = _case(suite, report, row.test, 0.0)
        _judge(case, report, findings.pop(row.test, []))
    for component, found in findings.items():
        _judge(_case(suite, report, component, 0.0), report, found)
    _count(suite, report.seconds)
    lines = [f"{facts.headline}: {facts.extent}", *report.notes]
    lines += [f"accepted, but did not occur: {each}" for each in report.stale]
    told = "\n".join(shorten(line, _TEXT) for line in lines)
    ET.SubElement(suite, "system-out").text = _text(told)
    suites = ET.Element("testsuites", {**suite.attrib, "name": "twinwheel verify"})
    suites.attrib.pop("skipped")
    suites.attrib.pop("timestamp", None)
    suites.append(suite)
    ET.indent(suites)
    # In ASCII, so that no encoding on the way can spoil it.
    document: bytes = ET.tostring(suites, "us-ascii", xml_declaration=True)
    return document.decode("ascii") + "\n"


def _properties(report: Report) -> list[tuple[str, str]]:
    sides = [
        ("candidate" if place else "control", f"{side.name} {side.detail}".strip())
        for place, side in enumerate(report.sides)
    ]
    limits = [(f"limit {name}", value) for name, value in report.limits.items()]
    return [*sides, *limits, ("seed", str(report.seed)), ("again", report.again)]


def _case(suite: ET.Element, report: Report, name: str, seconds: float) -> ET.Element:
    classname = f"{report.package}.verify.{report.command}"
    return ET.SubElement(
        suite, "testcase", classname=_one(classname), name=_one(name), time=f"{seconds:.3f}"
    )


def _judge(case: ET.Element, report: Report, findings: Sequence[Finding]) -> None:
    """Let a case fail by what is open in it, or skip it by what is accepted."""
    found = [each for each in findings if not each.accepted]
    accepted = [each for each in findings if each.accepted]
    text = _text("\n\n".join(_told(report, each) for each in (*found, *accepted)))
    if found:
        message = "; ".join(f"{each.kind}: {each.summary}" for each in found)
        if len(found) > 1:
            message = f"{count(len(found), 'difference')}: {message}"
        kinds = ", ".join(dict.fromkeys(each.kind for each in found))
        ET.SubElement(case, "failure", message=_one(message), type=_one(kinds)).text = text
    elif accepted:
        reasons = "; ".join(dict.fromkeys(each.accepted for each in accepted))
        ET.SubElement(case, "skipped", message=_one(f"accepted: {reasons}")).text = text


def _told(report: Report, finding: Finding) -> str:
    control, candidate = names_of(report, finding)
    answers = contrast(finding.control, finding.candidate, _TEXT)
    one, other = ("".join(part.text for part in parts) for parts in answers)
    lines = [f"{finding.kind}: {finding.summary} [{finding.id}]"]
    rows = [
        ("accepted", finding.accepted),
        ("when", ", ".join(finding.traits)),
        ("call", finding.call),
        (control, one),
        (candidate, other),
        ("show", f"python {finding.reproducer}" if finding.reproducer else ""),
    ]
    lines += [f"  {label}: {shorten(text, _TEXT)}" for label, text in rows if text]
    return "\n".join(lines)


def _count(suite: ET.Element, seconds: float) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(each.find("failure") is not None for each in cases)))
    suite.set("errors", "0")
    suite.set("skipped", str(sum(each.find("skipped") is not None for each in cases)))
    suite.set("time", f"{seconds:.3f}")


def _one(text: str) -> str:
    return visible(shorten(text, 1_000).replace("\n", " "))


def _text(text: str) -> str:
    """Return a text that XML can hold: what it cannot is no printable character."""
    return visible(text, lines=True)
