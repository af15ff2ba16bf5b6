"""Python imports this when it starts: it begins to record, then lets the real one follow."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import sys
from pathlib import Path


def _begin() -> None:
    told = json.loads(os.environ["TWINWHEEL_VERIFY_RECORD"])
    name, folder = "_twinwheel_runner", told["runner"]
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    recording = importlib.import_module("_twinwheel_runner.recording")
    recording.begin(told["modules"], told["components"], told["packages"], told["folder"])


def _chain() -> None:
    """Run the sitecustomize that would have been found without this one."""
    here = Path(__file__).resolve().parent
    paths = [path for path in sys.path if Path(path).resolve() != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", paths)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if "TWINWHEEL_VERIFY_RECORD" in os.environ:
    _begin()
_chain()
