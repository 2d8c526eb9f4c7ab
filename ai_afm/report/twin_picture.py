"""A contact sheet of the twin's worlds: what its instrument records, and the truth."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpecFromSubplotSpec, SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ai_afm.microscope.simulated.imaging import ImagingSettings, image_frame
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.sample import WORLD_KINDS, make_world
from ai_afm.report.figures import (
    Shown,
    bare,
    by_code,
    colour_bar,
    draw_image,
    draw_walls,
    length_label,
    phase_axis,
    scale_bar,
    shown,
    wall_handles,
)
from ai_afm.report.palette import MUTED
from ai_afm.report.svg import png
from ai_afm.store.platform import write_atomically
from ai_afm.types import ClassCode, Frame, ScanRegion, ScanRequest, WallNetwork

SIZE = 2.5e-6
"""Side of each scan, m."""
PIXELS = 192
COLUMNS = 2
"""Worlds side by side; their number leaves a cell for the legend."""


def draw_worlds(out: Path, seed: int, pixels: int = PIXELS) -> None:
    """Draw height, amplitude, phase and true walls of a scan of each world as one PNG.

    Parameters
    ----------
    out
        The file to write.
    seed
        Of the worlds and of the instrument's noise; the same seed gives the same bytes.
    pixels
        Lines and pixels of each scan.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    write_atomically(out, png(lambda: _sheet(seed, pixels), dpi=110))


def _sheet(seed: int, pixels: int) -> Figure:
    rows = -(-len(WORLD_KINDS) // COLUMNS)
    figure = Figure(
        figsize=(6.6 * COLUMNS, 2.3 * rows),
        layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.04, wspace=0.0),
    )
    gaps = [1.0, 0.02] * (COLUMNS - 1) + [1.0]
    grid = figure.add_gridspec(rows, 2 * COLUMNS - 1, width_ratios=gaps)
    codes: set[ClassCode] = set()
    for index, kind in enumerate(WORLD_KINDS):
        frame, truth = _scan(kind, seed, pixels)
        codes |= set(by_code(truth.walls))
        _world(figure, grid[index // COLUMNS, 2 * (index % COLUMNS)], (kind, frame, truth))
    _explain(figure, grid[rows - 1, 2 * COLUMNS - 2], codes, pixels)
    return figure


def _explain(figure: Figure, place: SubplotSpec, codes: set[ClassCode], pixels: int) -> None:
    """Say in the last cell what is shown."""
    axes = figure.add_subplot(place)
    axes.set_axis_off()
    words = (
        f"Each world as the twin's instrument records it: DART PFM, {length_label(SIZE, 1)},"
        f"\n{pixels} lines × {pixels} pixels, 1 line/s; noise, feedback and tip are included."
        "\nHeights are levelled; phases are turned so that opposite domains lie at ±90°."
    )
    axes.text(0.06, 0.9, words, va="top", linespacing=1.6)
    axes.legend(handles=wall_handles(codes), loc="upper left", bbox_to_anchor=(0.05, 0.6))


def _scan(kind: str, seed: int, pixels: int) -> tuple[Frame, WallNetwork]:
    """Return a DART scan of the middle of a world, and what is truly there."""
    world = make_world(kind, seed, extent_m=2 * SIZE)
    region = ScanRegion((0.0, 0.0), (SIZE, SIZE))
    request = ScanRequest(region, (pixels, pixels), line_rate=1.0)
    rng = np.random.default_rng([seed, WORLD_KINDS.index(kind)])
    frame = image_frame(SwitchingSample(world, rng), request, ImagingSettings(), rng)
    return frame, world.truth(region)


def _world(figure: Figure, place: SubplotSpec, shot: tuple[str, Frame, WallNetwork]) -> None:
    kind, frame, truth = shot
    axis = phase_axis(frame)
    panels = [s for n in ("height", "amplitude", "phase") if (s := shown(frame, n, axis))]
    row = GridSpecFromSubplotSpec(1, len(panels) + 1, subplot_spec=place)
    for index, panel in enumerate(panels):
        axes = figure.add_subplot(row[0, index])
        drawn = draw_image(axes, panel, frame.region, max(frame.shape))
        colour_bar(figure, axes, drawn, panel)
        bare(axes)
        scale_bar(axes, frame.region.size[0])
        if index == 0:
            axes.set_title(kind.replace("_", " "), loc="left", fontweight="bold")
    axes = figure.add_subplot(row[0, len(panels)])
    _truth(figure, axes, frame, truth)


def _truth(figure: Figure, axes: Axes, frame: Frame, truth: WallNetwork) -> None:
    blank = Shown("Truth", np.zeros(frame.shape, np.float32), "walls as vectors", 0.0, 1.0, "Greys")
    drawn = draw_image(axes, blank, frame.region, max(frame.shape))
    colour_bar(figure, axes, drawn, blank)
    # the bar only keeps this panel as large as its neighbours: there are no colours to explain
    bar = figure.axes[-1]
    bar.set_visible(False)
    bare(axes)
    draw_walls(axes, truth.walls, frame.region, width=1.2)
    axes.set_title("truth", loc="left", color=MUTED)
    if not truth.walls:
        axes.text(0, 0, "no walls", ha="center", va="center", color=MUTED)
