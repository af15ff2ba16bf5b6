"""double, in C, by cffi."""

import sys
from importlib import import_module
from pathlib import Path

from cffi import FFI

_NAME = {"win32": "kernel.dll", "darwin": "libkernel.dylib"}.get(sys.platform, "libkernel.so")
_ffi = FFI()
_ffi.cdef("long long double_value(long long value);")
# The library is beside the manifest, in a wheel and in an editable install.
_manifest = import_module("bound._twinwheel_manifest")
_library = _ffi.dlopen(str(Path(str(_manifest.__file__)).with_name(_NAME)))
double = _library.double_value
