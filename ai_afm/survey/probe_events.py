"""What a probe did to the wall: two small images, before and after, compared around the site.

Nothing, a wall that moved, a new domain, or a domain that is gone. The images are laid on one
another by the shift that the caller has measured (drift), never by their response alone: a moved
wall looks like drift.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.survey.intervals import NORMAL, Estimate
from ai_afm.survey.patch import (
    Image,
    Mask,
    NearWall,
    Patch,
    Scale,
    read_patch,
    scale_of,
    wall_near,
)
from ai_afm.types import Frame, Point

LEAST_RADIUS = 1.0
"""Radius, in pixels, of the smallest change that is believed."""

SPAN = 0.5
"""Half length, in pixels, of the piece of wall at the site whose displacement is measured."""


class EventKind(StrEnum):
    """What happened."""

    NOTHING = "nothing"
    WALL_MOVED = "wall moved"
    NEW_DOMAIN = "new domain"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Registration:
    """Where features are in the image after minus before, m, and its standard error, m."""

    shift: Point = (0.0, 0.0)
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class ProbeEvent:
    """What a probe has changed.

    Parameters
    ----------
    kind
        See `EventKind`.
    area
        Switched area that hangs together around the site, m^2.
    displacement
        Of the wall at the site with its 95 % interval, m, positive towards the side that responded
        positively before; `None` where there was no wall within reach, or none is left.
    """

    kind: EventKind
    area: float
    displacement: Estimate | None

    @property
    def radius(self) -> float:
        """Radius of a dot of the same area, m."""
        return math.sqrt(self.area / math.pi)


def event(
    before: Frame,
    after: Frame,
    site: Point,
    reach: float,
    registration: Registration | None = None,
    known: Scale | None = None,
) -> ProbeEvent | None:
    """Compare two images of a site.

    Parameters
    ----------
    before, after
        With amplitude and phase; they need not have the same pixels.
    site
        Where the probe was, m, as in `before`.
    reach
        Largest distance of a change from the site, m, that the probe can have made.
    registration
        Shift of features from `before` to `after`, measured on what a bias does not change.
    known
        Scale of the response from a larger image, where a small one may show one polarity only.

    Returns
    -------
    ProbeEvent or None
        `None` where neither image shows two polarities: then nothing can be said.
    """
    scale = known or scale_of(before, after)
    if scale is None:
        return None
    moved = registration or Registration()
    first, second = read_patch(before, scale), read_patch(after, scale)
    old = first.mean
    new = _on_grid_of(first, second, moved.shift)
    changed = _changed(first, second, old, new)
    x, y = geometry.pixel_grid(first.region, first.shape)
    near = np.hypot(x - site[0], y - site[1]) <= reach
    touched = _around(changed, near)
    pixel_area = first.region.size[0] * first.region.size[1] / old.size
    area = float(touched.sum()) * pixel_area
    wall = wall_near(first, site)
    close = wall if wall is not None and abs(wall.distance) <= reach else None
    displacement = None if close is None else _displacement(first, second, close, moved, reach)
    kind = _kind(old, new, touched)
    if kind is EventKind.NOTHING and displacement is not None and _is_sure(displacement):
        kind = EventKind.WALL_MOVED  # by less than a pixel, yet more than the error
    return ProbeEvent(kind, area, displacement)


def _is_sure(displacement: Estimate) -> bool:
    """Tell whether a displacement exceeds three standard errors."""
    error = (displacement.high - displacement.low) / (2 * NORMAL)
    return abs(displacement.value) > 3 * error


def _on_grid_of(grid: Patch, patch: Patch, shift: Point) -> Image:
    """Return the mean of a patch on another's pixels, NaN beyond its edge."""
    x, y = geometry.pixel_grid(grid.region, grid.shape)
    where = geometry.sample_to_pixel(patch.region, patch.shape, x + shift[0], y + shift[1])
    return np.asarray(
        ndimage.map_coordinates(patch.mean, where, order=1, mode="constant", cval=np.nan)
    )


def _changed(first: Patch, second: Patch, old: Image, new: Image) -> Mask:
    """Select the pixels that have switched: other side of zero, by more than noise can make."""
    with np.errstate(invalid="ignore"):
        flipped = (old * new < 0) & (np.abs(new - old) > 0.6)
    noise = math.hypot(first.noise, second.noise) / math.sqrt(len(first.signed))
    flipped &= np.abs(new - old) > 3 * noise
    # a line of flipped pixels along a wall is what a fraction of a pixel of misfit makes
    opened = ndimage.binary_opening(flipped, np.ones((2, 2), bool))
    return np.asarray(ndimage.binary_propagation(opened, mask=flipped))


def _around(changed: Mask, near: Mask) -> Mask:
    """Select the pieces of a change that begin within reach of the site and are large enough."""
    pieces, count = ndimage.label(changed, np.ones((3, 3), int))
    kept = np.zeros_like(changed)
    for number in range(1, count + 1):
        piece = pieces == number
        if (piece & near).any() and piece.sum() >= math.pi * LEAST_RADIUS**2:
            kept |= piece
    return kept


def _kind(old: Image, new: Image, touched: Mask) -> EventKind:
    if not touched.any():
        return EventKind.NOTHING
    sign = np.sign(old[touched].mean())
    same = np.nan_to_num(old * sign) > 0
    domains, _ = ndimage.label(same)
    numbers = np.unique(domains[touched & same])
    own = np.isin(domains, numbers[numbers > 0])
    inside = own.copy()
    inside[1:-1, 1:-1] = False
    with np.errstate(invalid="ignore"):
        left = own & (new * sign > 0)
    if not inside.any() and left.sum() <= 0.2 * own.sum():
        return EventKind.ERASED
    # a new domain is an island: nothing of its own polarity was beside it before
    rim = ndimage.binary_dilation(touched, np.ones((3, 3), bool)) & ~touched
    beside = old[rim] * sign
    beside = beside[np.isfinite(beside)]
    opposite = float(np.mean(beside < 0)) if len(beside) else 0.0
    return EventKind.NEW_DOMAIN if opposite < 0.12 else EventKind.WALL_MOVED


def _displacement(
    first: Patch, second: Patch, wall: NearWall, moved: Registration, reach: float
) -> Estimate | None:
    """Measure how far the wall at the site moved along its normal, each pass on its own."""
    step = 0.25 * first.pixel
    across = np.arange(-1.5 * reach, 1.5 * reach + step, step)
    along = np.array([-1.0, 0.0, 1.0]) * SPAN * first.pixel
    nx, ny = wall.normal
    x = wall.at[0] + across[None, :] * nx - along[:, None] * ny
    y = wall.at[1] + across[None, :] * ny + along[:, None] * nx
    shifts, slopes = [], []
    for one, two in zip(first.signed, second.signed, strict=False):
        profile = _profile(first, one, x, y)
        old = _zero(profile, across, 0.0)
        if old is None:
            return None
        slopes.append(float(np.gradient(profile, step)[np.argmin(np.abs(across - old))]))
        new = _zero(_profile(second, two, x + moved.shift[0], y + moved.shift[1]), across, old)
        if new is None:
            return None
        shifts.append(new - old)
    value = float(np.mean(shifts))
    # the lines of a pass share their pixels: each pass is one independent reading
    n = len(shifts)
    slope_noise = math.hypot(first.noise, second.noise) * first.pixel / math.sqrt(n * len(along))
    scatter = float(np.std(shifts, ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    # a tip of width s sees the front of a bulge of radius R too short by s^2 / (2 R); a high bulge
    # is about as wide as it is high, a low one at least as wide as a few pixels
    blur = 0.8 / max(float(np.mean(slopes)), 1e-3 / first.pixel)
    front = min(blur**2 * abs(value) / (2 * max(abs(value), 4 * first.pixel) ** 2), blur)
    error = math.sqrt(
        max(scatter, slope_noise) ** 2 + moved.error**2 + (0.1 * first.pixel) ** 2 + front**2
    )
    half = NORMAL * error
    return Estimate(value, value - half, value + half)


def _profile(patch: Patch, values: Image, x: Image, y: Image) -> NDArray[np.float64]:
    """Return the mean of parallel profiles, (points,), NaN beyond the patch."""
    where = geometry.sample_to_pixel(patch.region, patch.shape, x, y)
    profiles = ndimage.map_coordinates(values, where, order=1, mode="constant", cval=np.nan)
    return np.asarray(profiles.mean(axis=0))


def _zero(profile: NDArray[np.float64], at: NDArray[np.float64], close_to: float) -> float | None:
    """Return where a profile rises through zero next to a place, `None` where it never does."""
    with np.errstate(invalid="ignore"):
        rises = np.flatnonzero((profile[:-1] < 0) & (profile[1:] >= 0))
    if not len(rises):
        return None
    share = profile[rises] / (profile[rises] - profile[rises + 1])
    places = at[rises] + share * (at[rises + 1] - at[rises])
    return float(places[int(np.argmin(np.abs(places - close_to)))])
