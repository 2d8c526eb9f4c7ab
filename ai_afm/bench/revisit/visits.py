"""Coming back to a target all night: find it by a ladder, check, scan it, and note the error."""

import logging
import math
from collections.abc import Callable

import numpy as np

from ai_afm.bench.revisit.diary import Diary, Gate, Visit
from ai_afm.bench.revisit.night import Instrument, Look, Watch
from ai_afm.errors import OutOfRange
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey.tracking.bands import newest_band
from ai_afm.survey.tracking.contrast import contrast
from ai_afm.survey.tracking.follow import (
    Place,
    Reference,
    WallReference,
    aimed,
    check_frame,
    journey,
    observe,
    observe_walls,
)
from ai_afm.survey.tracking.hysteresis import measure_hysteresis
from ai_afm.survey.tracking.ladder import rungs
from ai_afm.survey.tracking.patches import CheckFrames, choose
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.replay import Moved, Rebased, TrackEvent, apply, event_of
from ai_afm.survey.tracking.settle import settled
from ai_afm.survey.tracking.shift import NoShift, Shift, Why
from ai_afm.survey.tracking.state import Status, Track, TrackSettings, predict
from ai_afm.survey.tracking.state import start as begin
from ai_afm.survey.tracking.update import Anchor
from ai_afm.types import Direction, Frame, Point, ScanRegion, ScanRequest, WallNetwork

Segment = Callable[[Frame], WallNetwork]
"""Draws the walls of a frame, as a run does."""

log = logging.getLogger(__name__)

PIXEL = 4e-9
"""Of the target's frames, m."""
SIZES = rungs(8.192e-6, 0.512e-6)
"""Overview, wide reference, target, m: each step is at most 4x."""
SHAPES = ((256, 256), (256, 256), (128, 128))
RATES = (0.5, 1.0, 2.0)
"""Hz: the tip stays below 10 um/s."""
LIMIT = 4e-9
"""rms error in the worst direction, m, above which a check frame is taken."""
BIN, PROBE_SECONDS = 20e-9, 10.0
"""Distance bin, m, and duration, s, of the probe that the settle gate is asked for."""
MOST_LOOKS = 5
"""Check frames in a row; then the visit is given up."""
TELLING = 0.7
"""Correlation of a band of the first frame with the reference from which its loss tells."""
BAND, WATCHED = 32, (32, 44, 56)
"""Lines of the target's frame that are looked at together, and after how many lines."""
AWAY = 3e-6
"""Half the side of the square in which the instrument works between visits, m."""


class Visitor:
    """Whoever comes back: sees frames and times only; `diary` and `true` are the score's."""

    def __init__(
        self, instrument: Instrument, settings: TrackSettings, walls: Segment | None = None
    ) -> None:
        self.instrument, self.diary = instrument, Diary()
        self.track: Track = begin(instrument.clock.now(), settings)
        self.hysteresis = 0.0
        self.telling: frozenset[int] = frozenset()
        self.walls = walls
        self.known_walls: WallReference | None = None
        self.place: Place
        self.close: Reference
        self.true: Point

    def look(self, request: ScanRequest, watch: Watch | None = None) -> Look:
        """Scan a frame; the track is told of the move."""
        now = self.instrument.clock.now()
        travelled, begun = journey(request, self.instrument.tip, now, self.times)
        self.take(Moved(begun, travelled))
        return self.instrument.look(request, watch)

    @property
    def now(self) -> Track:
        """The track at the present time; `track` itself changes by events only."""
        return predict(self.track, self.instrument.clock.now())

    @property
    def times(self) -> InstrumentTimes:
        """Of the instrument."""
        return self.instrument.times

    def take(self, event: TrackEvent) -> None:
        """Take an event in; all of them together make the track again."""
        self.track = apply(self.track, event)
        self.diary.events.append(event)

    def see(self, seen: Look, reference: Reference) -> bool:
        """Compare a frame with a reference; tell whether the place is sure then."""
        sight = Sight(seen.frame, hysteresis=self.hysteresis)
        shift = observe(self.track, reference, sight, seen.time)
        anchor = reference.anchor
        if isinstance(shift, NoShift):
            log.debug("%.0f s: %s", seen.time, shift.reason)
            self.diary.failures.append(shift.reason)
            shift, anchor = self._by_walls(seen, shift, anchor)
        self.take(event_of(shift, anchor, seen.time))
        return self.track.status is Status.TRACKING

    def _by_walls(
        self, seen: Look, shift: NoShift, anchor: Anchor
    ) -> tuple[Shift | NoShift, Anchor]:
        """Ask the second witness: the walls of the frame against those of the wide reference."""
        if self.walls is None or self.known_walls is None:
            return shift, anchor
        pixel = max(seen.frame.request.pixel_size)
        found = observe_walls(
            self.track, self.known_walls, self.walls(seen.frame), pixel, seen.time
        )
        self.diary.by_walls += isinstance(found, Shift)
        return found, self.known_walls.anchor

    def go(self, at: Point, rung: int, watch: Watch | None = None) -> Look:
        """Scan a frame of the ladder at a place of the first frame, where it will be then."""
        request = ScanRequest(_square(at, SIZES[rung]), SHAPES[rung], RATES[rung])
        now = self.now
        there = aimed(now, request, Anchor(now.time), self.times, self.instrument.tip)
        return self.look(there, watch)

    def watch(self, frame: Frame, time: float) -> bool:
        """Look at the newest lines of the target's frame: go on unless they surprise."""
        arrived = int(frame.scanned[Direction.RETRACE].sum())
        if arrived not in WATCHED:
            return True
        event, shift = self._band(frame, arrived, time)
        surprised = apply(self.track, event)
        # a band that always looked like its reference, and no longer does, surprises as well
        unlike = isinstance(shift, NoShift) and shift.why is Why.UNLIKE
        if surprised.suspect is None and not (unlike and arrived in self.telling):
            return True
        self.take(event)
        return False

    def _band(self, frame: Frame, arrived: int, time: float) -> tuple[TrackEvent, Shift | NoShift]:
        """Compare the newest of the lines that have arrived by a time (s) with the reference."""
        band = newest_band(frame, BAND, arrived)
        middle = time - 0.5 * BAND / frame.request.line_rate
        if band is None:
            raise OutOfRange(f"{arrived} lines are fewer than the {BAND} of a band")
        sight = Sight(band, hysteresis=self.hysteresis)
        shift = observe(self.track, self.place.wide, sight, middle)
        return event_of(shift, self.place.wide.anchor, middle), shift

    def arrive(self) -> bool:
        """Choose a target in an overview and go to it by the ladder; tell whether that went."""
        first = self.go((0.0, 0.0), 0)
        settings = self.track.settings
        self.track = self.diary.begun = begin(first.time, settings, self.track.creep)
        self.diary.events.clear()
        if settings.creep > 0:  # an open loop
            self.hysteresis = measure_hysteresis(Sight(first.frame)) or 0.0
        overview = Reference(Sight(first.frame, hysteresis=self.hysteresis), Anchor(first.time))
        coarse = _interesting(overview.sight, (0.0, 0.0), SIZES[0] / 3)
        chosen = self.go(coarse, 1)
        if not self.see(chosen, overview):
            return False
        at_wide = predict(self.track, chosen.time)
        wide = Sight(chosen.frame, at_wide.rate, self.hysteresis)
        target = _interesting(wide, chosen.frame.region.center, SIZES[1] / 6)
        wide_offset = at_wide.offset
        fine = target[0] - wide_offset[0], target[1] - wide_offset[1]
        true = self._truly(chosen, target)
        reference = Reference(wide, Anchor(chosen.time, wide_offset))
        seen = self.go(fine, 2)
        if not self.see(seen, reference):
            return False
        self.diary.arrival_error = math.dist(true, seen.true)
        self._settle_down(seen, reference)
        return True

    def _truly(self, seen: Look, target: Point) -> Point:
        """Return where a point of a frame truly is, drift between its row and the middle apart."""
        dx, dy = target[0] - seen.frame.region.center[0], target[1] - seen.frame.region.center[1]
        return seen.true[0] + dx, seen.true[1] + dy

    def _settle_down(self, seen: Look, wide: Reference) -> None:
        """Make the first close frame the origin of time and place: its centre is the target."""
        x, y = self.track.offset
        before = wide.anchor.offset[0] - x, wide.anchor.offset[1] - y
        anchor = Anchor(wide.anchor.time, before, self.track.offset_covariance)
        self.take(Rebased(self.track.time))
        self.true = seen.true
        sight = Sight(seen.frame, self.track.rate, self.hysteresis)
        self.close = Reference(sight, Anchor(seen.time))
        frames = CheckFrames()
        if self.walls is not None:
            network, pixel = self.walls(wide.sight.frame), wide.sight.pixel
            self.known_walls = WallReference(network, pixel, anchor)
        self.place = Place(
            seen.frame.region.center, Reference(wide.sight, anchor),
            contrast(wide.sight, frames.pixel), frames, LIMIT,
        )  # fmt: skip

        ended = self.instrument.clock.now()
        lines, rate = SHAPES[2][0], RATES[2]
        shifts = {n: self._band(seen.frame, n, ended - (lines - n) / rate)[1] for n in WATCHED}
        self.telling = frozenset(
            n for n, s in shifts.items() if isinstance(s, Shift) and s.correlation > TELLING
        )

    def visit(self) -> None:
        """Come back to the target: check the place if that is due, then scan it."""
        for _ in range(3):
            if not self._checked():
                self.diary.lost += 1
                return
            last = self.track.fixed
            seen = self.go(self.place.target, 2, self.watch)
            if seen.reached:
                self.see(seen, self.close)
            self.diary.visits.append(self._scored(seen, last))
            if self.track.status is Status.TRACKING:
                break
        self._ask_gate()

    def _checked(self) -> bool:
        """Take check frames until the place is sure; tell whether it is."""
        for _ in range(MOST_LOOKS):
            now = self.now
            when = now.time + 0.5 * SHAPES[2][0] / RATES[2]
            request = check_frame(now, self.place, when, self.times, self.instrument.tip)
            if request is None:
                return True
            log.debug("%.0f s: %s", now.time, request.reason)
            seen = self.look(request)
            self.see(seen, self.place.wide)
            self.diary.looks += 1
            self.diary.look_seconds += self.instrument.clock.now() - now.time
            if self.track.status is Status.TRACKING:
                return True
        return False

    def _scored(self, seen: Look, last: float) -> Visit:
        """Compare a frame of the target with the truth."""
        missed_by = self.true[0] - seen.true[0], self.true[1] - seen.true[1]
        claim = math.nan
        if self.track.status is Status.TRACKING:
            x, y = predict(self.track, seen.time).offset
            at = seen.frame.region.center
            target = self.place.target[0] + x - at[0], self.place.target[1] + y - at[1]
            claim = math.dist(target, missed_by)
        jumped = any(last < when <= seen.time for when, _ in self.instrument.jumps)
        log.debug("%.0f s: error %.1f nm", seen.time, math.hypot(*missed_by) * 1e9)
        return Visit(seen.time, not seen.reached, math.hypot(*missed_by), claim, jumped)

    def _ask_gate(self) -> None:
        """Ask whether a probe might begin now, and see what it would have met."""
        reason = settled(self.now, BIN, PROBE_SECONDS)
        before = self.instrument.truth(self.instrument.tip)
        self.instrument.clock.sleep(PROBE_SECONDS)
        self.diary.gates.append(
            Gate(reason, math.dist(before, self.instrument.truth(self.instrument.tip)))
        )

    def work_elsewhere(self, until: float, rng: np.random.Generator) -> None:
        """Be at another place until a time (s)."""
        x, y = rng.uniform(-AWAY, AWAY, 2)
        center = self.instrument.tip[0] + float(x), self.instrument.tip[1] + float(y)
        inside = min(max(center[0], -AWAY), AWAY), min(max(center[1], -AWAY), AWAY)
        self.look(ScanRequest(ScanRegion(inside, (0.5e-6, 0.1e-6)), (4, 16), 1.0))
        now = self.instrument.clock.now()
        self.instrument.clock.sleep(max(until - now, 0.0))


def _square(center: Point, size: float) -> ScanRegion:
    return ScanRegion(center, (size, size))


def _interesting(sight: Sight, center: Point, reach: float) -> Point:
    """Return the place within reach of a centre that tells best of both directions."""
    pixel = max(sight.frame.request.pixel_size)
    frames = CheckFrames(
        pixel, widths=(16,), lines=(16,), line_rate=1.0, distance=reach, margin=2 * pixel
    )
    patch = choose(contrast(sight, pixel), center, 0.0, frames, InstrumentTimes())
    return center if patch is None else patch.region.center
