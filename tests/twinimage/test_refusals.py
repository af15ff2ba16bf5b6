"""A user's mistake gives one error that says where, what, and what to do; never a crash."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from support.twinimage import Program

pytestmark = pytest.mark.twinimage

SAME = ("convolve", "--weights", "1")
FORMATS = ("PNG", "JPEG", "PPM")


def sample(image_format: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    gradient = Image.radial_gradient("L").resize((61, 47)).convert(mode)
    gradient.save(file, image_format, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_of_size(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def png_of_16_bits() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((3, 4), 1000, np.uint16)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (lambda: b"", "it is empty"),
        (lambda: b"plain text, no image", "it is no image"),
        (lambda: sample("GIF"), "it is an image in the format Gif"),
        (png_of_16_bits, "its samples have 16 bits"),
        (lambda: b"P5 2 1 65535\n\0\0\0\0", "its samples have 16 bits"),
        (lambda: sample("PNG")[:-100], "it is damaged"),
        (lambda: sample("JPEG")[:-100], "it is damaged: it ends before the image does"),
        (lambda: sample("JPEG", progressive=True)[:-100], "it is damaged: it ends before"),
        (lambda: sample("PPM")[:-1], "it is damaged"),
        (lambda: b"P5 3", "it is damaged"),
        (lambda: b"P5 0 1 255\n", "it is damaged"),
        (lambda: b"P5 70000 70000 255\n", "it has 70000 x 70000 pixels"),
        (lambda: b"P6 4294967295 4294967295 255\n", "it is of a kind that is not read: "),
        (lambda: png_of_size(2**31 - 1, 2**31 - 1), "it "),
        (lambda: png_of_size(100_000, 100_000), "it "),
        (lambda: png_of_size(0, 5), "it is damaged"),
        (lambda: png_of_size(100, 5), "it is damaged"),
    ],
)
def test_what_is_no_image_to_work_on(
    program: Program, data: Callable[[], bytes], what: str
) -> None:
    done = program.run(*SAME, "-", "-o", "out.png", stdin=data())
    assert done.code == 1
    assert done.error.startswith(f"standard input: {what}")
    assert "\nhelp: " in done.err
    assert list(program.folder.iterdir()) == []


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_truncation_is_refused(program: Program, image_format: str) -> None:
    """At 12 lengths. What PNG has behind its last sample is not missed."""
    whole = sample(image_format)
    for length in range(1, len(whole) - 20, len(whole) // 12):
        done = program.run(*SAME, stdin=whole[:length])
        assert (done.code, done.out) == (1, b""), length


@pytest.mark.parametrize("image_format", FORMATS)
def test_no_damage_makes_it_crash(program: Program, image_format: str) -> None:
    """It reads what it can, or refuses it in words."""
    chance = random.Random(image_format)
    for _ in range(25):
        data = bytearray(sample(image_format))
        for _ in range(chance.choice([1, 3, 30])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        program.run(*SAME, "--format", "png", "--alpha", "drop", stdin=bytes(data))


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        ("median missing.png -o out.png", 1, "missing.png: it cannot be read: "),
        ("median folder -o out.png", 1, "folder: it cannot be read: it is a folder"),
        ("median in.png -o folder --format png", 1, "folder: it cannot be written: it is a folder"),
        ("median in.png -o no/out.png", 1, "no/out.png: it cannot be written: there is no folder"),
        ("median in.png -o in.png/out.png", 1, "in.png/out.png: it cannot be written: "),
        ("median in.png -o out.gif", 2, "out.gif: its name tells no format"),
        ("median in.png -o out.pgm", 1, "out.pgm: a PGM is grey"),
        ("median clear.png -o out.jpg", 1, "out.jpg: only PNG can hold the image's alpha channel"),
        ("median clear.png -o out.ppm --alpha filter", 1, "out.ppm: only PNG can hold"),
        ("median wide.png -o out.jpg", 1, "out.jpg: 65536 x 1 is too large for a JPEG"),
        ("convolve in.png -o out.png -w 1,2;3", 2, "--weights: 2 rows, one of 1 weights"),
        ("convolve in.png -o out.png -w 1,2;3,x", 2, "--weights: 'x' is no number"),
        ("convolve in.png -o out.png -w ;", 2, "--weights: there are no weights"),
        ("convolve in.png -o out.png -w @no", 1, "no: it cannot be read: "),
        ("convolve in.png -o out.png -w @in.png", 1, "in.png: it cannot be read: "),
        ("convolve in.png -o out.png -w @rows", 2, "rows: 1 rows, one of 2 weights"),
        ("convolve in.png -o out.png -n sharpen --size 5", 2, "--size: it is for --named box"),
        ("separable in.png -o out.png --across 1;2 --down 1", 2, "--across: 2 rows of weights"),
        ("blur in.png -o out.png --sigma 0", 2, "--sigma: it must be above 0 and finite, not 0"),
        ("blur in.png -o out.png --sigma nan", 2, "--sigma: it must be above 0"),
        ("blur in.png -o out.png --sigma 1e9", 2, "--truncate: the Gaussian would reach"),
        ("blur in.png -o out.png --sigma 1 --truncate -1", 2, "--truncate: the Gaussian"),
        ("blur in.png -o out.png --sigma 1 --radius 65536", 2, "--radius: the Gaussian"),
        ("median", 1, "standard input: it is empty"),
        ("median in.png -o out.png --size 4", 2, "invalid value '4' for '--size <N>'"),
        ("median in.png -o out.png --threads 0", 2, "invalid value '0' for '--threads <N>'"),
        ("median in.png -o out.png --quality 101", 2, "invalid value '101'"),
        ("median in.png -o out.png --border none", 2, "invalid value 'none'"),
        ("median in.png -o out.png --kernel go", 2, "invalid value 'go'"),
        ("convolve in.png -o out.png", 2, "the following required arguments were not provided"),
        ("blur in.png -o out.png", 2, "the following required arguments were not provided"),
        ("rotate in.png", 2, "unrecognized subcommand 'rotate'"),
    ],
)
def test_mistakes(program: Program, words: str, code: int, error: str) -> None:
    (program.folder / "in.png").write_bytes(sample("PNG"))
    (program.folder / "clear.png").write_bytes(sample("PNG", "RGBA"))
    Image.new("L", (65_536, 1)).save(program.folder / "wide.png")
    (program.folder / "rows").write_text("1 2 # of one row\n", "utf-8")
    (program.folder / "folder").mkdir()
    before = sorted(program.folder.iterdir())
    done = program.run(*words.split())
    assert (done.code, done.out) == (code, b"")
    assert done.error.startswith(error)
    assert sorted(program.folder.iterdir()) == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read and write all")
def test_no_permission(program: Program) -> None:
    image = program.folder / "in.png"
    image.write_bytes(sample("PNG"))
    closed = program.folder / "closed"
    closed.mkdir(mode=0o500)
    assert "Permission denied" in program.run("median", image, "-o", closed / "a.png").error
    image.chmod(0)
    assert "Permission denied" in program.run("median", image, "-o", "a.png").error


def test_a_variable_is_wrong(program: Program) -> None:
    words = (*SAME, "--format", "png")
    done = program.run(*words, stdin=sample("PPM"), variables={"TWINIMAGE_KERNEL": "go"})
    assert (done.code, done.error) == (
        2,
        "TWINIMAGE_KERNEL: it must be rust, c or python, not 'go'",
    )
    done = program.run(*words, stdin=sample("PPM"), variables={"TWINIMAGE_KERNEL": ""})
    assert done.code == 0
    done = program.run(
        *(*words, "--kernel", "c"), stdin=sample("PPM"), variables={"TWINIMAGE_KERNEL": "go"}
    )
    assert done.code == 0
