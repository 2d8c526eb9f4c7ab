"""Whether partners are alike in what else may change a loop: slope and contact resonance."""

import math

import numpy as np
from scipy import stats

from ai_afm.survey.intervals import UPPER, Estimate
from ai_afm.survey.question.gathered import Gathered, events_of
from ai_afm.survey.question.names import BULK, PLACE, WALL, read_name

COVARIATES = {"slope": "", "resonance": "Hz"}
"""What the image before tells of each site, with its unit."""


def mismatches(gathered: Gathered) -> dict[str, Estimate]:
    """Return how wall sites differ from their partners in the image before, with 95 % intervals.

    Parameters
    ----------
    gathered
        Of the run.

    Returns
    -------
    dict
        Covariate -> mean difference of a block, wall minus bulk; only where five blocks or more
        tell.
    """
    found = {}
    for name in COVARIATES:
        values = np.array(_differences(gathered, name))
        if len(values) < 5:
            continue
        mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
        half = float(stats.t.ppf(UPPER, len(values) - 1)) * error
        found[name] = Estimate(mean, mean - half, mean + half)
    return found


def _differences(gathered: Gathered, covariate: str) -> list[float]:
    found = []
    for station in gathered.of(PLACE):
        blocks: dict[int, dict[str, float]] = {}
        for row in events_of(station):
            name, value = read_name(row["site"]), row.get(covariate)
            if name is not None and value is not None and name.attempt == 1:
                blocks.setdefault(name.block, {})[name.kind] = float(value)
        found += [b[WALL] - b[BULK] for b in blocks.values() if WALL in b and BULK in b]
    return found
