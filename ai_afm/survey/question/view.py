"""What an image of a place says about its domains, small enough for a row of the journal.

Sites are chosen from it by a controller that never sees an image: where the walls run (to a
fraction of a pixel) and which of two polarities is where. Which of them is up, no image tells; they
are A and B, and stay A and B through a run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import find_contours

from ai_afm import geometry
from ai_afm.survey.patch import Patch, Scale, read_patch, scale_of
from ai_afm.types import Frame, ScanRegion

Points = NDArray[np.float64]

SMOOTH = 0.7
"""Width of the Gaussian over the signed response before its zeros are looked for, pixels."""

CLEAR = 0.3
"""Least |signed response| of a pixel that counts as a domain, not as a wall."""

SHORTEST = 4.0
"""Length of a zero line, in pixels, below which it is noise."""

GRID = 64
"""Most rows and columns of the stored map of domains."""

STEP = 1e-10
"""Points of walls are stored in steps of this length, m."""

_LETTERS = {1: "A", -1: "B", 0: "."}


@dataclass(frozen=True, slots=True)
class DomainView:
    """Domains and walls of an image.

    Parameters
    ----------
    region
        Where the image lies.
    domains
        (rows, columns) int8, row 0 at the top: 1 in domain A, -1 in domain B, 0 near walls and
        where nothing is known.
    walls
        Zero lines of the signed response, each (n, 2) m, with domain A on the left.
    scale
        How samples became signed.
    """

    region: ScanRegion
    domains: NDArray[np.int8]
    walls: tuple[Points, ...]
    scale: Scale

    def notes(self) -> dict[str, Any]:
        """Return the view as JSON values; the region is that of the image's request."""
        middle, half = self.scale.middle, self.scale.half
        return {
            "scale": [middle.real, middle.imag, half.real, half.imag],
            "domains": ["".join(_LETTERS[int(v)] for v in row) for row in self.domains],
            "walls": [np.round(w / STEP).astype(int).ravel().tolist() for w in self.walls],
        }


def read_notes(notes: Mapping[str, Any], region: ScanRegion) -> DomainView:
    """Return the view that `DomainView.notes` wrote, of an image of `region`."""
    values = {letter: value for value, letter in _LETTERS.items()}
    rows = [[values[letter] for letter in row] for row in notes["domains"]]
    walls = tuple(np.array(w, float).reshape(-1, 2) * STEP for w in notes["walls"])
    return DomainView(region, np.array(rows, np.int8), walls, read_scale(notes["scale"]))


def read_scale(numbers: "list[float]") -> Scale:
    """Return a scale from its four stored numbers."""
    a, b, c, d = (float(n) for n in numbers)
    return Scale(complex(a, b), complex(c, d))


def view_of(frame: Frame, like: Scale | None = None) -> DomainView | None:
    """Return what an image says about its domains, `None` where it shows one polarity only.

    Parameters
    ----------
    frame
        With amplitude and phase.
    like
        An earlier image's scale: what was A there is A here.

    Raises
    ------
    BadInput
        When the image has no amplitude and phase.
    """
    scale = scale_of(frame, like=like)
    if scale is None:
        return None
    patch = read_patch(frame, scale)
    smooth = ndimage.gaussian_filter(patch.mean, SMOOTH)  # NaN stays NaN, and spreads a little
    walls = tuple(_zero_lines(patch, smooth))
    if not walls:
        return None
    return DomainView(frame.region, _domains(smooth), walls, scale)


def _domains(smooth: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the polarity of each pixel on a grid of at most `GRID` rows and columns."""
    rows, columns = (_picked(n) for n in smooth.shape)
    values = np.nan_to_num(smooth[np.ix_(rows, columns)])
    return np.where(np.abs(values) >= CLEAR, np.sign(values), 0).astype(np.int8)


def _picked(count: int) -> NDArray[np.intp]:
    """Return the pixels that lie in the middle of each cell of the grid."""
    cells = min(count, GRID)
    return np.floor((np.arange(cells) + 0.5) * count / cells).astype(np.intp)


def _zero_lines(patch: Patch, smooth: NDArray[np.float64]) -> list[Points]:
    """Return where the signed response is zero: lines in m, with its positive side on the left."""
    found = []
    lines = find_contours(smooth, 0.0, mask=np.isfinite(smooth))  # type: ignore[no-untyped-call]
    for line in lines:
        steps = np.hypot(*np.diff(line, axis=0).T)
        if steps.sum() < SHORTEST or not _is_a_wall(smooth, line, patch.noise):
            continue
        x, y = geometry.pixel_to_sample(patch.region, patch.shape, line[:, 0], line[:, 1])
        points = np.stack([x, y], axis=1)
        left = _side(patch, smooth, points)
        found.append(points if left >= 0 else points[::-1])
    return found


def _is_a_wall(smooth: NDArray[np.float64], line: Points, noise: float) -> bool:
    """Tell whether the response really changes its sign across a line: by more than noise does."""
    steep = np.hypot(*np.gradient(smooth))
    slope = ndimage.map_coordinates(steep, line.T, order=1, mode="nearest")
    return bool(np.nanmedian(slope) * 2 > max(noise, 0.05))


def _side(patch: Patch, smooth: NDArray[np.float64], points: Points) -> float:
    """Return how much more positive the response is on the left of a line than on its right."""
    along = np.gradient(points, axis=0)
    length = np.maximum(np.hypot(*along.T), 1e-15)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / length[:, None]
    values = []
    for sign in (1, -1):
        x, y = (points + 1.5 * sign * patch.pixel * normal).T
        where = geometry.sample_to_pixel(patch.region, patch.shape, x, y)
        values.append(ndimage.map_coordinates(smooth, where, order=1, mode="constant", cval=np.nan))
    difference = values[0] - values[1]
    known = difference[np.isfinite(difference)]
    return float(known.mean()) if len(known) else 0.0
