"""Detectors that are asked now and then: a reference patch, a short lift, loops at fresh spots.

A check comes every 1024 lines (43 minutes at the default rate). A suspect one is repeated at once,
and makes an alarm where it is suspect again.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.bench.health import broken
from ai_afm.bench.health.roc import NIGHT_LINES, Trial
from ai_afm.bench.health.worlds import PATCH, Bench
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.survey.health.check import Check
from ai_afm.survey.health.passes import Passes, levelled
from ai_afm.survey.health.resonance import check_tuning
from ai_afm.survey.health.second_tip import check_second_tip
from ai_afm.survey.health.wear import check_sharpness
from ai_afm.types import Mode, Point

EVERY = 1024
"""Lines between checks."""
CHECKS = NIGHT_LINES / EVERY
"""Checks of each kind in a night."""
REPEATS = 3
"""Healthy checks a world; each may be repeated once."""
SHOWS = 0.05
"""As in `live`: least change of the record's power by a fault."""
FINE = 4e-9
"""Pixel size (m) of the patch that tells the tip's shape."""
CANDIDATES = 6
"""Places of which the steepest becomes that patch, as a controller would choose it."""


@dataclass(frozen=True, slots=True)
class Regular:
    """A regular check: what it says of the healthy and of the broken instrument.

    `look` is called with a number that differs from check to check and whether the fault is there;
    `lines` is what a check takes, in lines.
    """

    look: Callable[[int, bool], Check]
    lines: int
    faulty: bool


def run_regular(regular: Regular, onset: float) -> Trial:
    """Ask a healthy instrument `REPEATS` times, then a broken one.

    `onset` (lines, 0 to `EVERY`) is when the fault came after the last check.
    """
    healthy, alarms = [], 0
    for number in range(REPEATS):
        first = regular.look(1 + 2 * number, False)
        healthy.append(first.score)
        if first.score > first.limit:
            again = regular.look(2 + 2 * number, False)
            alarms += again.score > again.limit
    if not regular.faulty:
        return Trial(tuple(healthy), (), REPEATS / CHECKS, alarms)
    first, again = (regular.look(10 + n, True) for n in range(2))
    delay = math.inf
    if math.isnan(first.score):
        delay = math.nan
    elif first.score > first.limit and again.score > again.limit:
        delay = EVERY - onset + 2 * regular.lines
    return Trial(tuple(healthy), (first.score,), REPEATS / CHECKS, alarms, (delay,))


def patch_trials(bench: Bench) -> dict[str, Trial]:
    """Run the checks that compare a reference patch with how it was."""
    onset = float(bench.rng(6).uniform(0, EVERY))
    doubled = broken.doubled(bench)
    trials = {
        "double_tip": run_regular(
            _compared(bench, check_second_tip, doubled, broken.change(bench, doubled, PATCH)), onset
        )
    }
    detuned = broken.detuned(bench)
    if bench.mode is Mode.PFM_SINGLE_FREQUENCY and detuned is not None:
        trials["detuning"] = run_regular(
            _compared(bench, check_tuning, detuned, broken.change(bench, detuned, PATCH)), onset
        )
    sharp, blunt = broken.sharp_and_blunt(bench)
    fresh = replace(bench, settings=sharp)
    place = _steepest(fresh)
    shows = broken.change(fresh, blunt, PATCH, place)
    trials["geometric_wear"] = run_regular(
        _compared(fresh, check_sharpness, blunt, shows, place), onset
    )
    return trials


def _compared(
    bench: Bench, check: Callable[[Passes, Passes], Check], spoilt: ImagingSettings,
    change: float, place: tuple[Point, float] | None = None,
) -> Regular:  # fmt: skip
    then = bench.patch(0, None, place)

    def look(number: int, faulty: bool) -> Check:
        return check(then, bench.patch(number, spoilt if faulty else None, place))

    return Regular(look, PATCH[0], change > SHOWS)


def _steepest(bench: Bench) -> tuple[Point, float]:
    """Return the place, of a few at random, whose height changes most from pixel to pixel."""
    rng = bench.rng(7)
    half = 0.35 * bench.world.spec.extent
    found = []
    for number in range(CANDIDATES):
        x, y = rng.uniform(-half, half, 2)
        place = (float(x), float(y)), FINE
        passes = bench.patch(0, None, place)
        height = levelled(passes.trace["height"]) + levelled(passes.retrace["height"])
        found.append((float(np.abs(np.diff(height, axis=1)).mean()), number, place))
    return max(found)[2]
