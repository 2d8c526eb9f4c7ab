"""How far walls have moved between two frames: normal displacements, segment by segment.

The walls of both frames are taken to the coordinates of the run's first frame, so that drift, the
lateness of lines and the scanner's hysteresis are out of them as far as the tracker knows them.
What it does not know is common to all segments of a frame: its covariance is part of every
interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.ndimage import uniform_filter1d
from scipy.spatial import KDTree

from ai_afm.survey import polyline
from ai_afm.survey.intervals import NORMAL, UPPER, Estimate
from ai_afm.survey.places import first_frame
from ai_afm.survey.tracking.shift import Covariance
from ai_afm.survey.tracking.tracker import note_of
from ai_afm.types import DOMAIN_WALL_CODES, Observation, Point, ScanRequest, Wall

SEGMENT = 120e-9
"""Length of wall that counts as one unit, m; what is shorter is one unit as a whole."""
LEAST = 6
"""Pieces of wall of one pixel that a segment needs to be compared."""
LOCATED = 1e-9
"""Error of the displacement of a segment that did not move, m: a sixth of a pixel of 6 nm."""
UNKNOWN = (1e-14, 0.0, 1e-14)
"""Covariance of a drift of which nothing is known, m^2: 100 nm along either axis."""
SLANT = 1.0
"""Largest displacement along the wall over that across it, beyond 1.5 pixels: else the nearest wall
is another one."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """A segment of wall, piece by piece, and by how much it has moved.

    Parameters
    ----------
    places
        (n, 2) middles of the pieces before, m, in the coordinates of the run's first frame.
    normals
        (n, 2) unit normals, to the left of the wall's course.
    across
        (n,) displacement of each piece along its normal, m.
    length
        Of all pieces, m.
    """

    places: Points
    normals: Points
    across: NDArray[np.float64]
    length: float

    def away_from(self, places: Points) -> tuple[float, Point]:
        """Return the mean displacement away from the nearest of places (n, 2), m, and its lever.

        The lever is what a shift of the whole frame by 1 m along x and along y would add: near 0
        for a ring around a place.
        """
        nearest = places[np.asarray(KDTree(places).query(self.places)[1])]
        side = np.where(((self.places - nearest) * self.normals).sum(axis=1) >= 0, 1.0, -1.0)
        x, y = (side[:, None] * self.normals).mean(axis=0).tolist()
        return float((side * self.across).mean()), (x, y)

    @property
    def ends(self) -> tuple[tuple[float, Point], tuple[float, Point]]:
        """Mean displacement to the left of the course, m, and lever of its first and last third."""
        found = []
        thirds = np.array_split(np.arange(len(self.across)), 3)
        for part in (thirds[0], thirds[2]):
            x, y = self.normals[part].mean(axis=0).tolist()
            found.append((float(self.across[part].mean()), (x, y)))
        return found[0], found[1]


@dataclass(frozen=True, slots=True)
class Displacement:
    """What two frames of a place say about its walls.

    Parameters
    ----------
    segments
        Those that were found again.
    lost
        Length of wall before of which nothing is left within reach, m.
    drift
        (xx, xy, yy), m^2: covariance of the shift between the frames that drift leaves, which is
        common to all segments. `None` where the tracker does not say.
    """

    segments: tuple[Moved, ...]
    lost: float
    drift: Covariance | None


def displacement(
    before: Observation, after: Observation, drifts: tuple[Point, Point], reach: float | None = None
) -> Displacement | None:
    """Compare the domain walls of two frames.

    Parameters
    ----------
    before, after
        Finished frames with their walls.
    drifts
        The drift that the coordinates of each contain, m.
    reach
        How far a wall may have moved to be looked for, m; 12 pixels by default.

    Returns
    -------
    Displacement or None
        `None` where a frame has no walls that can be used.
    """
    if not isinstance(before.request, ScanRequest) or not isinstance(after.request, ScanRequest):
        return None
    if before.network is None or after.network is None:
        return None
    pixel = max(*before.request.pixel_size, *after.request.pixel_size)
    reach = 12 * pixel if reach is None else reach
    courses = [_course(wall, pixel) for wall in _domain_walls(before)]
    starts = [first_frame(before, drifts[0], places) for places, _, _ in courses]
    target = [_course(wall, pixel / 4)[0] for wall in _domain_walls(after)]
    there = first_frame(after, drifts[1], np.concatenate([np.zeros((0, 2)), *target]))
    trees = _tree(starts), _tree([there])
    segments: list[Moved] = []
    lost = 0.0
    for places, (_, normals, step) in zip(starts, courses, strict=True):
        across = _normal_distance(trees, (places, normals), reach, pixel)
        found, gone = _segments(places, normals, across, step)
        segments += found
        lost += gone
    return Displacement(tuple(segments), lost, _drift(before, after))


def without_drift(
    shifts: Sequence[tuple[float, Point]],
    still: Sequence[tuple[float, Point]],
    prior: Covariance | None,
) -> tuple[list[tuple[float, Point]], Covariance]:
    """Take the shift of the whole frame that walls far from any stroke tell out of displacements.

    What the tracker left is drawn from `prior`; each of the still segments then measures it along
    its normal, wrong by their scatter or by `LOCATED`, whichever is larger.

    Parameters
    ----------
    shifts
        Displacements of segments, m, with their levers (`Moved.away_from`).
    still
        Those of segments that nothing has pushed.
    prior
        Covariance of the drift between the frames, m^2; `None` where the tracker does not say.

    Returns
    -------
    shifts, covariance
        Without the shift, and what is still not known of it, m^2.
    """
    information = np.linalg.inv(_matrix(prior or UNKNOWN) + 1e-24 * np.eye(2))
    levers = np.array([lever for _, lever in still]).reshape(-1, 2)
    values = np.array([value for value, _ in still])
    common, error = np.zeros(2), LOCATED
    for _ in range(5):
        weight = 1 / np.maximum(1.0, np.abs(values - levers @ common) / (2 * error)) / error**2
        full = information + (levers.T * weight) @ levers
        common = np.linalg.solve(full, (levers.T * weight) @ values)
        rest = np.abs(values - levers @ common)
        error = max(LOCATED, 1.5 * float(np.median(rest)) if len(rest) > 2 else 0.0)
    left = np.linalg.inv(full)
    taken = [(value - float(np.dot(lever, common)), lever) for value, lever in shifts]
    return taken, (float(left[0, 0]), float(left[0, 1]), float(left[1, 1]))


def _matrix(covariance: Covariance) -> NDArray[np.float64]:
    xx, xy, yy = covariance
    return np.array([[xx, xy], [xy, yy]])


def mean_shift(shifts: Sequence[tuple[float, Point]], drift: Covariance | None) -> Estimate:
    """Return the mean of segments' displacements (m, with their levers) and its 95 % interval.

    Segments vary by more than they are measured wrong: Student's interval of their mean holds both.
    What drift leaves, which no number of segments makes smaller, is added in quadrature. Ends are
    infinite for fewer than two segments or an unknown drift.
    """
    x = np.array([shift for shift, _ in shifts], float)
    if len(x) < 2 or drift is None:
        return Estimate(float(x.mean()) if len(x) else math.nan, -math.inf, math.inf)
    error = float(x.std(ddof=1)) / math.sqrt(len(x))
    lx, ly = np.mean([lever for _, lever in shifts], axis=0).tolist()
    common = math.sqrt(max(lx * lx * drift[0] + 2 * lx * ly * drift[1] + ly * ly * drift[2], 0.0))
    half = math.hypot(float(stats.t.ppf(UPPER, len(x) - 1)) * error, NORMAL * common)
    mean = float(x.mean())
    return Estimate(mean, mean - half, mean + half)


def motion_squared(found: Sequence[Displacement]) -> Estimate | None:
    """Return the typical square displacement of segments, m^2, free of what measuring adds to it.

    The first and the last third of a segment are measured apart, with a third between them over
    which the errors of a drawn line die out: the product of their displacements is on average the
    square of what they have in common, the motion.
    The median over segments is not moved by the few that a network draws elsewhere the next time;
    its 95 % interval is that of the order statistics, whatever the distribution. It may be negative
    by chance. A shift common to all walls of a frame is taken out before (drift): frames with fewer
    than 4 segments cannot tell it from motion and are left out.

    Parameters
    ----------
    found
        Pairs of frames.

    Returns
    -------
    Estimate or None
        `None` where no pair has segments enough; infinite ends for fewer than 6 in all.
    """
    products: list[float] = []
    for pair in found:
        if len(pair.segments) < 4:
            continue
        ends = [end for segment in pair.segments for end in segment.ends]
        shift = np.array([value for value, _ in ends])
        levers = np.array([lever for _, lever in ends])
        shift = shift - levers @ _common(shift, levers)
        products += (shift[0::2] * shift[1::2]).tolist()
    if not products:
        return None
    x, n = np.sort(products), len(products)
    rank = int(stats.binom.ppf(1 - UPPER, n, 0.5))
    low, high = (float(x[rank - 1]), float(x[n - rank])) if rank >= 1 else (-math.inf, math.inf)
    return Estimate(float(np.median(x)), low, high)


def _common(shift: NDArray[np.float64], levers: Points) -> NDArray[np.float64]:
    """Return the shift (2,) m of a whole frame that explains most, a few walls that moved aside."""
    weight = np.ones(len(shift))
    common = np.zeros(2)
    for _ in range(10):
        root = np.sqrt(weight)
        common[:] = np.linalg.lstsq(root[:, None] * levers, root * shift, rcond=0.1)[0]
        rest = np.abs(shift - levers @ common)
        scale = max(1.5 * float(np.median(rest)), 1e-12)
        weight = 1 / np.maximum(1.0, rest / scale)
    return common


def _course(wall: Wall, step: float) -> tuple[Points, Points, float]:
    """Return the middles (n, 2) m of a wall's pieces, their unit normals, and their length (m)."""
    points = polyline.resample(wall.points, step, wall.closed)
    steps = np.diff(points, axis=0)
    length = float(np.hypot(*steps.T).mean()) if len(steps) else step
    middles = (points[1:] + points[:-1]) / 2
    # Over five pieces: the course of a line is rougher than the line.
    steps = uniform_filter1d(steps, 5, axis=0, mode="wrap" if wall.closed else "nearest")
    size = np.hypot(*steps.T)
    unit = steps / np.where(size > 0, size, 1.0)[:, None]
    return middles, np.stack([-unit[:, 1], unit[:, 0]], axis=1), length


def _domain_walls(observation: Observation) -> list[Wall]:
    network = observation.network
    walls = () if network is None else network.walls
    return [wall for wall in walls if wall.code in DOMAIN_WALL_CODES]


def _tree(parts: Sequence[Points]) -> KDTree | None:
    points = np.concatenate([np.zeros((0, 2)), *parts])
    return KDTree(points) if len(points) else None


def _normal_distance(
    trees: tuple[KDTree | None, KDTree | None],
    course: tuple[Points, Points],
    reach: float,
    pixel: float,
) -> NDArray[np.float64]:
    """Return how far along its normal each place has its wall now, (n,) m; NaN for none.

    `trees` hold the walls before and after.
    """
    before, after = trees
    places, normals = course
    if before is None or after is None:
        return np.full(len(places), np.nan)
    distance, nearest = (np.asarray(a) for a in after.query(places, distance_upper_bound=reach))
    known = np.isfinite(distance)
    found = np.full(places.shape, np.nan)
    found[known] = np.asarray(after.data)[nearest[known]]
    back = np.full(len(places), np.nan)
    back[known] = np.asarray(before.query(found[known])[0])
    way = found - places
    across = (way * normals).sum(axis=1)
    along = np.abs(way[:, 0] * normals[:, 1] - way[:, 1] * normals[:, 0])
    with np.errstate(invalid="ignore"):
        other = along > np.maximum(SLANT * np.abs(across), 1.5 * pixel)
        # A wall that is gone has another one for its neighbour, which has not come from here.
        other |= (distance > 2 * pixel) & (back < 0.5 * distance)
    return np.asarray(np.where(other, np.nan, across))


def _segments(
    places: Points, normals: Points, across: NDArray[np.float64], step: float
) -> tuple[list[Moved], float]:
    """Cut a wall into segments; return those that were found again, and the length that was not."""
    count = max(1, round(len(places) * step / SEGMENT))
    found: list[Moved] = []
    lost = 0.0
    for part in np.array_split(np.arange(len(places)), count):
        known = part[np.isfinite(across[part])]
        lost += (len(part) - len(known)) * step
        if len(known) < max(LEAST, 0.5 * len(part)):
            continue
        found.append(Moved(places[known], normals[known], across[known], len(known) * step))
    return found, lost


def _drift(before: Observation, after: Observation) -> Covariance | None:
    """Return the covariance of what drift leaves between two frames, m^2."""
    notes = note_of(before), note_of(after)
    if notes[0] is None or notes[1] is None:
        return None
    covariances = [note["covariance"] for note in notes if note is not None]
    xx, xy, yy = (float(sum(c[i] for c in covariances)) for i in range(3))
    return xx, xy, yy
