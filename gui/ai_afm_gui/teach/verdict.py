"""A report of the gate in words: each rule with its number, unit and limit. No Qt."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ai_afm.flywheel.model_records import GateReport
from ai_afm_gui.teach.named import rule_word, unit_word
from ai_afm_gui.words import translate

_SLICE, _OWN = "golden slice", "own material"
_BELOW = " > "
_AT_LEAST = frozenset({_OWN})
"""Rules whose number has to reach the limit; all others must not go beyond it."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule on one slice.

    Parameters
    ----------
    rule, where
        Its name, and the slice in words.
    depth
        0 for the whole, 1 for a slice of it, and so on.
    value, limit
        What was found and what it may be; shares are told in per cent.
    unit
        What both are measured in.
    interval
        95 % interval of the change, empty where the rule does not compare.
    verdict
        In one or two words.
    holds
        `None` where too little is there to tell.
    words
        The gate's sentence.
    """

    rule: str
    where: str
    depth: int
    value: str
    limit: str
    unit: str
    interval: str
    verdict: str
    holds: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report as a person reads it.

    Parameters
    ----------
    model, against
        Who was compared with whom.
    passed
        How it ended.
    headline
        In one sentence.
    gain
        What was won on the lab's own corrections, in one sentence, empty where nobody knows.
    refusals
        Why it was refused, each in a sentence.
    rows
        All rules: those that are broken first, then the others in the gate's order.
    """

    model: str
    against: str
    passed: bool
    headline: str
    gain: str
    refusals: tuple[str, ...]
    rows: tuple[RuleRow, ...]


def verdict_of(report: GateReport) -> Verdict:
    """Return a stored report in words."""
    told = report.report
    against = str(told.get("against", ""))
    findings = list(told.get("findings", ()))
    rows = [_row(f) for f in findings]
    refusals = tuple(map(str, told.get("refused", ())))
    if report.passed:
        headline = translate("Teach", "Passed: {model} may take the place of {against}.")
    else:
        headline = translate("Teach", "Refused: {model} may not take the place of {against}.")
    broken = [r for r in rows if r.holds is False]
    return Verdict(
        report.model,
        against,
        report.passed,
        headline.format(model=report.model, against=against or "?"),
        _gain(told, findings),
        refusals,
        (*broken, *(r for r in rows if r.holds is not False)),
    )


def _gain(report: Mapping[str, Any], findings: list[Mapping[str, Any]]) -> str:
    own = next((f for f in findings if f["rule"] == _OWN and f["change"]), None)
    if own is None:
        return ""
    c = own["change"]
    words = translate(
        "Teach",
        "On your newest corrections F1 goes from {before} to {after} ({change}; 95 % interval"
        " {low} to {high}, {frames} frames).",
    ).format(
        before=f"{c['before']:.3f}",
        after=f"{c['after']:.3f}",
        change=signed(c["after"] - c["before"]),
        low=signed(c["low"]),
        high=signed(c["high"]),
        frames=c["groups"],
    )
    if report.get("corrections", {}).get("gain_measured_on") == "learned from":
        words += " " + translate("Teach", "It has learned from these crops, so that proves little.")
    return words


def _row(finding: Mapping[str, Any]) -> RuleRow:
    rule, where = str(finding["rule"]), str(finding["where"])
    change, unit = finding["change"], str(finding["unit"])
    holds = finding["holds"]
    if rule == _SLICE and change:
        # a slice is told as what it has won, not as what it has lost
        value = signed(change["after"] - change["before"])
        limit = translate("Teach", "at least {limit}").format(
            limit=signed(-float(finding["limit"]))
        )
    else:
        value = _measured(finding["value"], unit)
        least = translate("Teach", "at least {limit}")
        bound = least if rule in _AT_LEAST else translate("Teach", "at most {limit}")
        limit = bound.format(limit=_measured(finding["limit"], unit))
    interval = f"{signed(change['low'])} .. {signed(change['high'])}" if change else ""
    words = {
        True: translate("Teach", "holds"),
        False: translate("Teach", "broken"),
        None: translate("Teach", "too little to tell"),
    }
    return RuleRow(
        rule_word(rule),
        where.rpartition(_BELOW)[2] or translate("Teach", "the whole model"),
        where.count(_BELOW),
        value,
        limit,
        unit_word(unit),
        interval,
        words[holds],
        holds,
        str(finding["words"]),
    )


def _measured(value: float | None, unit: str) -> str:
    """Return a number as its unit asks for it; shares and parts are told in per cent."""
    if value is None or not math.isfinite(value):
        return translate("Teach", "not measured")
    if unit.startswith(("share of", "part of")):
        return f"{100 * value:.1f} %"
    return f"{value:.0f}" if unit == "corrections" else f"{value:.3f}"


def signed(value: float | None) -> str:
    """Return a change with its sign, to a thousandth.

    Examples
    --------
    >>> signed(0.0321), signed(-0.01)
    ('+0.032', '-0.010')
    """
    if value is None or not math.isfinite(value):
        return translate("Teach", "not measured")
    return f"{value:+.3f}"


@dataclass(frozen=True, slots=True)
class Branch:
    """A model in the tree of descent, with the models that were trained from it."""

    model: str
    children: tuple["Branch", ...] = ()


def tree_of(parents: Mapping[str, tuple[str, ...]]) -> tuple[Branch, ...]:
    """Return the trees of descent; a model hangs below its first parent that is known.

    Parameters
    ----------
    parents
        Model -> its parents, in the order in which they are to stand.

    Examples
    --------
    >>> [tree] = tree_of({"b": ("a",), "a": ("gone",)})
    >>> tree.model, tree.children[0].model
    ('a', 'b')
    """
    above = {
        model: next((p for p in named if p in parents and p != model), None)
        for model, named in parents.items()
    }
    return tuple(_below(above, None, frozenset()))


def _below(
    above: Mapping[str, str | None], parent: str | None, seen: frozenset[str]
) -> Iterator[Branch]:
    for model, own in above.items():
        if own == parent and model not in seen:
            yield Branch(model, tuple(_below(above, model, seen | {model})))
