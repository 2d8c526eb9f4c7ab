"""The answer as a picture: all readings, the difference of each unit, and the effect."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ai_afm.report.palette import ACCENT, FIRST, GRID, LATER, MUTED
from ai_afm.report.question import Asked
from ai_afm.report.svg import WIDTH
from ai_afm.survey.question.names import OTHER_ARM
from ai_afm.survey.question.units import Unit, replicates


def can_draw(found: Asked) -> bool:
    """Tell whether there is a reading to be drawn."""
    return any(not r.why_not for r in found.readings)


def question_figure(found: Asked) -> Figure:
    """Draw the readings by arm, the difference of each unit in order, and the effect.

    Parameters
    ----------
    found
        With at least one usable reading.
    """
    figure = Figure(figsize=(WIDTH, 2.5), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=[1.25, 1.6, 0.8])
    question = found.answer.question
    units = replicates(question, found.readings).units[: question.units]
    _readings(left, found)
    _differences(middle, found, units)
    _effect(right, found)
    effect = found.answer.effect
    ends = [v for v in (effect.low, effect.high) if math.isfinite(v)]
    ends += [u.difference for u in units] + [-question.effect, question.effect]
    room = 0.06 * (max(ends) - min(ends))
    for axes in (middle, right):
        axes.set_ylim(min(ends) - room, max(ends) + room)
    right.tick_params(labelleft=False)
    return figure


def _readings(axes: Axes, found: Asked) -> None:
    """Draw each reading; those that were matched in a block are joined."""
    question = found.answer.question
    arms = [question.compare, question.with_]
    arms += [OTHER_ARM] if any(r.arm == OTHER_ARM for r in found.readings) else []
    blocks: dict[str, dict[int, float]] = {}
    for reading in found.readings:
        if reading.why_not or reading.arm not in arms:
            continue
        blocks.setdefault(reading.block, {})[arms.index(reading.arm)] = reading.value
    for number, values in enumerate(blocks.values()):
        aside = 0.5 * ((number + 0.5) / len(blocks) - 0.5)
        x = [k + aside for k in sorted(values)]
        y = [values[k] for k in sorted(values)]
        axes.plot(x[:2], y[:2], color=LATER, lw=0.5, zorder=1)
        for k in sorted(values):
            colour = FIRST if k == 0 else ACCENT if k == 1 else MUTED
            axes.plot([k + aside], [values[k]], "o", ms=3, color=colour, zorder=2)
    counts = [sum(k in v for v in blocks.values()) for k in range(len(arms))]
    short = [a.replace("bulk of the other polarity", "bulk, other\npolarity") for a in arms]
    axes.set_xticks(range(len(arms)), [f"{s}\nn = {n}" for s, n in zip(short, counts, strict=True)])
    axes.set_xlim(-0.5, len(arms) - 0.5)
    axes.set_ylabel(f"|{question.on}| ({question.unit})")
    axes.set_title("each site, partners joined", loc="left")
    axes.grid(axis="y", color=GRID, lw=0.4)


def _differences(axes: Axes, found: Asked, units: tuple[Unit, ...]) -> None:
    question = found.answer.question
    values = np.array([u.difference for u in units])
    number = np.arange(1, len(values) + 1)
    axes.axhspan(-question.effect, question.effect, color=GRID, alpha=0.5, lw=0, zorder=0)
    axes.axhline(0, color=MUTED, lw=0.6, zorder=1)
    if len(values):
        mean = np.cumsum(values) / number
        axes.plot(number, mean, color=ACCENT, lw=1.2, zorder=2, label="mean so far")
        axes.plot(number, values, "o", ms=3.2, color=FIRST, zorder=3, label="one unit")
        axes.legend(loc="best", ncols=2)
    axes.set_xlim(0, question.units + 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(f"independent unit, in order ({question.units} registered)")
    axes.set_ylabel(f"{question.compare} minus {question.with_} ({question.unit})")
    axes.set_title(f"band: smaller than {question.effect:g} {question.unit}", loc="left")


def _effect(axes: Axes, found: Asked) -> None:
    question, effect = found.answer.question, found.answer.effect
    axes.axhspan(-question.effect, question.effect, color=GRID, alpha=0.5, lw=0, zorder=0)
    axes.axhline(0, color=MUTED, lw=0.6, zorder=1)
    if math.isfinite(effect.value):
        axes.plot([0], [effect.value], "o", ms=5, color=ACCENT, zorder=3)
        if math.isfinite(effect.low) and math.isfinite(effect.high):
            axes.plot([0, 0], [effect.low, effect.high], color=ACCENT, lw=2, zorder=2)
    axes.set_xlim(-1, 1)
    axes.set_xticks([])
    axes.set_title(f"95 %: {found.answer.decision}", loc="left")
