"""Wheel tags: the tag of a merged wheel is what *every* artifact in it supports.

Specification: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from twinwheel.errors import BuildError

__all__ = ["PURE", "WheelTag", "correct_machine", "intersect", "tag_of_extension"]

_CPYTHON = re.compile(r"cp(\d)(\d+)\Z")
_EXTENSION = re.compile(r"\.(?:cpython-|cp)(\d)(\d+)(t?)-[\w.-]+\.(?:so|pyd)\Z")
_MACOS = re.compile(r"macosx_(\d+)_(\d+)_(\w+)\Z")
_LINUX = re.compile(r"(linux|manylinux_(\d+)_(\d+)|musllinux_(\d+)_(\d+))_(\w+)\Z")
_LEGACY_MANYLINUX = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_UNIVERSAL = {"universal2": {"x86_64", "arm64"}, "intel": {"x86_64", "i386"}}


@dataclass(frozen=True)
class WheelTag:
    """One compressed tag set, such as ``cp310-abi3-manylinux_2_17_x86_64``."""

    interpreters: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> WheelTag:
        """Read ``interpreter-abi-platform``, where each part may hold several, joined by dots."""
        parts = text.split("-")
        if len(parts) != 3 or not all(parts):
            raise BuildError(f"'{text}' is no wheel tag", code="TW311")
        return cls(*(tuple(part.split(".")) for part in parts))

    def __str__(self) -> str:
        return "-".join(".".join(part) for part in (self.interpreters, self.abis, self.platforms))

    def expand(self) -> list[str]:
        """Return every plain tag in the set, in order."""
        return [
            f"{interpreter}-{abi}-{platform}"
            for interpreter in self.interpreters
            for abi in self.abis
            for platform in self.platforms
        ]


PURE = WheelTag(("py3",), ("none",), ("any",))


def intersect(tags: dict[str, WheelTag]) -> WheelTag:
    """Return what all of the tags support.

    The interpreter is the narrowest, the platform the weakest claim: plain ``linux`` where any half
    claims no manylinux, the highest glibc where all do, the highest macOS deployment target.

    Args:
        tags: Name of the half -> its tag. None at all gives ``py3-none-any``.

    Raises:
        BuildError: TW312 when nothing supports all of them.
    """
    result = PURE
    for tag in tags.values():
        pairs = _common_pairs(result, tag)
        platforms = _common_platforms(result.platforms, tag.platforms)
        if not pairs or not platforms:
            listing = ", ".join(f"{name} is {tag}" for name, tag in tags.items())
            raise BuildError(
                f"no interpreter and platform supports every half of the wheel: {listing}",
                code="TW312",
                help="build the halves for the same Python and platform; check abi3 settings",
            )
        interpreters = tuple(dict.fromkeys(pair[0] for pair in pairs))
        abis = tuple(dict.fromkeys(pair[1] for pair in pairs))
        result = WheelTag(interpreters, abis, platforms)
    return result


def tag_of_extension(path: str) -> WheelTag | None:
    """Return what the name of an extension module says of its interpreter.

    Args:
        path: A file in a wheel, such as ``pkg/_c.cpython-312-x86_64-linux-gnu.so``.

    Returns:
        The tag, for any platform; None for names that every CPython 3 imports, and for other files.
    """
    match = _EXTENSION.search(path)
    if not match:
        return None
    interpreter = f"cp{match[1]}{match[2]}"
    return WheelTag((interpreter,), (f"{interpreter}{match[3]}",), ("any",))


def correct_machine(platform: str, bits: int) -> str:
    """Mend the platform that a 32-bit Python reports on a 64-bit kernel.

    Without ``setarch``, ``sysconfig.get_platform()`` says ``linux-x86_64`` there, and so do the
    builders; what the compiled file is decides.

    Args:
        platform: Platform tag.
        bits: Word size of the artifact: 32 or 64.
    """
    if bits == 32:
        for wide, narrow in (("x86_64", "i686"), ("aarch64", "armv7l")):
            if platform.endswith(f"linux_{wide}") or (
                "linux" in platform and platform.endswith(f"_{wide}")
            ):
                return platform[: -len(wide)] + narrow
    return platform


def _common_pairs(left: WheelTag, right: WheelTag) -> list[tuple[str, str]]:
    pairs = []
    for left_interpreter in left.interpreters:
        for left_abi in left.abis:
            for right_interpreter in right.interpreters:
                for right_abi in right.abis:
                    pair = _narrower(
                        (left_interpreter, left_abi), (right_interpreter, right_abi)
                    ) or _narrower((right_interpreter, right_abi), (left_interpreter, left_abi))
                    if pair and pair not in pairs:
                        pairs.append(pair)
    return pairs


def _narrower(narrow: tuple[str, str], wide: tuple[str, str]) -> tuple[str, str] | None:
    """Return ``narrow`` when everything that runs it runs ``wide`` too."""
    if narrow == wide:
        return narrow
    (interpreter, abi), (wide_interpreter, wide_abi) = narrow, wide
    if wide_abi == "none" and _runs_interpreter(interpreter, wide_interpreter):
        return narrow
    narrow_version, wide_version = _CPYTHON.match(interpreter), _CPYTHON.match(wide_interpreter)
    if not narrow_version or not wide_version:
        return None
    at_least = _numbers(narrow_version) >= _numbers(wide_version)
    free_threaded = abi.endswith("t")
    stable = {"abi3": not free_threaded, "abi3t": free_threaded}
    if wide_abi in stable and at_least and abi != "none":
        return narrow if stable[wide_abi] else None
    return None


def _runs_interpreter(interpreter: str, wide: str) -> bool:
    """Tell whether the interpreter tag ``wide`` covers ``interpreter``: py3 covers cp311."""
    if interpreter == wide:
        return True
    match = re.match(r"(py|cp|pp)(\d)(\d*)\Z", interpreter)
    generic = re.match(r"py(\d)(\d*)\Z", wide)
    if not match or not generic or match[2] != generic[1]:
        return False
    return not generic[2] or (bool(match[3]) and int(match[3]) >= int(generic[2]))


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(group) for group in match.groups())


def _common_platforms(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for one in left:
        for other in right:
            platform = _common_platform(one, other)
            if platform and platform not in found:
                found.append(platform)
    # Of several glibc floors in one compressed set, all are true; the lowest would do.
    return tuple(found)


def _common_platform(left: str, right: str) -> str | None:
    if right in (left, "any"):
        return left
    if left == "any":
        return right
    macos = _MACOS.match(left), _MACOS.match(right)
    if macos[0] and macos[1]:
        return _common_macos(macos[0], macos[1])
    linux = _linux_floor(left), _linux_floor(right)
    if linux[0] and linux[1]:
        return _common_linux(left, right, linux[0], linux[1])
    return None


def _common_macos(left: re.Match[str], right: re.Match[str]) -> str | None:
    machines = [_UNIVERSAL.get(match[3], {match[3]}) for match in (left, right)]
    common = machines[0] & machines[1]
    if not common:
        return None
    target = max((int(left[1]), int(left[2])), (int(right[1]), int(right[2])))
    names = [match[3] for match in (left, right) if _UNIVERSAL.get(match[3], {match[3]}) == common]
    return f"macosx_{target[0]}_{target[1]}_{names[0] if names else min(common)}"


def _linux_floor(platform: str) -> tuple[str, tuple[int, ...], str] | None:
    """Return (libc, its lowest version, machine); the libc of plain ``linux`` is unknown: empty."""
    for legacy, floor in _LEGACY_MANYLINUX.items():
        if platform.startswith(f"{legacy}_"):
            return "manylinux", floor, platform.removeprefix(f"{legacy}_")
    match = _LINUX.match(platform)
    if not match:
        return None
    if match[2]:
        return "manylinux", (int(match[2]), int(match[3])), match[6]
    if match[4]:
        return "musllinux", (int(match[4]), int(match[5])), match[6]
    return "", (), match[6]


def _common_linux(
    left: str,
    right: str,
    left_floor: tuple[str, tuple[int, ...], str],
    right_floor: tuple[str, tuple[int, ...], str],
) -> str | None:
    (left_libc, left_version, left_machine) = left_floor
    (right_libc, right_version, right_machine) = right_floor
    if left_machine != right_machine:
        return None
    if not left_libc:
        return left
    if not right_libc:
        return right
    if left_libc != right_libc:
        return None
    return left if left_version >= right_version else right
