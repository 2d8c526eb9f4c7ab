"""Whether partners are alike in what else may change a loop: slope and contact resonance."""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from ai_afm.survey.intervals import UPPER, Estimate
from ai_afm.survey.question.gathered import Gathered, events_of
from ai_afm.survey.question.names import BULK, PLACE, WALL, read_name

COVARIATES = {"slope": "", "resonance": "Hz"}
"""What the image before tells of each site, with its unit."""

_PAIR = re.compile(r"(.+-\d+)([WB])")


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


def pair_of(site: str | None) -> tuple[str, str] | None:
    """Return the pair that a site belongs to and its part, "W" or "B"; `None` for other sites.

    Examples
    --------
    >>> pair_of("T1-2W"), pair_of("Q7-1BA"), pair_of("T1-L12")
    (('T1-2', 'W'), ('Q7-1', 'B'), None)
    """
    name = read_name(site)
    if name is not None:
        is_first = name.kind in (WALL, BULK) and name.attempt == 1
        return (f"{name.target}-{name.block}", name.kind) if is_first else None
    found = _PAIR.fullmatch(site or "")
    return None if found is None else (found[1], found[2])


def pair_differences(values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return how each wall site differs from its partner, wall minus bulk.

    Parameters
    ----------
    values
        Site -> covariate (see `COVARIATES`) -> value, `None` where it is not known.

    Returns
    -------
    dict
        Wall site -> covariate -> difference; only what both sites tell.
    """
    parts: dict[str, dict[str, str]] = {}
    for site in values:
        pair = pair_of(site)
        if pair is not None:
            parts.setdefault(pair[0], {})[pair[1]] = site
    found = {}
    for sites in parts.values():
        if len(sites) < 2:
            continue
        wall, bulk = values[sites[WALL]], values[sites[BULK]]
        known = [n for n in COVARIATES if wall.get(n) is not None and bulk.get(n) is not None]
        found[sites[WALL]] = {n: float(wall[n]) - float(bulk[n]) for n in known}
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
