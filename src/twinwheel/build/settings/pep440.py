"""Versions and specifiers, read without the packaging library.

Settings are read to tell what a build requires, before anything of that is installed. Numbers stay
text with their length before it: so they compare as numbers do, however many digits they have.

Specification: https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

__all__ = ["CLAUSES", "Version", "contains", "parse_version"]

CLAUSES = "clauses such as >=3.12, <3.14, ~=3.12, ==3.13.*, >=3.14.0rc1, joined by commas"

_Number = tuple[int, str]
_Key = tuple[object, ...]

_VERSION = re.compile(
    r"""\s*v?
    (?:(?P<epoch>[0-9]+)!)?
    (?P<release>[0-9]+(?:\.[0-9]+)*)
    (?P<pre>[-_.]?(?P<stage>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>[0-9]+)?)?
    (?P<post>-(?P<bare>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>[0-9]+)?)?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_number>[0-9]+)?)?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?
    \s*\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_CLAUSE = re.compile(r"\s*(===|~=|==|!=|<=|>=|<|>)\s*(\S+)\s*\Z")
_PREFIX = re.compile(r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*\.\*\Z", re.IGNORECASE)
_STAGES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_LOWEST, _HIGHEST = (-1,), (1,)


@dataclass(frozen=True)
class Version:
    """A version, in parts that compare as PEP 440 orders them."""

    epoch: _Number
    release: tuple[_Number, ...]
    pre: _Key = ()
    post: _Key = ()
    dev: _Key = ()
    local: _Key = ()

    @property
    def is_prerelease(self) -> bool:
        """Whether it comes before a release."""
        return bool(self.pre or self.dev)

    @property
    def base(self) -> _Key:
        """Its epoch and its release, without zeros at the end."""
        numbers = list(self.release)
        while numbers and numbers[-1] == _number("0"):
            numbers.pop()
        return self.epoch, tuple(numbers)

    @property
    def key(self) -> _Key:
        """What it is ordered by."""
        only_dev = bool(self.dev) and not self.pre and not self.post
        pre = (0, *self.pre) if self.pre else _LOWEST if only_dev else _HIGHEST
        post = (0, *self.post) if self.post else _LOWEST
        dev = (0, *self.dev) if self.dev else _HIGHEST
        return *self.base, pre, post, dev, self.local


def parse_version(text: str) -> Version | None:
    """Return a version; None for what is none."""
    match = _VERSION.match(text)
    if match is None:
        return None
    stage = (match["stage"] or "").lower()
    parts = re.split(r"[-_.]", (match["local"] or "").lower())
    return Version(
        epoch=_number(match["epoch"]),
        release=tuple(map(_number, match["release"].split("."))),
        pre=(_STAGES.get(stage, stage), _number(match["pre_number"])) if match["pre"] else (),
        post=(_number(match["bare"] or match["post_number"]),) if match["post"] else (),
        dev=(_number(match["dev_number"]),) if match["dev"] else (),
        local=tuple((1, _number(p)) if p.isdigit() else (0, p) for p in parts if p),
    )


def contains(specifiers: str, text: str) -> bool:
    """Tell whether a version is among those that a specifier set names.

    A clause that names no pre-release takes a pre-release for its final version: 3.14.0rc1 is then
    3.14.0, as it is to installers when they read ``requires-python``.

    Args:
        specifiers: Clauses joined by commas.
        text: The version.

    Raises:
        ValueError: With the clause that is none.
    """
    full = parse_version(text)
    assert full is not None
    final = replace(full, pre=(), dev=())
    clauses = [_parse_clause(clause) for clause in specifiers.split(",")]
    return all(
        _fits(operator, wanted, full if wanted.is_prerelease else final)
        for operator, wanted in clauses
    )


def _parse_clause(clause: str) -> tuple[str, Version]:
    match = _CLAUSE.match(clause)
    operator, text = match.groups() if match else ("", "")
    if operator in ("==", "!=") and _PREFIX.match(text):
        operator, text = f"{operator}.*", text[:-2]
    wanted = parse_version(text)
    if (
        wanted is None
        or operator == "==="  # compares texts, of which a version has several
        or (operator == "~=" and len(wanted.release) < 2)
        or (wanted.local and operator not in ("==", "!="))
    ):
        raise ValueError(clause.strip())
    return operator, wanted


def _fits(operator: str, wanted: Version, have: Version) -> bool:
    if operator.startswith("!="):
        return not _fits(f"=={operator[2:]}", wanted, have)
    if operator == "==.*":
        return _starts_with(have, wanted.epoch, wanted.release)
    if operator == "==":
        return have.key == wanted.key
    if operator == "~=":
        return have.key >= wanted.key and _starts_with(have, wanted.epoch, wanted.release[:-1])
    if operator == ">=":
        return have.key >= wanted.key
    if operator == "<=":
        return have.key <= wanted.key
    if operator == ">":
        return have.key > wanted.key
    # A pre-release is not below the release that it comes before.
    before = have.is_prerelease and not wanted.is_prerelease and have.base == wanted.base
    return have.key < wanted.key and not before


def _starts_with(version: Version, epoch: _Number, release: tuple[_Number, ...]) -> bool:
    zeros = (_number("0"),) * len(release)
    return version.epoch == epoch and (*version.release, *zeros)[: len(release)] == release


def _number(text: str | None) -> _Number:
    digits = (text or "0").lstrip("0")
    return len(digits), digits
