"""`ai-afm bench health`: area under the ROC curve and false alarms a night of each detector.

ROC: scores of the healthy instrument against scores with the fault at a fixed severity (`broken`),
over worlds of all families and modes pooled; a fault counts where it changes the record without
noise. False alarms: alarms of the healthy instrument over the simulated healthy time, in nights of
8 h at the default rate (0.4 Hz, 256 px: 11 520 lines). A live detector alarms when two checks in a
row, 16 lines apart, are suspect; a regular one (every 1024 lines) when it is suspect and, repeated
at once, again. Limits were set on seeds 100 to 199.
"""

import logging
from collections.abc import Mapping

from ai_afm.bench.health.live import WATCHES, live_trials
from ai_afm.bench.health.probing import probe_trials
from ai_afm.bench.health.regular import patch_trials
from ai_afm.bench.health.roc import NIGHT_HOURS, Trial, figures
from ai_afm.bench.health.worlds import KINDS, draw_bench

_LOG = logging.getLogger(__name__)

WORLDS = 120
"""Ten of each kind."""

DETECTORS = (*WATCHES, "double_tip", "geometric_wear", "detuning", "load_drift", "electrical_wear")


def benchmark(seed: int = 1, worlds: int = WORLDS) -> dict[str, object]:
    """Measure all health detectors on the twin.

    Parameters
    ----------
    seed
        Of everything; the same seed gives the same figures.
    worlds
        Number of worlds; kinds and modes take turns.

    Returns
    -------
    result
        `detectors` (name -> see `roc.figures`), `night_hours`, `worlds`, `seed`.
    """
    trials: dict[str, list[Trial]] = {name: [] for name in DETECTORS}
    for number in range(worlds):
        for name, trial in _trials(seed, number).items():
            trials[name].append(trial)
        if number % len(KINDS) == len(KINDS) - 1:
            _LOG.info("health: %d of %d worlds", number + 1, worlds)
    return {
        "detectors": {name: figures(found) for name, found in trials.items()},
        "night_hours": NIGHT_HOURS,
        "worlds": worlds,
        "seed": seed,
    }


def _trials(seed: int, number: int) -> Mapping[str, Trial]:
    bench = draw_bench(seed, number)
    # so that each kind meets both variants of a fault in turn
    variant = number + number // len(KINDS)
    return live_trials(bench, variant) | patch_trials(bench) | probe_trials(bench)
