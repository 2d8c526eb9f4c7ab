"""The channels of one frame side by side, with what the model made of it."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ai_afm.report.figures import (
    Drawing,
    Shown,
    bare,
    channels_of,
    colour_bar,
    draw_image,
    draw_walls,
    phase_axis,
    scale_bar,
)
from ai_afm.report.svg import WIDTH
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Frame, Segmentation, WallNetwork


def frame_figure(
    frame: Frame, network: WallNetwork | None, segmentation: Segmentation | None, how: Drawing
) -> Figure:
    """Draw up to three channels, bare, and a fourth panel with the walls as vectors.

    Parameters
    ----------
    frame
        What was recorded.
    network
        Walls and boundaries, `None` where there is no segmentation.
    segmentation
        Its probabilities lie behind the vectors.
    how
        Resolution and phase axis.
    """
    panels = [*channels_of(frame, phase_axis(frame, how.axis)), _probability(frame, segmentation)]
    width = WIDTH / 4
    ratio = frame.region.size[1] / frame.region.size[0]
    figure = Figure(
        figsize=(width * len(panels), min(max(width * ratio, 0.5), 3.5) + 0.62),
        layout=ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03),
    )
    for place, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(1, len(panels), place)
        last = place == len(panels)
        nothing = "not segmented" if last else "no data"
        drawn = draw_image(axes, panel, frame.region, how.side, nothing)
        bare(axes)
        colour_bar(figure, axes, drawn, panel)
        if last and network is not None:
            draw_walls(axes, network.walls, frame.region)
        scale_bar(axes, frame.region.size[0])
    return figure


def _probability(frame: Frame, segmentation: Segmentation | None) -> Shown:
    """Return the probability of any wall or boundary."""
    if segmentation is None:
        nothing = np.full(frame.shape, np.nan, np.float32)
        return Shown("Walls: probability", nothing, "%", 0.0, 100.0, "Greys")
    codes = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY, ClassCode.TOPOGRAPHY_EDGE)
    image = 100 * segmentation.probability_of(*codes)
    return Shown("Walls: probability", image.astype(np.float32), "%", 0.0, 100.0, "Greys")
