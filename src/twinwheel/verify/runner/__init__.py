"""What runs in a process of its own beside one implementation.

It is loaded by its path into whatever interpreter the implementation needs, where twinwheel need
not be installed: nothing but the standard library of Python 3.8 is used, and imports are relative.
"""

from __future__ import annotations
