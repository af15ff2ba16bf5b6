"""Sticky routing: a session's key falls into one bucket, on every machine and for ever.

The bucket of a key is ``mix(crc32(salt NUL component NUL key)) * 100000 >> 32``, in UTF-8, where
``mix`` is the last step of MurmurHash3. A candidate that has 10 % has the buckets below 10,000, so
a session that is in stays in while the percentage grows.
"""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from twinwheel.rollout.words import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KEY", "bucket", "seed_of", "session"]

KEY: ContextVar[str] = ContextVar("twinwheel.session")
"""The key of the session that the current thread or task is in."""

_WORD = 0xFFFFFFFF


@contextmanager
def session(key: str) -> Iterator[None]:
    """Say on whose behalf the calls inside are made, in this thread or asyncio task.

    Args:
        key: What tells the session from others, such as a user's name.

    Raises:
        TypeError: The key is no string.
    """
    if not isinstance(key, str):
        raise TypeError(f"a session's key is a string, not {type(key).__name__}")
    token = KEY.set(key)
    try:
        yield
    finally:
        KEY.reset(token)


def seed_of(salt: str, component: str) -> int:
    """Return the checksum of what comes before the key."""
    return zlib.crc32(f"{salt}\0{component}\0".encode())


def bucket(seed: int, key: str) -> int:
    """Return the bucket of a key, from 0 to 99,999.

    Args:
        seed: From ``seed_of``.
        key: The session's.
    """
    bits = zlib.crc32(key.encode("utf-8", "surrogatepass"), seed)
    bits ^= bits >> 16
    bits = bits * 0x85EBCA6B & _WORD
    bits ^= bits >> 13
    bits = bits * 0xC2B2AE35 & _WORD
    bits ^= bits >> 16
    return bits * BUCKETS >> 32
