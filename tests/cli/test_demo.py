"""``twinwheel demo``, on the kernels that are installed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.commands import finish, start

import twinwheel.image
from twinwheel.cli import demo
from twinwheel.cli.demo import compare as comparing
from twinwheel.cli.demo.compare import Implementation, find_implementations
from twinwheel.cli.demo.operations import operations_on
from twinwheel.cli.demo.photograph import read_photograph
from twinwheel.manifest import load

Image = pytest.importorskip("PIL.Image")

if TYPE_CHECKING:
    from support.commands import Run
    from support.twins import Maker

BUILT = [
    name for name, about in load("twinwheel.image")["implementations"].items() if about["built"]
]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A part of the photograph, small enough for pure Python."""
    path = tmp_path / "small.png"
    read_photograph(None).image.crop((300, 200, 360, 240)).save(path)
    return path


def record_of(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / "demo.json").read_text("utf-8"))
    assert record["schema"] == 1
    return record


def test_the_photograph_that_comes_along(run: Run, tmp_path: Path) -> None:
    done = run("demo")
    assert done.code == 0, done.out
    assert done.err == ""
    folder = tmp_path / "work" / "twinwheel-demo"
    assert sorted(path.name for path in folder.iterdir()) == ["contact-sheet.png", "demo.json"]
    lines = done.out.splitlines()
    assert lines[0] == "coffee.jpg, 600 x 400"
    assert any(line.startswith("bound by default: ") for line in lines)
    record = record_of(folder)
    assert record["agrees"] is True
    assert record["image"]["name"] == "coffee.jpg"
    assert [operation["name"] for operation in record["operations"]] == ["blur", "sharpen", "edges"]
    for operation in record["operations"]:
        outcomes = operation["implementations"]
        assert sorted(outcome["implementation"] for outcome in outcomes) == sorted(BUILT)
        whole = [outcome for outcome in outcomes if outcome["rows"] == 400]
        assert len({outcome["sha256"] for outcome in whole}) == 1
        assert min(outcome["ratio"] for outcome in outcomes) == 1.0
        assert all(outcome["median_ms"] > 0 for outcome in outcomes)
        assert all(outcome["agrees"] for outcome in outcomes)
    with Image.open(folder / "contact-sheet.png") as sheet:
        assert sheet.format == "PNG"
        assert sheet.width == 1600
    assert str(tmp_path) not in (folder / "demo.json").read_text("utf-8")


def test_an_image_and_a_folder_of_ones_own(run: Run, small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    done = run("demo", small, "--output", folder)
    assert done.code == 0
    assert f"contact sheet: {folder / 'contact-sheet.png'}" in done.out
    record = record_of(folder)
    assert record["image"]["sha256"] == hashlib.sha256(small.read_bytes()).hexdigest()
    assert (record["image"]["width"], record["image"]["height"]) == (60, 40)
    for operation in record["operations"]:
        assert [outcome["rows"] for outcome in operation["implementations"]] == [40] * len(BUILT)
        assert len({outcome["sha256"] for outcome in operation["implementations"]}) == 1


def test_running_again_replaces_the_files(run: Run, small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "demo.json").write_text("old")
    (folder / "other").write_text("kept")
    assert run("demo", small, "--output", folder).code == 0
    assert record_of(folder)["agrees"] is True
    assert (folder / "other").read_text() == "kept"
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 3), (300, 10), (10, 300)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_shape(run: Run, tmp_path: Path, size: tuple[int, int], mode: str) -> None:
    Image.new(mode, size, 128 if mode == "L" else (1, 128, 255)).save(tmp_path / "image.png")
    assert run("demo", tmp_path / "image.png").code == 0
    with Image.open(tmp_path / "work" / "twinwheel-demo" / "contact-sheet.png") as sheet:
        sheet.load()


def test_a_long_name_is_cut(run: Run, small: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{'é' * 60}.png"
    path.write_bytes(small.read_bytes())
    assert run("demo", path).code == 0
    assert record_of(tmp_path / "work" / "twinwheel-demo")["image"]["name"] == path.name


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("gone.png", None, "TW512"),
        ("empty.png", b"", "TW513"),
        ("text.png", b"hello\n", "TW513"),
        ("zero.ppm", b"P6\n0 0\n255\n", "TW51"),
    ],
)
def test_what_is_no_image_leaves_nothing(
    run: Run, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run("demo", tmp_path / name)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(f"error[{code}")
    assert "help:" in done.err
    assert list((tmp_path / "work").iterdir()) == []


def test_a_folder_that_cannot_be_made(run: Run, small: Path) -> None:
    done = run("demo", small, "--output", small)
    assert done.code == 2
    assert done.err.startswith("error[TW515]")


def test_a_folder_without_a_name(run: Run, small: Path, tmp_path: Path) -> None:
    done = run("demo", small, "--output", "")
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("error[TW515]: the folder of the output has no name")
    assert list((tmp_path / "work").iterdir()) == []


def test_the_working_folder_by_its_name(run: Run, small: Path, tmp_path: Path) -> None:
    assert run("demo", small, "--output", ".").code == 0
    assert record_of(tmp_path / "work")["agrees"] is True


@pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="this system has none")
def test_a_file_without_an_end(run: Run, tmp_path: Path) -> None:
    done = run("demo", "/dev/zero")
    assert done.code == 2
    assert done.err.startswith("error[TW512]: /dev/zero cannot be read: it is no regular file")
    assert list((tmp_path / "work").iterdir()) == []


def test_a_wrong_cpu_level_is_said_once(small: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    done = finish(start("demo", str(small), cwd=work, variables={"TWINWHEEL_IMAGE_CPU": "fortran"}))
    assert done.code == 2
    assert done.err.startswith("error[TW516]: twinwheel.image cannot be imported: ")
    assert "must be one of auto, baseline, avx2, avx512, not 'fortran'" in done.err
    assert list(work.iterdir()) == []


def test_without_pillow(tmp_path: Path) -> None:
    done = finish(start("demo", blocked=("PIL",), cwd=tmp_path))
    assert done.code == 2
    assert done.err.startswith("error[TW511]")
    assert "pip install 'twinwheel[cli]'" in done.err
    assert list(tmp_path.iterdir()) == []


def test_without_numpy_and_rich(small: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    done = finish(start("demo", str(small), blocked=("numpy", "rich"), cwd=work))
    assert done.code == 0, done.err
    record = record_of(work / "twinwheel-demo")
    labels = {outcome["label"] for outcome in record["operations"][0]["implementations"]}
    assert labels == set(BUILT)
    if len(BUILT) > 1:
        assert f"all bits agree between {len(BUILT)} implementations" in done.out


@pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="needs NumPy")
def test_with_numpy(small: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    done = finish(start("demo", str(small), cwd=work))
    assert done.code == 0, done.err
    assert "python (NumPy)" in done.out
    assert "rust (NumPy)" not in done.out


def test_a_wrong_variable(small: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    wrong = {"TWINWHEEL_IMAGE_IMPLEMENTATION": "fortran"}
    done = finish(start("demo", str(small), cwd=work, variables=wrong))
    assert done.code == 2
    assert done.err.startswith("error[TW403]")
    assert list(work.iterdir()) == []


def test_the_default_follows_the_variables(small: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    demand = {"TWINWHEEL_IMAGE_IMPLEMENTATION": "python"}
    done = finish(start("demo", str(small), cwd=work, variables=demand))
    assert done.code == 0
    assert "bound by default: python, as TWINWHEEL_IMAGE_IMPLEMENTATION=python says" in done.out
    record = record_of(work / "twinwheel-demo")
    components = record["selection"]["components"]
    assert components == dict.fromkeys(components, "python")
    assert "convolve" in components
    assert {operation["reference"] for operation in record["operations"]} == {"python"}
    for operation in record["operations"]:
        assert len(operation["implementations"]) == len(BUILT)


def test_bits_that_differ_are_found(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real kernels, and one that gets the lowest bit of one sample wrong."""

    def find(package: str, first: str) -> tuple[list[Implementation], dict[str, str]]:
        present, absent = find_implementations(package, first)
        right = present[0]

        def convolve(pixels: Any, kernel: Any, output: Any, /, *, border: str) -> None:
            right.convolve(pixels, kernel, output, border=border)
            output.cast("B")[0] ^= 1

        return [*present, Implementation("wrong", right.module, ("x.so",), convolve)], absent

    monkeypatch.setattr(comparing, "find_implementations", find)
    done = run("demo", small)
    assert done.code == 1
    assert "1 sample differs" in done.out
    assert "2 samples differ" in done.out  # two convolutions find the edges
    assert "the implementations do not agree" in done.out
    record = record_of(tmp_path / "work" / "twinwheel-demo")
    assert record["agrees"] is False
    for operation in record["operations"]:
        last = operation["implementations"][-1]
        assert (operation["agrees"], last["agrees"]) == (False, False)
        assert last["differing_samples"] == (2 if operation["name"] == "edges" else 1)
        assert last["sha256"] != operation["implementations"][0]["sha256"]
        assert all(each["agrees"] for each in operation["implementations"][:-1])


@pytest.mark.skipif(len(BUILT) < 2, reason="needs two implementations")
def test_a_slow_one_is_compared_on_fewer_rows(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LONGEST_RUN", 1e-9)
    done = run("demo", small)
    assert done.code == 0
    assert "was slow, so it was timed and compared on the first 1 of 40 rows" in done.out
    record = record_of(tmp_path / "work" / "twinwheel-demo")
    for operation in record["operations"]:
        rows = [outcome["rows"] for outcome in operation["implementations"]]
        assert rows == [40] + [1] * (len(BUILT) - 1)
        assert operation["agrees"] is True


def test_a_picture_that_takes_too_long_is_scaled(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "PATIENCE", 1e-9)
    done = run("demo", small)
    assert done.code == 0
    assert "small.png, 1 x 1 scaled from 60 x 40" in done.out
    image = record_of(tmp_path / "work" / "twinwheel-demo")["image"]
    assert (image["width"], image["width_in_file"]) == (1, 60)


def test_implementations_are_looked_for_one_by_one(make: Maker) -> None:
    panic = "class PanicException(BaseException):\n    pass\n\nraise PanicException('index 9')\n"
    make("looked", sources={"rust": panic}, absent={"c": "no compiler"})
    present, absent = find_implementations("looked", "python")
    assert [each.name for each in present] == ["python"]
    assert absent == {
        "rust": "cannot be imported: PanicException: index 9",
        "c": "not in this wheel: no compiler",
    }
    for name in [name for name in sys.modules if name.partition(".")[0] == "looked"]:
        del sys.modules[name]


def test_an_interrupt_while_importing_is_not_swallowed(make: Maker) -> None:
    make("stopped", sources={"c": "raise KeyboardInterrupt\n"})
    with pytest.raises(KeyboardInterrupt):
        find_implementations("stopped", "rust")
    for name in [name for name in sys.modules if name.partition(".")[0] == "stopped"]:
        del sys.modules[name]


def test_the_operations_keep_a_flat_picture_flat() -> None:
    photograph = read_photograph(None)
    blur, sharpen, edges = operations_on(photograph)
    assert math.isclose(math.fsum(blur.kernels[0]), 1.0)
    assert math.fsum(sharpen.kernels[0]) == 1.0
    assert [math.fsum(kernel) for kernel in edges.kernels] == [0.0, 0.0]
    assert (blur.source.format, blur.source.shape) == ("B", (400, 600, 3))
    assert (edges.source.format, edges.source.shape) == ("f", (400, 600))
    assert max(memoryview(edges.source.data).cast("f")) <= 1.0


def test_the_blur_is_what_the_public_function_gives(run: Run, small: Path, tmp_path: Path) -> None:
    assert run("demo", small).code == 0
    image = read_photograph(small)
    blur = operations_on(image)[0]
    size = math.isqrt(len(blur.kernels[0]))
    rows = [list(blur.kernels[0][row * size : (row + 1) * size]) for row in range(size)]
    result = twinwheel.image.convolve(blur.source.view(), rows, border="nearest")
    digest = hashlib.sha256(memoryview(result).cast("B")).hexdigest()
    record = record_of(tmp_path / "work" / "twinwheel-demo")
    assert record["operations"][0]["implementations"][0]["sha256"] == digest
