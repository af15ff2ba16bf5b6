"""Operations on bytes, from whatever has a buffer."""

from __future__ import annotations

from gallery._python._arguments import as_bytes, as_ints, as_size, as_text, wrong

__all__ = [
    "blend",
    "checksum",
    "checksum_stream",
    "chunks",
    "decode",
    "encode",
    "fingerprint",
    "pack_ints",
    "reverse_bytes",
    "swap_bytes",
    "unpack_ints",
    "weigh",
    "window",
    "xor",
]

_MASK = 2**64 - 1
_ADLER = 65521
_AT_A_TIME = 4096
_LONGEST_STREAM = 2**20
_DIGITS = {digit: int(digit, 16) for digit in "0123456789abcdefABCDEF"}


def checksum(data: bytes) -> int:
    """Give the Adler-32 of the bytes."""
    return _adler(1, as_bytes(data))


def _adler(start: int, data: bytes) -> int:
    low, high = start & 0xFFFF, start >> 16
    for byte in data:
        low = (low + byte) % _ADLER
        high = (high + low) % _ADLER
    return high << 16 | low


def checksum_stream(stream: object) -> int:
    """Give the Adler-32 of what is read from a binary file object."""
    sum_so_far = 1
    size = 0
    while True:
        data = as_bytes(stream.read(_AT_A_TIME))
        if not data:
            return sum_so_far
        size += len(data)
        if size > _LONGEST_STREAM:
            raise ValueError("stream must have at most 1048576 bytes")
        sum_so_far = _adler(sum_so_far, data)


def encode(data: bytes) -> str:
    """Write bytes as hexadecimal digits."""
    return as_bytes(data).hex()


def decode(text: str) -> bytes:
    """Read what encode wrote, in either case."""
    exact = as_text(text, "text")
    if len(exact) % 2:
        raise ValueError("text must have an even number of digits")
    found = bytearray()
    for at in range(0, len(exact), 2):
        if exact[at] not in _DIGITS or exact[at + 1] not in _DIGITS:
            raise ValueError(f"no hexadecimal digits at {at}")
        found.append(_DIGITS[exact[at]] << 4 | _DIGITS[exact[at + 1]])
    return bytes(found)


def reverse_bytes(data: bytes) -> bytes:
    """Give the bytes in reverse order."""
    return as_bytes(data)[::-1]


def swap_bytes(data: bytes, size: int) -> bytearray:
    """Reverse the bytes of each item of 1, 2, 4 or 8 bytes."""
    exact = as_bytes(data)
    item = as_size(size, "size")
    if item not in (1, 2, 4, 8):
        raise ValueError("size must be 1, 2, 4 or 8")
    if len(exact) % item:
        raise ValueError("data must be whole items")
    swapped = bytearray()
    for at in range(0, len(exact), item):
        swapped += exact[at : at + item][::-1]
    return swapped


def xor(data: bytes, key: bytes) -> bytes:
    """Combine each byte with one of the key, which is repeated."""
    exact = as_bytes(data)
    over = as_bytes(key)
    if not over:
        raise ValueError("key must not be empty")
    return bytes(byte ^ over[at % len(over)] for at, byte in enumerate(exact))


def weigh(data: bytes) -> int:
    """Add up the bytes."""
    return sum(as_bytes(data))


def window(data: bytes, start: int | None = None, stop: int | None = None) -> memoryview:
    """Give a view of a copy of some of the bytes; the data may change afterwards."""
    exact = as_bytes(data)
    first = min(as_size(start, "start", 0), len(exact))
    last = min(as_size(stop, "stop", len(exact)), len(exact))
    return memoryview(exact[first:last])


def blend(left: bytes, right: bytes, out: bytearray) -> None:
    """Add right, backwards, to left, into out, which may be one of the two."""
    first, second = as_bytes(left), as_bytes(right)
    if not issubclass(type(out), bytearray):
        raise wrong("out", "bytearray", out)
    if not len(first) == len(second) == bytearray.__len__(out):
        raise ValueError("left, right and out must be of one size")
    sums = bytes((a + b) & 255 for a, b in zip(first, reversed(second), strict=True))
    bytearray.__setitem__(out, slice(None), sums)


def chunks(data: bytes, size: int) -> list[bytes]:
    """Cut into pieces of so many bytes; the last may be shorter."""
    exact = as_bytes(data)
    step = as_size(size, "size")
    if not step:
        raise ValueError("size must not be 0")
    return [exact[at : at + step] for at in range(0, len(exact), step)]


def pack_ints(values: list[int]) -> bytes:
    """Write whole numbers of 64 bits, each in as few bytes as it takes."""
    packed = bytearray()
    for number in as_ints(values, "values"):
        if not -(2**63) <= number < 2**63:
            raise ValueError("values must fit into 64 bits")
        rest = (number << 1 ^ number >> 63) & _MASK
        while rest > 127:
            packed.append(rest & 127 | 128)
            rest >>= 7
        packed.append(rest)
    return bytes(packed)


def unpack_ints(data: bytes) -> list[int]:
    """Read what pack_ints wrote."""
    found = []
    rest = shift = 0
    for byte in as_bytes(data):
        if shift == 63 and byte > 1:
            raise ValueError("a number does not fit into 64 bits")
        rest |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(rest >> 1 ^ -(rest & 1))
            rest = shift = 0
    if shift:
        raise ValueError("the last number is unfinished")
    return found


def fingerprint(data: bytes) -> str:
    """Give 64 hexadecimal digits that stand for the bytes."""
    state = 0xCBF29CE484222325
    for byte in as_bytes(data):
        state = (state ^ byte) * 0x100000001B3 & _MASK
    lanes = []
    for lane in range(4):
        for turn in range(64):
            state ^= state >> 29
            state = (state * 0xBF58476D1CE4E5B9 + lane + turn) & _MASK
        lanes.append(state)
    return "".join(f"{lane:016x}" for lane in lanes)
