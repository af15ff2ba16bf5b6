"""What the kernels are to reach beside OpenCV and the machine's limits, and what they reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["LANGUAGES", "Measured", "reached"]

LANGUAGES = ("c", "rust")


@dataclass(frozen=True)
class Measured:
    """The medians of one operation on one image."""

    threads: int
    image: str
    operation: str
    """Its name, and what tells it from others: the size of the kernel first."""

    multiplications: float
    """In all; 0 where they do not tell the work."""

    seconds: Mapping[str, float]
    """By who computed it."""

    auto: str = ""
    """What the names of ours end in, of whoever ``method="auto"`` takes."""

    @property
    def name(self) -> str:
        """What is computed, without the size."""
        return self.operation.split()[0]

    @property
    def size(self) -> int:
        """The kernel's."""
        return int(self.operation.split()[1])

    def times_as_fast(self, language: str, *, auto: bool = False) -> float:
        """Return OpenCV's time as a multiple of a language's, direct or by ``method="auto"``."""
        ours = self.seconds[f"{language}{self.auto if auto else ''}"]
        return self.seconds["opencv"] / ours

    def share_of_fma(self, language: str, rate: float) -> float:
        """Return the share that a language reaches of so many operations a second on each core."""
        return 2 * self.multiplications / self.seconds[language] / rate / self.threads


def reached(measured: Sequence[Measured], rate: float) -> Iterator[str]:
    """Give a line for each target: what was asked, the worst that was measured, and where.

    Args:
        measured: All cases of a run.
        rate: fma a second on one core, in operations; 0 when unknown.
    """
    beside = [each for each in measured if "opencv" in each.seconds and each.threads == 1]
    direct = _named(beside, "convolve")
    large = [each for each in direct if each.image != "640x480" and each.size <= 15]
    others = [each for each in direct if each not in large]
    for text, cases, least in (
        ("convolve, k <= 15, 1080p and 4K: OpenCV / ours", large, 1.4),
        ("convolve, others, auto from 23 on: OpenCV / ours", others, 1.0),
        ("separable and Gaussian: OpenCV / ours", _named(beside, "separable", "gaussian"), 1.2),
        ("Sobel and median: OpenCV / ours", _named(beside, "sobel", "median"), 1.0),
    ):
        for language in LANGUAGES:
            found = [(each.times_as_fast(language, auto=True), each) for each in cases]
            yield _worst(f"{text} ({language})", found, least)
    bound = [each for each in direct if 5 <= each.size <= 21] if rate else []
    ours = [each for each in measured if "rust" in each.seconds]
    alone = {(each.image, each.operation): each for each in ours if each.threads == 1}
    pairs = [
        (alone[each.image, each.operation], each)
        for each in ours
        if each.threads == 2 and each.image == "4K"
    ]
    for language in LANGUAGES:
        shares = [(each.share_of_fma(language, rate), each) for each in bound]
        yield _worst(f"share of the fma rate, 5 <= k <= 21 ({language})", shares, 0.75)
        gains = [(one.seconds[language] / two.seconds[language], two) for one, two in pairs]
        yield _worst(f"one thread / two threads, 4K ({language})", gains, 1.7)
    twins = [(each.seconds["c"] / each.seconds["rust"], each) for each in alone.values()]
    yield _worst("C / Rust", twins, 1 / 1.1)


def _named(measured: Sequence[Measured], *names: str) -> list[Measured]:
    return [each for each in measured if each.name in names]


def _worst(text: str, found: Sequence[tuple[float, Measured]], least: float) -> str:
    """Say what the worst case reached, and how many of all reached what is asked."""
    if not found:
        return f"{text:62} not measured"
    enough = sum(value >= least for value, _ in found)
    value, worst = min(found, key=lambda pair: pair[0])
    verdict = "reached" if enough == len(found) else f"{enough} of {len(found)}"
    return (
        f"{text:62} {least:5.2f} {verdict:>9}; "
        f"the worst {value:.2f}, {worst.operation}, {worst.image}"
    )
