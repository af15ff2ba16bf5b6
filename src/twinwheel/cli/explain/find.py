"""Find the explanation of a code, however it was typed."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from twinwheel.cli.explain.explanations import CLASSES, EXPLANATIONS
from twinwheel.errors import CommandError

if TYPE_CHECKING:
    from twinwheel.cli.explain.explanations import Explanation

__all__ = ["find"]

_ALL = "twinwheel explain lists every code"


def find(typed: str) -> Explanation:
    """Return the explanation of a code.

    Args:
        typed: The code in any case, with or without ``TW``, or in brackets as messages have it.

    Raises:
        CommandError: TW504 when there is no such code.
    """
    known = {explanation.code: explanation for explanation in EXPLANATIONS}
    code = f"TW{typed.strip().strip('[]').upper().removeprefix('TW')}"
    if code in known:
        return known[code]
    alike = [each for each in known if len(code) == 5 and each[:3] == code[:3]]
    near = difflib.get_close_matches(code, alike or list(known), n=1, cutoff=0.7)
    what = CLASSES[code[2]][0] if alike else ""
    raise CommandError(
        f"there is no error {typed!r}",
        code="TW504",
        where="twinwheel explain CODE",
        accepted=f"of {what}: {', '.join(alike)}" if alike else "TW and three digits",
        help=f"did you mean {near[0]}? {_ALL}" if near else _ALL,
    )
