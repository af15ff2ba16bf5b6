"""Read a photograph, whatever its format, mode and orientation, as 8-bit grey or RGB."""

from __future__ import annotations

import hashlib
import io
import stat
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import CommandError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["CREDIT", "DEFAULT", "MOST_BYTES", "MOST_PIXELS", "Photograph", "read_photograph"]

DEFAULT = Path(__file__).parents[1] / "photograph" / "coffee.jpg"
CREDIT = "photograph by Rachel Michetti, CC0"

MOST_PIXELS = 100_000_000
"""More are refused: a small file may claim any size, and every pixel is held several times."""

MOST_BYTES = 512_000_000
"""A longer file is refused unread: no photograph of so few pixels is that long."""


@dataclass(frozen=True)
class Photograph:
    """A picture, ready to be worked on."""

    name: str
    """Name of the file, without its folder."""
    sha256: str
    """Hexadecimal digest of the file."""
    image: Image
    """Mode ``L`` or ``RGB``."""
    credit: str
    """Who made it, where that is known."""
    size_in_file: tuple[int, int]
    """Width and height before any scaling, upright."""

    def scaled(self, factor: float) -> Photograph:
        """Give the same photograph with its sides shortened by a factor."""
        width, height = (max(1, round(side * factor)) for side in self.image.size)
        return replace(self, image=self.image.resize((width, height)))


def read_photograph(path: Path | None) -> Photograph:
    """Read a photograph; transparent parts become white, a first frame stands for all.

    Args:
        path: The file; None for the photograph that comes with twinwheel.

    Raises:
        CommandError: TW511 without Pillow, TW512 when the file cannot be read or is no regular
            file, TW513 when it is no image or a damaged one, TW514 when it is too long, or has no
            pixel or too many.
    """
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise CommandError(
            "reading photographs needs Pillow, which is not installed",
            code="TW511",
            where="twinwheel demo",
            help="pip install 'twinwheel[cli]'",
        ) from None
    credit = "" if path else CREDIT
    path = path or DEFAULT
    content = _read(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd in a file's metadata does not matter here
            with Image.open(io.BytesIO(content)) as opened:
                _check_size(path, *opened.size)
                image = _plain(ImageOps.exif_transpose(opened))
    except CommandError:
        raise
    except Image.DecompressionBombError:
        raise _wrong_size(path, "more pixels than Pillow agrees to read") from None
    except UnidentifiedImageError:
        raise _no_image(path, f"{path} is no image" if content else f"{path} is empty") from None
    except Exception as error:  # noqa: BLE001 (Pillow's readers raise nearly anything)
        raise _no_image(path, f"{path} is damaged: {type(error).__name__}: {error}") from None
    return Photograph(path.name, hashlib.sha256(content).hexdigest(), image, credit, image.size)


def _read(path: Path) -> bytes:
    """Read a regular file. Anything else might never end, or never begin."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            kind = "a folder" if stat.S_ISDIR(about.st_mode) else "no regular file"
            raise _cannot_read(path, f"it is {kind}")
        if about.st_size > MOST_BYTES:
            raise _too_long(path, f"{about.st_size:,} bytes")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)  # some files do not tell how long they are
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise _cannot_read(path, getattr(error, "strerror", None) or str(error)) from None
    if len(content) > MOST_BYTES:
        raise _too_long(path, f"more than {MOST_BYTES:,} bytes")
    return content


def _cannot_read(path: Path, why: str) -> CommandError:
    return CommandError(
        f"{path} cannot be read: {why}",
        code="TW512",
        where=str(path),
        help="name an image file that can be read",
    )


def _too_long(path: Path, has: str) -> CommandError:
    return CommandError(
        f"{path} has {has}",
        code="TW514",
        where=str(path),
        accepted=f"a file of at most {MOST_BYTES:,} bytes",
        help="save it as JPEG, or cut a part out of it",
    )


def _check_size(path: Path, width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise _wrong_size(path, f"no pixel at all: {width} x {height}")
    if width * height > MOST_PIXELS:
        raise _wrong_size(path, f"{width} x {height} = {width * height:,} pixels")


def _no_image(path: Path, message: str) -> CommandError:
    return CommandError(
        message,
        code="TW513",
        where=str(path),
        accepted="a photograph in a format that Pillow reads, such as JPEG, PNG or TIFF",
        help="open it in an image viewer; if that works, save it as PNG",
    )


def _wrong_size(path: Path, has: str) -> CommandError:
    return CommandError(
        f"{path} has {has}",
        code="TW514",
        where=str(path),
        accepted=f"1 to {MOST_PIXELS:,} pixels",
        help="scale it, or cut a part out of it",
    )


def _plain(image: Image) -> Image:
    """Convert any mode to ``L`` or ``RGB``."""
    from PIL import Image as Images

    if image.mode in ("L", "RGB"):
        return image.copy()
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _scaled(image)
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Images.new("RGBA", over.size, "white")
        flat = Images.alpha_composite(white, over).convert("RGB")
        return flat.convert("L") if image.mode in ("LA", "La", "L", "1") else flat
    return image.convert("L" if image.mode == "1" else "RGB")


def _scaled(image: Image) -> Image:
    """Bring samples of more than 8 bits into 0 to 255."""
    if image.mode != "F":
        image = image.convert("I")
    low, high = image.getextrema()
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise TypeError(f"mode {image.mode} with several bands")
    if image.mode == "I" and low >= 0:
        low, high = 0, 65535 if high > 255 else 255
    scale = 255.0 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")
