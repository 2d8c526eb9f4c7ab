"""Channels and walls as plain pictures, twenty times faster than a figure: for whole archives."""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from ai_afm.geometry import to_region
from ai_afm.report.figures import (
    Shown,
    by_code,
    length_label,
    round_length,
    size_words,
)
from ai_afm.report.palette import INK, MUTED, NO_DATA, WALL_COLOURS, WALL_NAMES
from ai_afm.report.quantity import number
from ai_afm.types import ClassCode, Frame, ScanRegion, WallNetwork

Picture = NDArray[np.uint8]
"""(lines, pixels, 3), red, green, blue."""

SIDE = 440
"""Width of one panel of an overlay, px."""
_LEVELS = 256
_SUBPIXEL = 4
_GAP, _HEAD, _FOOT, _LEGEND = 12, 30, 40, 26
_FONT = "fonts/ttf/DejaVuSans.ttf"


def rgb(text: str) -> tuple[int, int, int]:
    """Return a colour such as "#e69f00" as numbers."""
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue


def picture_of(channel: Shown, shape: tuple[int, int]) -> Picture:
    """Draw a channel in its colours at another size, (lines, pixels).

    Colours are averaged, not readings: those of a phase join up where angles jump.
    """
    table = _table(channel.colours)
    span = channel.high - channel.low
    known = np.isfinite(channel.image)
    share = (np.nan_to_num(channel.image) - channel.low) / span
    index = np.clip(share * (_LEVELS - 1) + 0.5, 0, _LEVELS - 1).astype(np.uint8)
    full = table[index]
    full[~known] = rgb(NO_DATA)
    return resized(full, shape)


def resized(picture: Picture, shape: tuple[int, int]) -> Picture:
    """Bring a picture to another size: pixels are averaged when it shrinks, repeated when not."""
    shrinks = picture.shape[0] > shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
    result = cv2.resize(picture, (shape[1], shape[0]), interpolation=how)
    return np.asarray(result, np.uint8)


def fitted(region: ScanRegion, side: int) -> tuple[int, int]:
    """Return (lines, pixels) of a picture of a region whose longer side is `side`."""
    width, height = region.size
    scale = side / max(width, height)
    return max(round(height * scale), 8), max(round(width * scale), 8)


@cache
def _table(name: str) -> Picture:
    colours = mpl.colormaps[name](np.linspace(0, 1, _LEVELS))
    return np.asarray(np.round(255 * colours[:, :3]), np.uint8)


@dataclass(frozen=True, slots=True)
class Lines:
    """A network drawn once, to be laid over pictures of its region.

    Parameters
    ----------
    colour
        (lines, pixels, 3) float32, already weighted with `cover`.
    cover
        (lines, pixels, 1) float32 in 0..1: how much of a pixel the lines take.
    """

    colour: NDArray[np.float32]
    cover: NDArray[np.float32]


def draw_lines(network: WallNetwork, shape: tuple[int, int], width: float = 1.6) -> Lines:
    """Draw a network's lines, each type in its colour, for pictures of (lines, pixels).

    Lines have a dark rim: no colour is legible on all colours. They are drawn at twice the size and
    averaged, so that thin ones stay smooth.
    """
    scale = 2
    large = np.zeros((scale * shape[0], scale * shape[1], 3), np.uint8)
    cover = np.zeros(large.shape[:2], np.uint8)
    lines = [
        (rgb(WALL_COLOURS[code]), [_steps(points, network.region, large.shape) for points in own])
        for code, own in by_code(network.walls).items()
    ]
    thin, thick = (max(round(scale * w), 1) for w in (width, width + 0.9))
    for _, own in lines:
        cv2.polylines(large, own, False, rgb(INK), thick, cv2.LINE_AA, _SUBPIXEL)
        cv2.polylines(cover, own, False, 255, thick, cv2.LINE_AA, _SUBPIXEL)
    for colour, own in lines:
        cv2.polylines(large, own, False, colour, thin, cv2.LINE_AA, _SUBPIXEL)
    small = resized(large, shape).astype(np.float32)
    share = resized(cover, shape)[..., None].astype(np.float32) / np.float32(255)
    return Lines(small, share)


def with_lines(picture: Picture, lines: Lines) -> Picture:
    """Return the picture with lines that were drawn for its size."""
    mixed = picture * (1 - lines.cover) + lines.colour
    return np.asarray(np.minimum(mixed, 255).round(), np.uint8)


def with_walls(picture: Picture, network: WallNetwork) -> Picture:
    """Return the picture of a network's region with its lines, each type in its colour."""
    return with_lines(picture, draw_lines(network, (picture.shape[0], picture.shape[1])))


def _steps(
    points: NDArray[np.float64], region: ScanRegion, shape: tuple[int, ...]
) -> NDArray[np.int32]:
    """Return points (m) in steps of 1/16 px of a picture of the region, as OpenCV wants them."""
    u, v = to_region(region, *points.T)
    x = (u / region.size[0] + 0.5) * shape[1] - 0.5
    y = (0.5 - v / region.size[1]) * shape[0] - 0.5
    return np.asarray(np.round(np.stack([x, y], axis=1) * 2**_SUBPIXEL), np.int32)


def with_scale_bar(picture: Picture, width: float) -> Picture:
    """Return the picture, `width` m wide, with a bar of a round length in its lower left corner."""
    length = round_length(width / 3.2)
    canvas = Image.fromarray(picture)
    draw = ImageDraw.Draw(canvas, "RGBA")
    bar = length / width * picture.shape[1]
    label, small = length_label(length), font(12)
    wide = max(bar, draw.textlength(label, small)) + 12
    left, low = 6, picture.shape[0] - 6
    draw.rectangle((left, low - 26, left + wide, low), fill=(*rgb(INK), 165))
    middle = left + wide / 2
    draw.rectangle((middle - bar / 2, low - 7, middle + bar / 2, low - 4), fill="white")
    draw.text((middle, low - 9), label, fill="white", font=small, anchor="ms")
    return np.asarray(canvas, np.uint8)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font of the pictures, the one that comes with matplotlib, at a size in px."""
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / _FONT), size)


def overlay(frame: Frame, channels: Sequence[Shown], network: WallNetwork, title: str) -> bytes:
    """Draw channels side by side with the walls on each, as PNG.

    Parameters
    ----------
    frame
        What was recorded; its region must be known.
    channels
        Of the frame, ready to be drawn.
    network
        Walls and boundaries.
    title
        Stands above, with size and pixels.
    """
    width, height = frame.region.size
    # very long bands are squeezed rather than drawn a few pixels high
    shape = round(SIDE * min(max(height / width, 0.25), 3.0)), SIDE
    columns = len(channels)
    size = (columns * (SIDE + _GAP) + _GAP, _HEAD + shape[0] + _FOOT + _LEGEND)
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    words = f"{title}: {size_words(frame.region, frame.shape)}"
    draw.text((_GAP, _HEAD / 2), words, fill=INK, font=font(14), anchor="lm")
    lines = draw_lines(network, shape)
    for place, channel in enumerate(channels):
        left = _GAP + place * (SIDE + _GAP)
        picture = with_lines(picture_of(channel, shape), lines)
        sheet.paste(Image.fromarray(with_scale_bar(picture, width)), (left, _HEAD))
        _colour_key(sheet, channel, (left, _HEAD + shape[0] + 6))
    _legend(draw, (w.code for w in network.walls), (_GAP, size[1] - _LEGEND / 2))
    return encoded(np.asarray(sheet, np.uint8), "PNG")


def _colour_key(sheet: Image.Image, channel: Shown, corner: tuple[int, int]) -> None:
    """Draw the range of a channel's colours below it, with name and unit."""
    left, top = corner
    bar = np.repeat(_table(channel.colours)[None], 10, axis=0)
    sheet.paste(Image.fromarray(resized(bar, (10, SIDE))), (left, top))
    draw, small = ImageDraw.Draw(sheet), font(12)
    low, high = number(channel.low), number(channel.high)
    middle = f"{channel.name} ({channel.unit})"
    for x, text, anchor in (
        (left, low, "lt"),
        (left + SIDE / 2, middle, "mt"),
        (left + SIDE, high, "rt"),
    ):
        draw.text((x, top + 14), text, fill=INK, font=small, anchor=anchor)


def _legend(draw: ImageDraw.ImageDraw, codes: Iterable[int], start: tuple[float, float]) -> None:
    left, middle = start
    small = font(12)
    there = sorted(set(codes))
    if not there:
        draw.text((left, middle), "no walls or boundaries", fill=MUTED, font=small, anchor="lm")
    for code in there:
        name = WALL_NAMES[ClassCode(code)]
        colour = WALL_COLOURS[ClassCode(code)]
        draw.rectangle((left, middle - 2, left + 22, middle + 2), fill=colour, outline=INK)
        draw.text((left + 28, middle), name, fill=INK, font=small, anchor="lm")
        left += 28 + math.ceil(draw.textlength(name, small)) + 24


def encoded(picture: Picture, kind: str, quality: int = 82) -> bytes:
    """Return a picture as the bytes of a file: "PNG" or "JPEG"."""
    content = io.BytesIO()
    image = Image.fromarray(picture)
    if kind == "JPEG":
        image.save(content, "JPEG", quality=quality, optimize=True)
    else:
        image.save(content, kind, compress_level=4)
    return content.getvalue()
