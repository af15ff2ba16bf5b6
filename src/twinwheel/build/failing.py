"""How an error reaches the person who runs the build: one message, and no traceback."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from twinwheel.build.console import complain
from twinwheel.errors import ToolchainError, TwinwheelError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["errors_for_the_user"]

# Asked for by the get_requires hooks; not there when the frontend was told not to install them.
_OWN_REQUIREMENTS = ("packaging", "pathspec", "pyproject_hooks", "pyproject_metadata")


@contextlib.contextmanager
def errors_for_the_user() -> Iterator[None]:
    """Print an error that is meant for the user, and exit, in place of a traceback.

    Raises:
        SystemExit: With 1, after the message.
    """
    try:
        try:
            yield
        except ModuleNotFoundError as missing:
            if (missing.name or "").partition(".")[0] not in _OWN_REQUIREMENTS:
                raise
            raise ToolchainError(
                f"the build needs the Python module '{missing.name}'",
                code="TW203",
                where="the environment that the build runs in",
                help="build with isolation, or install what get_requires_for_build_wheel asks for",
            ) from None
    except TwinwheelError as error:
        complain(f"\nerror[{error.code}]: {error.message}{error.details()}")
        raise SystemExit(1) from None
