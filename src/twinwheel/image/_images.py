"""Images of many kinds as buffers, and new ones for results."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from typing_extensions import Buffer

    class SupportsArray(Protocol):
        """What can become a NumPy array."""

        def __array__(self) -> Any: ...

    class SupportsArrayInterface(Protocol):
        """What tells where its memory is, in a dictionary."""

        @property
        def __array_interface__(self) -> dict[str, Any]: ...

    ArrayLike = Buffer | SupportsArray | SupportsArrayInterface
    ImageLike = ArrayLike

__all__ = ["allocate", "as_buffer", "as_image", "sample_name", "shape_of"]

_INTERFACE_FORMATS = {"|u1": "B", "<f4" if sys.byteorder == "little" else ">f4": "f"}
_KINDS = (("bhilqn", "int"), ("BHILQN", "uint"), ("efdg", "float"))


def as_image(image: ImageLike) -> tuple[memoryview[Any], bool]:
    """View an image as a buffer that the kernels take.

    Returns:
        The buffer, and whether a result should be a NumPy array.
    """
    found = as_buffer(image, "image")
    if found is None:
        raise TypeError(
            "image must be an array, a buffer such as a memoryview, or a Pillow image, "
            f"not {type(image).__name__}"
        )
    view, is_array = found
    if view.format.lstrip("@=<>") not in ("f", "B"):
        raise TypeError(f"image must hold float32 or uint8 samples, not {sample_name(view)}")
    if view.ndim not in (2, 3):
        raise ValueError(
            "image must have 2 dimensions (height, width) or 3 (height, width, channels), "
            f"not {view.ndim}"
        )
    if 0 in shape_of(view):
        raise ValueError(f"image must not have zero size: shape {view.shape}")
    return view, is_array


def as_buffer(value: ArrayLike, name: str) -> tuple[memoryview[Any], bool] | None:
    """View anything like an array as a buffer, or return None.

    Returns:
        The buffer, and whether it is a NumPy array, or became one.
    """
    try:
        view = memoryview(value)  # type: ignore[arg-type]
    except TypeError:
        pass
    else:
        numpy = sys.modules.get("numpy")  # where there is an array of its, it is loaded
        return view, numpy is not None and isinstance(value, numpy.ndarray)
    if isinstance(value, type) or not (
        hasattr(value, "__array__") or hasattr(value, "__array_interface__")
    ):
        return None
    try:
        import numpy as np
    except ImportError:
        return _from_interface(value, name), False
    return memoryview(np.asarray(value)), True  # type: ignore[arg-type]


def _from_interface(value: Any, name: str) -> memoryview[Any]:
    """View without NumPy what hands out its samples as bytes, as Pillow's images do."""
    interface = getattr(value, "__array_interface__", {})
    data = interface.get("data")
    if not isinstance(data, (bytes, bytearray, memoryview)) or interface.get("strides"):
        raise TypeError(
            f"{name} is a {type(value).__name__}, which only NumPy can read: pip install numpy"
        )
    code = interface["typestr"]
    if code not in _INTERFACE_FORMATS:
        raise TypeError(f"{name} must hold float32 or uint8 samples, not {code!r}")
    shape: tuple[int, ...] = tuple(interface["shape"])
    if 0 in shape:
        raise ValueError(f"{name} must not have zero size: shape {shape}")
    letter: Any = _INTERFACE_FORMATS[code]
    return memoryview(data).cast("B").cast(letter, shape)


def shape_of(view: memoryview[Any]) -> tuple[int, ...]:
    """Lengths of a buffer's axes, which typing thinks may be None."""
    return view.shape or ()


def allocate(source: memoryview[Any], is_array: bool) -> Any:
    """Make room for a result that is like the source."""
    shape = shape_of(source)
    length = source.itemsize
    for axis in shape:
        length *= axis
    letter: Any = source.format[-1]
    if is_array:
        import numpy as np

        return np.empty(shape, np.float32 if letter == "f" else np.uint8)
    return memoryview(bytearray(length)).cast(letter, shape)


def sample_name(view: memoryview[Any]) -> str:
    """Call a buffer's samples by NumPy's name where there is one, such as ``float64``."""
    letter = view.format.lstrip("@=")
    if letter == "?":
        return "bool"
    for letters, kind in _KINDS:
        if len(letter) == 1 and letter in letters:
            return f"{kind}{8 * view.itemsize}"
    return f"format '{view.format}'"
