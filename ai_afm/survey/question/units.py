"""From readings to independent differences: one number for each unit of replication.

Sites of one wall segment, and sites matched in one block, share the crystal, its defects and the
state of the tip. They are one replicate together, however many they are. A unit is therefore a set
of readings that is connected by segments (or grains, domains) and blocks, and what is compared is
the difference of its two arms. What all readings share with their order, a tip that wears in the
night, is a slope on the probe's index, fitted within units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.question.registration import Question, Reading

FOR_A_SLOPE = 12
"""Units below which no slope on the index is fitted: it would cost more than it saves, and blocks
in random order keep a drift from the effect anyway."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One independent replicate.

    Parameters
    ----------
    clusters
        Segments, grains or domains that it joins.
    difference
        Mean of the arm `compare` minus mean of the arm `with_`, index taken out.
    means
        The two means, index taken out.
    sites
        Number of sites in either arm.
    completed
        Index of its last probe.
    """

    clusters: tuple[str, ...]
    difference: float
    means: tuple[float, float]
    sites: tuple[int, int]
    completed: int


@dataclass(frozen=True, slots=True)
class Replicates:
    """All units in order of completion.

    Parameters
    ----------
    units
        With both arms measured.
    slope
        Change of the quantity per probe, fitted within units; 0 where the order cannot tell.
    alone
        Sites that were read well but whose unit has nothing to compare them with.
    """

    units: tuple[Unit, ...]
    slope: float
    alone: tuple[Reading, ...]

    @property
    def differences(self) -> NDArray[np.float64]:
        """(units,) differences, in order of completion."""
        return np.array([u.difference for u in self.units], float)


def replicates(question: Question, readings: Sequence[Reading]) -> Replicates:
    """Return the independent units of usable readings.

    Parameters
    ----------
    question
        Names the arms; readings of other arms are left out.
    readings
        Any order; those with a reason against them are left out.
    """
    arms = (question.compare, question.with_)
    usable = [r for r in readings if not r.why_not and r.arm in arms]
    groups = _connected(usable)
    whole = [g for g in groups if {r.arm for r in g} == set(arms)]
    alone = tuple(r for g in groups if g not in whole for r in g)
    slope = _slope(question, whole)
    units = sorted((_unit(question, g, slope) for g in whole), key=lambda u: u.completed)
    return Replicates(tuple(units), slope, alone)


def _connected(readings: Sequence[Reading]) -> list[list[Reading]]:
    """Group readings that share a cluster or a block, directly or through others."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for r in readings:
        parent[root(f"block {r.block}")] = root(f"cluster {r.cluster}")
    groups: dict[str, list[Reading]] = {}
    for r in readings:
        groups.setdefault(root(f"cluster {r.cluster}"), []).append(r)
    return list(groups.values())


def _slope(question: Question, groups: Sequence[Sequence[Reading]]) -> float:
    """Fit value = unit + effect + slope * index by least squares within units."""
    parts = []
    for group in groups:
        rows = np.array([(r.value, r.arm == question.compare, r.index) for r in group], float)
        parts.append(rows - rows.mean(axis=0))
    if len(parts) < FOR_A_SLOPE:
        return 0.0
    value, arm, index = np.concatenate(parts).T
    spread = float(arm @ arm)
    # what of the index is not the arm: an order that is confounded with the arm tells nothing
    own = index - arm * (float(arm @ index) / spread)
    size = float(own @ own)
    freedom = len(value) - len(groups) - 2
    if freedom < 1 or size < 1e-9 * max(float(index @ index), 1.0):
        return 0.0
    return float(own @ value) / size


def _unit(question: Question, group: Sequence[Reading], slope: float) -> Unit:
    middle = float(np.mean([r.index for r in group]))
    sides = [
        [r.value - slope * (r.index - middle) for r in group if r.arm == arm]
        for arm in (question.compare, question.with_)
    ]
    means = float(np.mean(sides[0])), float(np.mean(sides[1]))
    return Unit(
        clusters=tuple(sorted({r.cluster for r in group})),
        difference=means[0] - means[1],
        means=means,
        sites=(len(sides[0]), len(sides[1])),
        completed=max(r.index for r in group),
    )
