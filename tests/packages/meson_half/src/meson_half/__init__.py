"""A twin package: the best implementation of ``double`` is bound at import."""

import sys

from twinwheel import select

_kernels = select(__name__)
double = _kernels.double


def main() -> None:
    """Print twice the first argument."""
    print(double(int(sys.argv[1])))
