"""The demonstration's figures as JSON; nothing in it names a folder or a machine."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from twinwheel._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.cli.demo.compare import Comparison, Outcome
    from twinwheel.cli.demo.photograph import Photograph
    from twinwheel.selection.reporting import Report

__all__ = ["SCHEMA", "make_record"]

SCHEMA = 1
"""Version of the layout of ``demo.json``."""


def make_record(
    photograph: Photograph,
    selected: Report,
    comparisons: Sequence[Comparison],
    absent: dict[str, str],
) -> bytes:
    """Write the figures as JSON, in UTF-8."""
    width, height = photograph.image.size
    record = {
        "schema": SCHEMA,
        "package": selected.package,
        "selection": {
            "line": str(selected),
            "components": selected.components,
            "variables": selected.variables,
        },
        "image": {
            "name": photograph.name,
            "sha256": photograph.sha256,
            "width": width,
            "height": height,
            "mode": photograph.image.mode,
            "width_in_file": photograph.size_in_file[0],
            "height_in_file": photograph.size_in_file[1],
        },
        "versions": {
            "twinwheel": __version__,
            "python": platform.python_version(),
            "pillow": _version("pillow"),
            "numpy": _version("numpy"),
        },
        "machine": platform.machine(),
        "agrees": all(comparison.agrees for comparison in comparisons),
        "operations": [_operation(comparison) for comparison in comparisons],
        "absent": absent,
    }
    return (json.dumps(record, indent=2) + "\n").encode()


def _operation(comparison: Comparison) -> dict[str, Any]:
    operation = comparison.operation
    return {
        "name": operation.name,
        "title": operation.title,
        "format": operation.source.format,
        "shape": list(operation.source.shape),
        "kernels": [list(kernel) for kernel in operation.kernels],
        "border": "nearest",
        "reference": comparison.outcomes[0].implementation.name,
        "agrees": comparison.agrees,
        "implementations": [
            _outcome(outcome, comparison.slowest) for outcome in comparison.outcomes
        ],
    }


def _outcome(outcome: Outcome, slowest: float) -> dict[str, Any]:
    return {
        "implementation": outcome.implementation.name,
        "label": outcome.implementation.label,
        "module": outcome.implementation.module,
        "files": list(outcome.implementation.files),
        "cpu": outcome.implementation.cpu,
        "rows": outcome.rows,
        "runs": outcome.runs,
        "median_ms": outcome.seconds * 1000,
        "ratio": slowest / outcome.seconds if outcome.seconds else None,
        "agrees": not outcome.differing,
        "differing_samples": outcome.differing,
        "sha256": outcome.sha256,
    }


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
