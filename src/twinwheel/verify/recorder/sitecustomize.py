"""Python imports this when it starts: it begins to record, then lets the real one follow."""

from __future__ import annotations

import importlib.util
import json
import os
import sys


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
    recording.begin(told["modules"], told["components"], told["folder"])


def _follow() -> None:
    """Run the ``sitecustomize`` that this one hides."""
    here = os.path.dirname(os.path.abspath(__file__))
    kept = sys.path[:]
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != here]
    mine = sys.modules.pop("sitecustomize", None)
    try:
        importlib.import_module("sitecustomize")
    except ImportError:
        if mine is not None:
            sys.modules["sitecustomize"] = mine
    finally:
        sys.path[:] = kept


if "TWINWHEEL_VERIFY_RECORD" in os.environ:
    _begin()
_follow()
