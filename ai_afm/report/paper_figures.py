"""Figures of a paper: what was recorded, bare, beside every drawing over it."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ai_afm.geometry import to_region
from ai_afm.report.figures import (
    UM,
    Drawing,
    Shown,
    bare,
    colour_bar,
    draw_image,
    draw_walls,
    phase_axis,
    scale_bar,
    shown,
    wall_handles,
)
from ai_afm.report.loops import read_out
from ai_afm.report.map_figure import probe_style, probe_words
from ai_afm.report.palette import FIRST, GRID, INK, LATER, MUTED, WALL_COLOURS
from ai_afm.report.quantity import prefix_of
from ai_afm.report.story import Place, Seen, Story
from ai_afm.report.svg import WIDTH
from ai_afm.survey.question.view import read_notes
from ai_afm.types import ClassCode, Frame, ScanRegion, Spectrum

COLUMNS = 4
"""Panels beside one another."""


def overview_figure(story: Story, seen: Seen, frame: Frame, how: Drawing) -> Figure:
    """Draw a wide frame: its channels bare, then walls and sites over one of them.

    Parameters
    ----------
    story
        The run.
    seen, frame
        The frame as an observation and what it has recorded.
    how
        Resolution and phase axis.
    """
    channels = _channels(frame, how)
    figure, axes = _row(len(channels) + 1, seen.scan.region)
    for one, channel in zip(axes, channels, strict=False):
        _bare(figure, one, channel, (frame.region, how))
    last = axes[-1]
    _bare(figure, last, channels[-1], (frame.region, how))
    network = seen.observation.network
    walls = network.walls if network else ()
    draw_walls(last, walls, frame.region, 0.8)
    probes = [*(p for place in story.places for p in place.probes), *story.loose]
    handles = wall_handles(w.code for w in walls) + _sites(last, seen, probes)
    last.set_title("walls and sites over it", loc="left")
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def place_figure(story: Story, place: Place, frame: Frame, how: Drawing) -> Figure:
    """Draw a place: image before, bare and with walls and sites, the image after, and all loops.

    Parameters
    ----------
    story
        The run.
    place
        With an image before its probes.
    frame
        What that image has recorded.
    how
        Resolution and phase axis.
    """
    before, after = place.before[0], next(iter(place.after), None)
    channels = _channels(frame, how)[-2:]
    loops = [s for p in place.probes if (s := story.spectrum(p.observation.number)) is not None]
    rows = 1 + math.ceil(len(loops) / COLUMNS)
    figure = Figure(figsize=(WIDTH, 2.25 + 1.45 * (rows - 1)), layout="constrained")
    grid = figure.add_gridspec(rows, COLUMNS, height_ratios=[1.5] + [1.0] * (rows - 1))
    axes = [figure.add_subplot(grid[0, k]) for k in range(COLUMNS)]
    region = frame.region
    for one, channel in zip(axes, channels, strict=False):
        _bare(figure, one, channel, (region, how))
        one.set_title("before", loc="left")
    over = axes[2]
    _bare(figure, over, channels[-1], (region, how))
    _zero_lines(over, before)
    handles = _sites(over, before, list(place.probes), named=True)
    over.set_title("walls and sites over it", loc="left")
    _after(figure, axes[3], (story, after, how), channels[-1])
    for k, loop in enumerate(loops):
        panel = figure.add_subplot(grid[1 + k // COLUMNS, k % COLUMNS])
        _loop(panel, loop)
    handles += [
        Line2D([], [], color=FIRST, lw=1.5, label="first half-cycle, native state"),
        Line2D([], [], color=LATER, lw=0.8, label="later, written state"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _channels(frame: Frame, how: Drawing) -> list[Shown]:
    axis = phase_axis(frame, how.axis)
    found = [shown(frame, name, axis) for name in ("height", "amplitude", "phase")]
    return [c for c in found if c is not None] or [_nothing(frame)]


def _nothing(frame: Frame) -> Shown:
    return Shown("Nothing", np.full(frame.shape, np.nan, np.float32), "", 0.0, 1.0, "Greys")


def _row(count: int, region: ScanRegion) -> tuple[Figure, list[Axes]]:
    tall = WIDTH / count * region.size[1] / region.size[0]
    figure = Figure(figsize=(WIDTH, min(max(tall, 0.5), 3.5) + 0.9), layout="constrained")
    return figure, [figure.add_subplot(1, count, k) for k in range(1, count + 1)]


def _bare(figure: Figure, axes: Axes, channel: Shown, look: tuple[ScanRegion, Drawing]) -> None:
    region, how = look
    drawn = draw_image(axes, channel, region, how.side)
    bare(axes)
    colour_bar(figure, axes, drawn, channel)
    scale_bar(axes, region.size[0])


def _zero_lines(axes: Axes, before: Seen) -> None:
    """Draw the walls that the sites were chosen by: zeros of the signed response."""
    view = (before.observation.notes or {}).get("view")
    network = before.observation.network
    region = before.scan.region
    if view:
        walls = read_notes(view, region).walls
        lines = [np.stack(to_region(region, *w.T), axis=1) * UM for w in walls]
        colour = WALL_COLOURS[ClassCode.WALL]
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=1.0, zorder=4))
    elif network is not None:
        draw_walls(axes, network.walls, region)


def _sites(axes: Axes, on: Seen, probes: list[Seen], *, named: bool = False) -> list[Line2D]:
    """Mark the sites on the ground that a frame shows; return the handles of the legend."""
    region = on.scan.region
    box = axes.get_xlim(), axes.get_ylim()
    for probe in probes:
        at = np.subtract(probe.probe.position, probe.drift) + on.drift
        u, v = (float(c) * UM for c in to_region(region, at[0], at[1]))
        axes.plot([u], [v], ms=3, zorder=8, **probe_style(probe.probe.role))
        if named:
            name = (probe.probe.site or "").rpartition("-")[2]
            axes.annotate(
                name, (u, v), (3, 2), textcoords="offset points", fontsize=5, color=INK, zorder=9,
                bbox={"boxstyle": "round,pad=0.1", "fc": "white", "alpha": 0.6, "lw": 0},
            )  # fmt: skip
    axes.set_xlim(box[0])
    axes.set_ylim(box[1])
    roles = dict.fromkeys(p.probe.role for p in probes)
    return [Line2D([], [], ms=4, label=f"site {probe_words(r)}", **probe_style(r)) for r in roles]


def _after(
    figure: Figure, axes: Axes, what: tuple[Story, Seen | None, Drawing], like: Shown
) -> None:
    story, after, how = what
    frame = None if after is None else story.frame(after.observation.number)
    channel = None
    if frame is not None:
        name = like.name.lower()
        channel = shown(frame, name, phase_axis(frame, how.axis))
    if frame is None or channel is None:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "no image after", ha="center", va="center", color=MUTED)
        return
    _bare(figure, axes, channel, (frame.region, how))
    axes.set_title("after", loc="left")


def _loop(axes: Axes, spectrum: Spectrum) -> None:
    """Draw every sample off field: the first half-cycle over what came later."""
    axes.set_title(spectrum.request.site or "", loc="left")
    axes.axhline(0, color=GRID, lw=0.5, zorder=0)
    readout = read_out(spectrum)
    if readout is None:
        size, unit = prefix_of(_reach(np.abs(spectrum.response)), spectrum.response_unit)
        axes.plot(spectrum.time, np.abs(spectrum.response) / size, color=LATER, lw=0.8)
        axes.set_xlabel("time (s)")
        axes.set_ylabel(f"amplitude ({unit})")
        return
    off = readout.off
    values = np.concatenate([off.first[1], off.rest[1]])
    size, unit = prefix_of(_reach(np.abs(values)), readout.unit)
    axes.plot(off.rest[0], off.rest[1] / size, color=LATER, lw=0.8, zorder=2)
    axes.plot(off.first[0], off.first[1] / size, "o-", ms=1.2, color=FIRST, lw=1.2, zorder=3)
    axes.set_xlabel("write bias (V)")
    axes.set_ylabel(f"off field ({unit})")


def _reach(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else 1.0
