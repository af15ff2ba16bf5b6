"""Write the networks of the median filters, in C and in Rust: ``python cpp/networks/median.py``.

A network is a list of comparators: each puts two values in order. The columns of the window come
sorted, since neighbours share them. Then

1. each row of them (all lowest, all second lowest, ...) is sorted;
2. a value with too many on one side of it is no candidate: in a table that is sorted by rows and
   columns, (i + 1)(j + 1) - 1 values are not above the one in row i and column j;
3. the candidates are sorted as far as their middle takes.

By the 0-1 principle (Knuth, The Art of Computer Programming 3, 5.3.4) a network is right when it is
for zeros and ones. All of these are tried at once, one bit of a large integer for each window, and
every comparator that never swaps is left out, and so is all that the middle does not depend on.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

SIZES = (3, 5, 7)
Pairs = list[tuple[int, int]]
# By size, several of the shortest: Knuth, 5.3.4, and https://bertdobbelaere.github.io
SORTERS: dict[int, list[Pairs]] = {
    3: [[(0, 2), (0, 1), (1, 2)], [(0, 2), (1, 2), (0, 1)]],
    5: [
        [(0, 3), (1, 4), (0, 2), (1, 3), (0, 1), (2, 4), (1, 2), (3, 4), (2, 3)],
        [(0, 1), (3, 4), (2, 4), (2, 3), (0, 3), (0, 2), (1, 4), (1, 3), (1, 2)],
        [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2), (0, 4), (1, 4), (2, 4), (3, 4)],
    ],
    7: [
        [
            *[(0, 6), (2, 3), (4, 5), (0, 2), (1, 4), (3, 6), (0, 1), (2, 5)],
            *[(3, 4), (1, 2), (4, 6), (2, 3), (4, 5), (1, 2), (3, 4), (5, 6)],
        ],
    ],
}


class Operation(NamedTuple):
    """``target = lower(left, right)``, or ``upper``."""

    target: str
    word: str
    left: str
    right: str


class Network(NamedTuple):
    """What gives the median from sorted columns, and the value that it is."""

    operations: list[Operation]
    result: str


def input_name(rank: int, column: int) -> str:
    """Name the value of a rank, 0 being the lowest, in a column."""
    return f"s{rank}{column}"


def all_windows(size: int) -> tuple[dict[str, int], int, int]:
    """Return every window of zeros and ones with sorted columns, one bit of each value for each.

    Returns:
        Input -> its bits; the bits of the windows' medians; as many ones as there are windows.
    """
    count = (size + 1) ** size
    ones = (1 << count) - 1
    # The ones in column k of window w are the digit k of w to the base size + 1.
    columns = []
    for column in range(size):
        run = (size + 1) ** column
        digits = []
        for digit in range(size + 1):
            period = run * (size + 1)
            pattern = ((1 << run) - 1) << (digit * run)
            repeated = pattern
            length = period
            while length < count:
                repeated |= repeated << length
                length *= 2
            digits.append(repeated & ones)
        columns.append(digits)
    inputs = {}
    for rank in range(size):
        for column in range(size):
            bits = 0
            for digit in range(size - rank, size + 1):
                bits |= columns[column][digit]
            inputs[input_name(rank, column)] = bits
    # The number of ones in each window, as a binary number of bits side by side.
    total: list[int] = [0] * 6
    for column in range(size):
        for digit in range(1, size + 1):
            addend = [columns[column][digit] if digit >> place & 1 else 0 for place in range(6)]
            carry = 0
            for place in range(6):
                a, b = total[place], addend[place]
                total[place] = a ^ b ^ carry
                carry = (a & b) | (carry & (a ^ b))
    return inputs, _above(total, size * size // 2, ones), ones


def _above(total: list[int], limit: int, ones: int) -> int:
    greater, equal = 0, ones
    for place in reversed(range(6)):
        bit = ones if limit >> place & 1 else 0
        greater |= equal & total[place] & ~bit
        equal &= ~(total[place] ^ bit)
    return greater & ones


def batcher(length: int) -> Pairs:
    """Return Batcher's odd-even merge sort, cut to a length."""
    pairs: Pairs = []
    step = 1
    while step < length:
        gap = step
        while gap >= 1:
            for start in range(gap % step, length - gap, 2 * gap):
                pairs += [
                    (low, low + gap)
                    for low in range(start, min(start + gap, length - gap))
                    if low // (2 * step) == (low + gap) // (2 * step)
                ]
            gap //= 2
        step *= 2
    return pairs


def make_network(size: int) -> Network:
    """Return the shortest network that is found for a window of ``size`` by ``size``."""
    windows = all_windows(size)
    mirrored = [[(size - 1 - b, size - 1 - a) for a, b in pairs] for pairs in SORTERS[size]]
    sorters = SORTERS[size] + mirrored
    chosen = [sorters[0]] * size
    best = _network(size, chosen, *windows)
    for row in range(size):
        for sorter in sorters:
            tried = [*chosen[:row], sorter, *chosen[row + 1 :]]
            network = _network(size, tried, *windows)
            if len(network.operations) < len(best.operations):
                chosen, best = tried, network
    return best


def _network(
    size: int, sorters: list[Pairs], inputs: dict[str, int], medians: int, ones: int
) -> Network:
    bits = dict(inputs)
    operations: list[Operation] = []

    def compare(left: str, right: str) -> tuple[str, str]:
        """Put two values in order; nothing is done where they always are."""
        if bits[left] & ~bits[right] & ones == 0:
            return left, right
        if bits[right] & ~bits[left] & ones == 0:
            return right, left
        low, high = f"v{len(operations)}", f"v{len(operations) + 1}"
        bits[low], bits[high] = bits[left] & bits[right], bits[left] | bits[right]
        operations.append(Operation(low, "LOWER", left, right))
        operations.append(Operation(high, "UPPER", left, right))
        return low, high

    def sort(values: list[str], pairs: Pairs) -> list[str]:
        for low, high in pairs:
            values[low], values[high] = compare(values[low], values[high])
        return values

    table = [
        sort([input_name(rank, column) for column in range(size)], sorters[rank])
        for rank in range(size)
    ]
    half = size * size // 2
    places = [
        (i, j)
        for i in range(size)
        for j in range(size)
        if (i + 1) * (j + 1) - 1 <= half and (size - i) * (size - j) - 1 <= half
    ]
    # In an order in which many neighbours are sorted already.
    places.sort(key=lambda place: (place[0] - place[1], place[0]))
    middle = sort([table[i][j] for i, j in places], batcher(len(places)))
    (result,) = {value for value in middle if bits[value] == medians}
    return Network(_needed(operations, result), result)


def _needed(operations: list[Operation], result: str) -> list[Operation]:
    wanted = {result}
    kept = []
    for operation in reversed(operations):
        if operation.target in wanted:
            kept.append(operation)
            wanted |= {operation.left, operation.right}
    return kept[::-1]


HEAD = "Made by cpp/networks/median.py, with the proof; do not edit."


def in_c() -> str:
    """Return the networks for a file that has WORD, LOWER, UPPER and, for the inputs, AT."""
    parts = [f"/* {HEAD} */\n"]
    for size in SIZES:
        parts.append(f"static INLINE void NETWORK(sort_{size})(WORD v[{size}]) {{")
        for low, high in SORTERS[size][0]:
            parts.append(f"    ORDER(v[{low}], v[{high}]);")
        parts.append("}\n")
        network = make_network(size)
        parts.append(f"static INLINE WORD NETWORK(middle_of_{size})(SORTED_{size}) {{")
        for name, value in _lines(network):
            parts.append(f"    const WORD {name} = {value};")
        parts.append(f"    return {network.result};\n}}\n")
    return "\n".join(parts)


def in_rust() -> str:
    """Return the networks as functions of a trait with ``lower`` and ``upper``."""
    parts = [
        f"//! {HEAD}\n",
        "use crate::vector::Ordered;\n",
        "#[inline(always)]",
        "fn order<W: Ordered>(v: &mut [W], low: usize, high: usize) {",
        "    (v[low], v[high]) = (v[low].lower(v[high]), v[low].upper(v[high]));",
        "}\n",
    ]
    for size in SIZES:
        parts.append("#[inline(always)]")
        parts.append(f"pub(super) fn sort_{size}<W: Ordered>(v: &mut [W; {size}]) {{")
        for low, high in SORTERS[size][0]:
            parts.append(f"    order(v, {low}, {high});")
        parts.append("}\n")
        network = make_network(size)
        parts.append("#[inline(always)]")
        parts.append(
            f"pub(super) fn middle_of_{size}<W: Ordered>(at: impl Fn(usize, usize) -> W) -> W {{"
        )
        for name, value in _lines(network):
            text = value.replace("AT(", "at(")
            for word in ("LOWER", "UPPER"):
                if text.startswith(word):
                    left, right = text[len(word) + 1 : -1].split(", ")
                    text = f"{left}.{word.lower()}({right})"
            parts.append(f"    let {name} = {text};")
        parts.append(f"    {network.result}\n}}\n")
    return "\n".join(parts).rstrip() + "\n"


def _lines(network: Network) -> list[tuple[str, str]]:
    """Return each value with what it is, the inputs where they are first needed."""
    lines: list[tuple[str, str]] = []
    seen: set[str] = set()
    for operation in network.operations:
        for name in (operation.left, operation.right):
            if name.startswith("s") and name not in seen:
                seen.add(name)
                lines.append((name, f"AT({name[1]}, {name[2]})"))
        lines.append((operation.target, f"{operation.word}({operation.left}, {operation.right})"))
    return lines


def main() -> None:
    """Write both files."""
    root = Path(__file__).parents[2]
    (root / "cpp/src/median_networks.inc.c").write_text(in_c(), "utf-8")
    (root / "rust/kernels/src/median/networks.rs").write_text(in_rust(), "utf-8")


if __name__ == "__main__":
    main()
