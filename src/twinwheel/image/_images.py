"""Images of many kinds as buffers, and new ones for results."""

from __future__ import annotations

from twinwheel.image._foreign import is_a, refuse_masked, refuse_mode
from twinwheel.image._samples import native, sample_name

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

__all__ = ["allocate", "as_buffer", "as_image", "check_out", "shape_of"]

_INTERFACE_LETTERS = {
    "b1": "?",
    "i1": "b",
    "u1": "B",
    "i2": "h",
    "u2": "H",
    "i4": "i",
    "u4": "I",
    "i8": "q",
    "u8": "Q",
    "f2": "e",
    "f4": "f",
    "f8": "d",
}
_FILL = "fill it first, as with its method filled"


def as_image(image: ImageLike) -> tuple[memoryview[Any], bool]:
    """View an image as a buffer that the kernels take.

    Returns:
        The buffer, and whether a result should be a NumPy array.
    """
    found = as_buffer(image, "image", "float32 or uint8 samples")
    if found is None:
        raise TypeError(
            "image must be an array, a buffer such as a memoryview, or a Pillow image, "
            f"not {type(image).__name__}"
        )
    view, sample_format, is_array = found
    if native(sample_format) not in ("f", "B"):
        name = sample_name(sample_format, view.itemsize)
        raise TypeError(f"image must hold float32 or uint8 samples, not {name}")
    if view.ndim not in (2, 3):
        raise ValueError(
            "image must have 2 dimensions (height, width) or 3 (height, width, channels), "
            f"not {view.ndim}"
        )
    if 0 in shape_of(view):
        raise ValueError(f"image must not have zero size: shape {view.shape}")
    return view, is_array


def as_buffer(value: ArrayLike, name: str, wanted: str) -> tuple[memoryview[Any], str, bool] | None:
    """View anything like an array as a buffer, or return None.

    Args:
        value: What to view.
        name: The argument's name, for messages.
        wanted: What it should hold, for messages.

    Returns:
        The buffer, the format of its samples, and whether it is a NumPy array, or became one.

    Raises:
        TypeError: It is an array that no buffer can stand for.
    """
    refuse_mode(value, name)
    if is_a(value, "numpy", "ndarray"):
        return _from_array(value, name, wanted)
    try:
        view = memoryview(value)  # type: ignore[arg-type]
    except TypeError:
        pass
    else:
        refuse_masked(view.obj, name, _FILL)
        return view, view.format, False
    if isinstance(value, type) or not (
        hasattr(value, "__array__") or hasattr(value, "__array_interface__")
    ):
        return None
    try:
        import numpy as np
    except ImportError:
        return _from_interface(value, name, wanted)
    return _from_array(np.asanyarray(value), name, wanted)


def _from_array(array: Any, name: str, wanted: str) -> tuple[memoryview[Any], str, bool]:
    """View a NumPy array."""
    refuse_masked(array, name, _FILL)
    try:
        view = memoryview(array)
    except ValueError:
        if array.dtype.kind != "f":  # dates, and types that other packages add
            raise TypeError(f"{name} must hold {wanted}, not {array.dtype}") from None
        # NumPy shows long doubles in this machine's byte order only.
        view = memoryview(array.astype(array.dtype.newbyteorder("=")))
    return view, view.format, True


def _from_interface(value: Any, name: str, wanted: str) -> tuple[memoryview[Any], str, bool]:
    """View without NumPy what hands out its samples as bytes, as Pillow's images do."""
    interface = getattr(value, "__array_interface__", {})
    data = interface.get("data")
    if not isinstance(data, (bytes, bytearray, memoryview)) or interface.get("strides"):
        raise TypeError(
            f"{name} is a {type(value).__name__}, which only NumPy can read: pip install numpy"
        )
    code = interface["typestr"]
    letter: Any = _INTERFACE_LETTERS.get(code[1:])
    if letter is None:
        raise TypeError(f"{name} must hold {wanted}, not {code!r}")
    shape: tuple[int, ...] = tuple(interface["shape"])
    if 0 in shape:
        raise ValueError(f"{name} must not have zero size: shape {shape}")
    carrier: Any = (
        "H" if letter == "e" else letter
    )  # which a memoryview cannot have on every Python
    return memoryview(data).cast("B").cast(carrier, shape), code[0].strip("|") + letter, False


def check_out(out: object) -> None:
    """Raise TypeError for an array that no buffer can stand for; the kernels check the rest."""
    exporter = out.obj if isinstance(out, memoryview) else out
    refuse_masked(exporter, "out", "give an array of its own")
    if is_a(out, "numpy", "ndarray"):
        try:
            memoryview(out)  # type: ignore[arg-type]
        except ValueError:
            held = getattr(out, "dtype", None)
            raise TypeError(f"out must hold the samples of image, not {held}") from None


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
