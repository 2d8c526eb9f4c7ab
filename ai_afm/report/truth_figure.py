"""The drawn walls against the digital twin's truth."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.report.figures import UM, runs
from ai_afm.report.map_figure import own_region
from ai_afm.report.palette import ACCENT, FIRST, GRID, LATER
from ai_afm.report.story import Story
from ai_afm.report.summary import drawn_walls
from ai_afm.report.svg import WIDTH
from ai_afm.survey import polyline
from ai_afm.survey.match import sample_walls
from ai_afm.types import DOMAIN_WALL_CODES, Wall

Lines = list[NDArray[np.float64]]


def has_truth(story: Story) -> bool:
    """Tell whether the run was made on a twin, whose truth can be drawn."""
    summary = story.summary
    return summary.world is not None and summary.tolerance is not None and bool(story.wide)


def truth_figure(story: Story) -> Figure:
    """Draw the twin's true walls, found or missed, and what was drawn without one.

    Parameters
    ----------
    story
        A run that has a truth.
    """
    summary = story.summary
    assert summary.world is not None
    assert summary.tolerance is not None
    region = own_region(story.wide[0])
    drawn = [w for w in drawn_walls(summary.survey) if w.code in DOMAIN_WALL_CODES]
    true = [w for w in summary.world.truth(region).walls if w.code in DOMAIN_WALL_CODES]
    found, missed = _split(true, drawn, summary.tolerance)
    _, wrong = _split(drawn, true, summary.tolerance)
    figure = Figure(figsize=(WIDTH * 0.62, WIDTH * 0.66), layout="constrained")
    axes = figure.add_subplot()
    x, y = (geometry.corners(region) * UM).T
    axes.set_xlim(x.min(), x.max())
    axes.set_ylim(y.min(), y.max())
    axes.set_aspect("equal")
    entries = (
        ("true wall, found", LATER, 1.3, found),
        ("true wall, missed", FIRST, 1.5, missed),
        ("drawn, but no true wall", ACCENT, 1.2, wrong),
    )
    for label, colour, width, lines in entries:
        axes.add_collection(
            LineCollection([p * UM for p in lines], colors=colour, linewidths=width)
        )
        axes.plot([], [], color=colour, lw=width, label=label)
    axes.set_xlabel("x (µm)")
    axes.set_ylabel("y (µm)")
    axes.grid(color=GRID, lw=0.3)
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _split(walls: Sequence[Wall], others: Sequence[Wall], tolerance: float) -> tuple[Lines, Lines]:
    """Return the pieces of walls with and without a counterpart within the tolerance (m)."""
    middles, _ = sample_walls(others, tolerance / 8)
    tree = KDTree(middles) if len(middles) else None
    near, far = [], []
    for wall in walls:
        points = polyline.resample(wall.points, tolerance / 2, wall.closed)
        hit = np.zeros(len(points), np.bool_)
        if tree is not None:
            hit = np.isfinite(tree.query(points, distance_upper_bound=tolerance)[0])
        near += runs(points, hit)
        # a miss includes the points next to it, so that its ends touch what was found
        wide = np.convolve(~hit, [1, 1, 1], "same") > 0
        far += runs(points, wide & ((~hit).any()))
    return near, far
