"""treble: 3 times a value."""

from twinwheel import select

_kernels = select(__name__)
treble = _kernels.treble
