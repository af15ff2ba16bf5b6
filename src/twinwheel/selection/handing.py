"""What a rollout asks of the selector: all implementations, and to put others in their place.

Imported only where a rollout is on, or a slot is unpickled.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from twinwheel.selection import _records, select
from twinwheel.selection.binding import Selection, is_failure

if TYPE_CHECKING:
    from types import ModuleType

    from twinwheel.selection.binding import Record

__all__ = ["component", "hand_out", "implementations_of", "record_of"]

_handed_out: dict[str, Selection] = {}
"""What a rollout put in the place of a selection."""


def record_of(package: str) -> Record:
    """Give the selection of a package and how it came about; see ``select``."""
    select(package)
    return _records[package]


def implementations_of(record: Record) -> dict[str, ModuleType]:
    """Import what a selection did not need, and give each implementation that is there.

    Returns:
        Name to module, those first that the selection would take first. What cannot be imported is
        left out.
    """
    found: dict[str, ModuleType] = {}
    for name in record.choice.order:
        implementation = record.manifest["implementations"][name]
        if not implementation["built"] or record.states[name][0] == "failed":
            continue
        try:
            __import__(implementation["module"])
        except BaseException as error:
            if not is_failure(error):
                raise
            from twinwheel.selection import problems

            problems.log_failed(record.package, name, error)
            continue
        found[name] = sys.modules[implementation["module"]]
    return found


def component(package: str, name: str) -> Any:
    """Give what a component is bound to now; slots are pickled as a call of this."""
    from twinwheel.selection.reporting import import_package

    import_package(package)
    return getattr(_handed_out.get(package) or select(package), name)


def hand_out(package: str, components: dict[str, object]) -> Selection:
    """Put other objects in the place of those that were selected, for ``component`` to give."""
    made = _handed_out[package] = Selection(package, components)
    return made
