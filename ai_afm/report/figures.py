"""Pieces of figures: a channel as people expect to see it, scale bar, colour bar, walls."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ai_afm.geometry import to_region
from ai_afm.image.channels import is_phase, phase_in_radians, pick
from ai_afm.image.flatten import for_display
from ai_afm.report.palette import INK, MUTED, NO_DATA, WALL_COLOURS, WALL_NAMES
from ai_afm.report.quantity import extent, prefix_of, quantity
from ai_afm.types import ClassCode, FloatImage, Frame, ScanRegion, Wall

PREFERRED = ("height", "amplitude", "phase", "current", "lateral", "frequency", "deflection")
"""Channels of a picture, in this order, where the scan has them."""
UM = 1e6
LEVELLED = 320
"""Pixels along a side of a levelled height."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How frames are drawn: pixels along a side at most, and the run's phase axis (rad)."""

    side: int
    axis: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A channel ready to be drawn.

    Parameters
    ----------
    name
        In words.
    image
        (lines, pixels), in `unit`; NaN where nothing was scanned.
    unit
        With its prefix.
    low, high
        Range of the colours.
    colours
        Name of the colour map.
    factor
        One `unit` in the SI unit.
    """

    name: str
    image: FloatImage
    unit: str
    low: float
    high: float
    colours: str
    factor: float = 1.0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not bool(np.isfinite(self.image).any())


def channels_of(frame: Frame, axis: float | None = None, most: int = 3) -> tuple[Shown, ...]:
    """Return the channels of a frame that tell most, at most so many; `axis` as in `turned`."""
    names = [n for n in PREFERRED if pick(frame, n) is not None]
    others = sorted({n for n, _ in frame.data} - set(names))
    return tuple(s for n in (names + others)[:most] if (s := shown(frame, n, axis)) is not None)


def shown(frame: Frame, name: str, axis: float | None = None) -> Shown | None:
    """Return one channel ready to be drawn; heights are levelled, phases turned (see `turned`)."""
    image = pick(frame, name)
    if image is None:
        return None
    if image.ndim > 2:
        image = np.asarray(np.nanmean(image, axis=tuple(range(2, image.ndim))), np.float32)
    unit = frame.unit(name) or "arb"
    if is_phase(name):
        phase, unit = phase_in_radians(image, unit)
        if unit == "rad":
            return Shown(_title(name), turned(phase, axis), "°", -180.0, 180.0, "twilight")
    if name == "height":
        # levelling is slow, and a figure shows no more pixels than these
        image = for_display(reduced(image, LEVELLED))
    low, high = robust_range(image)
    factor, text = prefix_of(max(abs(low), abs(high)), unit)
    colours = {"height": "cividis", "amplitude": "gray"}.get(name, "viridis")
    scaled = (image / np.float32(factor)).astype(np.float32)
    return Shown(_title(name), scaled, text, low / factor, high / factor, colours, factor)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def phase_axis(frame: Frame, near: float | None = None) -> float | None:
    """Return the angle (rad) of one of the two opposite domains of a frame, `None` without a phase.

    It is the circular mean of the doubled phase; of the two ends, the one closer to `near`.
    """
    image = pick(frame, "phase")
    if image is None or image.ndim > 2:
        return None
    phase, unit = phase_in_radians(image, frame.unit("phase") or "rad")
    known = phase[np.isfinite(phase)].astype(np.float64)
    if unit != "rad" or not known.size:
        return None
    axis = float(np.angle(np.exp(2j * known).mean())) / 2
    if near is not None and math.cos(axis - near) < 0:
        axis += math.pi
    return axis


def turned(phase: FloatImage, axis: float | None) -> FloatImage:
    """Turn a phase (rad) so that the axis lies at +90° and the opposite at -90°; in degrees.

    This is for the eye only: nothing is said about which side is up. Without an axis, only the unit
    changes.
    """
    if axis is None:
        return np.degrees(phase).astype(np.float32)
    rest = np.angle(np.exp(1j * (phase.astype(np.float64) - axis + math.pi / 2)))
    degrees: FloatImage = np.degrees(rest).astype(np.float32)
    return degrees


def robust_range(image: FloatImage) -> tuple[float, float]:
    """Return the 1st and 99th percentile of what was measured, never the same number twice."""
    known = image[np.isfinite(image)]
    if not known.size:
        return 0.0, 1.0
    low, high = (float(v) for v in np.percentile(known, [1, 99]))
    if high > low:
        return low, high
    return low - max(abs(low), 1e-12) * 0.5, high + max(abs(high), 1e-12) * 0.5


def reduced(image: FloatImage, most: int) -> FloatImage:
    """Average blocks of pixels so that no side has more than `most`; NaN only where all is NaN."""
    step = math.ceil(max(image.shape[:2]) / most)
    if step <= 1:
        return image
    lines, pixels = (math.ceil(n / step) * step for n in image.shape)
    padded = np.full((lines, pixels), np.nan)
    padded[: image.shape[0], : image.shape[1]] = image
    blocks = padded.reshape(lines // step, step, pixels // step, step)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def draw_image(
    axes: Axes, channel: Shown, region: ScanRegion, most: int, empty: str = "no data"
) -> AxesImage:
    """Draw a channel in the region's own axes, µm; `empty` says what it means to see nothing."""
    width, height = (s * UM for s in region.size)
    # angles cannot be averaged across the cut at 180°: of a phase every n-th pixel is shown
    step = math.ceil(max(channel.image.shape[:2]) / most)
    cyclic = channel.unit == "°"
    image = channel.image[::step, ::step] if cyclic else reduced(channel.image, most)
    drawn = axes.imshow(
        np.ma.masked_invalid(image),
        cmap=channel.colours,
        vmin=channel.low,
        vmax=channel.high,
        extent=(-width / 2, width / 2, -height / 2, height / 2),
        interpolation="none",
        aspect="equal",
    )
    axes.set_autoscale_on(False)  # vectors that reach beyond the frame are cut off
    axes.set_facecolor(NO_DATA)
    if channel.is_empty:
        axes.text(0, 0, empty, ha="center", va="center", color=MUTED)
    return drawn


def bare(axes: Axes) -> None:
    """Take ticks away: the scale bar tells the size."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_linewidth(0.5)


def scale_bar(
    axes: Axes, width: float, avoid: Sequence[tuple[float, float]] = (), tall: float = 1.0
) -> None:
    """Draw a bar of a round length into a corner of an image whose axes are in µm.

    Parameters
    ----------
    axes
        Its limits are set.
    width
        Width of the image, m.
    avoid
        Points (µm) that the bar keeps away from, as far as a corner allows.
    tall
        Factor on the height of the box: below 1 in large pictures.
    """
    length = round_length(width / 3.2)
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    size = min(right - left, high - low)
    bar, room = length * UM, 0.03 * size * tall
    wide, high_box = bar + 2 * room, 0.185 * size * tall
    corners = [
        (x, y)
        for y in (low + room, high - room - high_box)
        for x in (left + room, right - room - wide)
    ]

    def distance(corner: tuple[float, float]) -> float:
        middle = corner[0] + wide / 2, corner[1] + high_box / 2
        return min((math.dist(middle, p) for p in avoid), default=0.0)

    box = max(corners, key=distance)
    axes.add_patch(Rectangle(box, wide, high_box, color=INK, alpha=0.62, lw=0, zorder=6))
    x, y = box[0] + room, box[1] + 0.035 * size * tall
    axes.add_patch(Rectangle((x, y), bar, 0.022 * size * tall, color="white", lw=0, zorder=7))
    axes.text(
        x + bar / 2,
        y + 0.045 * size * tall,
        length_label(length),
        color="white",
        ha="center",
        va="bottom",
        fontsize=6.5,
        zorder=7,
    )


def length_label(length: float, decimals: int = 0) -> str:
    """Write a round length (m) without trailing zeros."""
    factor, unit = prefix_of(length, "m")
    return f"{length / factor:.{decimals}f} {unit}"


def round_length(most: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above `most` (m)."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(f * power for f in (1, 2, 5) if f * power <= most * (1 + 1e-9))


def colour_bar(figure: Figure, axes: Axes, drawn: AxesImage, channel: Shown) -> None:
    """Draw the colour bar of an image below it, with name and unit."""
    bar = figure.colorbar(drawn, ax=axes, orientation="horizontal", fraction=0.05, pad=0.04)
    bar.outline.set_linewidth(0.5)
    if channel.unit == "°":
        bar.set_ticks([-90, 0, 90])
    else:
        bar.ax.xaxis.set_major_locator(MaxNLocator(4))
    bar.ax.tick_params(labelsize=6.0, pad=1.5)
    bar.set_label(f"{channel.name} ({channel.unit})", labelpad=1.5)


def draw_walls(axes: Axes, walls: Iterable[Wall], region: ScanRegion, width: float = 1.0) -> None:
    """Draw walls as vectors in the region's own axes, µm."""
    for code, lines in by_code(walls).items():
        own = [np.stack(to_region(region, *line.T), axis=1) * UM for line in lines]
        axes.add_collection(
            LineCollection(own, colors=WALL_COLOURS[code], linewidths=width, zorder=4)
        )


def by_code(walls: Iterable[Wall]) -> dict[ClassCode, list[NDArray[np.float64]]]:
    """Return the polylines (n, 2), m, of each class that occurs, closed ones closed."""
    found: dict[ClassCode, list[NDArray[np.float64]]] = {}
    for wall in walls:
        points = np.vstack([wall.points, wall.points[:1]]) if wall.closed else wall.points
        found.setdefault(ClassCode(wall.code), []).append(points)
    return dict(sorted(found.items()))


def wall_handles(codes: Iterable[int]) -> list[Line2D]:
    """Return the legend's lines for classes."""
    return [
        Line2D([], [], color=WALL_COLOURS[ClassCode(c)], label=WALL_NAMES[ClassCode(c)])
        for c in sorted(set(codes))
    ]


def runs(points: NDArray[np.float64], keep: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Cut a polyline (n, 2) into the pieces whose points (n,) are all kept."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(int)))
    pieces = zip(edges[::2], edges[1::2], strict=True)
    return [points[a:b] for a, b in pieces if b - a > 1]


def size_words(region: ScanRegion, shape: Sequence[int]) -> str:
    """Write size and pixels of a frame."""
    step = quantity(region.size[0] / shape[1], "m")
    return f"{extent(region.size)}, {shape[0]} lines × {shape[1]} pixels, {step} per pixel"
