"""The answer to a pre-registered question: an effect with its interval, and what was left out.

Two looks share the accepted error. At every completed unit a confidence sequence may stop the run
(`Question.alpha_early` over all looks together); at the registered number of units a bootstrap
interval at a level of 1 - `Question.alpha_end` is looked at once. Their errors add up to alpha at
most, whenever the run stops.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ai_afm.survey.intervals import CONFIDENCE, Estimate
from ai_afm.survey.question import sequence
from ai_afm.survey.question.interval import cluster_bootstrap, hedges_g
from ai_afm.survey.question.registration import LEAST_UNITS, Question, Reading
from ai_afm.survey.question.units import Replicates, replicates

EARLY = (
    "stopped early: runs stop where the effect happens to look large, so its value lies too far"
    " from 0 on average; its interval allows for that"
)


class Decision(StrEnum):
    """What may be said."""

    DIFFERENT = "different"
    EQUIVALENT = "equivalent within effect"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be printed beside its question.

    Parameters
    ----------
    question
        As registered.
    decision
        What may be said about the arms; nothing is ever said about what the sample is.
    effect
        Difference with its 95 % interval: of the confidence sequence where the run stopped early,
        of the cluster bootstrap where it came to its registered end.
    standardised
        The same as Hedges' g, for the record: its interval does not know of early stopping.
    units
        Number of independent units behind it.
    sites
        Number of sites used in either arm.
    stopped_early
        Whether the sequence ended it before the registered number of units.
    slope
        Change of the quantity per probe that was taken out, unit of the quantity.
    excluded
        (site, arm, reason) of every reading that was not used.
    warnings
        What a referee would ask.
    """

    question: Question
    decision: Decision
    effect: Estimate
    standardised: Estimate
    units: int
    sites: tuple[int, int]
    stopped_early: bool
    slope: float
    excluded: tuple[tuple[str, str, str], ...]
    warnings: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The answer in words."""
        q, e = self.question, self.effect
        if not math.isfinite(e.value):
            return f"{q.title} {self.decision}: no unit has both arms."
        return (
            f"{q.title} {self.decision}: {q.compare} minus {q.with_} = {e.value:+.3g} {q.unit}"
            f" (95 % interval {e.low:+.3g} to {e.high:+.3g}), {self.units} independent units,"
            f" {self.sites[0]} + {self.sites[1]} sites, {len(self.excluded)} left out."
        )


@dataclass(frozen=True, slots=True)
class _Look:
    decision: Decision
    units: int
    early: bool


def answer(question: Question, readings: Sequence[Reading], rng: np.random.Generator) -> Answer:
    """Answer a question with what has been measured so far.

    Parameters
    ----------
    question
        As registered.
    readings
        Everything that was probed for it, in any order, exclusions with their reasons included.
    rng
        Draws the bootstrap's resamples.

    Returns
    -------
    Answer
        With all units up to the registered number; later ones would be a second chance.
    """
    found = replicates(question, readings)
    units = found.units[: question.units]
    kept = Replicates(units, found.slope, found.alone)
    ended = len(units) >= question.units
    look = _decide(question, kept, rng)
    x = kept.differences
    if ended and not look.early:
        effect = cluster_bootstrap(x, CONFIDENCE, rng)
    else:
        effect = sequence.interval(x, 1 - CONFIDENCE, _mixture(question))
    means = np.array([u.means for u in units], float).reshape(len(units), 2)
    excluded = _excluded(question, readings, found)
    return Answer(
        question=question,
        decision=look.decision,
        effect=effect,
        standardised=hedges_g(means, CONFIDENCE).g,
        units=len(units),
        sites=(sum(u.sites[0] for u in units), sum(u.sites[1] for u in units)),
        stopped_early=look.early,
        slope=found.slope,
        excluded=excluded,
        warnings=(*_warnings(question, readings), *((EARLY,) if look.early else ())),
    )


def may_stop(question: Question, readings: Sequence[Reading]) -> str | None:
    """Say why measuring may end, or return `None` while it should go on.

    This is what a controller asks after each unit; it looks at nothing that `answer` does not
    account for.
    """
    found = replicates(question, readings)
    n = len(found.units)
    if n >= question.units:
        return f"the registered {question.units} units are measured"
    look = _early(question, found.differences)
    if look is None:
        return None
    return f"{look.decision} after {look.units} of {question.units} units"


def _mixture(question: Question) -> float:
    # narrowest at half of the registered number; fixed by the registration, so valid at all
    return sequence.best_mixture(
        max(question.units // 2, LEAST_UNITS), question.alpha_early or 0.01
    )


def _decide(question: Question, found: Replicates, rng: np.random.Generator) -> _Look:
    x = found.differences
    early = _early(question, x)
    if early is not None:
        return early
    if len(x) < question.units:
        return _Look(Decision.UNDECIDED, len(x), False)
    level = 1 - question.alpha_end
    return _Look(_of(cluster_bootstrap(x, level, rng), question.effect), len(x), False)


def _early(question: Question, x: np.ndarray) -> _Look | None:
    """Return the first look of the sequence that decides, `None` where none does."""
    if not question.alpha_early:
        return None
    mixture = _mixture(question)
    for n in range(LEAST_UNITS, min(len(x), question.units) + 1):
        seen = sequence.interval(x[:n], question.alpha_early, mixture)
        decision = _of(seen, question.effect)
        if decision is not Decision.UNDECIDED:
            return _Look(decision, n, True)
    return None


def _of(interval: Estimate, effect: float) -> Decision:
    if not interval.covers(0.0):
        return Decision.DIFFERENT
    if -effect < interval.low and interval.high < effect:
        return Decision.EQUIVALENT
    return Decision.UNDECIDED


def _excluded(
    question: Question, readings: Sequence[Reading], found: Replicates
) -> tuple[tuple[str, str, str], ...]:
    arms = (question.compare, question.with_)
    alone = {r.site for r in found.alone}
    rows = []
    for r in sorted(readings, key=lambda r: r.index):
        if r.arm not in arms:
            continue
        if r.why_not:
            rows.append((r.site, r.arm, r.why_not))
        elif r.site in alone:
            rows.append((r.site, r.arm, "its unit has no usable site of the other arm"))
    return tuple(rows)


def _warnings(question: Question, readings: Sequence[Reading]) -> tuple[str, ...]:
    texts = []
    arms = (question.compare, question.with_)
    total = [sum(r.arm == arm for r in readings) for arm in arms]
    bad = [sum(r.arm == arm and bool(r.why_not) for r in readings) for arm in arms]
    if min(total) >= LEAST_UNITS:
        shares = [b / t for b, t in zip(bad, total, strict=True)]
        pooled = sum(bad) / sum(total)
        error = math.sqrt(pooled * (1 - pooled) * sum(1 / t for t in total))
        if abs(shares[0] - shares[1]) > 2.6 * error > 0:
            texts.append(
                f"sites are lost unevenly: {bad[0]} of {total[0]} {arms[0]},"
                f" {bad[1]} of {total[1]} {arms[1]}; what was lost may differ from what was kept"
            )
    names = [r.site for r in readings]
    if len(set(names)) < len(names):
        texts.append("a site appears twice")
    chosen = sum(not r.at_random for r in readings)
    if readings and chosen == len(readings):
        texts.append("no site was drawn at random: the effect is that of the chosen sites")
    return tuple(texts)
