"""Lag between trace and retrace: a delay shows a feature late on the way that it is seen.

Feedback and lock-in show things further on along the way of the tip: to the right in the trace, to
the left in the retrace. Half of the distance between the two is the error of a position read in
either.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ai_afm import geometry
from ai_afm.types import (
    Direction,
    FloatImage,
    Frame,
    Grain,
    Junction,
    Point,
    ScanRegion,
    Wall,
    WallNetwork,
)

Rows = NDArray[np.float64]

LARGEST = 12
"""Lags beyond this many pixels are not looked for."""

_CORRELATED = 0.2
"""Least correlation of the lines' slopes for a lag to mean anything."""
_RIVAL = 0.9
"""Another peak of this share of the highest: a pattern that repeats, any of its periods fits."""
_BLOCKS = 8
"""Groups of lines whose spread gives the standard error."""
_FINEST = 0.01
"""Step of the search for the maximum, px."""
_CHANCE = 0.05
"""Chance that a frame without lag is moved."""
_ENOUGH = 128
"""Lines that are looked at: more tell no more, they are all delayed alike."""
_FEWEST = 16
"""Lines below which there is no such spread."""


@dataclass(frozen=True, slots=True)
class Lag:
    """A measured lag.

    Parameters
    ----------
    shift
        Where a feature is in the trace minus where it is in the retrace, along the fast axis (to
        the right), m.
    uncertainty
        Its standard error, m.
    correlation
        Of the lines' slopes at that shift, up to 1.
    channel
        What it was measured in: the response and the height are delayed by different circuits.
    """

    shift: float
    uncertainty: float
    correlation: float
    channel: str

    @property
    def significant(self) -> bool:
        """Whether the lag differs from none at the 5 % level (Student's t over eight groups)."""
        limit = float(special.stdtrit(_BLOCKS - 1, 1 - _CHANCE / 2))
        return abs(self.shift) > limit * self.uncertainty


def measure_lag(frame: Frame, channels: tuple[str, ...] = ("amplitude", "height")) -> Lag | None:
    """Measure the lag between trace and retrace in the first channel that shows it.

    Parameters
    ----------
    frame
        Lines that have a gap, or have come one way only, are left out.
    channels
        Names in order of preference; walls are drawn from the response first.

    Returns
    -------
    Lag or None
        `None` where nothing can be told: one direction only, fewer than 16 lines, nothing but
        noise, or a pattern that repeats within the largest lag.

    Notes
    -----
    The correlation of slopes, summed over all lines, is a band-limited function of the shift; its
    maximum is found to a hundredth of a pixel, the standard error from eight groups of lines and
    the last step of the search.
    """
    pixel = frame.request.pixel_size[0]
    for name in channels:
        images = frame.get(name, Direction.TRACE), frame.get(name, Direction.RETRACE)
        if images[0] is None or images[1] is None:
            continue
        found = _shift_of(images[0], images[1])
        if found is not None:
            shift, error, correlation = found
            return Lag(shift * pixel, error * pixel, correlation, name)
    return None


def without_lag(network: WallNetwork, lag: Lag) -> WallNetwork:
    """Move a network that was read in the trace to where it really is: back by half the lag.

    A lag that is not significant is not taken out: the network is returned as it is.
    """
    if not lag.significant:
        return network
    angle = network.region.angle
    way = -0.5 * lag.shift * np.array([np.cos(angle), np.sin(angle)])

    def point(p: Point) -> Point:
        return p[0] + float(way[0]), p[1] + float(way[1])

    def wall(w: Wall) -> Wall:
        return replace(w, points=w.points + way)

    def grain(g: Grain) -> Grain:
        return replace(g, outline=g.outline + way)

    def junction(j: Junction) -> Junction:
        return replace(j, position=point(j.position))

    shifted: ScanRegion = geometry.shifted(network.region, (float(way[0]), float(way[1])))
    return WallNetwork(
        shifted,
        tuple(wall(w) for w in network.walls),
        tuple(junction(j) for j in network.junctions),
        tuple(point(p) for p in network.tips),
        tuple(point(p) for p in network.open_ends),
        tuple(grain(g) for g in network.grains),
    )


def _shift_of(trace: FloatImage, retrace: FloatImage) -> tuple[float, float, float] | None:
    """Return shift and standard error (px) and correlation."""
    whole = np.isfinite(trace).all(axis=1) & np.isfinite(retrace).all(axis=1)
    if whole.sum() < _FEWEST or trace.shape[1] < 4 * LARGEST:
        return None
    rows = np.flatnonzero(whole)
    rows = rows[:: max(1, len(rows) // _ENOUGH)]
    a, b = _spectra(trace[rows]), _spectra(retrace[rows])
    power = float(np.sqrt((np.abs(a) ** 2).sum() * (np.abs(b) ** 2).sum()))
    if power == 0:
        return None
    cross = a * np.conj(b)
    grid = np.arange(-LARGEST, LARGEST + 1.0)
    surface = _correlation(cross.sum(axis=0), grid)
    top = int(surface.argmax())
    inner = np.r_[False, (surface[1:-1] >= surface[:-2]) & (surface[1:-1] >= surface[2:]), False]
    rivals = inner & (np.abs(grid - grid[top]) > 1) & (surface > _RIVAL * surface[top])
    scale = 2 / power
    if not inner[top] or rivals.any() or scale * surface[top] < _CORRELATED:
        return None
    shift = _refined(cross.sum(axis=0), grid[top])
    groups = [g.sum(axis=0) for g in np.array_split(cross, _BLOCKS)]
    spread = float(np.std([_refined(g, shift) for g in groups], ddof=1))
    # groups that agree to the last step of the search still have that step's rounding
    error = float(np.hypot(spread / np.sqrt(_BLOCKS), _FINEST / np.sqrt(12)))
    height = scale * float(_correlation(cross.sum(axis=0), np.array([shift]))[0])
    return shift, error, height


def _spectra(rows: FloatImage) -> NDArray[np.complex128]:
    """Return the spectrum of each line's slope, so that offsets and tilts do not count."""
    slope = np.diff(rows.astype(np.float64), axis=1)
    slope -= slope.mean(axis=1, keepdims=True)
    window = np.hanning(slope.shape[1])
    return np.fft.rfft(slope * window, n=2 * slope.shape[1], axis=1)


def _correlation(cross: NDArray[np.complex128], shifts: Rows) -> Rows:
    """Return the correlation at any shifts (px), in half the units of the spectra's power."""
    omega = 2 * np.pi * np.arange(len(cross)) / (2 * (len(cross) - 1))
    values: Rows = (cross[None] * np.exp(1j * omega[None] * shifts[:, None])).real.sum(axis=1)
    return values


def _refined(cross: NDArray[np.complex128], near: float) -> float:
    """Return the shift of the maximum within a pixel of `near`."""
    for step in (0.25, 0.05, _FINEST):
        grid = near + step * np.arange(-4.0, 5.0)
        near = float(grid[_correlation(cross, grid).argmax()])
    return near
