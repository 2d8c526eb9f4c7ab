"""Has the tip grown blunt? Measured on one place, scanned when the tip was good and now.

A parabolic tip of radius R records the surface dilated by its parabola, and two such dilations make
one of the summed radius. So the scan with a blunter tip is the earlier scan, dilated by a parabola
of the growth: the growth is fitted, without knowing the surface or the tip.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ai_afm.survey.health.check import Check
from ai_afm.survey.health.passes import Passes, levelled
from ai_afm.survey.health.same_place import SamePlace, inner, same_height

NAME = "geometric_wear"
MEANING = "growth of the tip's radius since the reference scan, m"

LIMIT = 10e-9
"""m: an edge 10 nm high is then 14 nm wider."""

GROWTHS = np.array([0.0, 3, 6, 10, 15, 22, 30, 40, 55, 75, 100]) * 1e-9
"""m: growths that are tried."""
_TRIAL = 30e-9
_SHOWS = 1000.0
"""What a growth of 30 nm must change, in variances of the noise, for the place to show it."""
_MOVE = 3
"""px by which the whole place may seem to move when the tip grows blunt."""
_BETTER = 0.05
"""Share of the noise by which a growth must fit better than none."""
_SMOOTH = 0.7
"""px: what noise is smoothed over before the dilation, which would pick its peaks."""

Height = NDArray[np.float64]


def check_sharpness(then: Passes, now: Passes) -> Check:
    """Measure by how much the tip has grown blunt between two scans of one place.

    Parameters
    ----------
    then, now
        At least 32 lines each, of the same shape, within 8 px of each other.

    Returns
    -------
    Check
        It cannot tell where a growth of 30 nm would not show (a place without sharp features says
        nothing about the tip, however blurred it looks), or where the noise is rougher than such a
        tip.

    References
    ----------
    Villarrubia, J. Res. Natl. Inst. Stand. Technol. 102, 425 (1997), doi:10.6028/jres.102.030
    """
    place = same_height(then, now)
    growth = math.nan if place is None else radius_growth(place)
    advice = ""
    if growth > LIMIT:
        advice = (
            f"the tip's radius has grown by {growth * 1e9:.0f} nm: change the tip, or lower load "
            "and speed; compare widths only with scans since then"
        )
    return Check(NAME, growth, LIMIT, MEANING, advice)


def radius_growth(place: SamePlace) -> float:
    """Return by how much the radius has grown, m; NaN where the place does not show it."""
    surround = gaussian_filter(np.asarray(place.surround, float), _SMOOTH)
    now = levelled(gaussian_filter(np.asarray(place.now, float), _SMOOTH))
    # smoothing leaves 1 / (4 pi 0.7^2) of the noise, and makes as many neighbours alike: squares
    # summed over all pixels, in variances of the noise as it was, count independent values
    counted = max(place.noise, 1e-300)
    # A dilation smooths noise that is rougher than its parabola (and such noise is rougher than any
    # surface): that alone would make a better fit.
    left = math.sqrt(place.noise / 2 / (4 * math.pi * _SMOOTH**2))
    if not left <= min(place.pixel_size) ** 2 / (4 * _TRIAL):  # nor where the size is not known
        return math.nan
    if _changed(surround, dilated(surround, _TRIAL, place.pixel_size)) / counted < _SHOWS:
        return math.nan
    misfits = np.array(
        [_misfit(dilated(surround, r, place.pixel_size), now) / counted for r in GROWTHS]
    )
    best = int(misfits.argmin())
    if misfits[0] - misfits[best] < _BETTER * now.size / (4 * math.pi * _SMOOTH**2):
        return 0.0
    return _vertex(misfits, best)


def dilated(height: Height, radius: float, pixel_size: tuple[float, float]) -> Height:
    """Return what a parabola of `radius` (m) traces over a height (lines, pixels) m."""
    if radius <= 0:
        return height
    relief = float(np.ptp(height))
    traced = height
    for axis, step in ((1, pixel_size[0]), (0, pixel_size[1])):
        source = np.moveaxis(traced, axis, 0)
        target = source.copy()
        # farther out than this the tip is higher than all relief
        reach = min(int(math.sqrt(2 * radius * relief) / step), len(source) - 1)
        for k in range(1, reach + 1):
            lifted = source - (k * step) ** 2 / (2 * radius)
            np.maximum(target[k:], lifted[:-k], out=target[k:])
            np.maximum(target[:-k], lifted[k:], out=target[:-k])
        traced = np.moveaxis(target, 0, axis)
    return traced


def _seen(surround: Height) -> Height:
    return levelled(np.asarray(inner(surround, (0, 0)), float))


def _changed(sharp: Height, blunt: Height) -> float:
    """Return the squares by which two surrounds differ beyond a small move.

    A blunter tip moves a single step, which drift does as well.
    """
    seen, reach = _seen(sharp), range(-_MOVE, _MOVE + 1)
    moved = (np.asarray(inner(blunt, (down, right)), float) for down in reach for right in reach)
    return min(float(((levelled(height) - seen) ** 2).sum()) for height in moved)


def _misfit(surround: Height, now: Height) -> float:
    """Return the squares left after a shift of less than a pixel is taken out."""
    left = (now - _seen(surround)).ravel()
    along = np.stack([_seen(np.gradient(surround, axis=axis)).ravel() for axis in (0, 1)], axis=1)
    fitted, *_ = np.linalg.lstsq(along, left, rcond=None)
    left = left - along @ fitted
    return float(left @ left)


def _vertex(misfits: NDArray[np.float64], best: int) -> float:
    """Return the growth at the vertex of the parabola through the best three."""
    if best in (0, len(misfits) - 1):
        return float(GROWTHS[best])
    at = slice(best - 1, best + 2)
    a, b, _ = np.polyfit(GROWTHS[at] * 1e9, misfits[at], 2)
    return float(-b / (2 * a)) * 1e-9 if a > 0 else float(GROWTHS[best])
