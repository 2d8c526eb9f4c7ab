"""What a view shows of a frame: which channel, how levelled, in which range and unit. No Qt."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import Direction, FloatImage, Frame
from ai_afm_gui.client.units import prefix, prefixed

LOW, HIGH = 2.0, 98.0
"""Percentiles of the robust range."""
SAMPLE = 40_000
"""Pixels that a range or a plane is estimated from."""
FULL_TURN = 2 * math.pi


class Levelling(StrEnum):
    """What is taken off an image for the eye; what is stored stays as it is."""

    NONE = "none"
    PLANE = "plane"
    ROWS = "row median"


class Map(StrEnum):
    """Colour maps that are safe for colour-blind eyes; the last one is for angles."""

    VIRIDIS = "viridis"
    CIVIDIS = "cividis"
    GREY = "CET-L1"
    CYCLIC = "CET-CBC1"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one view shows.

    Parameters
    ----------
    channel, direction
        Which image.
    levelling
        What is taken off it.
    map
        Its colours.
    fixed
        Range in the channel's unit, `None` for the robust one (of an angle on the cyclic map: the
        whole turn).
    """

    channel: str
    direction: Direction = Direction.TRACE
    levelling: Levelling = Levelling.NONE
    map: Map = Map.VIRIDIS
    fixed: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers of a channel are written: value x `factor` in `unit`."""

    factor: float
    unit: str

    def text(self, value: float) -> str:
        """Write a value of the channel with three digits, without its unit."""
        shown = value * self.factor
        text = f"{shown:.3g}"
        return f"{float(text):.0f}" if "e" in text and abs(shown) < 1e6 else text


def is_angle(unit: str) -> bool:
    """Tell whether a unit is that of an angle."""
    return unit in ("rad", "deg")


def scale_of(unit: str, largest: float) -> Scale:
    """Return how to write numbers up to `largest` of a unit.

    Examples
    --------
    >>> scale_of("m", 3.2e-8)
    Scale(factor=999999999.9999999, unit='nm')
    >>> scale_of("rad", 3.1).unit
    'deg'
    """
    if unit == "rad":
        return Scale(180 / math.pi, "deg")
    if unit in ("deg", "arb", ""):
        return Scale(1.0, unit or "arb")
    exponent, factor = prefix(largest)
    return Scale(1 / factor, prefixed(unit, exponent))


def shown_channels(frame: Frame) -> tuple[tuple[str, Direction], ...]:
    """Return the images that a view can show, in the order of the channels; spectra are none."""
    names = [c.name for c in frame.channels]
    keys = [(name, d) for name in names for d in Direction if (name, d) in frame.data]
    return tuple(key for key in keys if frame.data[key].ndim == 2)


def usual(frame: Frame, name: str, direction: Direction = Direction.TRACE) -> Choice:
    """Return how a channel is usually shown."""
    if is_angle(frame.unit(name) or ""):
        return Choice(name, direction, map=Map.CYCLIC)
    levelling = Levelling.PLANE if name == "height" else Levelling.NONE
    return Choice(name, direction, levelling)


def first_choices(frame: Frame, count: int = 4) -> tuple[Choice, ...]:
    """Return what the views show at first: height, amplitude, phase, and one more channel.

    Where a frame has fewer channels, the retrace of the first ones is shown.
    """
    there = shown_channels(frame)
    told = ("height", "amplitude", "phase", "frequency", "current", "deflection")
    rank = {name: place for place, name in enumerate(told)}

    def order(key: tuple[str, Direction]) -> tuple[bool, int]:
        return key[1] is not Direction.TRACE, rank.get(key[0], len(rank))

    chosen = sorted(there, key=order)[:count]
    return tuple(usual(frame, *key) for key in chosen)


def kept_choice(choice: Choice, frame: Frame) -> Choice | None:
    """Return the choice where a frame has such an image, else `None`."""
    return choice if (choice.channel, choice.direction) in shown_channels(frame) else None


def levelled(image: FloatImage, levelling: Levelling) -> FloatImage:
    """Return an image with a plane, or the median of each row, taken off.

    Parameters
    ----------
    image
        (lines, pixels), NaN where nothing was scanned.
    levelling
        What is taken off.
    """
    if levelling is Levelling.ROWS:
        return np.asarray(image - row_medians(image)[:, np.newaxis], np.float32)
    if levelling is Levelling.PLANE:
        return np.asarray(image - plane_of(image), np.float32)
    return image


def row_medians(image: FloatImage) -> FloatImage:
    """Return the median of what each row holds, (lines,); NaN for rows without a value."""
    count = np.isfinite(image).sum(axis=1)
    if not len(image) or (count == image.shape[1]).all():
        return np.asarray(np.median(image, axis=1), np.float32)
    medians = np.full(len(image), np.nan, np.float32)
    whole = count == image.shape[1]
    medians[whole] = np.median(image[whole], axis=1)
    for row in np.flatnonzero((count > 0) & ~whole):
        values = image[row]
        medians[row] = np.median(values[np.isfinite(values)])
    return medians


def plane_of(image: FloatImage) -> FloatImage:
    """Return the plane of least squares through an image, (lines, pixels); 0 where none is told."""
    lines, pixels = image.shape
    step = stride(image.size)
    values = image.ravel()[::step]
    known = np.isfinite(values)
    if known.sum() < 3:
        return np.zeros(image.shape, np.float32)
    places = np.arange(0, image.size, step)[known]
    row, column = places // pixels - lines / 2, places % pixels - pixels / 2
    design = np.stack([np.ones(len(places)), row, column], axis=1)
    offset, along, across = np.linalg.lstsq(design, values[known].astype(float), rcond=None)[0]
    rows = offset + along * (np.arange(lines) - lines / 2)
    plane = rows[:, np.newaxis] + across * (np.arange(pixels) - pixels / 2)
    return np.asarray(plane, np.float32)


def robust_range(image: FloatImage) -> tuple[float, float] | None:
    """Return the 2nd and 98th percentile of what an image holds; `None` where it holds nothing."""
    values = image.ravel()[:: stride(image.size)]
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    low, high = (float(v) for v in np.percentile(values, (LOW, HIGH)))
    if high > low:
        return low, high
    room = max(abs(low) * 1e-3, 1e-12)
    return low - room, high + room


def stride(size: int) -> int:
    """Return the step at which an image is looked at; odd, so that no column is met by each row."""
    return max(1, size // SAMPLE) | 1


def range_of(image: FloatImage, choice: Choice, unit: str) -> tuple[float, float] | None:
    """Return the range in which a levelled image is shown, `None` where it holds nothing."""
    if choice.fixed is not None:
        return choice.fixed
    if choice.map is Map.CYCLIC and is_angle(unit):
        turn = FULL_TURN if unit == "rad" else 360.0
        return -turn / 2, turn / 2
    return robust_range(image)


def indices(image: FloatImage, limits: tuple[float, float], *, cyclic: bool) -> NDArray[np.uint8]:
    """Return which of 256 colours each pixel has; what is NaN gets any.

    Parameters
    ----------
    image
        Levelled, in the channel's unit.
    limits
        Values of the first and the last colour.
    cyclic
        Whether values beyond the limits begin again at the other end.
    """
    low, high = limits
    scaled = (image - np.float32(low)) * np.float32(255.999 / (high - low))
    if cyclic:
        scaled = np.mod(scaled, np.float32(256))
    np.clip(scaled, 0, 255, out=scaled)
    with np.errstate(invalid="ignore"):
        return scaled.astype(np.uint8)


def fixed(choice: Choice, limits: tuple[float, float] | None) -> Choice:
    """Return the choice with its range held at the given limits, or robust again."""
    return replace(choice, fixed=limits)
