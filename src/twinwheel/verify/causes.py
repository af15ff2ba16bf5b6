"""What findings are named by, so that one cause has one name, and two causes have two.

A finding is of one component of one pair of modules, and its id is too. A cause may show in several
components: a wrong type that each of them refuses with another exception than the control. It is
known by what both sides do, as far as that tells more than that they differ.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from twinwheel.verify.recipes import walk
from twinwheel.verify.runner.encoding import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.judging import Mismatch
    from twinwheel.verify.recipes import Call

__all__ = ["digits_of", "names_of"]

_OF_TYPES = ("TypeError", "AttributeError")
"""Classes whose message tells what is wrong with an argument: which one it is does not matter."""
_TELLING = ("exception type", "exception message", "type")
"""Kinds of which both outcomes say so much that equal ones have one cause in several components."""
_NUMBER = re.compile(r"[\d,]+")
_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|<[^>]*>|\b(?<=not )[\w.]+|\b(?<=got )[\w.]+")
_WORD = re.compile("[A-Za-z]{2,}")


def names_of(
    mismatch: Mismatch, call: Call, special: Sequence[str], modules: tuple[str, str]
) -> tuple[str, str]:
    """Give the id of a finding and that of its cause; both stay from run to run.

    Args:
        mismatch: How the answers differ.
        call: The smallest that shows it.
        special: Its traits.
        modules: Of the control and of the candidate.
    """
    component, kind, *more = mismatch.key
    plain = _plain(call, special)
    shown = list(zip(more, (mismatch.control, mismatch.candidate), strict=False))
    told = [_words(text, name) for name, text in shown if name in _OF_TYPES]
    if kind == "exception type" and any(told):
        plain = told  # the argument is of a wrong type, and which one is chance
    elif more in (["read-only"], ["order"]) or kind == "state":  # that it is so tells it all
        plain = []
    identity = digits_of(*modules, component, kind, *more, *plain)
    if kind not in _TELLING or not more:
        return identity, identity
    if kind == "exception message":
        shown = [(more[0], mismatch.control), (more[0], mismatch.candidate)]
    words = [] if kind == "type" else [_words(text, name) if name else "" for name, text in shown]
    return identity, digits_of(kind, *more, *plain, *words)


def digits_of(*parts: str) -> str:
    """Give eight hexadecimal digits that stand for some texts."""
    return hashlib.blake2b(pack(list(parts)), digest_size=4).hexdigest()


def _plain(call: Call, special: Sequence[str]) -> list[str]:
    """Give traits without their numbers, which vary; -1 is as negative as -1.0."""
    found = {_NUMBER.sub("n", each).replace("negative integer", "negative") for each in special}
    given = [*call.arguments, *call.keywords[1::2]]
    given += [each for _, arguments in call.steps for each in arguments or ()]
    if any(type(part) is float and part < 0 for recipe in given for part in walk(recipe)):
        found.add("negative")
    return sorted(found)


def _words(text: str, name: str) -> str:
    """Give the words of an exception's message, without what names a value or its type.

    In no order, as that of a set that is written out is by chance.
    """
    plain = _VALUE.sub("", text.removeprefix(name))
    return " ".join(sorted(set(_WORD.findall(plain))))
