"""From scores to figures: area under the ROC curve, false alarms a night, delay."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LINE_RATE = 0.4
"""Hz: default of PFM, 256 px a line."""
NIGHT_HOURS = 8
NIGHT_LINES = round(LINE_RATE * 3600 * NIGHT_HOURS)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one detector did on one world.

    Parameters
    ----------
    healthy, faulty
        Scores; NaN where it could not tell.
    night
        Share of a night's checks that the healthy scores stand for.
    alarms
        False alarms among them.
    delays
        Lines from the onset of a fault to its alarm, inf where it was not raised.
    """

    healthy: tuple[float, ...]
    faulty: tuple[float, ...]
    night: float
    alarms: int
    delays: tuple[float, ...] = ()


def auroc(healthy: Sequence[float], faulty: Sequence[float]) -> float:
    """Return the chance that a faulty score is above a healthy one; ties count half.

    Scores that could not be told (NaN) are left out; NaN where a side is empty.

    Examples
    --------
    >>> auroc([0.0, 1.0], [1.0, 2.0])
    0.875
    """
    below, above = (_told(np.asarray(scores, float)) for scores in (healthy, faulty))
    if not len(below) or not len(above):
        return float("nan")
    below.sort()
    under = np.searchsorted(below, above, side="left")
    equal = np.searchsorted(below, above, side="right") - under
    return float((under + equal / 2).mean() / len(below))


def figures(trials: Sequence[Trial]) -> dict[str, float | int]:
    """Sum up the trials of a detector.

    Returns
    -------
    figures
        `auroc` (of what could be told), `auroc_all` (what could not be told counts as score 0),
        `told` (share of faulty scores that could be told), `detected` (share of faults that raised
        an alarm, of those that could be told), `false_alarms_per_night`, `nights` (simulated
        healthy ones behind it), `healthy_q99` and `faulty_q05` (quantiles of the scores),
        `delay_lines` (median), `worlds` (with a fault that shows).
    """
    healthy = [score for trial in trials for score in trial.healthy]
    faulty = [score for trial in trials for score in trial.faulty]
    delays = np.array([delay for trial in trials for delay in trial.delays])
    nights = sum(trial.night for trial in trials)
    raised = delays[np.isfinite(delays)]
    return {
        "auroc": auroc(healthy, faulty),
        "auroc_all": auroc(np.nan_to_num(healthy).tolist(), np.nan_to_num(faulty).tolist()),
        "told": _share(np.isfinite(faulty)),
        "detected": _share(np.isfinite(delays[~np.isnan(delays)])),
        "false_alarms_per_night": sum(t.alarms for t in trials) / nights if nights else 0.0,
        "nights": nights,
        "healthy_q99": _quantile(healthy, 0.99),
        "faulty_q05": _quantile(faulty, 0.05),
        "delay_lines": float(np.median(raised)) if len(raised) else float("nan"),
        "worlds": sum(1 for trial in trials if trial.faulty),
    }


def _told(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return scores[np.isfinite(scores)]


def _quantile(scores: Sequence[float], share: float) -> float:
    told = _told(np.asarray(scores, float))
    return float(np.quantile(told, share)) if len(told) else float("nan")


def _share(which: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(which)) / len(which) if len(which) else float("nan")
