"""What the sources of calls rest on, as the text that reproducers begin with."""

from __future__ import annotations

__all__ = ["PRELUDE"]

PRELUDE = """\
import collections, datetime, decimal, fractions, io, ipaddress, pathlib, uuid
from array import array
try:
    import numpy
except ImportError:
    numpy = None

def nested(kind, depth, leaf):
    for _ in range(depth):
        leaf = {"a": leaf} if kind == "dict" else (leaf,) if kind == "tuple" else [leaf]
    return leaf

class ShortReads(io.BytesIO):
    def read(self, size=-1):
        return super().read(size if size is None or size < 0 else min(size, 3))

def file_of(content, kind="whole"):
    if isinstance(content, str):
        return io.StringIO(content, newline="")
    return ShortReads(content) if kind == "short reads" else io.BytesIO(content)

def subclassed(value):
    return type("Sub", (type(value),), {})(value)

def filled(value, items, pairs=()):
    for item in items:
        value.append(item)
    for key in pairs:
        value[key] = pairs[key]
    return value

class Index:
    def __init__(self, value): self.value = value
    def __index__(self): return self.value

class Floating:
    def __init__(self, value): self.value = value
    def __float__(self): return self.value

class Odd:
    __hash__ = None

def laid_out(plain, layout):
    every_other = (slice(None, None, 2),) * plain.ndim
    backwards = (slice(None, None, -1),) * plain.ndim
    if layout == "Fortran":
        return numpy.asfortranarray(plain)
    if layout == "readonly":
        plain.flags.writeable = False
    if layout == "reversed":
        return numpy.ascontiguousarray(plain[backwards])[backwards]
    if layout == "strided":
        wide = numpy.zeros([2 * length for length in plain.shape], plain.dtype)
        wide[every_other] = plain
        return wide[every_other]
    if layout == "swapped":
        return plain.astype(plain.dtype.newbyteorder())
    if layout == "misaligned":
        moved = numpy.zeros(plain.nbytes + 1, "u1")[1:].view(plain.dtype).reshape(plain.shape)
        moved[...] = plain
        return moved
    return plain

def identity(*values): return values[0] if values else None
def as_text(*values): return type(values[0]).__name__ if values else ""
def nothing(*values): return None
def refuse(*values): raise LookupError("refused by a callback")
def negative(*values): return -values[0]
def length(*values): return len(values[0])
def always(*values): return True
"""
