"""What every public function does around its kernel."""

from __future__ import annotations

from twinwheel.image._images import allocate, check_out
from twinwheel.image._numbers import available_threads
from twinwheel.image._words import check_border, in_public_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["call"]


def call(
    kernel: Callable[..., None],
    source: tuple[memoryview[Any], bool],
    weights: tuple[memoryview[Any], ...],
    out: Any,
    border: str,
    value: float,
    threads: int | None,
    **own: Any,
) -> Any:
    """Call a kernel, which writes into ``out`` or into a new result.

    Args:
        kernel: An implementation's own function.
        source: The image as ``as_image`` gives it.
        weights: What comes between input and output.
        out: Where to write, or None.
        border: The public name.
        value: As the kernel takes it.
        threads: None for as many as there are processors.
        own: The kernel's own options.

    Returns:
        What was written.
    """
    image, is_array = source
    name = check_border(border)
    if out is not None:
        check_out(out)
    result = allocate(image, is_array) if out is None else out
    count = available_threads() if threads is None else threads
    try:
        kernel(image, *weights, result, **own, border=name, value=value, threads=count)
    except (TypeError, ValueError) as error:
        raise in_public_words(error) from None
    return result
