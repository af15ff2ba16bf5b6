"""Have each Python that a test starts do as the one that started it; then what this one hides."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path


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


try:
    from _twinwheel_inside.injection import install  # type: ignore[import-not-found]

    install()
except Exception as error:  # noqa: BLE001 (no process may be kept from starting)
    sys.stderr.write(f"twinwheel: the implementation cannot be put in place: {error}\n")
_chain()
