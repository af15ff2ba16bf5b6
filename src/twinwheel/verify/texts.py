"""Texts and bytes: each width of character, what parsers stumble over, and critical sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from twinwheel.verify.recipes import Recipe

__all__ = ["bytes_by_chance", "edges_of_bytes", "edges_of_text", "text_by_chance"]

_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "aeioubcdlmnrst ",
    "ABCXYZabcxyz0123456789",
    "0123456789+-.eE",
    "\"'\\/\b\f\n\r\t\0 ",
    "<>&;:=,|()[]{}%$#@!?*_~^`",
    " \t\n\r\x0b\x0c\x1c\x85\xa0\u2028\u2029\u3000",
    "éßüñçÀÿµ¿½",
    "ЖжΣσςİıǅﬁẞŉ",
    "漢字かなカナ한글",
    "אבגד مرحبا\u202e\u200f",
    "😀👍🏽𝔘𐐷\U0010ffff",
    "e\u0301a\u0308\u0327n\u0303o\u0302\u0301",
    "👩\u200d👧❤\ufe0f🇩🇪🇫🇷",
    "\ud800\udc00\udfff\ud83d",
    "\x00\x01\x1f\x7f\x80\x9f",
    "１２٣٤²Ⅷ½",
)
_SPECIAL = (
    *("", " ", "a", "A", "ab", "aa", "aab", "abc", "Hello, World!", "a b c", "  a  b  ", "\t\n"),
    *("0", "-0", "1", "007", "1e5", "1E+400", "-1.5", ".5", "5.", "0x1F", "1_000", "NaN", "inf"),
    *("true", "null", "None", "[]", "{}", "[1, 2.5, null]", '{"a": [true, "b"]}', '"text"', "[[]]"),
    *('"\\u00e9\\ud83d\\ude00"', '"\\ud800"', "\\", "\\n", "\\x41\\", "'", '"', "''", '"a""b"'),
    *("<a href='x'>b</a>", "&amp;&lt;&#39;", "<!-- -->", "%41%zz%", "%s %d %(a)s", "{0} {a!r}"),
    *("a,b;c|d", "a,,b,", "k=v&k=w", "key: value\n- item\n", "a/b/../c", "C:\\x", "user@host:1"),
    *(
        "\0",
        "a\0b",
        "a\r\nb\rc\n",
        "é",
        "ÿ",
        "Straße",
        "İstanbul",
        "ΑΣ ς",
        "€",
        "漢字",
        "😀",
        "a😀b",
    ),
    *("e\u0301", "née\u0301", "👩\u200d👧", "🇩🇪", "\u202eabc", "\ufeffa", "\ud800", "a\udfffb"),
    *("\u2028", "\x85", "\xa0", "\u200b", "ﬁ", "ǆ", "\U0010ffff", "\uff11\uff12", "\x7f\x80"),
    *("2024-02-29", "2024-02-29T23:59:60Z", "12:34:56.789", "1970-01-01T00:00:00+00:00", "P1DT2H"),
    *("kitten", "sitting", "Smith", "Schmidt", "Jellyfish", "knight", "Thompson", "Pfister"),
)
_UNITS = ("a", "ab", "a b ", '"', "\\", "é", "漢", "😀", "\n", "e\u0301", "0", ",", "<")
_LONG = (31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1023, 1025, 4095, 4096, 4097)
_VERY_LONG = (8193, 65535, 65536, 65537)


def edges_of_text() -> Iterator[Recipe]:
    """Give texts, the simple ones first, then long ones of each width."""
    yield from _SPECIAL
    yield from _ALPHABETS
    for count in _LONG:
        yield ("repeat", "a", count)
        yield ("join", [("repeat", "a", count - 1), "b"])
    for unit in _UNITS[1:]:
        for count in (64, 257, 4097):
            yield ("repeat", unit, count)
    for unit in ('"', "\\", "é", "<", "\n", "😀"):
        for count in (15, 64, 4096):
            yield ("join", [("repeat", "a", count), unit])
            yield ("join", [unit, ("repeat", "a", count), "z"])
    for count in _VERY_LONG:
        for unit in ("a", "é", "😀"):
            yield ("repeat", unit, count)
    for opening in ("[", '{"a":', "(", "<a>", "((", "--", "["):
        yield ("repeat", opening, 100_000)
    for depth in (20, 127, 128, 129, 200, 500, 900):
        yield ("join", [("repeat", "[", depth), "1", ("repeat", "]", depth)])
        yield ("join", [("repeat", '{"a":', depth), "1", ("repeat", "}", depth)])


def edges_of_bytes() -> Iterator[Recipe]:
    """Give bytes, the simple ones first, then long ones."""
    yield from (
        b"",
        b"a",
        b"\0",
        b"\xff",
        b"\x80",
        b"\x7f",
        b"ab",
        b"abc",
        b"a\0b",
        b"\r\n",
        b"abcd",
    )
    yield from (b"\xc3\xa9", b"\xed\xa0\x80", b"\xc3", b"\xff\xfe", b"\x00\x01\x02\x03\x80\x81\xfe")
    yield bytes(range(256))
    for text in _SPECIAL:
        yield text.encode("utf-8", "surrogatepass")
    for count in _LONG:
        yield ("repeat", b"a", count)
        yield ("join", [("repeat", b"a", count - 1), b"\xff"])
    for unit in (b"\0", b"\xff", b"ab\x80", b'"', b"\\", b"=", b"\n"):
        for count in (64, 257, 4097):
            yield ("repeat", unit, count)
    for count in _VERY_LONG:
        yield ("repeat", b"a", count)
        yield ("repeat", b"\xfe", count)
    for byte in (0x91, 0x81, 0x9F, 0x82, 0x5B):
        yield ("repeat", bytes([byte]), 100_000)


def text_by_chance(chance: Random) -> Recipe:
    """Give a text, most often a short one of one alphabet."""
    draw = chance.random()
    if draw < 0.12:
        return chance.choice(_SPECIAL)
    if draw < 0.17:
        count = chance.choice((*_LONG, chance.randint(10, 9_000)))
        middle = _short_text(chance, 6)
        where = chance.randint(0, count)
        unit = chance.choice(_UNITS)
        return ("join", [("repeat", unit, where), middle, ("repeat", unit, count - where)])
    return _short_text(chance, int(chance.expovariate(0.12)) % 200)


def _short_text(chance: Random, most: int) -> str:
    first = chance.choice(_ALPHABETS)
    second = chance.choice(_ALPHABETS) if chance.random() < 0.4 else first
    return "".join(chance.choice(chance.choice((first, second))) for _ in range(most))


def bytes_by_chance(chance: Random) -> Recipe:
    """Give bytes: of any kind, or those of a text."""
    draw = chance.random()
    if draw < 0.4:
        return chance.randbytes(int(chance.expovariate(0.1)) % 300)
    if draw < 0.5:
        count = chance.choice((*_LONG, chance.randint(10, 9_000)))
        unit = bytes([chance.choice((0, 97, 128, 255))])
        return ("join", [("repeat", unit, count), chance.randbytes(chance.randint(0, 4))])
    return _short_text(chance, int(chance.expovariate(0.12)) % 200).encode("utf-8", "surrogatepass")
