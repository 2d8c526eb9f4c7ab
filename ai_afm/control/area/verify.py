"""Verification: fine patches at random places tell how much of the lines is known, without bias."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.control.area import plan
from ai_afm.control.area.state import Ground, Step
from ai_afm.survey.skeleton import drop_small, thin

PATCH = (9, 64)
"""Lines and pixels of a patch: as few lines as the network needs."""
PATCHES = 8
"""Patches of a batch."""
BATCHES = 2
"""Batches at most."""
ENOUGH = 0.93
"""Share of the lines in the patches that has to be known: then no second batch is needed."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the lines in the patches was known before they were looked at.

    Parameters
    ----------
    known, found
        Pixels of lines that were known, and of all lines, in the patches.
    share
        known / found, NaN where nothing was found.
    low
        Lower end of the one-sided 95 % interval of the share: patches resampled; where nothing was
        missed, the share at which one patch in so many shows a miss with 95 % chance.
    density
        Pixels of lines per pixel of the patches.
    """

    known: int
    found: int
    share: float
    low: float
    density: float


def verification(ground: Ground, count: int = PATCHES) -> Step | None:
    """Return the next batch of patches; what is known already is not scanned again."""
    settings = ground.settings
    lines, pixels = settings.grid.shape
    rng = np.random.default_rng([settings.seed, 31, len(ground.done("verify"))])
    rows = rng.integers(0, max(lines - PATCH[0], 1), count).tolist()
    columns = rng.integers(0, max(pixels - PATCH[1], 1), count).tolist()
    chosen = tuple(zip(rows, columns, strict=True))
    mask = np.zeros((lines, pixels), bool)
    for row, column in chosen:
        mask[_part(row, column)] = True
    reason = f"{count} patches at random places: how much of the lines is known by now?"
    asked = plan.Asked(reason)
    requests = plan.requests_for(mask & ~ground.covered, settings, ground.at, asked)
    return Step("verify", requests, reason, patches=chosen) if requests else None


def _part(row: int, column: int) -> tuple[slice, slice]:
    return slice(row, row + PATCH[0]), slice(column, column + PATCH[1])


def enough_verified(ground: Ground) -> bool:
    """Tell whether the patches so far say that (nearly) all lines are known, or no more may be."""
    batches = sum(bool(before.any()) for before in ground.known)
    if batches == 0:
        # nothing to follow, and patches that show nothing either: an empty sample
        return len(ground.known) > 0 and completeness(ground).density == 0
    found = completeness(ground)
    return batches >= BATCHES or not found.found or found.share >= ENOUGH


def completeness(ground: Ground) -> Completeness:
    """Return the share of lines that was known in all patches so far."""
    assert ground.seen is not None
    lines = thin(drop_small(ground.seen > 0.5, 8)) & ground.covered
    known, found = [], []
    everywhere: list[int] = []
    for step, before in zip(ground.done("verify"), ground.known, strict=True):
        for row, column in step.patches:
            part = _part(row, column)
            everywhere.append(int(lines[part].sum()))
            if before.any():  # else nothing was followed yet
                found.append(everywhere[-1])
                known.append(int((lines[part] & before[part]).sum()))
    density = sum(everywhere) / max(len(everywhere) * PATCH[0] * PATCH[1], 1)
    if not sum(found):
        return Completeness(0, 0, float("nan"), float("nan"), density)
    low = _low(np.array(known), np.array(found), ground.settings.seed)
    return Completeness(sum(known), sum(found), sum(known) / sum(found), low, density)


def _low(known: NDArray[np.int64], found: NDArray[np.int64], seed: int) -> float:
    if (known == found).all():
        # resampling patches without a miss would promise 100 %, however few they are
        return float(0.05 ** (1 / np.count_nonzero(found)))
    rng = np.random.default_rng([seed, 32])
    pick = rng.integers(0, len(known), (500, len(known)))
    total = found[pick].sum(axis=1)
    shares = known[pick].sum(axis=1)[total > 0] / total[total > 0]
    return float(np.percentile(shares, 5))
