"""Instrument health in the report: which data to doubt, why, and what was not looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ai_afm.config import RunConfig
from ai_afm.report.quantity import extent
from ai_afm.report.story import Story
from ai_afm.report.tables import since
from ai_afm.store.journal import Row
from ai_afm.survey.health.check import Verdict
from ai_afm.survey.health.history import (
    advice_in,
    doubted,
    doubted_between,
    doubts_in,
    laid_over,
)
from ai_afm.survey.health.load import NAME as LOAD
from ai_afm.survey.health.suspect import AFTER_ITS_END, Doubt, Moment, in_path
from ai_afm.types import ProbeRequest, Role

NAMES = {
    "trace_retrace": "trace against retrace",
    "ringing": "ringing of the z loop",
    "saturation": "signals at full scale",
    "lost_contact": "lost contact",
    "lost_tracking": "lost resonance",
    "geometric_wear": "blunt tip",
    "double_tip": "double tip",
    "detuning": "detuned drive",
    "electrical_wear": "worn coating",
    LOAD: "load",
}
"""Detectors as a person calls what they find."""

SOURCES = ("scan", "path", "map", "probe", "write")
"""What an observation can be, in the order in which it is listed."""


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """A doubt in words: what, from when to when, which data, and the advice."""

    what: str
    good_until: str
    seen: str
    over: str
    data: str
    advice: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A look at the reference patch: when, for what, score and limit with what they mean."""

    clock: str
    scan: int
    what: str
    verdict: str
    score: str
    meaning: str


def section(story: Story) -> dict[str, Any]:
    """Return what the template tells of instrument health."""
    rows, config = story.summary.rows, story.summary.config
    said = [row.payload for row in _said(story)]
    doubts = doubts_in(said)
    return {
        "doubts": [
            _doubt_line(doubt, advice_in(said, doubt), data_of(rows, doubt)) for doubt in doubts
        ],
        "checks": check_lines(rows),
        "watched": _watched(config),
        "not_done": list(_not_done(story, config)),
    }


def _said(story: Story) -> list[Row]:
    return [row for row in story.summary.rows if row.kind == "health"]


def _doubt_line(doubt: Doubt, advice: str, data: str) -> DoubtLine:
    return DoubtLine(
        NAMES.get(doubt.detector, doubt.detector),
        "never" if doubt.after is None else moment_words(doubt.after),
        moment_words(doubt.seen),
        "not seen" if doubt.until is None else moment_words(doubt.until),
        data,
        advice,
    )


def moment_words(moment: Moment) -> str:
    """Write a moment of a run.

    Examples
    --------
    >>> moment_words(Moment(3, 64)), moment_words(Moment(4, 0))
    ('scan 3, line 64', 'the start of scan 4')
    >>> moment_words(in_path(3, 2, 160))
    'path 2, sweep 160'
    """
    if moment.path:
        if moment.sweep == 0:
            return f"the start of path {moment.path}"
        return f"path {moment.path}, sweep {moment.sweep}"
    if moment.line == 0:
        return f"the start of scan {moment.scan}"
    if moment.line == AFTER_ITS_END:
        return f"after scan {moment.scan}"
    return f"scan {moment.scan}, line {moment.line}"


def data_of(rows: Sequence[Row], doubt: Doubt) -> str:
    """List the scans, maps, probes and so on that a doubt lies over.

    Parameters
    ----------
    rows
        The journal, oldest first.
    doubt
        One of its doubts.
    """
    found: dict[str, list[int]] = {kind: [] for kind in SOURCES}
    scan = path = 0
    for row in rows:
        if row.kind == "scan_started":
            scan, path = int(row.payload["scan"]), 0
        if row.kind == "path_started":
            path = int(row.payload["path"])
        if row.kind != "observed":
            continue
        kind = next((k for k in SOURCES if k in row.payload), None)
        if kind is None:
            continue
        number = int(row.payload[kind])
        if kind == "scan":
            touched = doubted([doubt], number, int(row.payload["lines"]))
        elif kind == "path":
            ends = in_path(scan, number, int(row.payload["lines"]))
            touched = doubted_between([doubt], in_path(scan, number, 0), ends)
        else:
            touched = laid_over([doubt], scan, path)
        if touched:
            found[kind].append(number)
    texts = [f"{kind}{'s' * (len(n) > 1)} {_spans(n)}" for kind, n in found.items() if n]
    return "; ".join(texts) or "nothing that was finished"


def _spans(numbers: Iterable[int]) -> str:
    """Write numbers with runs of them as spans.

    Examples
    --------
    >>> _spans([1, 2, 3, 5])
    '1–3, 5'
    """
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return ", ".join("–".join(str(n) for n in span) for span in spans)


def check_lines(rows: Sequence[Row]) -> list[CheckLine]:
    """Return all looks at the reference patch, oldest first."""
    found = []
    for row in rows:
        payload = row.payload
        if row.kind != "health" or payload["source"] != "patch":
            continue
        score = "–"
        if payload["verdict"] != Verdict.CANNOT_TELL:
            score = f"{payload['score']:.3g} (limit {payload['limit']:.3g})"
        what = NAMES.get(payload["detector"], str(payload["detector"]))
        found.append(
            CheckLine(
                since(rows, row),
                int(payload["scan"]),
                what,
                str(payload["verdict"]),
                score,
                str(payload["meaning"]),
            )
        )
    return found


def _watched(config: RunConfig) -> str:
    if not config.health.live:
        return "Lines were not watched while they came in ([health] live = false)."
    return (
        "While the lines of frames and the sweeps of paths came in, trace was compared with "
        "retrace (where both were recorded), and ringing, signals "
        "at full scale, lost contact and (in DART) a lost resonance were looked for, every 16 lines"
        ". A doubt takes two suspect answers in a row."
    )


def _not_done(story: Story, config: RunConfig) -> Iterable[str]:
    """Say what nobody has looked at, and why."""
    health, survey = config.health, story.summary.survey
    looks = len(list(survey.scans(Role.REFERENCE)))
    if health.every_lines is None:
        yield "Tip and tuning: no reference patch was asked for ([health] every_lines)."
    elif looks == 0:
        yield (
            f"Tip and tuning: there is no place for a reference patch of {extent(health.patch)};"
            " it needs a whole overview with edges or contrast, and time."
        )
    elif looks == 1:
        yield "Tip and tuning: the reference patch was scanned once, so there is no comparison."
    if health.every_lines is None or not health.loops:
        yield "Coating: no loops at fresh spots were asked for ([health] loops)."
    elif not any(
        isinstance(o.request, ProbeRequest) and o.request.role is Role.REFERENCE
        for o in survey.probes()
    ):
        yield (
            "Coating: no loops, because no spot within one domain lies where a person has allowed "
            f"{config.probe.amplitude_v:g} V, away from what is looked at for itself."
        )
    if not any(row.payload["detector"] == LOAD for row in _said(story)):
        yield (
            "Load: its zero was not compared; that takes two lifts ([health] lift_load_nn) where a "
            "person has allowed probes."
        )
