"""Texts of foreign code: nothing in them acts, nothing hides, and differences stay in sight."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify.report_samples import HOSTILE

from twinwheel.verify.reports.text import contrast, count, duration, shorten, visible

ANY = st.text(st.characters()) | st.sampled_from(HOSTILE)


@given(ANY)
def test_what_is_made_visible_can_be_printed_and_written(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    shown.encode("utf-8")
    assert visible(text, lines=True).replace("\n", "").isprintable()
    assert visible(text, lines=True).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äöü 日本 \U0001f600", "plain äöü 日本 \U0001f600"),
        ("a\x00b", r"a\x00b"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\ud800", r"\ud800"),
        ("exe\u202egnp", r"exe\u202egnp"),
        ("a\u200bb\xa0c", r"a\u200bb\xa0c"),
        ("a\nb\r\n", r"a\nb\r\n"),
        ("\U000e0001", r"\U000e0001"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + r"\u0301\u0301"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY, st.integers(3, 2_000))
def test_a_shortened_text_keeps_its_ends_and_says_what_is_gone(text: str, most: int) -> None:
    short = shorten(text, most)
    assert len(short) <= max(most + 48, len(text[:most]))
    assert short.startswith(text[: most // 3])
    assert short.endswith(text[len(text) - min(most // 3, len(text)) :])
    if short != text:
        head, _, rest = short.partition(" [... ")
        number, _, tail = rest.partition(" characters ...] ")
        assert int(number.replace(",", "")) == len(text) - len(head) - len(tail)


def joined(parts: tuple[object, ...]) -> str:
    return "".join(str(part[0]) for part in parts)  # type: ignore[index]


def marked(one: str, other: str, most: int = 1_000) -> tuple[list[str], list[str]]:
    first, second = contrast(one, other, most)
    return [p.text for p in first if p.different], [p.text for p in second if p.different]


@given(ANY, ANY)
def test_a_contrast_that_is_not_shortened_changes_no_text(one: str, other: str) -> None:
    first, second = contrast(one, other, 200_000)
    assert (joined(first), joined(second)) == (one, other)
    shared = [[part.text for part in parts if not part.different] for parts in (first, second)]
    if any(part.different for part in (*first, *second)):
        assert shared[0] == shared[1]


@given(ANY, ANY, st.integers(100, 1_000))
def test_a_contrast_is_short(one: str, other: str, most: int) -> None:
    assert all(len(joined(parts)) <= most + 150 for parts in contrast(one, other, most))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("returned [1, 2]", "returned [2, 1]", (["1, 2"], ["2, 1"])),
        ("returned '-0.0'", "returned '0.0'", (["-"], [])),
        ("returned 5", "raised ValueError('x')", ([], [])),
        ("returned 5", "raised 5", (["returned"], ["raised"])),
        ("ValueError('bad')", "TypeError('bad')", (["ValueError"], ["TypeError"])),
        ("same", "same", ([], [])),
        ("", "returned 1", ([], ["returned 1"])),
        ("aaaaaaab", "aaaaaaac", (["b"], ["c"])),
        ("aaa", "aaaa", (["aaa"], ["aaaa"])),
        ("a" * 9, "a" * 10, ([], ["a"])),
    ],
)
def test_what_differs_is_marked(one: str, other: str, expected: tuple[list[str], ...]) -> None:
    assert marked(one, other) == expected


@pytest.mark.parametrize("place", [0, 1, 50, 4_096, 70_000, 99_999])
def test_a_long_answer_is_shown_where_it_begins_to_differ(place: int) -> None:
    one = "0" * 100_000
    other = one[:place] + "X" + one[place + 1 :]
    first, second = contrast(one, other, 400)
    assert marked(one, other, 400) == (["0"], ["X"])
    assert len(joined(first)) < 500
    assert len(joined(second)) < 500


def test_texts_of_a_megabyte_take_no_time() -> None:
    one = "a" * 2_000_000
    begin = time.process_time()
    contrast(one + "b", one + "c", 400)
    assert time.process_time() - begin < 1


def test_numbers_are_read_as_one_says_them() -> None:
    assert [count(n, "test") for n in (0, 1, 1_200)] == ["0 tests", "1 test", "1,200 tests"]
    assert count(2, "entry", "entries") == "2 entries"
    seconds = (0, 0.0412, 0.9999, 5.24, 9.96, 58.2, 59.7, 125, 3_599.9, 3_725)
    assert [duration(each) for each in seconds] == [
        *("0 ms", "41 ms", "1.0 s", "5.2 s", "10 s", "58 s", "1 min 0 s", "2 min 5 s"),
        *("1 h 0 min", "1 h 2 min"),
    ]
