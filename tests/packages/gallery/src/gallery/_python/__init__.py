"""The operations in Python: what they mean, for whoever reads the other two."""

from gallery._python import _classes, _containers, _notation, _numbers, _octets, _texts
from gallery._python._classes import *  # noqa: F403
from gallery._python._containers import *  # noqa: F403
from gallery._python._notation import *  # noqa: F403
from gallery._python._numbers import *  # noqa: F403
from gallery._python._octets import *  # noqa: F403
from gallery._python._texts import *  # noqa: F403

__all__ = [  # noqa: PLE0604
    *_classes.__all__,
    *_containers.__all__,
    *_notation.__all__,
    *_numbers.__all__,
    *_octets.__all__,
    *_texts.__all__,
]
