"""What another policy would have done at each decision of a run, as `ai-afm replay` says. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai_afm.report.quantity import duration
from ai_afm_gui.words import translate

PRESETS = (
    "controller=raster",
    "controller=targets",
    "targets.count=8",
    "probe.enabled=false",
    "stop.empty_after=0.3",
    "policy=follow",
)


@dataclass(frozen=True, slots=True)
class Other:
    """One decision beside what the other would have asked for; times in s, `None` if unknown."""

    row: int
    recorded: str
    proposed: str
    same: bool
    difference: str
    reason: str
    recorded_s: float | None
    proposed_s: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All decisions, and the sum in a sentence."""

    rows: tuple[Other, ...]
    words: str


def comparison(result: Mapping[str, Any]) -> Comparison:
    """Return what `ai-afm replay RUN --what-if ... --json` has said."""
    rows = tuple(_row(told) for told in result.get("what_if", ()))
    differing = [r for r in rows if not r.same]
    words = translate("Nights", "It would have asked for something else at {n} of {all} decisions.")
    said = words.format(n=len(differing), all=len(rows))
    told = [
        (r.recorded_s, r.proposed_s)
        for r in differing
        if r.recorded_s is not None and r.proposed_s is not None
    ]
    if told:
        before, after = (sum(times) for times in zip(*told, strict=True))
        more = translate(
            "Nights",
            "These requests take {after} instead of {before} by the cost model, one step at a time;"
            " what it would have seen there nobody knows.",
        )
        said += " " + more.format(after=duration(after), before=duration(before))
    return Comparison(rows, said)


def _row(told: Mapping[str, Any]) -> Other:
    return Other(
        int(told["decision"]),
        str(told["recorded"]),
        str(told["proposed"]),
        bool(told["same"]),
        str(told.get("difference") or ""),
        str(told.get("reason") or ""),
        told.get("recorded_s"),
        told.get("proposed_s"),
    )


def is_wish(text: str) -> bool:
    """Return whether a text is KEY=VALUE.

    Examples
    --------
    >>> is_wish("targets.count=8"), is_wish("raster")
    (True, False)
    """
    key, sign, value = text.strip().partition("=")
    return bool(key.strip() and sign and value.strip())
