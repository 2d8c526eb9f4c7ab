"""Which earlier frames of a run a new one is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

from ai_afm import geometry
from ai_afm.survey.tracking.tracker import Tracker, note_of
from ai_afm.types import Observation, Point, ScanRegion, ScanRequest

COVERED = 0.52
"""Least share of a frame that a reference must show."""
LEAST_PIXELS = 24
"""Along the smaller side of a frame, of the coarser of the two: fewer show nothing in common."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A frame to compare with.

    Parameters
    ----------
    observation
        The frame.
    drift
        (dx, dy), m, that its coordinates contain.
    rate
        (x, y) by how much features moved on while it was scanned, m/s; `None` for the first frame:
        nothing was known of it then.
    """

    observation: Observation
    drift: Point
    rate: Point | None

    @property
    def request(self) -> ScanRequest:
        """The frame's request."""
        request = self.observation.request
        assert isinstance(request, ScanRequest)
        return request


def references(
    tracker: Tracker, observations: Sequence[Observation], request: ScanRequest, here: Point
) -> list[Earlier]:
    """Return the frames that show the ground of a request, the best resolved and newest first.

    Only those count that the tracker remembers: frames after which the place was in doubt, and
    those with less than half of their lines, it does not.

    Parameters
    ----------
    tracker, observations
        So far.
    request
        The new frame.
    here
        The drift (m) that is expected in its coordinates.
    """
    region = geometry.shifted(request.region, (-here[0], -here[1]))
    found = []
    for observation in reversed(observations):
        earlier = _earlier(tracker, observation)
        if earlier is None:
            continue
        drift = earlier.drift
        ground = geometry.shifted(earlier.request.region, (-drift[0], -drift[1]))
        covered = geometry.overlap_area(region, ground) >= COVERED * _area(region)
        coarser = max(*earlier.request.pixel_size, *request.pixel_size)
        if covered and min(region.size) >= LEAST_PIXELS * coarser:
            found.append(earlier)
    return sorted(found, key=lambda e: max(*e.request.pixel_size, *request.pixel_size))


def widest(known: Sequence[Earlier]) -> Earlier | None:
    """Return the widest of some frames: it shows a place also after a jump."""
    return max(known, key=lambda e: _area(e.request.region), default=None)


def _earlier(tracker: Tracker, observation: Observation) -> Earlier | None:
    request, note = observation.request, note_of(observation)
    if not isinstance(request, ScanRequest) or note is None:
        return None
    if observation.number not in tracker.poses.scans:
        return None
    vx, vy = note["rate"]
    rate = None if "begun" in note else (vx, vy)
    return Earlier(observation, tracker.poses.offset_of(observation.number), rate)


def _area(region: ScanRegion) -> float:
    return region.size[0] * region.size[1]
