"""double: 2 times a value."""

from twinwheel import select

_kernels = select(__name__)
double = _kernels.double
