"""A package with one compiled implementation of ``double``, and a Python one."""

from twinwheel import select

_kernels = select(__name__)
double = _kernels.double
