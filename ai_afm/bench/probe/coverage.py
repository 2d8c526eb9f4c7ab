"""Thousands of answers: loops from a generator whose numbers are those of the twin.

The generator knows nothing but how onsets scatter: a base that differs from segment to segment, the
chance of nucleation, the steps of the waveform, and a tip that wears. Its numbers were read from
the twin (worlds 121 to 124 without any effect of walls); a test ties it to the twin.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ai_afm.survey.intervals import CONFIDENCE
from ai_afm.survey.question.answer import Decision, answer
from ai_afm.survey.question.interval import cluster_bootstrap
from ai_afm.survey.question.registration import Question, Reading
from ai_afm.survey.question.units import replicates

SIZES = (8, 12, 20, 40)
"""Numbers of units at which the coverage is asked."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """How onsets scatter on the twin, V.

    Parameters
    ----------
    middle
        Mean onset.
    base
        Deviation from segment to segment, shared by wall and bulk.
    loop
        Deviation from loop to loop at one segment, before the waveform's steps.
    effect
        Deviation of the effect from segment to segment.
    step
        Step of the waveform: an onset is the first step at or above it.
    """

    middle: float = 5.3
    base: float = 0.65
    loop: float = 0.33
    effect: float = 0.1
    step: float = 0.5


@dataclass(frozen=True, slots=True)
class Design:
    """A design and a truth: number of units, blocks in each, effect (V), wear (V per probe)."""

    units: int
    blocks: tuple[int, int]
    effect: float
    wear: float


def readings(design: Design, scatter: Scatter, rng: np.random.Generator) -> list[Reading]:
    """Generate the readings of one night."""
    rows: list[Reading] = []
    for unit in range(design.units):
        base = scatter.middle + scatter.base * rng.standard_normal()
        here = design.effect + scatter.effect * rng.standard_normal()
        for block in range(int(rng.integers(design.blocks[0], design.blocks[1] + 1))):
            arms = ("wall", "bulk") if rng.random() < 0.5 else ("bulk", "wall")
            for arm in arms:
                # the least of many chances to nucleate: skewed towards low biases
                chance = -(rng.gumbel() - np.euler_gamma) * math.sqrt(6) / math.pi
                index = len(rows)
                onset = base + scatter.loop * chance + design.wear * index
                onset += here if arm == "wall" else 0.0
                value = scatter.step * math.ceil(onset / scatter.step)
                name = f"{unit}-{block}-{arm}"
                rows.append(Reading(name, arm, f"segment {unit}", f"{unit}-{block}", index, value))
    return rows


def coverage(seed: int, repeats: int) -> dict[int, float]:
    """Return, for each number of units, how often the 95 % interval holds the true effect."""
    question = Question("wall", "bulk", "nucleation bias", 0.25)
    shares = {}
    for size in SIZES:
        held = 0
        for k in range(repeats):
            rng = np.random.default_rng([seed, 47, size, k])
            design = Design(
                units=size,
                blocks=((1, 1), (2, 2), (1, 3))[k % 3],
                effect=float(rng.choice([0.0, -0.25, 0.5])),
                wear=float(rng.choice([0.0, 0.005, -0.01])),
            )
            found = replicates(question, readings(design, Scatter(), rng))
            held += cluster_bootstrap(found.differences, CONFIDENCE, rng).covers(design.effect)
        shares[size] = held / repeats
    return shares


@dataclass(frozen=True, slots=True)
class FalsePositives:
    """How often equal arms are called different: by the answer, and by what is common."""

    answer: float
    peeking: float
    pooled: float


def false_positives(seed: int, repeats: int, question: Question) -> FalsePositives:
    """Ask equal arms with stopping at every unit, and do what is commonly done beside it.

    `peeking` is a paired t-test of the units at the same alpha after every unit, stopped at the
    first difference; `pooled` is one t-test of all pairs at the end, as if each were independent.
    """
    wrong = np.zeros(3)
    for k in range(repeats):
        rng = np.random.default_rng([seed, 48, k])
        # the effect differs from segment to segment, its mean is 0: pooled pairs do not know that
        rows = readings(Design(question.units, (1, 6), 0.0, 0.002), Scatter(effect=0.3), rng)
        wrong[0] += answer(question, rows, rng).decision is Decision.DIFFERENT
        x = replicates(question, rows).differences
        looks = np.arange(5, len(x) + 1)
        means = np.cumsum(x)[4:] / looks
        squares = np.cumsum(x**2)[4:] / looks - means**2
        t = means / np.sqrt(squares / (looks - 1))
        wrong[1] += bool(np.any(2 * stats.t.sf(np.abs(t), looks - 1) < question.alpha))
        # in the order of `readings`, both sites of a block follow each other
        pairs = [
            (a.value - b.value) * (1 if a.arm == "wall" else -1)
            for a, b in zip(rows[::2], rows[1::2], strict=True)
        ]
        wrong[2] += float(stats.ttest_1samp(pairs, 0.0).pvalue) < question.alpha
    share = wrong / repeats
    return FalsePositives(float(share[0]), float(share[1]), float(share[2]))
