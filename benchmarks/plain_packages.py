"""Twin packages whose artifacts are plain Python modules, so that twinwheel alone is timed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.manifest import MODULE_NAME, SCHEMA, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from twinwheel.manifest_types import Manifest

__all__ = ["write_package"]


def write_package(
    folder: Path, package: str, component: str, source: str, modules: Mapping[str, str]
) -> None:
    """Write a package of one pure component.

    Args:
        folder: Where it is made.
        package: Its name.
        component: What is bound.
        source: Of its ``__init__.py``.
        modules: Implementation to the source of its module, best first.
    """
    room = folder / package
    room.mkdir()
    (room / "__init__.py").write_text(source)
    (room / f"{MODULE_NAME}.py").write_text(render(_manifest(package, component, modules)))
    for name, text in modules.items():
        (room / f"_{name}.py").write_text(text)


def _manifest(package: str, component: str, names: Iterable[str]) -> Manifest:
    return {
        "schema": SCHEMA,
        "package": package,
        "version": "1.0",
        "prefer": list(names),
        "implementations": {
            name: {
                "module": f"{package}._{name}",
                "builder": "none",
                "built": True,
                "reason": "",
                "tools": {},
                "artifacts": [],
            }
            for name in names
        },
        "components": {
            component: {
                "raises": [],
                "transient": [],
                "effects": "pure",
                "compare": "exact",
                "validate": "",
                "depends": [],
            }
        },
        "libraries": {},
        "built_with": {},
    }
