"""Have pip or uv install something into an environment, and say what went wrong if it does."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify import pythons
from twinwheel.verify.foreign import Ended, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinwheel.verify.describing import Interpreter

__all__ = ["install", "make"]

INSTALLING = 1_800.0
"""Seconds that an installation may take: a source distribution may have a lot to compile."""

MAKING = 180.0
"""Seconds that making an empty environment may take."""

_WHEEL_THERE = 30.0
"""Seconds to find out whether there is a wheel for another Python."""

_WORTH_TELLING = re.compile(
    r"\s*(Collecting|Downloading|Processing|Building|Installing|Preparing|Getting|Resolved)\b.*"
)

_UV_FOR_PIP = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_NO_INDEX": "UV_NO_INDEX",
}
"""Variables that say where packages come from: those of pip, and uv's words for them."""


@dataclass(frozen=True)
class _Pip:
    """How an environment's packages are installed."""

    command: tuple[str, ...]
    uv: bool = False


def make(folder: Path, base: Interpreter) -> None:
    """Make an empty virtual environment.

    Raises:
        VerifyError: TW707 when it cannot be made.
    """
    uv = shutil.which("uv")
    if uv:
        command = [uv, "venv", "--quiet", "--no-config", "--python", base.python, str(folder)]
    else:
        command = [base.python, "-m", "venv", str(folder)]
        if _lends_pip(base):
            command.append("--without-pip")
    ended = run(command, seconds=MAKING, environment=base.environment)
    if ended.code != 0 or pythons.environment_python(folder) is None:
        raise VerifyError(
            f"{base.python} made no virtual environment: it {ended.how}",
            code="TW707",
            where="\n".join(_last(ended.output)) or str(folder),
            help="install uv, or what is missing of this Python (on Debian: python3-venv), "
            "or name another one with --python",
        )


def install(
    folder: Path,
    base: Interpreter,
    what: str,
    requirements: Sequence[str],
    on_progress: Callable[[str], None],
) -> None:
    """Install into an environment that ``make`` made.

    Args:
        folder: The environment's folder.
        base: The interpreter that it was made of.
        what: What the user calls it.
        requirements: What pip is to install.
        on_progress: Called with a line when there is something new.

    Raises:
        VerifyError: TW708 to TW710, by what pip said.
    """
    python = pythons.environment_python(folder)
    assert python is not None
    pip = _pip(python, base)

    def tell(line: str) -> None:
        if _WORTH_TELLING.fullmatch(line):
            on_progress(f"{what}: {line.strip()[:100]}")

    environment = {**base.environment, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    # the build's own tools are to be found as they are in the user's shell
    if pip.uv:
        for ours, theirs in _UV_FOR_PIP.items():
            if environment.get(ours) and not environment.get(theirs):
                environment[theirs] = environment[ours]
    ended = run(
        [*pip.command, *requirements], seconds=INSTALLING, environment=environment, on_line=tell
    )
    if ended.code != 0:
        raise _refused(ended, what, requirements, base)


def _lends_pip(base: Interpreter) -> bool:
    """Tell whether this interpreter's pip can install for another, which saves installing pip."""
    if find_spec("pip") is None:
        return False
    from importlib.metadata import PackageNotFoundError, version

    try:
        has_option = _number(version("pip")) >= (22, 3)
    except PackageNotFoundError:
        return False
    # the other one runs the same files, and not every pip works on every Python
    return has_option and _number(base.version)[:2] == sys.version_info[:2]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _pip(python: Path, base: Interpreter) -> _Pip:
    uv = shutil.which("uv")
    if uv:
        return _Pip((uv, "pip", "install", "--python", str(python)), uv=True)
    # the environment is new: what pip finds elsewhere, by PYTHONPATH, is not in it
    how = ("install", "--ignore-installed")
    if _lends_pip(base):
        return _Pip((sys.executable, "-m", "pip", "--python", str(python), *how))
    return _Pip((str(python), "-m", "pip", *how))


_UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeout|Temporary failure in name resolution|"
    r"Failed to (?:fetch|resolve)|Connection (?:refused|reset)|Read timed out|dns error|"
    r"SSLError|CERTIFICATE_VERIFY_FAILED|client error \(Connect\)",
    re.IGNORECASE,
)
_NO_SUCH = re.compile(
    r"No matching distribution found|Could not find a version that satisfies|"
    r"No solution found|was not found in the package registry|no versions? of|"
    r"is not a supported wheel on this platform|"
    r"requires a different Python|is not compatible with the current",
    re.IGNORECASE,
)
_NOT_BUILT = re.compile(
    r"Failed building wheel|metadata-generation-failed|Failed to build|"
    r"subprocess-exited-with-error|Could not build wheels|build backend returned an error|"
    r"setup\.py egg_info|Preparing metadata .*error",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"note: |hint: |\[end of output\]|\[notice\]|full command:|See above for|WARNING: |"
    r"\[\d+ lines of output\]|Looking in (?:links|indexes)|finished with status|exit code: \d+|"
    r"This is an issue with the package|Using Python .* environment at"
)
_FRAME = re.compile(r"^[^\w\"'(\[<./-]+")


def _refused(
    ended: Ended, what: str, requirements: Sequence[str], base: Interpreter
) -> VerifyError:
    python = ".".join(base.version.split(".")[:2])
    said = "\n".join(_last(ended.output))
    if ended.code is None:
        return VerifyError(
            f"{what} was not installed within {INSTALLING / 60:.0f} minutes",
            code="TW710",
            where=said,
            help="install it into a virtual environment yourself, and name its folder",
        )
    if _UNREACHABLE.search(ended.output) and not _NOT_BUILT.search(ended.output):
        return VerifyError(
            f"{what} cannot be fetched: the package index cannot be reached",
            code="TW710",
            where=said,
            help="connect to the network, or say where packages are: PIP_FIND_LINKS=FOLDER",
        )
    having = _having_wheel(requirements, python)
    another = (
        "there is a wheel for another Python of this machine: --python "
        + " or --python ".join(reversed(having))
        if having
        else ""
    )
    if _NOT_BUILT.search(ended.output):
        return VerifyError(
            f"{what} did not build for Python {python}"
            if Path(requirements[0]).exists()
            else f"{what} has no wheel for Python {python} here, and its source did not build",
            code="TW709",
            where=said,
            help=another
            or "install what its build needs, or an older Python that there is a wheel "
            "for, and name that one: --python 3.9",
        )
    if _NO_SUCH.search(ended.output):
        return VerifyError(
            f"there is no {what} that Python {python} could have",
            code="TW708",
            where=said,
            accepted=_versions(ended.output),
            help=another or "look at the name and the version",
        )
    return VerifyError(
        f"{what} was not installed: pip {ended.how}",
        code="TW708",
        where=said,
        help=another or "install it into a virtual environment yourself, and name its folder",
    )


def _having_wheel(requirements: Sequence[str], python: str) -> list[str]:
    """Give those other Pythons of this machine that there is a wheel for.

    The last C release of a package most often has wheels for the Pythons of its own time.
    """
    if find_spec("pip") is None or any(Path(each).exists() for each in requirements):
        return []
    others = [version for version in pythons.installed() if version != python]
    return [version for version in others if _has_wheel(requirements, version)]


def _versions(output: str) -> str:
    """Give the newest of the versions that pip says there are."""
    found = re.search(r"\(from versions: ([^)]*)\)", output)
    versions = found[1].split(", ") if found and found[1] != "none" else []
    return ", ".join(versions[-10:])


def _has_wheel(requirements: Sequence[str], version: str) -> bool:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps"]
    command += ["--ignore-installed", "--only-binary", ":all:", "--python-version", version]
    with tempfile.TemporaryDirectory(prefix="twinwheel-") as folder:
        # pip wants a folder to install into if it is for another version
        return run([*command, "--target", folder, *requirements], seconds=_WHEEL_THERE).code == 0


def _last(output: str, count: int = 8) -> list[str]:
    """Give the last lines of pip's output that say something."""
    lines = [_FRAME.sub("", line).rstrip()[:200] for line in output.splitlines()]
    lines = [re.sub(r" \(from versions: .*", "", line) for line in lines]
    told = [line for line in lines if line and not _NOISE.search(line)]
    errors = [line for line in told if re.search(r"error", line, re.IGNORECASE)]
    chosen = told[-count:]
    # the compiler's own words are above what pip says of them
    return [*[line for line in errors[:3] if line not in chosen], *chosen]
