"""One row of pictures for a scan of the gallery: channels, what the network says, its lines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ai_afm.report.contact_sheet import telling
from ai_afm.report.figures import Shown, channels_of, phase_axis
from ai_afm.report.gallery_scans import GalleryScan
from ai_afm.report.palette import FIRST, INK, MUTED, WALL_COLOURS, WALL_NAMES
from ai_afm.report.panels import (
    Picture,
    fitted,
    font,
    picture_of,
    resized,
    rgb,
    with_scale_bar,
    with_walls,
)
from ai_afm.report.quantity import number
from ai_afm.types import ClassCode, Segmentation, WallNetwork

Mask = NDArray[np.bool_]

SIDE = 220
"""Longer side of a panel, px."""
_GAP, _LABEL, _FOOT = 8, 22, 18
_DARK = "#12161c"
"""Behind the probabilities: all class colours are brighter than this."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture with a name above it and a remark below; `flagged` is said in red."""

    name: str
    picture: Picture
    remark: str = ""
    flagged: bool = False


def gallery_row(scan: GalleryScan, segmentation: Segmentation, network: WallNetwork) -> Image.Image:
    """Draw a scan's channels, probability by class, uncertainty, lines, and what is known.

    The lines stand above the truth or the reference, so that the two can be compared.
    """
    shape = fitted(scan.frame.region, SIDE)
    width = scan.frame.region.size[0]
    channels = channels_of(scan.frame, phase_axis(scan.frame))
    top = [_channel(c, shape) for c in channels]
    top[0] = Panel(top[0].name, with_scale_bar(top[0].picture, width), top[0].remark)
    best = telling(channels, scan.frame.measurement.mode, network)
    paper = pale(picture_of(best, shape))
    doubt = Shown("Uncertainty", segmentation.uncertainty, "", 0.0, 1.0, "magma")
    found = Panel("Lines by type", with_walls(paper, network), _count(network), segmentation.ood)
    bottom = [
        Panel(
            "Probability by class",
            probability_picture(segmentation, shape),
            "black: none; grey: not judged",
        ),
        Panel("Uncertainty", picture_of(doubt, shape), "black: sure, bright: not"),
    ]
    columns = max(len(top) + 1, 3)
    truth = scan.reference.network.walls if scan.reference and scan.reference.network else ()
    legend = Panel("", legend_picture({*segmentation.classes, *(w.code for w in truth)}, shape))
    if len(top) == 1 and scan.reference is not None:
        return _grid([[*top, found, _known(scan, paper)], [*bottom, legend]], columns, shape)
    gap = [legend] * (columns - 1 - len(bottom))
    known = [_known(scan, paper)] if scan.reference is not None else []
    return _grid([[*top, found], [*bottom, *gap, *known]], columns, shape)


def legend_picture(classes: Collection[int], shape: tuple[int, int]) -> Picture:
    """Draw the colours of classes, with their names."""
    sheet = Image.new("RGB", (shape[1], shape[0]), "white")
    draw = ImageDraw.Draw(sheet)
    for place, code in enumerate(c for c in WALL_COLOURS if c in classes):
        y = 14 + 24 * place
        draw.rectangle((2, y - 4, 24, y + 4), fill=WALL_COLOURS[code], outline=INK)
        draw.text((30, y), WALL_NAMES[code], fill=INK, font=font(11), anchor="lm")
    return np.asarray(sheet, np.uint8)


def _channel(channel: Shown, shape: tuple[int, int]) -> Panel:
    low, high = number(channel.low), number(channel.high)
    remark = f"{low} … {high} {channel.unit}"
    if channel.unit == "°":
        remark = "cyclic, −180 … 180°"
    elif channel.unit == "arb. u.":
        remark = "unit not stored"
    return Panel(channel.name, picture_of(channel, shape), remark)


def _count(network: WallNetwork) -> str:
    count = len(network.walls)
    return f"{count} line{'' if count == 1 else 's'}" if count else "none"


def _known(scan: GalleryScan, paper: Picture) -> Panel:
    reference = scan.reference
    assert reference is not None
    if reference.network is not None:
        return Panel("Truth", with_walls(paper, reference.network), _count(reference.network))
    assert reference.mask is not None
    assert reference.ignore is not None
    colour = WALL_COLOURS[
        ClassCode.WALL_180 if ClassCode.WALL in reference.codes else ClassCode.GRAIN_BOUNDARY
    ]
    picture = _masked(paper, reference.mask, reference.ignore, rgb(colour))
    remark = "all walls" if reference.complete else "some of the lines"
    if reference.ignore.any():
        remark += "; dark: unknown"
    return Panel("Reference", picture, remark)


def _masked(paper: Picture, mask: Mask, ignore: Mask, colour: tuple[int, int, int]) -> Picture:
    """Draw lines of 1 px, with a dark rim, and darken what is not known."""
    scale = 2
    size = (scale * paper.shape[1], scale * paper.shape[0])
    large = cv2.resize(paper, size, interpolation=cv2.INTER_NEAREST)
    dark = cv2.resize(ignore.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    large[dark] = (large[dark] * 0.5).astype(np.uint8)
    canvas = np.zeros(size[::-1], np.uint8)
    rows, columns = np.nonzero(mask)
    rows = ((rows + 0.5) * size[1] / mask.shape[0]).astype(int)
    columns = ((columns + 0.5) * size[0] / mask.shape[1]).astype(int)
    canvas[rows, columns] = 1
    for width, shade in ((6, rgb(INK)), (4, colour)):
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        large[cv2.dilate(canvas, kernel) > 0] = shade
    return resized(np.asarray(large, np.uint8), paper.shape[:2])


def probability_picture(segmentation: Segmentation, shape: tuple[int, int]) -> Picture:
    """Mix the colours of the classes by their probabilities, on black; grey: nothing known."""
    mixed = np.zeros((*segmentation.label.shape, 3), np.float32)
    for code, plane in zip(segmentation.classes, segmentation.probability, strict=True):
        known = code in set(WALL_COLOURS)
        colour = rgb(WALL_COLOURS[ClassCode(code)]) if known else rgb(_DARK)
        mixed += plane[..., None] * np.array(colour, np.float32)
    unknown = np.isnan(mixed[..., 0])
    full = np.nan_to_num(mixed).round().astype(np.uint8)
    full[unknown] = rgb(MUTED)
    return resized(full, shape)


def pale(picture: Picture) -> Picture:
    """Take the colour out of a picture and most of its contrast: paper for coloured lines."""
    grey = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    soft = (105 + 0.59 * grey).round().astype(np.uint8)
    return np.repeat(soft[..., None], 3, axis=2)


def _grid(rows: Sequence[Sequence[Panel]], columns: int, shape: tuple[int, int]) -> Image.Image:
    high = _LABEL + shape[0] + _FOOT
    size = (columns * (shape[1] + _GAP) - _GAP, len(rows) * high)
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for line, panels in enumerate(rows):
        for place, panel in enumerate(panels):
            left, top = place * (shape[1] + _GAP), line * high
            sheet.paste(Image.fromarray(panel.picture), (left, top + _LABEL))
            draw.text((left, top + 11), panel.name, fill=INK, font=font(13), anchor="lm")
            below = top + _LABEL + shape[0] + 10
            words, colour = panel.remark, MUTED
            if panel.flagged:
                words, colour = f"{words}; unlike the training data", FIRST
            draw.text((left, below), words, fill=colour, font=font(11), anchor="lm")
    return sheet
