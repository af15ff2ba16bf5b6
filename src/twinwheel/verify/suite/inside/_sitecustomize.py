"""Have each Python that a test starts do as the one that started it; then what this one hides."""

import importlib.machinery
import importlib.util
import os
import sys


def _chain() -> None:
    """Run the sitecustomize that would have been found without this one."""
    here = os.path.dirname(os.path.abspath(__file__))
    paths = [path for path in sys.path if os.path.abspath(path or os.curdir) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", paths)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


try:
    from _twinwheel_inside.injection import install

    install()
except Exception as error:  # noqa: BLE001 (no process may be kept from starting)
    sys.stderr.write(f"twinwheel: the implementation cannot be put in place: {error}\n")
_chain()
