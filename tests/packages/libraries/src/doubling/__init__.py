"""A package whose kernel is a plain library for C callers too, in C and in Rust."""

from twinwheel import select

_kernels = select(__name__)
double = _kernels.double
