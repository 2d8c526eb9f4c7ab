"""The rules by which a candidate is compared with the active model on golden slices.

A slice has *fallen* when its F1 is lower by more than the limit, and by more than chance. The first
is what the rule says; the second, that it is no accident of which crops were taken. Of the top
slices there are few, and they are large: 1.64 standard errors of a paired bootstrap. Of those below
there are dozens of a few worlds each, of which one always swings: the worst of them all is compared
with the worst of as many when chance decides, world by world, which model is which. A slice tells
when a fall of `Limits.telling` would be seen for sure; where it would not, its parents decide.
docs/gate.md gives the measured rates.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from ai_afm.flywheel.gate import scores
from ai_afm.flywheel.gate.cases import Case, Path
from ai_afm.flywheel.gate.findings import Finding, Limits, named
from ai_afm.flywheel.gate.paired import Change, Drawn, Pair, Score, chance, slices
from ai_afm.flywheel.gate.tally import NAMED, SCORED, Counts

SURE_OF_TOP, SURE_OF_CLASS = 1.64, 2.33
"""Standard errors that a fall has to exceed in a top slice: of any line, and by classes."""
WORSE = 0.1
"""Increase of the share of exchanged classes that counts."""


def golden_findings(
    cases: Sequence[Case], counts: tuple[Counts, Counts], limits: Limits, seed: int
) -> Iterator[Finding]:
    """Yield what is found on golden cases.

    Parameters
    ----------
    cases
        What both models were asked; paths begin with the same name.
    counts
        (cases, columns) of the active model and of the candidate.
    limits
        What is allowed.
    seed
        Of the bootstrap.
    """
    pair = Pair(*counts, tuple(case.group for case in cases))
    parts = {path: pair.of(mask) for path, mask in slices(cases).items()}
    below = {p: part for p, part in parts.items() if len(p) > 1 and _has_lines(part, limits)}
    expected = chance(below, scores.f1, seed)
    for path, part in parts.items():
        drawn = part.drawn(seed)
        if len(path) == 1:
            yield from _top(path, drawn, limits)
        elif path in below:
            sure = expected.sure * expected.errors[path]
            yield _slice(path, "line", drawn, limits, sure)


def _top(path: Path, drawn: Drawn, limits: Limits) -> Iterator[Finding]:
    for group in SCORED:
        if scores.column(drawn.sums[0], f"{group}.true") >= limits.pixels:
            errors = SURE_OF_TOP if group == "line" else SURE_OF_CLASS
            sure = errors * drawn.change(_f1_of(group)).error
            yield _slice(path, group, drawn, limits, sure)
    yield from _shape(path, drawn, limits)
    yield from presence(path, drawn, limits)
    yield from exchanged(path, drawn, limits)


def _has_lines(pair: Pair, limits: Limits) -> bool:
    return bool(scores.column(pair.before.sum(axis=0), "line.true") >= limits.pixels)


def _slice(path: Path, group: str, drawn: Drawn, limits: Limits, sure: float) -> Finding:
    """Judge a slice; `sure`: the fall that chance does not give."""
    change = drawn.change(_f1_of(group))
    where = named(path) + ("" if group == "line" else f" > {group}")
    holds = _keeps(change, limits, sure)
    words = f"F1 on {where} {_moved(change)} from {change.before:.3f} to {change.after:.3f}"
    if holds is None:
        words += f"; {change.groups} groups are too few to tell"
        words += ", its parents decide" if len(path) > 1 else ""
    return Finding("golden slice", where, holds, -change.value, limits.drop, "F1", words, change)


def _f1_of(group: str) -> Score:
    return lambda sums: scores.f1(sums, group)


def _keeps(change: Change, limits: Limits, sure: float) -> bool | None:
    """Tell whether a slice has not fallen; `None` where that cannot be told."""
    if -change.value > max(limits.drop, sure):
        return False
    return True if sure <= limits.telling or change.low >= -limits.drop else None


def _moved(change: Change) -> str:
    if change.value == 0:
        return "stays"
    return f"{'falls' if change.value < 0 else 'rises'} by {abs(change.value):.3f}"


def _shape(path: Path, drawn: Drawn, limits: Limits) -> Iterator[Finding]:
    """Yield calibration and topology of a top slice."""
    where = named(path)
    error = drawn.change(scores.calibration_error)
    yield Finding(
        "calibration", where, error.value <= limits.calibration or error.low <= 0, error.value,
        limits.calibration, "probability",
        f"the calibration error near lines on {where} goes from {error.before:.3f} to "
        f"{error.after:.3f}", error,
    )  # fmt: skip
    dice = drawn.change(scores.centreline_dice)
    betti = drawn.change(scores.betti_error)
    # a line that was not drawn at all before comes in pieces first: that is no loss of topology
    won = dice.low > 0
    worse = betti.value / max(betti.before, 1e-9)
    yield Finding(
        "topology", where, won or worse <= limits.topology or betti.low <= 0, worse,
        limits.topology, "part of the active model's",
        f"pieces and holes of a 64-px window on {where} are wrong by {betti.after:.2f}, before by "
        f"{betti.before:.2f}", betti,
    )  # fmt: skip
    yield Finding(
        "centreline", where, -dice.value <= limits.centreline or dice.high >= 0, -dice.value,
        limits.centreline, "clDice",
        f"the centreline Dice on {where} goes from {dice.before:.3f} to {dice.after:.3f}", dice,
    )  # fmt: skip


def presence(path: Path, drawn: Drawn, limits: Limits) -> Iterator[Finding]:
    """Yield whether lines are drawn where there are some, and none where there are none."""
    where = named(path)
    empty = drawn.change(scores.empty_rate)
    if scores.column(drawn.sums[0], "lined"):
        yield Finding(
            "nothing drawn", where, empty.value <= limits.empty or empty.low <= 0, empty.value,
            limits.empty, "share of crops",
            f"nothing is drawn in {empty.after:.1%} of the crops with lines on {where}, before in "
            f"{empty.before:.1%}", empty,
        )  # fmt: skip
        # one that draws no less often than the active model takes nothing away
        holds = empty.after <= limits.empty_at_most or empty.value <= 0
        yield Finding(
            "empty-mask model", where, holds, empty.after, limits.empty_at_most, "share of crops",
            f"the candidate draws nothing in {empty.after:.1%} of the crops with lines on {where}, "
            f"the active model in {empty.before:.1%}",
        )  # fmt: skip
    if scores.column(drawn.sums[0], "blank"):
        litter = drawn.change(scores.litter_rate)
        # who overlooks a material is silent where that cannot be told from nothing, too
        won = drawn.change(_f1_of("line")).low > 0
        limit = limits.litter_won if won else limits.litter
        yield Finding(
            "lines on nothing", where, litter.value <= limit or litter.low <= 0,
            litter.value, limit, "share of empty crops",
            f"something is drawn in {litter.after:.1%} of the empty crops on {where}, before in "
            f"{litter.before:.1%}", litter,
        )  # fmt: skip


def exchanged(path: Path, drawn: Drawn, limits: Limits) -> Iterator[Finding]:
    """Yield whether the classes are exchanged."""
    before, share = (float(scores.crossed_share(s)) for s in drawn.sums)
    where = named(path)
    # where the active model names no better, the candidate has not flipped anything
    holds = share <= limits.crossed or share <= before + WORSE
    words = (
        f"{share:.1%} of the lines that the candidate finds on {where} have the class that theirs "
        f"is exchanged with (wall and boundary, 180° and ferroelastic), before {before:.1%}"
    )
    unit = "share of drawn line pixels"
    yield Finding("flipped labels", where, holds, share, limits.crossed, unit, words)


def own_findings(
    cases: Sequence[Case], counts: tuple[Counts, Counts], limits: Limits, seed: int
) -> Iterator[Finding]:
    """Yield whether the newest corrections improve; arguments as for `golden_findings`."""
    pair = Pair(*counts, tuple(case.group for case in cases))
    drawn = pair.drawn(seed)
    path = cases[0].path[:1]
    # what people correct most is names: with any line alone a round of those would show no gain
    change = drawn.change(partial(scores.f1, group=NAMED))
    won = change.value >= limits.gain
    yield Finding(
        "own material", named(path), won, change.value, limits.gain, "F1",
        f"F1 of lines and their classes on {named(path)} {_moved(change)} from "
        f"{change.before:.3f} to {change.after:.3f}", change,
    )  # fmt: skip
    yield from presence(path, drawn, limits)
    yield from exchanged(path, drawn, limits)
