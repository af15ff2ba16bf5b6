"""Classes with a state."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING

from gallery._python._arguments import LARGEST, as_bytes, as_list, as_size, as_text, wrong

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LineDecoder", "Queue", "Reader", "Tally"]


class LineDecoder:
    """Cuts bytes that come in pieces into lines."""

    __module__ = "gallery"
    __slots__ = ("_pending",)

    def __new__(cls, pending: bytes | None = None) -> Self:
        r"""Begin with bytes that came before."""
        self = object.__new__(cls)
        self._pending = b"" if pending is None else as_bytes(pending)
        return self

    @property
    def pending(self) -> bytes:
        """What came after the last line."""
        return self._pending

    def feed(self, data: bytes) -> list[bytes]:
        r"""Give the lines that are finished; a \r at the end waits for what comes after it."""
        more = as_bytes(data)
        whole = self._pending + more
        found = []
        start = at = 0
        while at < len(whole):
            byte = whole[at]
            at += 1
            if byte == 13 and at == len(whole):
                break
            if byte in (10, 13):
                found.append(whole[start : at - 1])
                if byte == 13 and whole[at] == 10:
                    at += 1
                start = at
        self._pending = whole[start:]
        return found

    def flush(self) -> list[bytes]:
        """Give what is left as a line, if anything is."""
        left, self._pending = self._pending, b""
        return [left.removesuffix(b"\r")] if left else []

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._pending,)


class Queue:
    """Strings, of which the first that came goes first, and not too many."""

    __module__ = "gallery"
    __slots__ = ("_items", "_limit")

    def __new__(cls, limit: int, items: list[str] | None = None) -> Self:
        """Begin with some items."""
        most = as_size(limit, "limit")
        if not 1 <= most <= 1000:
            raise ValueError("limit must be from 1 to 1000")
        listed = [] if items is None else as_list(items, "items")
        texts = [as_text(item, "item") for item in listed]
        if len(texts) > most:
            raise ValueError("queue is full")
        self = object.__new__(cls)
        self._limit = most
        self._items = texts
        return self

    def push(self, item: str) -> None:
        """Append an item."""
        text = as_text(item, "item")
        if len(self._items) == self._limit:
            raise ValueError("queue is full")
        self._items.append(text)

    def pop(self) -> str:
        """Take the first item."""
        if not self._items:
            raise IndexError("queue is empty")
        return self._items.pop(0)

    def peek(self) -> str:
        """Give the first item, and leave it where it is."""
        if not self._items:
            raise IndexError("queue is empty")
        return self._items[0]

    def items(self) -> list[str]:
        """Give all items, the first first."""
        return self._items.copy()

    def clear(self) -> None:
        """Take all items."""
        self._items.clear()

    def __len__(self) -> int:
        """Return len(self)."""
        return len(self._items)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._limit, self._items.copy())


class Reader:
    """Reads bytes from a place in a copy of them."""

    __module__ = "gallery"
    __slots__ = ("_data", "_position")

    def __new__(cls, data: bytes, position: int | None = None) -> Self:
        """Begin at a place."""
        self = object.__new__(cls)
        self._data = as_bytes(data)
        self._position = min(as_size(position, "position", 0), len(self._data))
        return self

    def read(self, size: int | None = None) -> bytes:
        """Give the next bytes, all if no number is given."""
        wanted = as_size(size, "size", LARGEST)
        start = self._position
        taken = min(wanted, len(self._data) - start)
        self._position = start + taken
        return self._data[start : start + taken]

    def seek(self, position: int) -> int:
        """Go to a place, at most to the end; give it."""
        place = as_size(position, "position")
        self._position = min(place, len(self._data))
        return self._position

    def tell(self) -> int:
        """Give the place."""
        return self._position

    def __len__(self) -> int:
        """Return len(self)."""
        return len(self._data)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._data, self._position)


class Tally:
    """Counts of strings."""

    __module__ = "gallery"
    __slots__ = ("_counts",)

    def __new__(cls, counts: dict[str, int] | None = None) -> Self:
        """Begin with some counts."""
        found = {}
        if counts is not None:
            if not issubclass(type(counts), dict):
                raise wrong("counts", "dict", counts)
            for key, count in dict.copy(counts).items():
                text = as_text(key, "key")
                found[text] = index(count)
        self = object.__new__(cls)
        self._counts = found
        return self

    def add(self, key: str, amount: int | None = None) -> int:
        """Add to the count of a string, 1 if no number is given; give the count."""
        text = as_text(key, "key")
        number = 1 if amount is None else index(amount)
        self._counts[text] = self._counts.get(text, 0) + number
        return self._counts[text]

    def get(self, key: str) -> int:
        """Give the count of a string."""
        return self._counts.get(as_text(key, "key"), 0)

    def total(self) -> int:
        """Add up all counts."""
        return sum(self._counts.values())

    def most(self, limit: int | None = None) -> list[tuple[str, int]]:
        """Give the strings that count most; where two count the same, the first that came."""
        size = as_size(limit, "limit", LARGEST)
        ordered = sorted(self._counts.items(), key=lambda item: item[1], reverse=True)
        return ordered[:size]

    def __len__(self) -> int:
        """Return len(self)."""
        return len(self._counts)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._counts.copy(),)
