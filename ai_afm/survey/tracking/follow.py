"""What to look at next to know where one is, and what a look says: pure, for any controller."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.geometry import line_ends
from ai_afm.image.instrument_time import InstrumentTimes, move_seconds, scan_seconds
from ai_afm.survey.tracking.contrast import Contrast
from ai_afm.survey.tracking.patches import CheckFrames, choose
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.settle import check_due
from ai_afm.survey.tracking.shift import Expected, NoShift, Shift, measure_shift
from ai_afm.survey.tracking.state import Status, Track, expected, moved, predict
from ai_afm.survey.tracking.update import Anchor
from ai_afm.survey.tracking.wall_shift import measure_wall_shift
from ai_afm.types import Point, ScanRegion, ScanRequest, SlowDirection, WallNetwork

WIDER = 2.0
"""A second look is so many times as wide as the widest patch."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A stored frame to compare with, and when it was recorded and what its coordinates contain."""

    sight: Sight
    anchor: Anchor


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A target and what is known of its surroundings.

    Parameters
    ----------
    target
        Where it is, m, in the coordinates of the first frame.
    wide
        A frame around it, several times as large as a check frame.
    contrast
        Of `wide`.
    frames
        What check frames may be.
    limit
        Largest rms error of the place that is allowed, m.
    """

    target: Point
    wide: Reference
    contrast: Contrast
    frames: CheckFrames
    limit: float


@dataclass(frozen=True, slots=True, eq=False)
class WallReference:
    """Walls of a stored frame, its pixel size (m), and what its coordinates contain."""

    network: WallNetwork
    pixel: float
    anchor: Anchor


def observe(track: Track, reference: Reference, sight: Sight, time: float) -> Shift | NoShift:
    """Compare a frame with a reference.

    Parameters
    ----------
    track
        Before the frame, the move to it included.
    reference
        What the frame is compared with.
    sight, time
        The frame, and its middle time, s.

    Returns
    -------
    Shift or NoShift
        `replay.event_of` makes an event of it, `replay.apply` takes that in.
    """
    if not any(sight.rate):
        sight = replace(sight, rate=predict(track, time).rate)
    return measure_shift(reference.sight, sight, _against(track, reference.anchor, time))


def observe_walls(
    track: Track, reference: WallReference, network: WallNetwork, pixel: float, time: float
) -> Shift | NoShift:
    """Compare the walls of a frame (pixel size in m) with those of a reference, as `observe`."""
    guess = _against(track, reference.anchor, time)
    return measure_wall_shift(reference.network, network, max(pixel, reference.pixel), guess)


def _against(track: Track, anchor: Anchor, time: float) -> Expected:
    """Return what shift is expected against a reference."""
    guess = expected(track, time)
    dx, dy = np.asarray(guess.shift) - np.asarray(anchor.offset)
    return replace(guess, shift=(float(dx), float(dy)))


def aimed(
    track: Track, request: ScanRequest, anchor: Anchor, times: InstrumentTimes, tip: Point
) -> ScanRequest:
    """Return a request moved to where its place will be in the middle of the frame.

    Parameters
    ----------
    track
        Now; its time is the present.
    request
        With its region in the coordinates of a reference.
    anchor
        Of that reference; `Anchor(time)` for coordinates of the first frame.
    times, tip
        Of the instrument, and where its tip is now: the move makes an open loop creep.
    """
    at = request.region.center
    base = np.asarray(anchor.offset)
    for _ in range(3):  # the move depends on where the frame lies, a little
        travel, begun = journey(request, tip, track.time, times)
        middle = begun + scan_seconds(request, times) / 2
        dx, dy = np.asarray(predict(moved(track, travel, begun), middle).offset) - base
        center = at[0] + float(dx), at[1] + float(dy)
        request = replace(request, region=replace(request.region, center=center))
    return request


def journey(
    request: ScanRequest, tip: Point, now: float, times: InstrumentTimes
) -> tuple[Point, float]:
    """Return the move (dx, dy), m, from the tip to the first line of a frame, and when it ends."""
    first, _ = line_ends(request.region, request.shape, _first_row(request))
    travel = first[0] - tip[0], first[1] - tip[1]
    return travel, now + move_seconds(math.hypot(*travel), times)


def _first_row(request: ScanRequest) -> int:
    return 0 if request.slow_direction is SlowDirection.DOWN else request.shape[0] - 1


def check_frame(
    track: Track, place: Place, when: float, times: InstrumentTimes, tip: Point
) -> ScanRequest | None:
    """Return the look to take before the target is needed at `when` (s), or `None`.

    Parameters
    ----------
    track
        Now.
    place
        The target.
    when
        Time at which the place must be known, s.
    times, tip
        Of the instrument, and where its tip is.

    Returns
    -------
    ScanRequest or None
        The cheapest patch that pins the place down; a wider one while it is in doubt; one as wide
        as the reference once it is lost. It says why. `None` where nothing has to be checked.
    """
    due = check_due(track, when, place.limit)
    if due is None:
        return None
    request = _wanted(track, place, times)
    request = replace(request, reason=f"{request.reason}: {due}")
    return aimed(track, request, place.wide.anchor, times, tip)


def _wanted(track: Track, place: Place, times: InstrumentTimes) -> ScanRequest:
    """Return a check frame in the wide reference's coordinates."""
    frames, wide = place.frames, place.wide.sight.frame
    at = _in_reference(place)
    if track.status is Status.TRACKING:
        patch = choose(place.contrast, at, place.limit / 2, frames, times)
        if patch is not None:
            return ScanRequest(patch.region, patch.shape, patch.line_rate, reason="Check frame")
    pixels = round(WIDER * frames.widths[-1])
    size, pixel, center = pixels * frames.pixel, frames.pixel, at
    name = "Wider check frame"
    if track.status is Status.LOST:
        # as wide as what is known, on a coarser grid: the time of four wider frames
        size, center, name = min(wide.region.size), wide.region.center, "Search frame"
        pixel = size / pixels
    rate = frames.line_rate * frames.widths[-1] * frames.pixel / (pixels * pixel)
    region = ScanRegion(center, (size, size), wide.region.angle)
    return ScanRequest(region, (pixels, pixels), rate, reason=name)


def _in_reference(place: Place) -> Point:
    base = place.wide.anchor.offset
    return place.target[0] + base[0], place.target[1] + base[1]
