"""The tag of a merged wheel is what every artifact in it supports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinwheel.build.tags import PURE, WheelTag, correct_machine, intersect, tag_of_extension
from twinwheel.errors import BuildError


def both(left: str, right: str) -> str:
    return str(intersect({"c": WheelTag.parse(left), "rust": WheelTag.parse(right)}))


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        # facts: a py3-none tag over a cp312 extension installs on 3.11 and fails there
        ("py3-none-linux_x86_64", "cp312-cp312-linux_x86_64", "cp312-cp312-linux_x86_64"),
        ("cp311-cp311-linux_x86_64", "cp310-abi3-linux_x86_64", "cp311-cp311-linux_x86_64"),
        ("cp39-abi3-linux_x86_64", "cp311-abi3-linux_x86_64", "cp311-abi3-linux_x86_64"),
        ("cp313-cp313t-linux_x86_64", "cp313-cp313t-linux_x86_64", "cp313-cp313t-linux_x86_64"),
        ("cp315-cp315t-linux_x86_64", "cp315-abi3t-linux_x86_64", "cp315-cp315t-linux_x86_64"),
        ("cp315-abi3-linux_x86_64", "cp315-abi3.abi3t-linux_x86_64", "cp315-abi3-linux_x86_64"),
        ("pp311-pypy311_pp73-linux_x86_64", "py3-none-any", "pp311-pypy311_pp73-linux_x86_64"),
        # the weakest claim, and the highest floor where both make one
        (
            "cp312-cp312-manylinux_2_17_x86_64",
            "cp312-cp312-linux_x86_64",
            "cp312-cp312-linux_x86_64",
        ),
        (
            "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
            "cp312-cp312-manylinux_2_28_x86_64",
            "cp312-cp312-manylinux_2_28_x86_64",
        ),
        (
            "cp312-cp312-macosx_10_12_x86_64",
            "cp312-cp312-macosx_11_0_x86_64",
            "cp312-cp312-macosx_11_0_x86_64",
        ),
        (
            "cp312-cp312-macosx_10_12_universal2",
            "cp312-cp312-macosx_11_0_arm64",
            "cp312-cp312-macosx_11_0_arm64",
        ),
        ("cp312-cp312-win_amd64", "cp310-abi3-win_amd64", "cp312-cp312-win_amd64"),
    ],
)
def test_what_both_support(left: str, right: str, result: str) -> None:
    assert both(left, right) == result
    assert both(right, left) == result


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("cp311-cp311-linux_x86_64", "cp312-cp312-linux_x86_64"),
        ("cp310-cp310-linux_x86_64", "cp311-abi3-linux_x86_64"),
        ("cp313-cp313t-linux_x86_64", "cp310-abi3-linux_x86_64"),
        ("cp311-cp311-linux_x86_64", "cp311-cp311-linux_aarch64"),
        ("cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-musllinux_1_2_x86_64"),
        ("cp311-cp311-macosx_11_0_arm64", "cp311-cp311-macosx_11_0_x86_64"),
        ("cp311-cp311-win_amd64", "cp311-cp311-linux_x86_64"),
        ("cp310-abi3-linux_x86_64", "pp310-pypy310_pp73-linux_x86_64"),
    ],
)
def test_what_nothing_supports_is_an_error(left: str, right: str) -> None:
    with pytest.raises(BuildError) as caught:
        both(left, right)
    assert caught.value.code == "TW312"
    assert left in str(caught.value)
    assert right in str(caught.value)


def test_no_half_is_pure() -> None:
    assert intersect({}) == PURE
    assert str(PURE) == "py3-none-any"


@pytest.mark.parametrize("text", ["", "cp311", "cp311-cp311", "a-b-c-d", "--"])
def test_what_is_no_tag(text: str) -> None:
    with pytest.raises(BuildError) as caught:
        WheelTag.parse(text)
    assert caught.value.code == "TW311"


@pytest.mark.parametrize(
    ("platform", "bits", "result"),
    [
        # facts: in a 32-bit chroot without setarch, sysconfig says linux-x86_64
        ("linux_x86_64", 32, "linux_i686"),
        ("manylinux_2_17_x86_64", 32, "manylinux_2_17_i686"),
        ("linux_aarch64", 32, "linux_armv7l"),
        ("linux_x86_64", 64, "linux_x86_64"),
        ("win_amd64", 64, "win_amd64"),
    ],
)
def test_the_machine_is_what_the_artifact_is(platform: str, bits: int, result: str) -> None:
    assert correct_machine(platform, bits) == result


_tags = st.builds(
    WheelTag,
    st.sampled_from([("cp311",), ("cp312",), ("py3",)]),
    st.sampled_from([("cp311",), ("cp312",), ("abi3",), ("none",)]),
    st.sampled_from(
        [("any",), ("linux_x86_64",), ("manylinux_2_17_x86_64",), ("manylinux_2_28_x86_64",)]
    ),
)


@given(left=_tags, right=_tags)
def test_order_does_not_matter(left: WheelTag, right: WheelTag) -> None:
    def attempt(*tags: WheelTag) -> set[str] | str:
        try:
            return set(intersect({str(i): tag for i, tag in enumerate(tags)}).expand())
        except BuildError as error:
            return error.code

    assert attempt(left, right) == attempt(right, left)
    assert attempt(left, left) == attempt(left)


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("pkg/_c.cpython-312-x86_64-linux-gnu.so", "cp312-cp312-any"),
        ("pkg/_c.cpython-313t-x86_64-linux-musl.so", "cp313-cp313t-any"),
        ("pkg/_c.cpython-312-darwin.so", "cp312-cp312-any"),
        ("pkg/_c.cp310-win_amd64.pyd", "cp310-cp310-any"),
        ("pkg/_c.abi3.so", None),
        ("pkg/_c.so", None),
        ("pkg/libc.so.6", None),
    ],
)
def test_a_file_s_name_says_which_interpreter_imports_it(path: str, tag: str | None) -> None:
    found = tag_of_extension(path)
    assert (str(found) if found else None) == tag
