"""Formats, standard streams, and files that are there whole or not at all."""

from __future__ import annotations

import io
import os
import re
import select
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from support.twinimage import Program

pytestmark = pytest.mark.twinimage

SAME = ("convolve", "--weights", "1")
"""What gives each image back as it is."""


def decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def encoded(image: Image.Image, image_format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def noise(mode: str, size: tuple[int, int] = (23, 17)) -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    shape = (size[1], size[0], channels)[: 3 if channels > 1 else 2]
    samples = np.random.default_rng(4).integers(0, 256, shape, np.uint8)
    return Image.frombytes(mode, size, samples.tobytes())


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_kind_of_image_comes_back(program: Program, mode: str) -> None:
    image = noise(mode)
    result = decoded(program.must(*SAME, stdin=encoded(image)))
    assert (result.format, result.mode) == ("PNG", mode)
    assert result.tobytes() == image.tobytes()


@pytest.mark.parametrize(
    ("mode", "name", "image_format"),
    [
        ("RGB", "a.png", "PNG"),
        ("RGB", "a.JPG", "JPEG"),
        ("L", "a.jpeg", "JPEG"),
        ("L", "a.pgm", "PPM"),
        ("RGB", "a.ppm", "PPM"),
        ("L", "a.pnm", "PPM"),
        ("RGB", "a.pnm", "PPM"),
    ],
)
def test_the_name_tells_the_format(
    program: Program, mode: str, name: str, image_format: str
) -> None:
    program.must(*SAME, "-o", name, stdin=encoded(noise(mode)))
    with Image.open(program.folder / name) as result:
        assert (result.format, result.mode) == (image_format, mode)


def test_grey_as_ppm_and_a_format_that_is_said(program: Program) -> None:
    image = noise("L")
    program.must(*SAME, "-o", "odd name", "--format", "ppm", stdin=encoded(image))
    assert (program.folder / "odd name").read_bytes() == encoded(image.convert("RGB"), "PPM")


@pytest.mark.parametrize(("mode", "image_format"), [("L", "PPM"), ("RGB", "PPM"), ("RGB", "JPEG")])
def test_standard_output_gets_the_input_s_format(
    program: Program, mode: str, image_format: str
) -> None:
    result = decoded(program.must(*SAME, "-", stdin=encoded(noise(mode), image_format)))
    assert (result.format, result.mode) == (image_format, mode)


def test_the_quality_of_a_jpeg(program: Program) -> None:
    image = encoded(noise("RGB", (64, 64)))
    lengths = [
        len(program.must(*SAME, "--format", "jpeg", "--quality", quality, stdin=image))
        for quality in ("20", "90", "100")
    ]
    assert lengths == sorted(set(lengths))


@pytest.mark.parametrize("kernel", ["rust", "c", "python"])
def test_alpha(program: Program, kernel: str) -> None:
    """It is kept, filtered as the package does it, or dropped."""
    from twinwheel.image import gaussian_blur

    image = noise("RGBA")
    samples = np.asarray(image)
    blurred = np.asarray(gaussian_blur(samples, 1.5))
    words = ("blur", "--sigma", "1.5", "--kernel", kernel, "--alpha")
    kept, filtered, dropped = (
        np.asarray(decoded(program.must(*words, way, stdin=encoded(image))))
        for way in ("keep", "filter", "drop")
    )
    assert np.array_equal(filtered, blurred)
    assert np.array_equal(dropped, blurred[..., :3])
    assert np.array_equal(kept, np.dstack([blurred[..., :3], samples[..., 3]]))


def test_a_palette_and_few_bits_become_samples_of_8(program: Program) -> None:
    for mode, result_mode in (("P", "RGB"), ("1", "L")):
        image = noise("RGB").convert(mode)
        result = decoded(program.must(*SAME, stdin=encoded(image)))
        assert result.tobytes() == image.convert(result_mode).tobytes()


def test_a_photograph_is_turned_upright_and_keeps_its_profile(program: Program) -> None:
    image = Image.new("RGB", (16, 8), "red")
    image.paste("blue", (0, 0, 8, 8))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right, the left becomes the top
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(image, "JPEG", exif=exif, icc_profile=profile)
    for image_format in ("png", "jpeg"):
        result = decoded(program.must(*SAME, "--format", image_format, stdin=data))
        assert result.size == (8, 16)
        red, _, blue = np.asarray(result)[2, 4]
        assert blue > 200 > red
        assert result.info["icc_profile"] == profile


def test_a_profile_for_other_colours_is_left_out(program: Program) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    data = encoded(noise("RGB"), "JPEG", icc_profile=profile)
    assert "icc_profile" not in decoded(program.must(*SAME, stdin=data)).info


def test_an_output_that_exists_is_replaced_by_force_only(program: Program) -> None:
    image = encoded(noise("L"), "PPM")
    output = program.folder / "a.pgm"
    output.write_bytes(b"before")
    done = program.run(*SAME, "-o", output, stdin=image)
    assert (done.code, done.error) == (1, f"{output}: it exists")
    assert "--force" in done.err
    assert output.read_bytes() == b"before"
    program.must(*SAME, "-o", output, "--force", stdin=image)
    assert output.read_bytes() == image


def test_the_input_itself_is_replaced_by_force_only(program: Program) -> None:
    image = program.folder / "a.pgm"
    image.write_bytes(encoded(noise("L"), "PPM"))
    before = image.read_bytes()
    assert program.run("median", image, "-o", image).code == 1
    assert image.read_bytes() == before
    program.must("median", image, "-o", image, "-f")
    assert image.read_bytes() != before


@pytest.mark.skipif(os.name == "nt", reason="permissions and links as on Unix")
def test_permissions_and_links_are_as_other_programs_leave_them(program: Program) -> None:
    image = encoded(noise("L"), "PPM")
    made, replaced = program.folder / "made.pgm", program.folder / "replaced.pgm"
    mask = os.umask(0)
    os.umask(mask)
    program.must(*SAME, "-o", made, stdin=image)
    assert stat.S_IMODE(made.stat().st_mode) == 0o666 & ~mask
    replaced.write_bytes(b"")
    replaced.chmod(0o604)
    link = program.folder / "link.pgm"
    link.symlink_to(replaced)
    program.must(*SAME, "-o", link, "--force", stdin=image)
    assert link.is_symlink()
    assert replaced.read_bytes() == image
    assert stat.S_IMODE(replaced.stat().st_mode) == 0o604


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_device_is_written_as_it_is(program: Program) -> None:
    words = (*SAME, "--format", "pgm", "-o")
    program.must(*words, "/dev/null", stdin=encoded(noise("L")))
    done = program.run(*words, "/dev/full", stdin=encoded(noise("L")))
    assert done.code == 1
    assert done.error.startswith("/dev/full: it cannot be written: ")


def test_a_reader_that_leaves_early_is_no_crash(program: Program) -> None:
    process = subprocess.Popen(
        [program.path, *SAME],
        env=program.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write(encoded(noise("RGB", (400, 400)), "PPM"))
    process.stdin.close()
    err = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 1
    assert err.startswith("error: standard output: it cannot be written: ")


@pytest.mark.skipif(sys.platform != "linux", reason="a terminal as on Linux")
@pytest.mark.parametrize("quiet", [False, True])
def test_progress_is_shown_on_a_terminal(program: Program, pictures: Path, quiet: bool) -> None:
    """And the file is the same as when nobody looks, with nothing left on the screen."""
    words = ["blur", "--sigma", "3", str(pictures / "photograph.ppm")]
    expected = program.must(*words)
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [program.path, *words, *["--quiet"] * quiet],
        env={**program.environment(), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    out, _ = process.communicate(timeout=300)
    shown = b""
    while select.select([ours], [], [], 0)[0]:
        shown += os.read(ours, 65536)
    os.close(theirs)
    os.close(ours)
    assert (process.returncode, out) == (0, expected)
    if quiet:
        assert shown == b""
    else:
        assert re.search(rb"gaussian_blur.* \d+ %", shown)
        assert shown.endswith(b"\x1b[2K")
