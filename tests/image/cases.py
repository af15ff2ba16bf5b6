"""Images and numbers to try, from the ends of what there is."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from image.oracle import BORDERS
from numpy.typing import NDArray

SPECIAL = (
    0x00000000,  # zero
    0x80000000,  # -0.0
    0x00000001,  # the smallest subnormal
    0x807FFFFF,  # the largest subnormal, negative
    0x00800000,  # the smallest normal
    0x3F800000,  # 1
    0x3F7FFFFF,  # the one before 1
    0xBF800001,
    0x7F7FFFFF,  # the largest
    0xFF7FFFFF,
    0x7F800000,  # infinity
    0xFF800000,
    0x7FC00000,  # NaN
    0xFFC12345,  # NaN, negative, with a payload
    0x7F800001,  # NaN, signalling
)

any_bits = st.integers(0, 2**32 - 1)
# Few bits and near exponents, so that sums are inexact and land on ties.
near_bits = st.builds(
    lambda sign, exponent, high, low: sign << 31 | exponent << 23 | high << 20 | low,
    st.integers(0, 1),
    st.integers(118, 134),
    st.integers(0, 7),
    st.integers(0, 3),
)
tiny_bits = st.builds(
    lambda sign, exponent, low: sign << 31 | exponent << 23 | low,
    st.integers(0, 1),
    st.integers(0, 75),
    st.integers(0, 2**23 - 1),
)


def floats(draw: st.DrawFn, shape: tuple[int, ...]) -> NDArray[np.float32]:
    kind = draw(st.sampled_from([near_bits, tiny_bits, any_bits, st.sampled_from(SPECIAL)]))
    elements = (
        st.one_of(kind, kind, kind, st.sampled_from(SPECIAL)) if draw(st.booleans()) else kind
    )
    return draw(arrays(np.uint32, shape, elements=elements)).view(np.float32)


def with_strides(draw: st.DrawFn, image: NDArray[Any]) -> NDArray[Any]:
    """The same samples, laid out in one of many ways."""
    layout = draw(
        st.sampled_from(["plain", "flipped", "spaced", "turned", "unaligned", "repeated"])
    )
    if layout == "flipped":
        return np.ascontiguousarray(image[::-1, ::-1])[::-1, ::-1]
    if layout == "spaced":
        roomy = np.zeros([2 * length for length in image.shape], image.dtype)
        roomy[tuple(slice(1, None, 2) for _ in image.shape)] = image
        return roomy[tuple(slice(1, None, 2) for _ in image.shape)]
    if layout == "turned":
        return np.asfortranarray(image)
    if layout == "unaligned":
        memory = np.zeros(image.nbytes + 1, np.uint8)
        unaligned = memory[1:].view(image.dtype).reshape(image.shape)
        unaligned[...] = image
        return unaligned
    if layout == "repeated":  # strides of zero
        return np.broadcast_to(image[:1], image.shape)
    return image


@st.composite
def images(draw: st.DrawFn, longest: int = 9) -> NDArray[Any]:
    """Of both types, with channels and without, in many layouts."""
    shape = tuple(draw(st.lists(st.integers(1, longest), min_size=2, max_size=2)))
    shape += draw(st.sampled_from([(), (1,), (2,), (3,), (4,)]))
    if draw(st.booleans()):
        return with_strides(draw, floats(draw, shape))
    return with_strides(draw, draw(arrays(np.uint8, shape)))


@st.composite
def outsides(draw: st.DrawFn) -> tuple[str, float]:
    """A border and its value."""
    border = draw(st.sampled_from(BORDERS))
    bits = draw(st.one_of(st.sampled_from(SPECIAL), near_bits))
    return border, float(np.array(bits, np.uint32).view(np.float32))


@st.composite
def weights(draw: st.DrawFn, *shape: int) -> NDArray[np.float32]:
    """Of a shape, or a row of up to nine."""
    return floats(draw, shape or (draw(st.integers(1, 9)),))


def as_text(bits: NDArray[Any]) -> str:
    return np.array2string(bits.view(np.uint32) if bits.dtype == np.float32 else bits)
