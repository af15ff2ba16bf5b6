"""Reading photographs: every mode and orientation, and what is no photograph."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest

from twinwheel.cli.demo import photograph
from twinwheel.cli.demo.photograph import (
    CREDIT,
    DEFAULT,
    MOST_BYTES,
    MOST_PIXELS,
    read_photograph,
)
from twinwheel.errors import CommandError

Image = pytest.importorskip("PIL.Image")


def refused(path: Path) -> CommandError:
    with pytest.raises(CommandError) as caught:
        read_photograph(path)
    assert str(path) in caught.value.message
    assert caught.value.help
    return caught.value


def test_the_photograph_that_comes_along() -> None:
    photograph = read_photograph(None)
    assert photograph.image.size == (600, 400)
    assert photograph.image.mode == "RGB"
    assert photograph.credit == CREDIT
    assert "CC0" in (DEFAULT.parent / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("mode", "color", "result", "pixel"),
    [
        ("RGB", (10, 20, 30), "RGB", (10, 20, 30)),
        ("RGBA", (10, 20, 30, 255), "RGB", (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), "RGB", (255, 255, 255)),
        ("L", 77, "L", 77),
        ("LA", (77, 255), "L", 77),
        ("LA", (77, 0), "L", 255),
        ("1", 1, "L", 255),
        ("I;16", 0x8000, "L", 127),
        ("I;16", 0xFFFF, "L", 255),
        ("CMYK", (0, 255, 255, 0), "RGB", (255, 0, 0)),
        ("F", 3.5, "L", 0),
    ],
)
def test_modes(tmp_path: Path, mode: str, color: object, result: str, pixel: object) -> None:
    path = tmp_path / ("image.tiff" if mode in ("CMYK", "F") else "image.png")
    Image.new(mode, (3, 2), color).save(path)
    photograph = read_photograph(path)
    assert photograph.image.mode == result
    assert photograph.image.size == (3, 2)
    assert photograph.image.getpixel((1, 1)) == pixel
    assert photograph.credit == ""


def test_a_palette_with_and_without_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "clear.png", transparency=1)
    plain = read_photograph(tmp_path / "plain.png").image
    assert [plain.getpixel((x, 0)) for x in (0, 1)] == [(10, 20, 30), (40, 50, 60)]
    clear = read_photograph(tmp_path / "clear.png").image
    assert [clear.getpixel((x, 0)) for x in (0, 1)] == [(10, 20, 30), (255, 255, 255)]


def test_binary32_is_stretched(tmp_path: Path) -> None:
    image = Image.new("F", (3, 1))
    for x, value in enumerate((-1.0, 0.0, 1.0)):
        image.putpixel((x, 0), value)
    image.save(tmp_path / "image.tiff")
    grey = read_photograph(tmp_path / "image.tiff").image
    assert [grey.getpixel((x, 0)) for x in range(3)] == [0, 127, 255]


def test_a_camera_held_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (4, 2), "black")
    image.putpixel((0, 0), (255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    image.save(tmp_path / "image.png", exif=exif)
    upright = read_photograph(tmp_path / "image.png")
    assert upright.image.size == upright.size_in_file == (2, 4)
    assert upright.image.getpixel((1, 0)) == (255, 255, 255)


def test_the_first_frame_stands_for_all(tmp_path: Path) -> None:
    frames = [Image.new("L", (2, 2), shade) for shade in (10, 200)]
    frames[0].save(tmp_path / "image.gif", save_all=True, append_images=frames[1:])
    image = read_photograph(tmp_path / "image.gif").image
    assert image.convert("L").getpixel((0, 0)) == 10


def test_scaling_keeps_what_was_in_the_file(tmp_path: Path) -> None:
    Image.new("L", (100, 50)).save(tmp_path / "image.png")
    small = read_photograph(tmp_path / "image.png").scaled(0.1)
    assert small.image.size == (10, 5)
    assert small.size_in_file == (100, 50)
    assert read_photograph(tmp_path / "image.png").scaled(1e-6).image.size == (1, 1)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.png").code == "TW512"


def test_a_folder(tmp_path: Path) -> None:
    error = refused(tmp_path)
    assert error.code == "TW512"
    assert error.message == f"{tmp_path} cannot be read: it is a folder"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has none")
def test_a_pipe(tmp_path: Path) -> None:
    """Opening one waits for a writer, who may never come."""
    path = tmp_path / "image.png"
    os.mkfifo(path)
    error = refused(path)
    assert error.code == "TW512"
    assert error.message == f"{path} cannot be read: it is no regular file"


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="this system has none")
@pytest.mark.parametrize("linked", [False, True])
def test_a_device(tmp_path: Path, linked: bool) -> None:
    path = tmp_path / "image.png" if linked else Path("/dev/null")
    if linked:
        path.symlink_to("/dev/null")
    assert refused(path).code == "TW512"


def test_a_link_to_a_photograph(tmp_path: Path) -> None:
    path = tmp_path / "image.jpg"
    try:
        path.symlink_to(DEFAULT)
    except OSError:
        pytest.skip("this user may make no links")
    assert read_photograph(path).image.size == (600, 400)


def test_a_long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "image.tiff"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)  # without a block on most disks

    def opened(*_: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(Path, "read_bytes", opened)
    error = refused(path)
    assert error.code == "TW514"
    assert f"{MOST_BYTES:,}" in error.accepted


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="this system has none")
def test_a_file_that_does_not_tell_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    monkeypatch.setattr(photograph, "MOST_BYTES", 100)
    assert refused(Path("/proc/self/status")).code == "TW514"


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    assert refused(tmp_path / "a\0b.png").code == "TW512"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything"
)
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.new("L", (2, 2)).save(path)
    path.chmod(0)
    assert refused(path).code == "TW512"


@pytest.mark.parametrize(
    "content",
    [b"", b"hello\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"P6\n2 2\n255\nab", b"GIF89a"],
)
def test_what_is_no_image(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(content)
    error = refused(path)
    assert error.code == "TW513"
    assert "PNG" in error.accepted
    assert ("is empty" in error.message) == (not content)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tiff", "gif", "webp"])
def test_half_a_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"image.{suffix}"
    read_photograph(None).image.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert refused(path).code == "TW513"


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT\x35\xaf\x06\x1e"


@pytest.mark.parametrize(
    ("width", "height"), [(10_001, 10_000), (15_000, 12_000), (60_000, 60_000)]
)
def test_a_small_file_that_claims_to_be_huge(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(png_header(width, height))
    error = refused(path)
    assert error.code == "TW514"
    assert f"{MOST_PIXELS:,}" in error.accepted


@pytest.mark.parametrize("content", [b"P6\n0 0\n255\n", b"P5\n0 7\n255\n", png_header(0, 5)])
def test_no_pixel_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "image.ppm"
    path.write_bytes(content)
    assert refused(path).code in ("TW513", "TW514")
