"""Run pytest as its own program does, with the implementation in its place before that.

Usage: ``run.py FOLDER ARGUMENT...``, where ``FOLDER`` is what ``python -m pytest`` would put first
on the path, or ``-`` for nothing, as the program ``pytest`` does.
"""

import signal
import sys

if __name__ == "__main__":  # a process that multiprocessing spawns imports this
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    from _twinwheel_inside.injection import install  # type: ignore[import-not-found]

    install()
    if sys.argv[1] != "-":
        sys.path.insert(0, sys.argv[1])
    sys.argv[1:2] = []
    import pytest

    # ignored where all was started in the background of a script; it is how a suite is stopped
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(pytest.main(sys.argv[1:]))
