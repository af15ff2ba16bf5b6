"""double, in Rust, by ctypes."""

import ctypes
import sys
from importlib import import_module
from pathlib import Path

_NAME = {"win32": "kernel.dll", "darwin": "libkernel.dylib"}.get(sys.platform, "libkernel.so")
# The library is beside the manifest, in a wheel and in an editable install.
_manifest = import_module("bound._twinwheel_manifest")
_library = ctypes.CDLL(str(Path(str(_manifest.__file__)).with_name(_NAME)))
double = _library.double_value
double.argtypes = [ctypes.c_int64]
double.restype = ctypes.c_int64
