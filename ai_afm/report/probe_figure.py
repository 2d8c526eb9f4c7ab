"""The probes of a place: image before, what was measured, image after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpecFromSubplotSpec, SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from ai_afm.geometry import to_region
from ai_afm.image.channels import pick
from ai_afm.report.figures import (
    UM,
    Drawing,
    Shown,
    bare,
    colour_bar,
    draw_image,
    phase_axis,
    scale_bar,
    shown,
)
from ai_afm.report.loops import Branch, Curves, Readout
from ai_afm.report.map_figure import probe_style, probe_words
from ai_afm.report.palette import FIRST, GRID, LATER, MUTED
from ai_afm.report.quantity import prefix_of
from ai_afm.report.spectra import MANY, draw_plain
from ai_afm.report.story import Seen
from ai_afm.report.svg import WIDTH
from ai_afm.survey.question.names import read_name
from ai_afm.types import Frame, Role, Spectrum

Ranges = dict[str, tuple[float, float]]

ROW = 1.6
"""Height of a row of loops, inches."""


@dataclass(frozen=True, slots=True)
class ProbeView:
    """A probe with what came of it; `spectrum` is `None` where it broke off."""

    seen: Seen
    spectrum: Spectrum | None
    readout: Readout | None

    @property
    def title(self) -> str:
        """Site, number and role."""
        probe = self.seen.probe
        name = probe.site or f"probe {self.seen.observation.number}"
        return f"{name}, {probe_words(probe.role)}"

    @property
    def pair(self) -> str:
        """Name that a wall site and its partner in the bulk share: "T1-2" of "T1-2W"."""
        asked = read_name(self.seen.probe.site)
        if asked is not None:
            return f"{asked.target}-{asked.block}"
        return (self.seen.probe.site or str(self.seen.observation.number)).rstrip("WB")


@dataclass(frozen=True, slots=True)
class ImageView:
    """An image around the probes; `frame` is `None` where it cannot be read."""

    seen: Seen
    frame: Frame | None


def probe_figure(
    images: tuple[ImageView | None, ImageView | None], probes: Sequence[ProbeView], how: Drawing
) -> Figure:
    """Draw the image before, up to two columns of probes, and the image after.

    Parameters
    ----------
    images
        Before and after the probes, `None` where none was made. Both have the same colours.
    probes
        Any order.
    how
        Resolution and phase axis.
    """
    before, after = images
    ordered = sorted(probes, key=lambda p: (p.seen.probe.site or "", p.seen.observation.number))
    pairs = _rows(ordered)
    height = max(ROW * len(pairs), 2 * 1.72 if before or after else 0) + 0.75
    figure = Figure(figsize=(WIDTH, height), layout=ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03))
    sides = [1.35, 3.3, 1.35] if before or after else [3.3]
    grid = figure.add_gridspec(1, len(sides), width_ratios=sides)
    if len(sides) > 1:
        ranges = _ranges([v.frame for v in images if v is not None and v.frame is not None])
        _images(figure, grid[0], ("before", before), probes, (how, ranges))
        _images(figure, grid[2], ("after", after), probes, (how, ranges))
    inner = GridSpecFromSubplotSpec(len(pairs), 2, subplot_spec=grid[len(sides) // 2])
    for row, pair in enumerate(pairs):
        for column, view in enumerate(pair):
            _probe(figure, inner[row, column], view)
    figure.legend(handles=_handles(probes), loc="outside lower center", ncols=4)
    return figure


def _ranges(frames: Sequence[Frame]) -> Ranges:
    """Return a common range (SI unit) of each channel, so that before and after can be compared."""
    ranges: Ranges = {}
    for frame in frames:
        channel = shown(frame, "amplitude")
        if channel is not None and not channel.is_empty:
            low, high = channel.low * channel.factor, channel.high * channel.factor
            old = ranges.get("amplitude", (low, high))
            ranges["amplitude"] = min(low, old[0]), max(high, old[1])
    return ranges


def _in_range(channel: Shown, limits: tuple[float, float] | None) -> Shown:
    if limits is None:
        return channel
    factor = channel.factor
    return replace(channel, low=limits[0] / factor, high=limits[1] / factor)


def _rows(probes: Sequence[ProbeView]) -> list[list[ProbeView]]:
    """Put wall sites on the left and their partners on the right."""
    left = [p for p in probes if p.seen.probe.role is not Role.BULK]
    right = [p for p in probes if p.seen.probe.role is Role.BULK]
    rows = []
    for view in left:
        pair = [r for r in right if r.pair == view.pair]
        right = [r for r in right if r not in pair]
        rows.append([view, *pair[:1]])
        right += pair[1:]
    rows += [right[i : i + 2] for i in range(0, len(right), 2)]
    return rows


def _handles(probes: Sequence[ProbeView]) -> list[Line2D]:
    handles = []
    if any(p.readout for p in probes):
        handles = [
            Line2D([], [], color=FIRST, lw=1.8, label="first half-cycle, from the native state"),
            Line2D([], [], color=LATER, lw=0.8, label="later: written state, never pooled"),
        ]
    for role in dict.fromkeys(p.seen.probe.role for p in probes):
        style = probe_style(role)
        label = f"site {probe_words(role)}"
        handles.append(Line2D([], [], ms=4, label=label, **style))
    return handles


def _images(
    figure: Figure,
    place: SubplotSpec,
    image: tuple[str, ImageView | None],
    probes: Sequence[ProbeView],
    look: tuple[Drawing, Ranges],
) -> None:
    """Draw the response channels of an image one above the other, with the sites."""
    (when, view), (how, ranges) = image, look
    frame = view.frame if view is not None else None
    names = [n for n in ("amplitude", "phase") if frame is not None and pick(frame, n) is not None]
    if view is None or view.frame is None or not names:
        axes = figure.add_subplot(place)
        axes.set_axis_off()
        what = "could not be read" if view is not None and view.frame is None else "not made"
        axes.text(0.5, 0.5, f"image {when}\n{what}", ha="center", va="center", color=MUTED)
        return
    stack = GridSpecFromSubplotSpec(len(names), 1, subplot_spec=place)
    for index, name in enumerate(names):
        channel = shown(view.frame, name, phase_axis(view.frame, how.axis))
        assert channel is not None
        channel = _in_range(channel, ranges.get(name))
        axes = figure.add_subplot(stack[index, 0])
        drawn = draw_image(axes, channel, view.frame.region, how.side)
        bare(axes)
        if index == 0:
            axes.set_title(f"{when}: scan {view.seen.observation.number}")
        colour_bar(figure, axes, drawn, channel)
        sites = _sites(axes, view, probes, named=index == 0)
        scale_bar(axes, view.frame.region.size[0], sites)


def _sites(
    axes: Axes, view: ImageView, probes: Sequence[ProbeView], *, named: bool
) -> list[tuple[float, float]]:
    """Mark where the probes were made, on the ground that the image shows; return them, µm."""
    region = view.seen.scan.region
    box = axes.get_xlim(), axes.get_ylim()
    found = []
    for probe in probes:
        at = np.subtract(probe.seen.probe.position, probe.seen.drift) + view.seen.drift
        u, v = (float(c) * UM for c in to_region(region, at[0], at[1]))
        found.append((u, v))
        axes.plot([u], [v], ms=4, zorder=8, **probe_style(probe.seen.probe.role))
        if named and box[0][0] < u < box[0][1] and box[1][0] < v < box[1][1]:
            name = (probe.seen.probe.site or "").rpartition("-")[2]
            right = u < 0.25 * box[0][1]
            axes.annotate(
                name, (u, v), (4 if right else -4, 0), textcoords="offset points", color="white",
                fontsize=6, va="center", ha="left" if right else "right", zorder=9,
                bbox={"boxstyle": "round,pad=0.1", "fc": "black", "alpha": 0.45, "lw": 0},
            )  # fmt: skip
    axes.set_xlim(box[0])
    axes.set_ylim(box[1])
    return found


def _probe(figure: Figure, place: SubplotSpec, view: ProbeView) -> None:
    if view.readout is None:
        axes = figure.add_subplot(place)
        axes.set_title(view.title)
        if view.spectrum is None:
            axes.set_axis_off()
            axes.text(0.5, 0.5, "no result: it broke off", ha="center", va="center", color=MUTED)
        else:
            draw_plain(axes, view.spectrum)
        return
    readout = view.readout
    stack = GridSpecFromSubplotSpec(2, 1, subplot_spec=place, height_ratios=[1.75, 1.0])
    upper = figure.add_subplot(stack[0, 0])
    lower = figure.add_subplot(stack[1, 0], sharex=upper)
    reach = max(
        (float(np.nanmax(np.abs(b[1]))) for c in (readout.off, readout.on)
         for b in (c.first, c.rest) if np.isfinite(b[1]).any()),
        default=1.0,
    )  # fmt: skip
    factor, unit = prefix_of(reach, readout.unit)
    upper.set_title(view.title)
    for axes, curves, words in ((upper, readout.off, "off field"), (lower, readout.on, "on field")):
        _curves(axes, curves, factor)
        axes.set_ylabel(f"{words} ({unit})")
    coercive = readout.native.coercive
    if readout.native.has_switched:
        upper.axvline(coercive, color=FIRST, lw=0.6, ls=(0, (3, 2)), zorder=1)
    upper.tick_params(labelbottom=False)
    lower.set_xlabel("write bias (V)")


def _curves(axes: Axes, curves: Curves, factor: float) -> None:
    axes.axhline(0, color=GRID, lw=0.6, zorder=0)
    axes.axvline(0, color=GRID, lw=0.6, zorder=0)
    _line(axes, curves.rest, factor, {"color": LATER, "lw": 0.7, "zorder": 2})
    _line(axes, curves.first, factor, {"color": FIRST, "lw": 1.7, "zorder": 3})
    if not len(curves.first[0]):
        axes.text(0.5, 0.5, "not read", transform=axes.transAxes, ha="center", color=MUTED)


def _line(axes: Axes, branch: Branch, factor: float, style: dict[str, Any]) -> None:
    many = len(branch[0]) > MANY
    axes.plot(branch[0], branch[1] / factor, rasterized=many, **style)
