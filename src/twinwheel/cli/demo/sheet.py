"""The contact sheet: the photograph and what became of it, on one page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, ImageMath, ImageOps

from twinwheel.cli.demo.show import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.cli.demo.compare import Comparison
    from twinwheel.cli.demo.photograph import Photograph

__all__ = ["draw_sheet"]

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Box = tuple[int, int, int, int]

PAPER = "#f6f4f0"
INK = "#1d1b19"
FAINT = "#77716a"
RULE = "#d9d4cc"
GOOD = "#2e7d4f"
BAD = "#b3261e"

WIDTH = 1600
MARGIN = 64
GAP = 40
TILE = (WIDTH - 2 * MARGIN - GAP) // 2
TALLEST, LOWEST = TILE * 5 // 4, TILE // 8
CAPTION = 116
DETAIL = 64
"""Side of the part that is shown enlarged, in pixels of the photograph."""
ENLARGED = 3
INSET_MARGIN = 18
CONTRAST = 90.0
"""Blackness of an edge, of 255, per gradient."""


def draw_sheet(photograph: Photograph, comparisons: Sequence[Comparison]) -> bytes:
    """Draw the photograph and the reference's results.

    Args:
        photograph: The original.
        comparisons: Three of them: blur, sharpen, edges.

    Returns:
        A PNG file.
    """
    original = photograph.image
    width, height = original.size
    edges = _edges(comparisons[2], original.size)
    pictures = [original, *(_picture(each, original) for each in comparisons[:2]), edges]
    detail = _most_detailed(edges)
    tile_height = max(LOWEST, min(TALLEST, round(TILE * height / width)))
    head, foot = 190, 84
    sheet_height = head + 2 * (tile_height + CAPTION) + foot
    sheet = Image.new("RGB", (WIDTH, sheet_height), PAPER)
    draw = ImageDraw.Draw(sheet)

    draw.text((MARGIN, 92), "twinwheel", INK, _font(56), anchor="ls")
    names = [outcome.implementation.label for outcome in comparisons[0].outcomes]
    draw.text((MARGIN, 140), f"one convolution, {_listed(names)}", FAINT, _font(27), anchor="ls")
    agree = all(comparison.agrees for comparison in comparisons)
    if len(names) > 1:
        verdict = "all bits agree" if agree else "the bits differ"
        draw.text((WIDTH - MARGIN, 92), verdict, GOOD if agree else BAD, _font(36), anchor="rs")
    default = f"bound by default: {comparisons[0].outcomes[0].implementation.name}"
    draw.text((WIDTH - MARGIN, 140), default, FAINT, _font(27), anchor="rs")

    captions = [("Original", _origin(photograph))]
    captions += [_caption(comparison) for comparison in comparisons]
    for place, (picture, (title, text)) in enumerate(zip(pictures, captions, strict=True)):
        left = MARGIN + place % 2 * (TILE + GAP)
        top = head + place // 2 * (tile_height + CAPTION)
        _place(sheet, picture, (left, top, left + TILE, top + tile_height), detail)
        draw.text((left, top + tile_height + 42), title, INK, _font(29), anchor="ls")
        draw.text((left, top + tile_height + 77), text, FAINT, _font(23), anchor="ls")

    line = sheet_height - foot + 4
    draw.line((MARGIN, line, WIDTH - MARGIN, line), RULE, 2)
    inset = f"; insets are enlarged {ENLARGED} times" if detail else ""
    note = f"Times are medians for the whole picture{inset}."
    draw.text((MARGIN, line + 44), note, FAINT, _font(21), anchor="ls")
    stream = io.BytesIO()
    sheet.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _font(size: int) -> Font:
    try:
        return ImageFont.load_default(size)
    except ImportError:  # Pillow without FreeType has one small font
        return ImageFont.load_default()


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return f"one implementation: {names[0]}"
    return f"{len(names)} implementations: {', '.join(names)}"


def _origin(photograph: Photograph) -> str:
    """Name, size and credit of the photograph; the middle of a long name is cut out."""
    size = "{} x {}".format(*photograph.image.size)
    credit = f", {photograph.credit}" if photograph.credit else ""
    name = photograph.name.encode("ascii", "replace").decode()
    kept, text = len(name), f"{name}, {size}{credit}"
    while kept > 8 and _font(23).getlength(text) > TILE:
        kept -= 1
        text = f"{name[: kept // 2]}...{name[len(name) - kept // 2 :]}, {size}{credit}"
    return text


def _caption(comparison: Comparison) -> tuple[str, str]:
    times = []
    for outcome in comparison.outcomes:
        about = "" if outcome.rows == comparison.operation.source.shape[0] else "~"
        name = outcome.implementation.name
        times.append(f"{name} {about}{milliseconds(outcome.seconds)} ms")
    return comparison.operation.title, "   ".join(times)


def _picture(comparison: Comparison, original: Image.Image) -> Image.Image:
    return Image.frombytes(original.mode, original.size, comparison.outcomes[0].outputs[0])


def _edges(comparison: Comparison, size: tuple[int, int]) -> Image.Image:
    """The gradient's length, dark on light, with the contrast stretched."""
    across, down = (
        Image.frombytes("F", size, output, "raw", "F") for output in comparison.outcomes[0].outputs
    )
    length = ImageMath.lambda_eval(
        lambda args: (args["x"] * args["x"] + args["y"] * args["y"]) ** 0.5 * CONTRAST,
        x=across,
        y=down,
    )
    return ImageOps.invert(length.convert("L"))


def _most_detailed(edges: Image.Image) -> Box | None:
    """The part of the photograph with the most edges; None when it is too small to enlarge."""
    width, height = edges.size
    columns, rows = width // DETAIL, height // DETAIL
    if columns < 4 or rows < 4:
        return None
    coarse = edges.crop((0, 0, columns * DETAIL, rows * DETAIL)).resize(
        (columns, rows), Image.Resampling.BOX
    )
    darkest = min(range(columns * rows), key=coarse.tobytes().__getitem__)
    left, top = darkest % columns * DETAIL, darkest // columns * DETAIL
    return left, top, left + DETAIL, top + DETAIL


def _place(sheet: Image.Image, picture: Image.Image, box: Box, detail: Box | None) -> None:
    """Put a picture into a box, as large as it fits, with a part of it enlarged in a corner."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    way = Image.Resampling.NEAREST if scale > 4 else Image.Resampling.LANCZOS
    fitted = picture.convert("RGB").resize(size, way)
    x, y = left, bottom - size[1]
    sheet.paste(fitted, (x, y))
    side = DETAIL * ENLARGED
    if detail is None or min(size) < 2 * side:
        return
    inset = picture.convert("RGB").crop(detail).resize((side, side), Image.Resampling.NEAREST)
    framed = ImageOps.expand(ImageOps.expand(inset, 4, PAPER), 1, RULE)
    far = INSET_MARGIN + framed.width
    sheet.paste(framed, (x + size[0] - far, y + size[1] - far))
