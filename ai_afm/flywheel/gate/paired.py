"""Two models on the same cases: how much one has fallen behind the other, slice by slice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.gate.cases import Case, Path, ancestry
from ai_afm.flywheel.gate.scores import Numbers
from ai_afm.flywheel.gate.tally import Counts

DRAWS = 1000
"""Bootstrap samples."""
LEVEL = 0.95
"""Of the intervals."""

Score = Callable[[Counts], Numbers]


@dataclass(frozen=True, slots=True)
class Change:
    """How much a score changes from the active model to the candidate.

    Parameters
    ----------
    before, after
        Scores of the active model and of the candidate.
    low, high
        95 % interval of `after - before`: paired, by drawing groups of cases with replacement
        (percentiles; Efron and Tibshirani 1993).
    error
        Its standard error, from the same samples.
    groups
        Number of groups: worlds or frames.
    """

    before: float
    after: float
    low: float
    high: float
    error: float
    groups: int

    @property
    def value(self) -> float:
        """What it changes."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The counts of two models on the same cases.

    Parameters
    ----------
    before, after
        (cases, columns) of the active model and the candidate.
    groups
        Group of each case.
    """

    before: Counts
    after: Counts
    groups: tuple[str, ...]

    def of(self, chosen: NDArray[np.bool_]) -> "Pair":
        """Return the part of some cases, (cases,) bool."""
        kept = tuple(g for g, c in zip(self.groups, chosen, strict=True) if c)
        return Pair(self.before[chosen], self.after[chosen], kept)

    def sums(self) -> tuple[Counts, Counts]:
        """Return the counts of all cases together, (columns,) of each model."""
        return self.before.sum(axis=0), self.after.sum(axis=0)

    def by_group(self) -> tuple[tuple[str, ...], Counts, Counts]:
        """Return names and sums of the groups, (groups, columns) of each model."""
        names, index = np.unique(np.array(self.groups), return_inverse=True)
        sums = []
        for rows in (self.before, self.after):
            total = np.zeros((len(names), rows.shape[1]))
            np.add.at(total, index, rows)
            sums.append(total)
        return tuple(map(str, names)), sums[0], sums[1]

    def drawn(self, seed: int, draws: int = DRAWS) -> "Drawn":
        """Return bootstrap samples of whole groups; the same for every score that is asked."""
        names, before, after = self.by_group()
        rng = np.random.default_rng([seed, len(names)])
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), draws)
        weights = times.astype(float)
        return Drawn(self.sums(), (weights @ before, weights @ after), len(names))


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Sums of all cases, sums of each bootstrap sample (draws, columns), and number of groups."""

    sums: tuple[Counts, Counts]
    samples: tuple[Counts, Counts]
    groups: int

    def change(self, score: Score) -> Change:
        """Return the change of a score with its interval."""
        before, after = (float(score(s)) for s in self.sums)
        difference = score(self.samples[1]) - score(self.samples[0])
        low, high = np.quantile(difference, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        error = float(np.std(difference))
        return Change(before, after, float(low), float(high), error, self.groups)


def slices(cases: Sequence[Case]) -> dict[Path, NDArray[np.bool_]]:
    """Return which cases belong to each slice and to each of its parents, widest first."""
    found: dict[Path, list[int]] = {}
    for k, case in enumerate(cases):
        for path in ancestry(case.path):
            found.setdefault(path, []).append(k)
    order = sorted(found, key=lambda p: (len(p), p))
    masks = {path: np.zeros(len(cases), np.bool_) for path in order}
    for path, mask in masks.items():
        mask[found[path]] = True
    return masks


@dataclass(frozen=True, slots=True)
class Chance:
    """What falls of slices are compared with: those of two models that are equally good.

    Parameters
    ----------
    errors
        Spread of the change of each slice when, group by group, it is left to chance which model
        is called which.
    sure
        Fall, in units of the spread of its slice, that the worst one of all slices exceeds in one
        of twenty such drawings (Westfall and Young 1993): whatever their number, and however few
        groups they have.
    """

    errors: Mapping[Path, float]
    sure: float


def chance(pairs: Mapping[Path, Pair], score: Score, seed: int, draws: int = DRAWS) -> Chance:
    """Return what slices would fall by chance, all of them looked at together."""
    every = sorted({g for pair in pairs.values() for g in pair.groups})
    rng = np.random.default_rng([seed, len(every), 1])
    exchanged = rng.random((draws, len(every))) < 0.5
    place = {name: k for k, name in enumerate(every)}
    errors: dict[Path, float] = {}
    worst = np.zeros(draws)
    for path, pair in pairs.items():
        names, before, after = pair.by_group()
        swap = exchanged[:, [place[n] for n in names]].astype(float)
        total = before.sum(axis=0) + after.sum(axis=0)
        one = before.sum(axis=0) + swap @ (after - before)
        change = score(total - one) - score(one)
        errors[path] = float(np.std(change))
        if errors[path] > 0:
            worst = np.maximum(worst, -change / errors[path])
    return Chance(errors, float(np.quantile(worst, LEVEL)))
