"""Detectors that look at each new block of lines: streams, healthy, and with a fault part-way."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ai_afm.bench.health import broken
from ai_afm.bench.health.roc import NIGHT_LINES, Trial
from ai_afm.bench.health.worlds import PIXELS, Bench
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.survey.health.agreement import check_agreement
from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.contact import Held, check_contact, check_saturation, held_by
from ai_afm.survey.health.passes import Passes, passes_of
from ai_afm.survey.health.resonance import check_tracking
from ai_afm.survey.health.ringing import check_ringing
from ai_afm.survey.health.suspect import Moment, Sighting, doubts_of
from ai_afm.types import Frame

BLOCK = 16
"""Lines between checks."""
IN_A_ROW = 2
"""Suspect checks that make an alarm."""
HEALTHY_LINES = 384
FAULTY_LINES = 160
ONSET = 64
"""Line at which a fault sets in; a multiple of `BLOCK`."""
SHOWS = 0.05
"""Least share of a record's power that a fault must change, without noise, to be one."""

Look = Callable[[Passes], Check]


@dataclass(frozen=True, slots=True)
class Watch:
    """A live detector: how to look on a bench, and its window.

    `window` is the number of lines it looks at, a multiple of `BLOCK`.
    """

    start: Callable[[Bench], Look]
    window: int = BLOCK


def _contact(bench: Bench) -> Look:
    """Return a look as a run takes it: what was held is learnt from the last good lines."""
    held: Held | None = None

    def look(passes: Passes) -> Check:
        nonlocal held
        check = check_contact(passes, held)
        if check.verdict is not Verdict.SUSPECT:
            held = held_by(passes, held) or held
        return check

    return look


WATCHES: Mapping[str, Watch] = {
    "trace_retrace": Watch(lambda bench: check_agreement, 2 * BLOCK),
    "ringing": Watch(lambda bench: check_ringing),
    "saturation": Watch(lambda bench: check_saturation),
    "lost_contact": Watch(_contact),
    "lost_tracking": Watch(lambda bench: check_tracking),
}


def live_trials(bench: Bench, variant: int) -> dict[str, Trial]:
    """Run all live detectors over a healthy stream, and each over a stream with its fault."""
    healthy = bench.frame((HEALTHY_LINES, PIXELS), 0)
    short = bench.frame((FAULTY_LINES, PIXELS), 1)
    faulty = _faulty_frames(bench, short, variant)
    trials = {}
    for name, watch in WATCHES.items():
        checks = _checks(healthy, watch, bench)
        alarms = doubts_of(_sightings(name, checks), IN_A_ROW)
        scores = tuple(c.score for _, c in checks)
        night = HEALTHY_LINES / NIGHT_LINES
        trial = Trial(scores, (), night, len(alarms))
        if name in faulty:
            after = _checks(faulty[name], watch, bench)
            # windows that lie wholly after the onset
            spoilt = tuple(c.score for line, c in after if line >= ONSET + watch.window)
            trial = Trial(scores, spoilt, night, len(alarms), (_delay(name, after, spoilt),))
        trials[name] = trial
    return trials


def _faulty_frames(bench: Bench, healthy: Frame, variant: int) -> dict[str, Frame]:
    """Return a stream with a fault from `ONSET` on for each detector whose fault can show here."""
    frames = {"lost_contact": broken.off_the_surface(bench, healthy, ONSET)}
    for name, spoilt in _that_show(bench, healthy, variant).items():
        again = bench.frame((FAULTY_LINES, PIXELS), 1, spoilt)
        frames[name] = broken.from_line(healthy, again, ONSET)
    return frames


def _that_show(bench: Bench, healthy: Frame, variant: int) -> dict[str, ImagingSettings]:
    """Return the faulty settings that spoil the record here."""
    faults = {"ringing": broken.ringing(bench), "lost_tracking": broken.out_of_range(bench)}
    shown = {name: s for name, s in faults.items() if s and broken.change(bench, s) > SHOWS}
    disagreeing = broken.disagreeing(bench, variant)
    if broken.disagreement(bench, disagreeing) > SHOWS:
        shown["trace_retrace"] = disagreeing
    clipping = broken.clipping(bench, healthy)
    return shown if clipping is None else shown | {"saturation": clipping}


def _checks(frame: Frame, watch: Watch, bench: Bench) -> list[tuple[int, Check]]:
    """Return (lines that had come, check) for each block of a stream."""
    look = watch.start(bench)
    found = []
    for line in range(watch.window, frame.shape[0] + 1, BLOCK):
        passes = passes_of(frame, line - watch.window, line)
        if passes is not None:
            found.append((line, look(passes)))
    return found


def _sightings(name: str, checks: list[tuple[int, Check]]) -> list[Sighting]:
    return [Sighting(name, c.verdict, Moment(1, line)) for line, c in checks]


def _delay(name: str, checks: list[tuple[int, Check]], spoilt: tuple[float, ...]) -> float:
    """Return lines from onset to alarm: inf where none came, NaN where nothing could be told."""
    after = [(line, c) for line, c in checks if line > ONSET]
    alarms = doubts_of(_sightings(name, after), IN_A_ROW)
    if alarms:
        return alarms[0].seen.line + (IN_A_ROW - 1) * BLOCK - ONSET
    return math.nan if np.isnan(spoilt).all() else math.inf
