"""Small packages to compare: as folders, wheels and source distributions, some of them compiled."""

from __future__ import annotations

import base64
import hashlib
import io
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.verify.subjects import Subject

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")

BACKEND = """
import sys, zipfile
from pathlib import Path

def build_wheel(folder, config_settings=None, metadata_directory=None):
    {first}
    name = "{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder, name), "w") as wheel:
        for path in sorted(Path("{name}").rglob("*.py")):
            wheel.write(path, path.as_posix())
        info = "{name}-{version}.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""  # noqa: E501


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str | bytes],
    *,
    tag: str = "py3-none-any",
) -> Path:
    """Write a wheel."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    path = folder / f"{name.replace('-', '_')}-{version}-{tag}.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    with zipfile.ZipFile(path, "w") as file:
        for inner, text in content.items():
            data = text.encode() if isinstance(text, str) else text
            file.writestr(inner, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{inner},sha256={digest},{len(data)}")
        file.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))
    return path


def project(
    folder: Path, name: str, version: str, files: Mapping[str, str], *, first: str = "pass"
) -> Path:
    """Write a project that builds without anything else.

    Args:
        folder: Where to.
        name: Of the distribution, and of the package in it.
        version: Its version.
        files: The package's files, from the project's folder.
        first: What its backend does before it builds.
    """
    build = {"requires": [], "build-backend": "backend", "backend-path": ["."]}
    lines = "\n".join(f"{key} = {value!r}" for key, value in build.items())
    backend = BACKEND.format(name=name, version=version, first=first)
    return write(
        folder, {"pyproject.toml": f"[build-system]\n{lines}\n", "backend.py": backend, **files}
    )


def sdist(folder: Path, name: str, version: str, room: Path) -> Path:
    """Pack a project as a source distribution."""
    path = folder / f"{name}-{version}.tar.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    with tarfile.open(path, "w:gz") as archive:
        archive.add(room, f"{name}-{version}")
        member = tarfile.TarInfo(f"{name}-{version}/PKG-INFO")
        member.size = len(metadata)
        archive.addfile(member, io.BytesIO(metadata))
    return path


C_SOURCE = """
#include <Python.h>

static PyObject *answer(PyObject *self, PyObject *argument)
{{
    return PyUnicode_FromString("{text}");
}}

static PyMethodDef methods[] = {{{rows} {{NULL, NULL, 0, NULL}}}};

static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "{name}", NULL, -1, methods}};

PyMODINIT_FUNC PyInit_{name}(void)
{{
    return PyModule_Create(&module);
}}
"""


@cache
def _compiled(folder: Path, name: str, functions: tuple[str, ...], text: str) -> bytes:
    rows = "".join(f'{{"{each}", answer, METH_O, NULL}},' for each in functions)
    source = folder / f"{name}.c"
    source.write_text(C_SOURCE.format(name=name, rows=rows, text=text))
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")
    if shutil.which(compiler[0]) is None:
        compiler = ["cc"]
    include = sysconfig.get_path("include")
    target = folder / f"{name}{SUFFIX}"
    more = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else []
    command = [*compiler, "-shared", "-fPIC", "-O0", f"-I{include}", *more]
    subprocess.run([*command, str(source), "-o", str(target)], check=True, timeout=120)
    return target.read_bytes()


def extension(folder: Path, name: str, *functions: str, text: str = "compiled") -> bytes:
    """Compile a module with functions of one argument, which answer a text."""
    return _compiled(folder, name.rpartition(".")[2], functions, text)


RUN = """
import sys
sys.path.insert(0, {runner!r})
from describing import alias
alias({aliases!r}, [])
{code}
"""


def run(subject: Subject, code: str) -> str:
    """Run code as a subject's worker does; give what it prints."""
    import os

    import twinwheel.verify

    runner = str(Path(twinwheel.verify.__file__).with_name("runner"))
    text = RUN.format(runner=runner, aliases=subject.aliases, code=code)
    environment = {**os.environ, **subject.variables}
    if subject.isolated:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [subject.python, "-c", text],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
