"""The page for a browser, as text: it is well formed, loads nothing, and holds no foreign tag."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from verify.report_samples import HOSTILE, REPORTS, any_report, clean, many, nothing, several, suite

from twinwheel.errors import VerifyError
from twinwheel.verify.findings import Report
from twinwheel.verify.reports import FORMATS, render
from twinwheel.verify.reports.text import visible

VOID = {"meta", "link", "input", "path", "circle", "rect"}
"""Elements without an end tag; those of pictures end themselves."""


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> list[Element]:
        inner = [
            each for child in self.children if isinstance(child, Element) for each in child.walk()
        ]
        return [self, *inner]

    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text() for each in self.children)

    def find(self, tag: str, name: str = "") -> list[Element]:
        return [
            each
            for each in self.walk()
            if each.tag == tag and (not name or name in each.attributes.get("class", "").split())
        ]


class Parser(HTMLParser):
    """Reads a page, and refuses what a browser would have to mend."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.place = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"{tag} has an attribute twice"
        values = {name: value or "" for name, value in attrs}
        element = Element(tag, values, self.place)
        self.place.children.append(element)
        if tag not in VOID:
            self.place = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.place.tag, f"</{tag}> ends <{self.place.tag}>"
        assert self.place.parent is not None
        self.place = self.place.parent

    def handle_data(self, data: str) -> None:
        self.place.children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data:.80}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data:.80}")


def parsed(report: Report) -> Element:
    parser = Parser()
    parser.feed(render(report, "html"))
    parser.close()
    assert parser.place is parser.root
    return parser.root


TAGS = {each.tag for make in REPORTS.values() for each in parsed(make()).walk()}
ATTRIBUTES = {name for each in parsed(many()).walk() for name in each.attributes} | {
    name for each in parsed(suite()).walk() for name in each.attributes
}


def test_the_tags_are_those_of_the_template() -> None:
    assert TAGS - {""} == {
        *("html", "head", "meta", "title", "link", "style", "body", "script"),
        *("header", "nav", "main", "section", "footer", "div", "p", "span", "b", "a"),
        *("h1", "h2", "h3", "h4", "ul", "li", "dl", "dt", "dd", "details", "summary"),
        *("pre", "code", "mark", "svg", "path", "circle", "rect"),
        *("table", "caption", "thead", "tbody", "tr", "th", "td"),
        *("form", "fieldset", "legend", "label", "input", "button"),
    }


@given(any_report())
@settings(max_examples=40)
def test_whatever_is_in_a_report_the_page_has_no_tag_and_no_attribute_of_it(report: Report) -> None:
    for element in parsed(report).walk():
        assert element.tag in TAGS
        assert set(element.attributes) <= ATTRIBUTES
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert value.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_loads_nothing(name: str) -> None:
    root = parsed(REPORTS[name]())
    for element in root.walk():
        for attribute in (
            "src",
            "srcset",
            "href",
            "action",
            "data",
            "poster",
            "style",
            "xlink:href",
        ):
            value = element.attributes.get(attribute, "#")
            assert value.startswith("#") or value == "data:,", element.tag
    (style,) = root.find("style")
    (script,) = root.find("script")
    assert not re.search(r"url\(|@import|@font-face|https?:", style.text())
    assert not re.search(r"fetch|import|XMLHttp|https?:|eval|innerHTML", script.text())


def test_the_page_allows_its_own_style_and_script_alone() -> None:
    root = parsed(many())
    (policy,) = [
        each.attributes["content"]
        for each in root.find("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (element,) = root.find(tag)
        digest = base64.b64encode(hashlib.sha256(element.text().encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_links_lead_to_what_is_there() -> None:
    for make in REPORTS.values():
        walked = parsed(make()).walk()
        names = [each.attributes["id"] for each in walked if "id" in each.attributes]
        assert len(names) == len(set(names))
        for each in walked:
            href = each.attributes.get("href", "")
            if href.startswith("#"):
                assert href[1:] in names
            if "aria-labelledby" in each.attributes:
                assert each.attributes["aria-labelledby"] in names


def test_headings_leave_out_no_level() -> None:
    for make in REPORTS.values():
        levels = [
            int(each.tag[1]) for each in parsed(make()).walk() if re.fullmatch("h[1-6]", each.tag)
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(later - level <= 1 for level, later in pairwise(levels))


def test_the_page_shows_all_of_a_finding() -> None:
    (card,) = [each for each in parsed(many()).find("details", "card") if "a3340f19" in each.text()]
    finding = many().findings[2]
    text = card.text()
    for part in (
        *(finding.component, finding.kind, finding.summary, *finding.traits, finding.call),
        *(finding.control, finding.candidate, finding.reproducer, finding.id, "with 41 inputs"),
        "one raises another exception, or only one raises",
        'component = "dumps"\nkind = "exception type"\nid = "a3340f19"\nreason = ""',
    ):
        assert part in text


def test_the_page_shows_what_was_searched_as_plainly_as_what_was_found() -> None:
    text = parsed(many()).text()
    for searched in many().searched:
        for part in (searched.component, searched.largest, searched.skipped, searched.note):
            assert part in text
    assert "51,904" in text
    for part in (*many().notes, *many().stale, many().again, "20240817", "One call", "2 GB"):
        assert part in text
    assert "2.1 counts positions in bytes, and its notes say so" in text


def test_bars_are_as_long_as_the_numbers_say() -> None:
    bars = [each.attributes["width"] for each in parsed(clean()).find("rect", "share")]
    assert bars == ["92.9%", "100.0%", "17.6%", "3.9%"]


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (clean(), "clean"),
        (many(), "differences"),
        (nothing(), "nothing"),
        (replace(clean(), interrupted=True), "interrupted"),
    ],
)
def test_the_verdict_is_the_first_thing_to_be_seen(report: Report, verdict: str) -> None:
    (body,) = parsed(report).find("body")
    assert body.attributes["class"] == verdict


def test_an_interrupted_run_says_so() -> None:
    assert "The run was stopped before its end." in parsed(several()).text()
    assert "stopped" not in parsed(many()).find("header")[0].text()


def test_only_the_first_of_many_findings_are_unfolded() -> None:
    cards = parsed(several()).find("details", "card")
    assert len(cards) == 60
    assert [("open" in each.attributes) for each in cards] == [True] * 12 + [False] * 48


def test_three_hundred_tests_are_side_by_side() -> None:
    different, same = parsed(suite()).find("table", "tests")
    assert len(different.find("tr")) == 6
    assert len(same.find("tr")) == 296
    assert [each.text() for each in different.find("th")][:5] == [
        *("Test", "python", "c", "rust", "Verdict")
    ]
    failed = [each.text() for each in different.find("span", "bad")]
    assert failed == ["failed"] * 4


def test_hostile_texts_are_there_to_be_read() -> None:
    text = parsed(REPORTS["hostile"]()).text()
    for each in HOSTILE:
        if len(each) < 200:
            assert visible(each, lines=True) in text


def test_without_jinja_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(VerifyError) as caught:
        render(clean(), "html")
    assert caught.value.code == "TW766"
    assert caught.value.help == "pip install 'twinwheel[verify]'"
    assert all(form in caught.value.accepted for form in FORMATS if form != "html")
