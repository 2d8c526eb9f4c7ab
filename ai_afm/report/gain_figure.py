"""What a round of learning has changed: a scan, its lines before and after, and what is true."""

from dataclasses import dataclass

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ai_afm.report.figures import (
    bare,
    channels_of,
    colour_bar,
    draw_image,
    phase_axis,
    scale_bar,
    wall_handles,
)
from ai_afm.report.palette import INK, WALL_COLOURS
from ai_afm.types import Frame

Codes = NDArray[np.uint8]
MOST = 400
"""Pixels of a picture's edge."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A scan and the lines in it, each (lines, pixels) uint8: class codes on 1-px lines.

    `scores` says in words how good the lines before and after are.
    """

    frame: Frame
    before: Codes
    after: Codes
    true: Codes
    scores: tuple[str, str]


def gain_figure(compared: Compared, models: tuple[str, str], title: str) -> Figure:
    """Draw channels above, lines before, after and true below.

    Parameters
    ----------
    compared
        The scan.
    models
        "name@version" before and after.
    title
        What was done in between.
    """
    frame = compared.frame
    channels = channels_of(frame, phase_axis(frame))
    figure = Figure(figsize=(10.5, 7.6), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=11)
    axes = figure.subplots(2, 3)
    for panel in axes.ravel():
        bare(panel)
    for panel, channel in zip(axes[0], channels, strict=False):
        colour_bar(figure, panel, draw_image(panel, channel, frame.region, MOST), channel)
        panel.set_title(channel.name)
    scale_bar(axes[0, 0], frame.region.size[0])
    lower = (
        (compared.before, f"before: {models[0]}\n{compared.scores[0]}"),
        (compared.after, f"after: {models[1]}\n{compared.scores[1]}"),
        (compared.true, "true lines\n(digital twin)"),
    )
    for panel, (codes, name) in zip(axes[1], lower, strict=True):
        _lines(panel, codes)
        panel.set_title(name)
    there = sorted({int(c) for codes, _ in lower for c in np.unique(codes) if c in WALL_COLOURS})
    figure.legend(handles=wall_handles(there), loc="outside lower center", ncols=len(there) or 1)
    return figure


def _lines(axes: Axes, codes: Codes) -> None:
    """Draw lines of class codes in their colours, 2 px wide."""
    picture = np.ones((*codes.shape, 4))
    for code, colour in WALL_COLOURS.items():
        wide = cv2.dilate((codes == int(code)).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
        picture[wide] = to_rgba(colour)
    axes.imshow(picture, interpolation="nearest")
    for side in axes.spines.values():
        side.set_visible(True)
