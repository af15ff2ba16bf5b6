"""Where a buffer's memory is: Python has it, but tells it to C only."""

from __future__ import annotations

import ctypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["address", "overlap"]


class _Buffer(ctypes.Structure):
    """``Py_buffer`` of CPython's buffer protocol, https://docs.python.org/3/c-api/buffer.html."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


_FULL_RO = 0x011C  # PyBUF_FULL_RO: any layout, read-only will do


def address(view: memoryview[Any]) -> int:
    """The address of a buffer's first sample, good for as long as the view is held."""
    raw = _Buffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(raw), _FULL_RO)
    try:
        return raw.buf or 0
    finally:
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(raw))


def overlap(one: memoryview[Any], other: memoryview[Any]) -> bool:
    """Does any byte between the first and the last belong to both?"""
    first, last = _range(one)
    other_first, other_last = _range(other)
    return first < other_last and other_first < last


def _range(view: memoryview[Any]) -> tuple[int, int]:
    start = address(view)
    axes = zip(view.shape or (), view.strides or (), strict=True)
    reaches = [(length - 1) * stride for length, stride in axes]
    below = sum(reach for reach in reaches if reach < 0)
    above = sum(reach for reach in reaches if reach > 0)
    return start + below, start + above + view.itemsize
