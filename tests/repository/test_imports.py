"""Import rules that import-linter cannot state: which names, and not only which modules."""

from __future__ import annotations

import ast
from pathlib import Path


def test_the_image_toolkit_takes_only_what_the_front_door_offers(root: Path) -> None:
    """The linter allows `twinwheel` itself; this allows of it what a stranger may use."""
    import twinwheel

    taken = {
        alias.name
        for path in (root / "src/twinwheel/image").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "twinwheel"
        for alias in node.names
    }
    assert taken <= set(twinwheel.__all__)
