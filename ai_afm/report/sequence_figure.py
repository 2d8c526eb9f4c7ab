"""Figures of a sequence: its images in a row, displacement against bias and time, the ladder."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from ai_afm.geometry import sample_to_pixel
from ai_afm.report.figures import shown
from ai_afm.report.palette import ACCENT, FIRST, INK, LATER, MUTED, WALL_COLOURS
from ai_afm.report.svg import WIDTH
from ai_afm.survey.threshold import Threshold
from ai_afm.survey.timelapse import Pair
from ai_afm.types import ClassCode, Frame, Observation, ScanRequest

NM = 1e9
COLOURS = (ACCENT, FIRST, "#009e73", "#cc79a7", "#e69f00", INK)


def strip_figure(frames: Sequence[tuple[Observation, Frame]]) -> Figure:
    """Draw images of a sequence side by side with their walls.

    Parameters
    ----------
    frames
        Observation and what was recorded, in order of time.
    """
    columns = min(4, len(frames))
    rows = math.ceil(len(frames) / columns)
    lines, pixels = frames[0][1].shape
    height = WIDTH / columns * min(max(lines / pixels, 0.4), 1.6) + 0.2
    figure = Figure(figsize=(WIDTH * columns / 4, rows * height), layout="constrained")
    for index, (observation, frame) in enumerate(frames, start=1):
        axes = figure.add_subplot(rows, columns, index)
        picture = shown(frame, "phase", None) or shown(frame, "amplitude", None)
        if picture is not None:
            axes.imshow(
                picture.image, cmap=picture.colours, vmin=picture.low, vmax=picture.high,
                interpolation="nearest",
            )  # fmt: skip
        walls = () if observation.network is None else observation.network.walls
        for wall in walls:
            row, column = sample_to_pixel(frame.region, frame.shape, *wall.points.T)
            colour = WALL_COLOURS.get(ClassCode(wall.code), MUTED)
            axes.plot(column, row, color=colour, linewidth=0.7)
        request = observation.request
        name = request.target if isinstance(request, ScanRequest) else None
        axes.set_title(f"{name}, scan {observation.number}")
        axes.set_xticks([])
        axes.set_yticks([])
    return figure


def shift_figure(pairs: Sequence[Pair]) -> Figure:
    """Draw the displacement of walls near the strokes, with 95 % intervals, and of the control.

    Against the time of a dot where the dots of each write had one; in order of the writes
    otherwise. One colour for each bias.

    Parameters
    ----------
    pairs
        Those between which something was written.
    """
    figure = Figure(figsize=(WIDTH * 0.6, 2.4), layout="constrained")
    axes = figure.add_subplot(1, 1, 1)
    times = [pair.between.seconds for pair in pairs]
    timed = all(t is not None for t in times) and len(set(times)) > 1
    at = (
        [float(t) for t in times if t is not None]
        if timed
        else [i + 1.0 for i in range(len(pairs))]
    )
    biases = list(dict.fromkeys(pair.between.bias for pair in pairs))
    axes.axhline(0.0, color=MUTED, linewidth=0.6)
    for index, bias in enumerate(biases):
        label = "several biases" if bias is None else f"{bias:g} V"
        chosen = [(x, p) for x, p in zip(at, pairs, strict=True) if p.between.bias == bias]
        for part, colour, marker in (
            ("near", COLOURS[index % len(COLOURS)], "o"),
            ("control", LATER, "s"),
        ):
            drawn = [(x, e) for x, p in chosen if (e := getattr(p, part)) is not None]
            if not drawn:
                continue
            value = np.array([e.value for _, e in drawn]) * NM
            ends = np.array([[e.value - e.low, e.high - e.value] for _, e in drawn]).T * NM
            ends = np.where(np.isfinite(ends), ends, 0.0)
            beside = part == "control"  # so that neither hides the other
            places = [x * 1.08**beside if timed else x + 0.08 * beside for x, _ in drawn]
            words = label if part == "near" else ("walls farther away" if index == 0 else None)
            axes.errorbar(
                places, value, yerr=ends, fmt=marker, color=colour, markersize=4,
                linewidth=1.0, capsize=2, label=words,
            )  # fmt: skip
    if timed:
        axes.set_xscale("log")
        axes.set_xlabel("time of each dot (s)")
        axes.xaxis.set_minor_locator(NullLocator())
        ticks = sorted(set(at))
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlim(ticks[0] / 1.6, ticks[-1] * 1.6)
    else:
        axes.set_xticks(at)
        axes.set_xlabel("write")
    axes.set_ylabel("displacement of walls\naway from the strokes (nm)")
    axes.legend()
    return figure


def ladder_figure(threshold: Threshold) -> Figure:
    """Draw how much new wall stands around each dot of a ladder, by its bias.

    Parameters
    ----------
    threshold
        With all rungs.
    """
    figure = Figure(figsize=(WIDTH * 0.5, 2.2), layout="constrained")
    axes = figure.add_subplot(1, 1, 1)
    for written, colour, words in ((True, FIRST, "written"), (False, LATER, "nothing to be seen")):
        rungs = [r for r in threshold.rungs if r.written is written]
        bias, wall = [abs(r.bias) for r in rungs], [r.new_wall * NM for r in rungs]
        axes.plot(bias, wall, "o", color=colour, markersize=4, label=words)
    if threshold.written is not None and threshold.clean is not None:
        axes.axvspan(threshold.clean, threshold.written, color=LATER, alpha=0.35, linewidth=0)
    axes.set_xlabel("|bias| (V)")
    axes.set_ylabel("new wall around the dot (nm)")
    axes.legend()
    return figure
