"""The page in a real browser: it looks right, loads nothing, and can be used by everybody."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from verify.report_samples import REPORTS

from twinwheel.verify.reports import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WIDTHS = {"wide": 1280, "tablet": 800, "phone": 360}
SCHEMES = ("light", "dark")
OUTSIDE = """
[...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .filter((each) => !each.closest(".scroll, .skip, .unseen"))
    .map((each) => each.outerHTML.slice(0, 80))
"""
"""What sticks out on the right, where nothing is made to be scrolled."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium: one of this machine, or else the one that playwright installed."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each sample, in a file."""
    folder = tmp_path_factory.mktemp("pages")
    written = {}
    for name, make in REPORTS.items():
        written[name] = folder / f"{name}.html"
        written[name].write_text(render(make(), "html"), "utf-8")
    return written


class Watched:
    """A page, and all that went wrong or was asked for in it."""

    def __init__(self, context: BrowserContext, path: Path) -> None:
        self.page: Page = context.new_page()
        self.events: list[str] = []
        self.requests: list[str] = []
        self.failed: list[str] = []
        self.page.on("console", lambda message: self.events.append(message.text))
        self.page.on("pageerror", lambda error: self.events.append(str(error)))
        self.page.on("dialog", lambda dialog: self.events.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.failed.append(str(request.failure)))
        self.page.goto(path.as_uri())


def opened(browser: Browser, path: Path, width: int = 1280, **options: Any) -> Watched:
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    return Watched(context, path)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_fits_loads_nothing_and_has_no_fault(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str, width: str, scheme: Any
) -> None:
    watched = opened(browser, pages[name], WIDTHS[width], color_scheme=scheme)
    page = watched.page
    page.screenshot(path=tmp_path / f"{name}-{scheme}-{width}.png")
    assert watched.events == []
    assert watched.requests == [pages[name].as_uri()]
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(OUTSIDE) == []
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", ["wide", "phone"])
@pytest.mark.parametrize("name", REPORTS)
def test_the_page_keeps_the_rules_of_accessibility(
    browser: Browser, pages: dict[str, Path], name: str, width: str, scheme: Any
) -> None:
    """Contrast, names, headings, landmarks, tables: with everything unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, pages[name], WIDTHS[width], color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    found = Axe().run(page).response
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert len(found["passes"]) > 20
    page.context.close()


def test_light_is_light_and_dark_is_dark(browser: Browser, pages: dict[str, Path]) -> None:
    brightness = {}
    for scheme in SCHEMES:
        page = opened(browser, pages["many"], color_scheme=scheme).page
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness[scheme] = sum(map(int, re.findall(r"\d+", colour)))
        page.context.close()
    assert brightness["light"] > 700
    assert brightness["dark"] < 100


def test_the_page_reads_without_scripts(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["many"], java_script_enabled=False).page
    assert page.locator(".filter").is_hidden()
    assert page.locator(".copy").first.is_hidden()
    assert page.get_by_text("the process dies with signal 11").is_visible()
    assert page.get_by_text("died of SIGSEGV").is_visible()
    page.locator(".accept > summary").first.click()
    assert page.get_by_text('kind = "crash"').is_visible()
    page.context.close()


def test_findings_can_be_found_and_folded(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["many"]).page
    cards = page.locator("#findings > .card")
    shown = page.locator("#findings > .card:visible")
    assert shown.count() == 7
    page.get_by_role("searchbox").fill("DUMPS overflow")
    assert shown.count() == 1
    assert page.get_by_role("status").text_content() == "1 of 7 shown"
    page.get_by_role("searchbox").fill("")
    page.get_by_label("value 2").set_checked(False)
    assert shown.count() == 5
    page.get_by_role("button", name="Fold all", exact=True).click()
    assert cards.evaluate_all("all => all.every(each => !each.open)")
    page.get_by_role("button", name="Unfold all").click()
    assert cards.evaluate_all("all => all.every(each => each.open)")
    page.context.close()


def test_the_page_can_be_used_from_the_keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["many"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    first = page.locator("#findings > .card").first
    first.locator("> summary").focus()
    page.keyboard.press("Enter")
    assert first.evaluate("card => card.open") is False
    page.context.close()


def test_what_is_shown_can_be_copied(browser: Browser, pages: dict[str, Path]) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = Watched(context, pages["many"]).page
    page.get_by_role("button", name="Copy the call").first.click()
    page.get_by_role("button", name="Copied the call").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "loads('[' * 1025 + ']' * 1025)"
    context.close()


def test_a_foreign_script_would_not_run(browser: Browser, pages: dict[str, Path]) -> None:
    """Even if one had got into the page: the policy is there, and it holds."""
    watched = opened(browser, pages["many"])
    watched.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.forged = true";
            document.body.append(script);
            const picture = new Image();
            picture.src = "http://localhost:1/picture.png";
            document.body.append(picture);
            const text = "<p onclick='window.forged = true'>click</p>";
            document.body.insertAdjacentHTML("beforeend", text);
        }"""
    )
    watched.page.get_by_text("click", exact=True).click()
    assert watched.page.evaluate("window.forged === undefined")
    assert watched.failed == ["csp"]
    assert any("Content Security Policy" in event for event in watched.events)
    watched.page.context.close()


def test_paper_gets_everything_but_what_is_to_be_clicked(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    page = opened(browser, pages["suite"]).page
    last = page.get_by_text("tests/test_encoder.py::test_encoder_59")
    assert last.is_hidden()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert last.is_visible()
    assert page.locator("nav").is_hidden()
    assert page.locator(".filter").is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert last.is_hidden()
    pdf = page.pdf(path=tmp_path / "suite.pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5  # 300 tests take that many
    page.context.close()
