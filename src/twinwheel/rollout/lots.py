"""Blocks of lots, and the books that tell how many calls took one.

A signal's handler may call the slot between any two calls that the slot itself makes, or raise
there. So the books are never changed: others are made of them, which take their place in a single
step, together with the block that goes with them.
"""

from __future__ import annotations

from operator import length_hint
from typing import NamedTuple

from twinwheel.rollout.layout import Arm

__all__ = ["LOTS", "TIMED", "Block", "Books"]

TIMED = 2
"""A lot is an arm, and with this bit more the call is timed."""
LOTS = 4096
"""Drawn at once, at most."""
_FIRST = 64
"""Drawn for a process or a policy that is new: each block is twice as long as the one before."""
_RETIRED = 16
"""Blocks that are kept for a thread that has taken hold of one, and then waits for its turn."""


class Block:
    """Calls that are counted by taking their lots.

    Args:
        lots: One for each call.
    """

    __slots__ = ("items", "lots")

    def __init__(self, lots: bytes) -> None:
        self.lots = lots
        self.items = iter(lots)

    def counted(self) -> tuple[int, int]:
        """Return how many calls of each arm took their lot."""
        taken = len(self.lots) - length_hint(self.items)  # once: others may take more meanwhile
        timed = Arm.CANDIDATE | TIMED
        candidate = self.lots.count(Arm.CANDIDATE, 0, taken) + self.lots.count(timed, 0, taken)
        return taken - candidate, candidate


class Books(NamedTuple):
    """The calls of each arm."""

    calls: tuple[int, int] = (0, 0)
    """Of blocks that nobody takes from any more."""
    blocks: tuple[Block, ...] = (Block(b""),)
    """The others. The last is the one that calls take their lots from."""

    @property
    def are_over(self) -> bool:
        """Whether all lots were taken."""
        return not length_hint(self.blocks[-1].items)

    @property
    def are_new(self) -> bool:
        """Whether few calls were made by them."""
        return len(self.blocks[-1].lots) < LOTS

    @property
    def next_size(self) -> int:
        """How many lots to draw next."""
        return min(max(2 * len(self.blocks[-1].lots), _FIRST), LOTS)

    def counted(self) -> tuple[int, int]:
        """Return the calls of each arm."""
        control, candidate = self.calls
        for block in self.blocks:
            more = block.counted()
            control, candidate = control + more[0], candidate + more[1]
        return control, candidate

    def with_block(self, block: Block) -> Books:
        """Return the books for calls that take their lots from another block."""
        kept = [each for each in self.blocks if length_hint(each.items)][-_RETIRED:]
        rest = Books(self.calls, tuple(each for each in self.blocks if each not in kept))
        return Books(rest.counted(), (*kept, block))
