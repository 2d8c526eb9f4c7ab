"""One picture of a scan with its walls and boundaries as vectors on top."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ai_afm.geometry import to_region
from ai_afm.image.channels import pick
from ai_afm.image.export.mask import PALETTE
from ai_afm.image.flatten import for_display
from ai_afm.types import ClassCode, FloatImage, Frame, WallNetwork

SHOWN = ("height", "amplitude", "phase", "current", "frequency")
"""Channels of a picture, in this order, where the scan has them; three at most."""


def write_overlay(path: Path, frame: Frame, network: WallNetwork, title: str) -> None:
    """Draw up to three channels of a frame side by side with the walls on each; write a PNG.

    Axes are in micrometres of the frame's own axes, its centre at the origin.
    """
    images = _images(frame)
    width, height = (s * 1e6 for s in frame.region.size)
    figure = Figure(figsize=(4.6 * len(images), 4.2 * min(height / width, 2.5) + 1.0), dpi=110)
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=10)
    for place, (name, image) in enumerate(images, start=1):
        axes = figure.add_subplot(1, len(images), place)
        finite = image[np.isfinite(image)]
        low, high = np.percentile(finite, [1, 99]) if finite.size else (0.0, 1.0)
        shown = axes.imshow(
            image,
            cmap="twilight" if name == "phase" else "gray",
            vmin=low,
            vmax=high,
            extent=(-width / 2, width / 2, -height / 2, height / 2),
            interpolation="nearest",
        )
        unit = frame.unit(name) or "arb"
        figure.colorbar(shown, ax=axes, label=f"{name} ({unit})", fraction=0.046)
        axes.set_xlabel("fast axis (um)")
        axes.set_ylabel("slow axis (um)" if place == 1 else "")
        _draw_walls(axes, frame, network)
        if place == 1:
            _legend(axes, network)
    figure.tight_layout()
    figure.savefig(path)


def _images(frame: Frame) -> list[tuple[str, FloatImage]]:
    found = []
    for name in SHOWN:
        image = pick(frame, name)
        if image is not None:
            found.append((name, for_display(image) if name == "height" else image))
    if not found:
        (name, direction), image = next(iter(frame.data.items()))
        found = [(f"{name} {direction}", image)]
    return found[:3]


def _draw_walls(axes, frame: Frame, network: WallNetwork) -> None:  # type: ignore[no-untyped-def]
    lines, colours = [], []
    for wall in network.walls:
        points = np.vstack([wall.points, wall.points[:1]]) if wall.closed else wall.points
        u, v = to_region(frame.region, points[:, 0], points[:, 1])
        lines.append(np.stack([u, v], axis=1) * 1e6)
        colours.append(_colour(wall.code))
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=1.1))
    axes.set_aspect("equal")


def _legend(axes, network: WallNetwork) -> None:  # type: ignore[no-untyped-def]
    for code in sorted({w.code for w in network.walls}):
        name = ClassCode(code).name.lower().replace("_", " ")
        axes.plot([], [], color=_colour(code), label=name)
    if network.walls:
        axes.legend(loc="upper right", fontsize=7, framealpha=0.8)


def _colour(code: int) -> tuple[float, float, float]:
    red, green, blue = PALETTE[code]
    return red / 255, green / 255, blue / 255
