"""A frame that has just ended against the earlier frames that show its place."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.errors import AfmError
from ai_afm.image.scan_layout import StoredScan, read_scan
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.poses import Poses, Tie, after, expected_shift
from ai_afm.survey.tracking.references import Earlier, references, widest
from ai_afm.survey.tracking.replay import Missed
from ai_afm.survey.tracking.shift import Expected, NoShift, Shift, Why, measure_shift, worst
from ai_afm.survey.tracking.state import Status, predict
from ai_afm.survey.tracking.timing import Timing
from ai_afm.survey.tracking.wall_shift import measure_wall_shift
from ai_afm.types import Frame, Point, WallNetwork

LEAST_LINES = 0.25
"""Share of a frame's lines from which it tells where it is."""
SEARCHED = 0.15
"""Of the smaller side of the reference: jumps that are looked for once the place is lost."""
ROUNDS = 3
"""Comparisons with a frame whose drift has to be found with the shift."""
BENT = 0.25
"""Of the creep across a frame of an open loop: by so much it is bent."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A frame as the tracker gets it.

    Parameters
    ----------
    stored, network
        The scan and its walls, the second witness; `None` where there are none.
    timing
        Its times, those of the track, s.
    hysteresis
        Of the scanner, as a share of a line.
    pixels
        Lines and pixels of a check frame.
    """

    stored: StoredScan
    network: WallNetwork | None
    timing: Timing
    hysteresis: float
    pixels: int

    @property
    def sight(self) -> Sight:
        """What is compared."""
        return Sight(self.stored.frame, hysteresis=self.hysteresis)


@dataclass(frozen=True, slots=True)
class Answer:
    """What comparing has brought.

    Parameters
    ----------
    event
        For the track; `None` where there was nothing to compare.
    reference, witness
        Number of the scan that it was compared with, and by what ("response", "walls").
    words
        For the person.
    """

    event: Tie | Missed | None
    reference: int | None
    witness: str | None
    words: str


def compared(folder: RunFolder, survey: Survey, seen: Seen, poses: Poses) -> Answer:
    """Compare a frame with the best reference, in need with the widest, at last by the walls."""
    request, when = seen.stored.frame.request, seen.timing
    if when.lines < LEAST_LINES * request.shape[0]:
        return Answer(None, None, None, f"{when.lines} lines are too few to compare")
    if not when.steady:
        return Answer(None, None, None, f"the frame was held for {when.held:.3g} s")
    here = predict(poses.track, when.middle).offset
    tracker = survey.tracker
    known = [] if tracker is None else references(tracker, survey.observations, request, here)
    broad = widest(known)
    if broad is None:
        return Answer(None, None, None, "no earlier frame shows this place")
    sure = poses.track.status is Status.TRACKING
    best = known[0]
    tried = [broad] if best is broad else [best, broad] if sure else [broad, best]
    shift: Shift | NoShift = NoShift(Why.NOTHING, "nothing was compared")
    for reference in tried:
        shift = _against(folder, reference, seen, poses)
        if isinstance(shift, Shift):
            return _answer(shift, reference, "response", seen, poses)
    by_walls = _by_walls(broad, seen, poses)
    if isinstance(by_walls, Shift):
        return _answer(by_walls, broad, "walls", seen, poses)
    return _answer(shift, broad, "response", seen, poses)


def _against(folder: RunFolder, earlier: Earlier, seen: Seen, poses: Poses) -> Shift | NoShift:
    """Compare the response and the height; a reference that cannot be read tells nothing."""
    try:
        frame = read_scan(folder.scan_file(earlier.observation.number)).frame
        rate = earlier.rate or _rate(seen, poses)
        for _ in range(ROUNDS):
            shift = _measured(frame, rate, earlier, seen, poses)
            if earlier.rate is not None or isinstance(shift, NoShift):
                return shift
            # the first frame was scanned while nothing was known of the drift: now something is
            last, rate = rate, _rate(seen, after(poses, _tie(shift, earlier, seen, poses)))
            lasts = earlier.request.shape[0] / earlier.request.line_rate
            if math.dist(rate, last) * lasts / 2 < 0.1 * max(earlier.request.pixel_size):
                return shift
        return shift
    except (AfmError, OSError, np.linalg.LinAlgError) as exc:
        number = earlier.observation.number
        return NoShift(Why.NOTHING, f"scan {number} cannot be compared with: {exc}")


def _measured(
    frame: Frame, rate: Point, earlier: Earlier, seen: Seen, poses: Poses
) -> Shift | NoShift:
    """Compare with a frame during which features moved on at a rate (m/s)."""
    sight = replace(seen.sight, rate=_rate(seen, poses))
    reference = Sight(frame, rate, seen.hysteresis)
    return measure_shift(reference, sight, _expected(earlier, seen, poses))


def _expected(earlier: Earlier, seen: Seen, poses: Poses) -> Expected:
    """Return the shift that is expected; once lost, jumps as large as the reference may show."""
    guess = expected_shift(poses, earlier.observation.number, seen.timing.middle)
    if poses.track.status is not Status.LOST:
        return guess
    return replace(guess, reach=max(guess.reach, SEARCHED * min(earlier.request.region.size)))


def _rate(seen: Seen, poses: Poses) -> Point:
    return predict(poses.track, seen.timing.middle).rate


def _by_walls(earlier: Earlier, seen: Seen, poses: Poses) -> Shift | NoShift:
    network, mine = earlier.observation.network, seen.network
    if network is None or mine is None or seen.hysteresis:
        return NoShift(Why.NOTHING, "there are no walls to compare")
    pixel = max(*earlier.request.pixel_size, *seen.stored.frame.request.pixel_size)
    return measure_wall_shift(network, mine, pixel, _expected(earlier, seen, poses))


def _tie(shift: Shift, earlier: Earlier, seen: Seen, poses: Poses) -> Tie:
    """Return what a shift means for the track: an open loop's frames are bent by creep besides."""
    xx, xy, yy = shift.covariance
    creep = poses.track.settings.creep
    size = max(*earlier.request.region.size, *seen.stored.frame.region.size)
    bent = (BENT * creep * size) ** 2
    covariance = xx + bent, xy, yy + bent
    number = earlier.observation.number
    return Tie(seen.timing.middle, number, (shift.dx, shift.dy), covariance)


def _answer(
    shift: Shift | NoShift, earlier: Earlier, witness: str, seen: Seen, poses: Poses
) -> Answer:
    number = earlier.observation.number
    if isinstance(shift, NoShift):
        told = shift.why is not Why.NOTHING
        missed = Missed(seen.timing.middle, shift.reason) if told else None
        return Answer(missed, number, None, shift.reason)
    error = worst(shift.covariance) * 1e9
    words = f"compared with scan {number} by its {witness}, to {error:.2g} nm"
    return Answer(_tie(shift, earlier, seen, poses), number, witness, words)
