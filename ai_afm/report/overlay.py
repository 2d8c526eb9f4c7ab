"""One picture of a scan with its walls and boundaries as vectors on top."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ai_afm.report.figures import (
    bare,
    channels_of,
    colour_bar,
    draw_image,
    draw_walls,
    phase_axis,
    scale_bar,
    size_words,
    wall_handles,
)
from ai_afm.types import Frame, WallNetwork

WIDTH, MOST_PIXELS = 4.0, 1024
"""Of one channel: inches, and pixels along a side."""


def write_overlay(path: Path, frame: Frame, network: WallNetwork, title: str) -> None:
    """Draw up to three channels of a frame side by side with the walls on each; write a PNG."""
    channels = channels_of(frame, phase_axis(frame))
    width, height = frame.region.size
    tall = WIDTH * min(max(height / width, 0.3), 3.0)
    figure = Figure(figsize=(WIDTH * len(channels), tall + 1.3), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{title}: {size_words(frame.region, frame.shape)}", fontsize=9)
    for place, channel in enumerate(channels, start=1):
        axes = figure.add_subplot(1, len(channels), place)
        drawn = draw_image(axes, channel, frame.region, MOST_PIXELS)
        draw_walls(axes, network.walls, frame.region)
        bare(axes)
        scale_bar(axes, width, tall=0.5)
        colour_bar(figure, axes, drawn, channel)
    handles = wall_handles(w.code for w in network.walls)
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8)
    figure.savefig(path)
