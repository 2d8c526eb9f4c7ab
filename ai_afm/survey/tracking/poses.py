"""The track together with the frames it is compared with: what each one's coordinates contain.

A comparison tells where features are against another frame, not against the first. So the offset
that each frame's coordinates contain stays part of the state, with its covariance: what is learned
later corrects it, and a place is known against its own frames much better than against the first
frame (R. C. Smith and P. Cheeseman, Int. J. Robot. Res. 5, 56 (1986),
doi:10.1177/027836498600500404).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.survey.tracking.replay import Missed, Moved
from ai_afm.survey.tracking.shift import Covariance, Expected
from ai_afm.survey.tracking.state import Fix, Status, Surprise, Track, expected, moved, predict
from ai_afm.survey.tracking.update import agree, doubted, jumped, matrix, missed
from ai_afm.types import Point

Real = NDArray[np.float64]

MOST = 48
"""Frames that are remembered; the first one always, of the others the last."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A frame compared with another.

    Parameters
    ----------
    time
        Middle of the frame, s.
    scan
        Number of the scan that it was compared with.
    shift
        (dx, dy), m: where a feature is in the frame minus where it was in that one.
    covariance
        (xx, xy, yy) of that, m^2.
    """

    time: float
    scan: int
    shift: Point
    covariance: Covariance

    def to_note(self) -> dict[str, Any]:
        """Turn it into JSON values."""
        return {
            "track": "tie", "time": self.time, "scan": self.scan, "shift": list(self.shift),
            "covariance": list(self.covariance),
        }  # fmt: skip

    @staticmethod
    def from_note(note: Mapping[str, Any]) -> "Tie":
        """Turn JSON values back; raises `KeyError`, `TypeError` or `ValueError`."""
        dx, dy = (float(v) for v in note["shift"])
        xx, xy, yy = (float(v) for v in note["covariance"])
        return Tie(float(note["time"]), int(note["scan"]), (dx, dy), (xx, xy, yy))


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """A track and the frames that are remembered with it.

    Parameters
    ----------
    track
        The state now.
    scans
        Numbers of the remembered scans.
    offsets
        (2 n,) m: the offset (x, y) that each one's coordinates contain in its middle.
    among
        (2 n, 2 n) m^2: their covariance.
    cross
        (5, 2 n): covariance of the track's state and them.
    """

    track: Track
    scans: tuple[int, ...] = ()
    offsets: Real = field(default_factory=lambda: np.zeros(0))
    among: Real = field(default_factory=lambda: np.zeros((0, 0)))
    cross: Real = field(default_factory=lambda: np.zeros((5, 0)))

    def offset_of(self, scan: int) -> Point:
        """Return the offset (dx, dy), m, that the coordinates of a remembered scan contain."""
        x, y = self.offsets[self.columns(scan)]
        return float(x), float(y)

    def against(self, scan: int) -> Track:
        """Return the track as seen from a remembered scan: offsets and errors count from it."""
        at = self.columns(scan)
        mean, covariance = self.track.mean.copy(), self.track.covariance.copy()
        mean[:2] -= self.offsets[at]
        covariance[:, :2] -= self.cross[:, at]
        covariance[:2, :] -= self.cross[:, at].T
        covariance[:2, :2] += self.among[at, at]
        return replace(self.track, mean=mean, covariance=covariance)

    def ahead(self, time: float) -> "Poses":
        """Return the state at a later time, s; earlier times return it unchanged."""
        step = np.eye(5)
        step[0, 2] = step[1, 3] = max(time - self.track.time, 0.0)
        return replace(self, track=predict(self.track, time), cross=step @ self.cross)

    def columns(self, scan: int) -> slice:
        """Return where a remembered scan stands in `offsets`, `among` and `cross`."""
        if scan not in self.scans:
            raise BadInput(f"scan {scan} is not remembered by the tracker")
        first = 2 * self.scans.index(scan)
        return slice(first, first + 2)


def remembered(poses: Poses, scan: int, time: float) -> Poses:
    """Return the state that also knows a scan with its middle at `time`, s."""
    now = poses.ahead(time)
    h = now.track.seen_from(now.track.time)
    column = now.track.covariance @ h.T
    row = h @ now.cross
    among = np.block([[now.among, row.T], [row, h @ column]])
    offsets = np.concatenate([now.offsets, h @ now.track.mean])
    cross = np.concatenate([now.cross, column], axis=1)
    scans = (*now.scans, scan)
    if len(scans) > MOST:
        kept = np.array([0, 1, *range(4, 2 * len(scans))])
        scans = (scans[0], *scans[2:])
        offsets, among, cross = offsets[kept], among[np.ix_(kept, kept)], cross[:, kept]
    return Poses(now.track, scans, offsets, among, cross)


def expected_shift(poses: Poses, scan: int, time: float) -> Expected:
    """Return the shift that is expected at `time` (s) against a remembered scan."""
    return expected(poses.against(scan), time)


def after(poses: Poses, event: Tie | Moved | Missed) -> Poses:
    """Return the state after an event."""
    match event:
        case Tie():
            return _tied(poses, event)
        case Moved():
            now = poses.ahead(event.time)
            return replace(now, track=moved(poses.track, event.distance, event.time))
        case Missed():
            return replace(poses.ahead(event.time), track=missed(poses.track, event.time))


def _tied(poses: Poses, tie: Tie) -> Poses:
    """Take a comparison in: it corrects, is remembered as a surprise, or is a jump.

    As `update` does with a fix, but the other frame's offset is corrected as well.
    """
    now = poses.ahead(tie.time)
    track, at = now.track, now.columns(tie.scan)
    relative = now.against(tie.scan)
    h, noise = track.seen_from(track.time), matrix(tie.covariance)
    surprise = np.asarray(tie.shift) - h @ relative.mean
    spread = h @ relative.covariance @ h.T + noise
    if float(surprise @ np.linalg.solve(spread, surprise)) <= track.settings.gate:
        return _corrected(now, at, surprise, noise)
    known = noise + now.among[at, at]
    covariance = float(known[0, 0]), float(known[0, 1]), float(known[1, 1])
    seen = Surprise(tie.time, (float(surprise[0]), float(surprise[1])), covariance)
    if track.suspect is None or not agree(track, track.suspect, seen):
        return replace(now, track=doubted(track, seen))
    x, y = now.offsets[at] + np.asarray(tie.shift)
    there = jumped(track, Fix(tie.time, (float(x), float(y)), covariance))
    return _jumped(now, there, at, noise)


def _jumped(now: Poses, there: Track, at: slice, noise: Real) -> Poses:
    """Return the state after a jump: the place is as sure as the frame's that it was seen against.

    x and y are that frame's offset, plus the shift, less the creep.
    """
    whole, size = _whole(now), 5 + len(now.offsets)
    change = np.eye(size)
    change[:2] = 0.0
    change[:2, 4:5] = -now.track.seen_from(now.track.time)[:, 4:]
    change[:2, 5:][:, at] = np.eye(2)
    whole = change @ whole @ change.T
    whole[:2, :2] += noise
    # the old rate is less sure after a jump
    whole[[2, 3], [2, 3]] += now.track.settings.rate**2 / 4
    track = replace(there, covariance=whole[:5, :5])
    return Poses(track, now.scans, now.offsets, whole[5:, 5:], whole[:5, 5:])


def _whole(now: Poses) -> Real:
    """Return the covariance of the track's state and all offsets together."""
    return np.block([[now.track.covariance, now.cross], [now.cross.T, now.among]])


def _corrected(now: Poses, at: slice, surprise: Real, noise: Real) -> Poses:
    """Return the state after a comparison that fits (Kalman's filter, Joseph's form)."""
    track, size = now.track, len(now.offsets)
    whole = _whole(now)
    look = np.zeros((2, 5 + size))
    look[:, :5] = track.seen_from(track.time)
    look[:, 5:][:, at] = -np.eye(2)
    gain = np.linalg.solve(look @ whole @ look.T + noise, look @ whole).T
    change = gain @ surprise
    kept = np.eye(5 + size) - gain @ look
    whole = kept @ whole @ kept.T + gain @ noise @ gain.T
    there = replace(
        track, mean=track.mean + change[:5], covariance=whole[:5, :5], status=Status.TRACKING,
        doubts=0, suspect=None, fixed=track.time,
    )  # fmt: skip
    return Poses(there, now.scans, now.offsets + change[5:], whole[5:, 5:], whole[:5, 5:])
