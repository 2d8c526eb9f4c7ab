"""A contact sheet of segmented scans: one HTML page that needs nothing else, with vector walls."""

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm import __version__
from ai_afm.geometry import to_region
from ai_afm.report.figures import (
    Shown,
    by_code,
    length_label,
    round_length,
    size_words,
)
from ai_afm.report.pages import environment
from ai_afm.report.palette import WALL_COLOURS, WALL_NAMES
from ai_afm.report.panels import encoded, fitted, picture_of
from ai_afm.report.quantity import NOT_MEASURED, density, number, share
from ai_afm.store.platform import write_atomically
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Frame, Mode, Segmentation, WallNetwork

SIDE: Final = 240
"""Longer side of a thumbnail, px."""
PER_PAGE: Final = 1000
"""Frames in one HTML file; more of them make a browser slow to start."""
_WALLS: Final = ("Amplitude", "Height", "Current", "Phase")
_BOUNDARIES: Final = ("Height", "Amplitude", "Current", "Phase")
"""Channels that show them best by eye, the best first."""
_TOPOGRAPHIC = (Mode.TAPPING, Mode.CONTACT)
_STEP = 0.1
"""Resolution of the walls, px of the thumbnail."""
_TOLERANCE = 0.35
"""A line is drawn with as few points as keep it this near, px of the thumbnail."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that is not on the sheet, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What the sheet says beside its cards.

    Parameters
    ----------
    title
        Of the page.
    model
        "name@version" of the network.
    failed, unread
        Files that could not be used, and scans of formats that no reader reads.
    made
        When.
    """

    title: str
    model: str
    failed: Sequence[Listed]
    unread: Sequence[Listed]
    made: datetime


def card(
    name: str, channel: Shown, frame: Frame, segmentation: Segmentation, network: WallNetwork
) -> dict[str, Any]:
    """Return what the sheet shows of a frame, as JSON values.

    Parameters
    ----------
    name
        Of the frame, for people.
    channel
        See `telling`.
    frame
        What was recorded. A size that is unknown (NaN) leaves out the scale bar.
    segmentation
        Its uncertainty becomes the second picture.
    network
        Lines in the axes of `network.region`, which is that of the frame where it is known.

    Returns
    -------
    dict
        "name", "caption", "size" (width, height in px), "image" and "uncertainty" (JPEG, base64),
        "channel", "lines" (class code -> path in `_STEP` px), "bar" (px, label) or `None`.
    """
    shape = fitted(network.region, SIDE)
    known = math.isfinite(frame.region.size[0])
    doubt = Shown("Uncertainty", segmentation.uncertainty, "", 0.0, 1.0, "magma")
    return {
        "name": name,
        "caption": size_words(frame.region, frame.shape) if known else _pixels(frame.shape),
        "channel": channel.name.lower(),
        "size": [shape[1], shape[0]],
        "image": _base64(encoded(picture_of(channel, shape), "JPEG")),
        "uncertainty": _base64(encoded(picture_of(doubt, shape), "JPEG", 75)),
        "lines": {str(int(c)): path for c, path in _paths(network, shape).items()},
        "bar": _bar(frame.region.size[0], shape[1]) if known else None,
    }


def telling(channels: Sequence[Shown], mode: Mode, network: WallNetwork) -> Shown:
    """Return the channel, of those of a frame, that shows best, by eye, what was found in it."""
    by_name = {c.name: c for c in channels}
    walls, boundaries = network.length(*DOMAIN_WALL_CODES), network.length(ClassCode.GRAIN_BOUNDARY)
    topographic = boundaries > walls or mode in _TOPOGRAPHIC
    best = _BOUNDARIES if topographic else _WALLS
    return next((by_name[n] for n in best if n in by_name), channels[0])


def _pixels(shape: tuple[int, int]) -> str:
    return f"size unknown, {shape[0]} lines × {shape[1]} pixels"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bar(width: float, pixels: int) -> list[Any]:
    length = round_length(width / 3.2)
    return [round(length / width * pixels, 1), length_label(length)]


def _paths(network: WallNetwork, shape: tuple[int, int]) -> dict[int, str]:
    """Return the lines of each class as an SVG path in steps of `_STEP` px."""
    return {
        int(code): "".join(_path(points, network, shape) for points in own)
        for code, own in by_code(network.walls).items()
    }


def _path(points: NDArray[np.float64], network: WallNetwork, shape: tuple[int, int]) -> str:
    u, v = to_region(network.region, *points.T)
    x = (u / network.region.size[0] + 0.5) * shape[1]
    y = (0.5 - v / network.region.size[1]) * shape[0]
    line = np.stack([x, y], axis=1).astype(np.float32)
    few = cv2.approxPolyDP(line[:, None], _TOLERANCE, False)[:, 0]
    steps = np.round(few / _STEP).astype(int)
    rest = " ".join(f"{dx} {dy}" for dx, dy in np.diff(steps, axis=0))
    return f"M{steps[0][0]} {steps[0][1]}l{rest}" if rest else ""


def numbers_of(row: Mapping[str, Any]) -> list[list[Any]]:
    """Return what a card says of a frame: name, text with unit, and the number to sort by."""
    limit = row.get("ood_limit")
    score = number(row["ood_score"])
    junctions = row["junction_count"]
    return [
        ["walls", density(row["wall_density_per_m"]), row["wall_density_per_m"]],
        ["boundaries", density(row["boundary_density_per_m"]), row["boundary_density_per_m"]],
        ["junctions", NOT_MEASURED if junctions is None else str(junctions), junctions],
        ["called", share(row["called_fraction"]), row["called_fraction"]],
        ["doubt on lines", number(row["called_uncertainty"], 2), row["called_uncertainty"]],
        ["foreign", score if limit is None else f"{score} of {number(limit)}", row["ood_score"]],
    ]


def write_sheets(
    out: Path, cards: Sequence[Mapping[str, Any]], facts: SheetFacts, per_page: int = PER_PAGE
) -> tuple[Path, ...]:
    """Write `index.html`, and `index-2.html` and so on where one page would be too large.

    Parameters
    ----------
    out
        Folder.
    cards
        From `card`, each with "numbers" (see `numbers_of`), "ood", and "links" (name -> file
        relative to `out`) added.
    facts
        What else the page says.
    per_page
        Frames in one file at most.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    pages = max(math.ceil(len(cards) / per_page), 1)
    names = [page_name(i) for i in range(pages)]
    template = environment().get_template("contact_sheet.html.j2")
    for index, name in enumerate(names):
        shown = cards[index * per_page : (index + 1) * per_page]
        page = template.render(
            cards=shown,
            facts=facts,
            version=__version__,
            made=facts.made.strftime("%Y-%m-%d %H:%M"),
            colours={str(int(c)): [WALL_COLOURS[c], WALL_NAMES[c]] for c in WALL_COLOURS},
            pages=names,
            page=index,
            total=len(cards),
            flagged=sum(bool(c["ood"]) for c in cards),
        )
        write_atomically(out / name, page.encode())
    for old in stale_pages(out, pages):
        old.unlink()
    return tuple(out / name for name in names)


def page_name(index: int) -> str:
    """Return the name of a page: the first is `index.html`."""
    return "index.html" if index == 0 else f"index-{index + 1}.html"


def stale_pages(out: Path, pages: int) -> Iterator[Path]:
    """Yield further pages that a larger sheet has left in the folder."""
    index = pages
    while (path := out / page_name(index)).is_file():
        yield path
        index += 1
