"""Which sign of the bias switches which domain: a vote of all loops that could tell."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

IDLE = 8.0
"""Swing of the second half-cycle over its noise from which it counts as switching."""

QUIET = 0.25
"""Largest swing of a first half-cycle that does nothing, as a share of the second one's."""


def vote(domain: int, first_polarity: int, readout: Mapping[str, Any]) -> int:
    """Return the sign of the bias that switches domain A by one loop, 0 where it cannot tell.

    Parameters
    ----------
    domain
        In which the loop began: 1 for A, -1 for B, 0 for unknown.
    first_polarity
        Sign of its first half-cycle.
    readout
        Its stored readout, empty where there is none.
    """
    sign = first_polarity * domain
    if not sign or not readout or readout.get("mixed"):
        return 0
    if not readout["reasons"]:
        return sign
    # the first half-cycle did nothing, the second did a lot: it began with the native polarity
    first, second, noise = (readout.get(k) or math.nan for k in ("swing", "second", "noise"))
    idle = readout.get("onset") is None and second > IDLE * noise and first < QUIET * second
    return -sign if idle else 0


def decided(votes: Iterable[int]) -> int | None:
    """Return the sign that most votes are for, `None` without any or where they are even."""
    total = sum(votes)
    return None if total == 0 else (1 if total > 0 else -1)
