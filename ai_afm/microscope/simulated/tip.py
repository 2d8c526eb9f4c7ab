"""The tip: its shape seen in the topography, its electric radius seen in the response, its wear."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ai_afm.microscope.simulated.surface import Array
from ai_afm.types import Point, Waveform


@dataclass(frozen=True, slots=True)
class SecondTip:
    """A second apex: where it sits, how much shorter it is, its share of the response.

    Parameters
    ----------
    offset
        (dx, dy) in the sample frame, m.
    recess
        How much shorter than the first apex, m.
    share
        Its weight in the response, 0 to 1 (the first has the rest).
    """

    offset: Point = (60e-9, 20e-9)
    recess: float = 1e-9
    share: float = 0.3


@dataclass(frozen=True, slots=True)
class Tip:
    """The state of a tip; geometric and electric wear are separate things.

    Parameters
    ----------
    radius
        Geometric radius of the apex when new, m; 0 for an ideal tip.
    electric_radius
        Standard deviation of the field under the tip, m.
    second
        A second apex, `None` for a single tip.
    contact_path
        Metres slid in contact so far.
    load
        N.
    blunting
        Growth of the radius per metre of path and newton of load, m / (m N).
    coating_life
        Path over which the response falls to 1/e because the conducting coating wears, m.
    coating
        Share of the response that accidents have left, 1 when new.
    bias_share
        Share of a voltage at the tip that reaches the sample; the rest drops in a coating that has
        worn through, 1 when new. `reaching` applies it to a probe.
    """

    radius: float = 15e-9
    electric_radius: float = 8e-9
    second: SecondTip | None = None
    contact_path: float = 0.0
    load: float = 50e-9
    blunting: float = 2.0
    coating_life: float = 20.0
    coating: float = 1.0
    bias_share: float = 1.0

    @property
    def worn_radius(self) -> float:
        """Geometric radius as it is now, m."""
        return self.radius + self.blunting * self.contact_path * self.load

    @property
    def gain(self) -> float:
        """Share of the response that the coating still gives, 1 when new."""
        return self.coating * self.bias_share * math.exp(-self.contact_path / self.coating_life)


def worn(tip: Tip, path: float) -> Tip:
    """Return the tip after sliding `path` more metres in contact."""
    return replace(tip, contact_path=tip.contact_path + path)


def reaching(waveform: Waveform, tip: Tip) -> Waveform:
    """Return the waveform of the bias that reaches the sample through a worn coating.

    The AC drive keeps its size: what the coating takes of the response is in `Tip.gain`.
    """
    share = tip.bias_share
    return replace(
        waveform, amplitude=share * waveform.amplitude, read_bias=share * waveform.read_bias
    )


def dilate(height: Array, radius: float, pixel_size: tuple[float, float]) -> Array:
    """Return what a parabolic tip of `radius` traces: the grey dilation of the topography.

    A paraboloid dilates one axis after the other exactly, because r^2 = x^2 + y^2.

    Parameters
    ----------
    height
        (lines, pixels), m.
    radius
        m; 0 for an ideal tip.
    pixel_size
        (along a line, between lines), m.

    Returns
    -------
    traced
        (lines, pixels), m; never below `height`.

    References
    ----------
    Villarrubia, J. Res. Natl. Inst. Stand. Technol. 102, 425 (1997), doi:10.6028/jres.102.030
    """
    if radius <= 0:
        return height
    relief = float(height.max() - height.min())
    traced = height
    for axis, step in ((1, pixel_size[0]), (0, pixel_size[1])):
        traced = _dilate_axis(traced, axis, step * step / (2 * radius), relief)
    return traced


def _dilate_axis(height: Array, axis: int, curvature: float, relief: float) -> Array:
    # Farther out than `reach` the tip is higher than all relief and cannot touch first.
    reach = min(int(math.sqrt(relief / curvature)), height.shape[axis] - 1)
    result = height.copy()
    source = np.moveaxis(height, axis, 0)
    target = np.moveaxis(result, axis, 0)
    for k in range(1, reach + 1):
        np.maximum(target[k:], source[:-k] - curvature * k * k, out=target[k:])
        np.maximum(target[:-k], source[k:] - curvature * k * k, out=target[:-k])
    return result


def blur(field: Array, radius: float, pixel_size: tuple[float, float]) -> Array:
    """Return a field (lines, pixels) as a gaussian of standard deviation `radius` (m) sees it."""
    for axis, step in ((1, pixel_size[0]), (0, pixel_size[1])):
        sigma = radius / step
        if sigma > 0.2:  # narrower than this a gaussian leaves less than 1e-5 beside its pixel
            field = gaussian_filter1d(field, sigma, axis=axis, mode="nearest", truncate=3.0)
    return field


def margin(tip: Tip, relief: float, pixel: float) -> int:
    """Return how many pixels (of `pixel` m) beside a frame the tip feels for a `relief` (m)."""
    reach = max(math.sqrt(2 * tip.worn_radius * relief), 3 * tip.electric_radius)
    return math.ceil(reach / pixel)


def two_apexes(
    first: tuple[Array, NDArray[np.float64]],
    second: tuple[Array, NDArray[np.float64]],
    tip: SecondTip,
) -> tuple[Array, NDArray[np.float64]]:
    """Return (height, response) of a double tip: the higher contact, and the weighted response."""
    height = np.maximum(first[0], second[0] - tip.recess)
    return height, (1 - tip.share) * first[1] + tip.share * second[1]
