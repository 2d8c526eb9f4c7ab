"""What a fix, or a failure to get one, does to the track: taken in, doubted, a jump, or lost."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.tracking.shift import Covariance, Shift
from ai_afm.survey.tracking.state import Fix, Status, Surprise, Track, predict
from ai_afm.types import Point

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Anchor:
    """When a reference was recorded, and what its coordinates contain.

    Parameters
    ----------
    time
        Middle of the reference, s.
    offset
        (dx, dy), m, of features in it, relative to the first frame.
    covariance
        (xx, xy, yy) of that, m^2.
    """

    time: float
    offset: Point = (0.0, 0.0)
    covariance: Covariance = (0.0, 0.0, 0.0)


def fix_from(shift: Shift, anchor: Anchor, time: float) -> Fix:
    """Turn a shift against a reference into an offset at `time` (s)."""
    xx, xy, yy = (a + b for a, b in zip(shift.covariance, anchor.covariance, strict=True))
    at = anchor.offset[0] + shift.dx, anchor.offset[1] + shift.dy
    return Fix(time, at, (xx, xy, yy))


def update(track: Track, fix: Fix) -> Track:
    """Take a fix in.

    One that fits the prediction corrects it. One that does not is only remembered: a jump is
    believed when a second fix says the same.
    """
    ahead = predict(track, fix.time)
    if _distance(ahead, fix) <= track.settings.gate:
        return _corrected(ahead, fix)
    seen = Surprise(fix.time, _surprise(ahead, fix), fix.covariance)
    if track.suspect is not None and agree(ahead, track.suspect, seen):
        return jumped(ahead, fix)
    return doubted(ahead, seen)


def missed(track: Track, time: float) -> Track:
    """Note that a frame showed no place at all."""
    return doubted(predict(track, time), None)


def matrix(covariance: Covariance) -> Real:
    """Return a covariance (xx, xy, yy) as a matrix (2, 2)."""
    xx, xy, yy = covariance
    return np.array([[xx, xy], [xy, yy]])


def _surprise(ahead: Track, fix: Fix) -> Point:
    """Return how far a fix lies from the prediction, m."""
    x, y = np.asarray(fix.offset) - ahead.seen_from(fix.time) @ ahead.mean
    return float(x), float(y)


def _distance(ahead: Track, fix: Fix) -> float:
    """Return the squared Mahalanobis distance of a fix from the prediction."""
    h = ahead.seen_from(fix.time)
    surprise = np.asarray(_surprise(ahead, fix))
    spread = h @ ahead.covariance @ h.T + matrix(fix.covariance)
    return float(surprise @ np.linalg.solve(spread, surprise))


def _corrected(ahead: Track, fix: Fix) -> Track:
    """Return the track after a fix that fits (the filter of R. E. Kalman, Joseph's form).

    References
    ----------
    R. E. Kalman, J. Basic Eng. 82, 35 (1960), doi:10.1115/1.3662552
    """
    h, noise = ahead.seen_from(fix.time), matrix(fix.covariance)
    spread = h @ ahead.covariance @ h.T + noise
    gain = np.linalg.solve(spread, h @ ahead.covariance).T
    mean = ahead.mean + gain @ np.asarray(_surprise(ahead, fix))
    kept = np.eye(5) - gain @ h
    covariance = kept @ ahead.covariance @ kept.T + gain @ noise @ gain.T
    return replace(
        ahead, mean=mean, covariance=covariance, status=Status.TRACKING, doubts=0, suspect=None,
        fixed=fix.time,
    )  # fmt: skip


def agree(ahead: Track, first: Surprise, second: Surprise) -> bool:
    """Tell whether two fixes surprise by the same: the drift between them is in the prediction."""
    dt = second.time - first.time
    apart = np.asarray(second.size) - np.asarray(first.size)
    # the rate may be wrong, most of all where a jump had it changed
    unsure = ahead.covariance[2:4, 2:4] + (ahead.settings.rate / 4) ** 2 * np.eye(2)
    spread = matrix(first.covariance) + matrix(second.covariance) + unsure * dt**2
    return float(apart @ np.linalg.solve(spread, apart)) <= ahead.settings.gate


def jumped(ahead: Track, fix: Fix) -> Track:
    """Return the track after a jump: at the new place, with the old rate less sure."""
    h = ahead.seen_from(fix.time)
    size = np.asarray(_surprise(ahead, fix))
    mean, covariance = ahead.mean.copy(), ahead.covariance.copy()
    mean[:2] += size
    covariance[:2] = covariance[:, :2] = 0.0
    # x and y are what is left when the creep is taken away: as unsure as it
    creep = h[:, 4:] * covariance[4, 4]
    covariance[:2, :2] = matrix(fix.covariance) + creep @ h[:, 4:].T
    covariance[:2, 4:] = -creep
    covariance[4:, :2] = -creep.T
    covariance[:2, 2:4] = -h[:, 4:] @ covariance[4:, 2:4]
    covariance[2:4, :2] = covariance[:2, 2:4].T
    covariance[2, 2] += ahead.settings.rate**2 / 4
    covariance[3, 3] += ahead.settings.rate**2 / 4
    jump = (fix.time, (float(size[0]), float(size[1])))
    return replace(
        ahead, mean=mean, covariance=covariance, status=Status.TRACKING, doubts=0, suspect=None,
        fixed=fix.time, jumps=(*ahead.jumps, jump),
    )  # fmt: skip


def doubted(ahead: Track, seen: Surprise | None) -> Track:
    """Return the track after something that did not fit, or showed no place (`None`)."""
    doubts = ahead.doubts + 1
    status = Status.LOST if doubts >= ahead.settings.patience else Status.SUSPECT
    suspect = seen if seen is not None else ahead.suspect
    return replace(ahead, status=status, doubts=doubts, suspect=suspect)
