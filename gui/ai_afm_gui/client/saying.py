"""What the rows of a journal say in the event log, and what a reason says about its score."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ai_afm.store.journal import Row
from ai_afm.survey.health.check import Verdict
from ai_afm.types import Authority, Role
from ai_afm_gui.client.named import (
    authority_name,
    command_word,
    outcome_word,
    role_word,
    thing_word,
)
from ai_afm_gui.client.values import Level, LogLine
from ai_afm_gui.words import translate

Payload = Mapping[str, Any]
Said = tuple[Level, str, str, str | None]
"""Level, what it is, the text, and what kind of thing it is about."""

_WEIGHS = re.compile(r"such places weigh ([\d.]+), here ([\d.]+)")
_BEST_OF = re.compile(r"the best of (\d+) candidates")


def score_in(reason: str) -> tuple[float | None, tuple[tuple[str, str], ...]]:
    """Return the score that a reason tells, and what it is made of; (None, ()) where it tells none.

    Examples
    --------
    >>> score_in("at T1: such places weigh 3, here 2.92, the best of 42 candidates")
    (2.92, (('weight of its kind', '3'), ('certainty and form', '0.97'), ('candidates', '42')))
    """
    weighed = _WEIGHS.search(reason)
    if weighed is None:
        return None, ()
    weight, score = float(weighed[1]), float(weighed[2].rstrip("."))
    parts = [(translate("Why", "weight of its kind"), f"{weight:g}")]
    if weight > 0:
        parts.append((translate("Why", "certainty and form"), f"{score / weight:.2g}"))
    best = _BEST_OF.search(reason)
    if best is not None:
        parts.append((translate("Why", "candidates"), best[1]))
    return score, tuple(parts)


def line_of(row: Row, time: datetime) -> LogLine | None:
    """Return the line of the log for a row, `None` for one that people do not read."""
    say = _SAYINGS.get(row.kind)
    said = _unknown(row) if say is None else say(row.payload)
    if said is None:
        return None
    level, what, text, about = said
    number = None if about is None else row.payload.get(about)
    if number is None:
        about = None
    return LogLine(row.sequence, time, level, what, text, about, number)


def _unknown(row: Row) -> Said:
    facts = ", ".join(f"{k}: {v}" for k, v in row.payload.items() if isinstance(v, str | int))
    return Level.GOOD, row.kind.replace("_", " "), facts, _about(row.payload)


def _about(payload: Payload) -> str | None:
    kinds = ("scan", "path", "map", "probe", "write")
    return next((k for k in kinds if isinstance(payload.get(k), int)), None)


def _name(payload: Payload, about: str | None) -> str:
    return f"{thing_word(str(about))} {payload.get(str(about))}"


def _nothing(_payload: Payload) -> Said | None:
    return None


def _begun(p: Payload) -> Said:
    text = translate("Log", "{instrument}, model {model}, controller {controller}, {authority}")
    text = text.format(
        instrument=p["instrument"],
        model=p["model"],
        controller=p["controller"],
        authority=authority_name(Authority(p["authority"])),
    )
    return Level.GOOD, translate("Log", "run begins"), text, None


def _ended(p: Payload) -> Said:
    level = Level.GOOD if p["outcome"] in ("done", "stopped", "budget") else Level.BAD
    text = f"{outcome_word(p['outcome'])}: {p['message']}"
    return level, translate("Log", "run ends"), text, None


def _decided(p: Payload) -> Said:
    return Level.GOOD, translate("Log", "decided"), str(p["reason"]), None


def _refused(p: Payload) -> Said:
    return Level.WARN, translate("Log", "refused"), str(p["message"]), None


def _frame_begun(p: Payload) -> Said:
    about = _about(p)
    what = role_word(Role(p["role"])) if p.get("role") else thing_word("path")
    if p.get("target"):
        what = translate("Log", "{what} of {target}").format(what=what, target=p["target"])
    return Level.GOOD, translate("Log", "begins"), f"{_name(p, about)}: {what}", about


def _probe_begun(p: Payload) -> Said:
    return Level.GOOD, translate("Log", "probes"), str(p["request"].get("reason", "")), "probe"


def _write_begun(p: Payload) -> Said:
    return Level.WARN, translate("Log", "writes"), str(p["request"].get("reason", "")), "write"


def _stopped(p: Payload) -> Said:
    return Level.GOOD, translate("Log", "ends early"), str(p["reason"]), _about(p)


def _observed(p: Payload) -> Said:
    about = _about(p)
    name, notes = _name(p, about), p.get("notes") or {}
    if notes.get("lost"):
        text = translate("Log", "{name} broke off").format(name=name)
        return Level.WARN, translate("Log", "lost"), text, about
    if about in ("probe", "write"):
        text = translate("Log", "{name} in {time} s").format(name=name, time=f"{p['seconds']:.3g}")
        return Level.GOOD, translate("Log", "done"), text, about
    if about == "map":
        text = translate("Log", "{name} is drawn and looked at").format(name=name)
        return Level.GOOD, translate("Log", "done"), text, about
    text = translate("Log", "{name} is not complete: {lines} lines in {time} s")
    if p["finished"]:
        text = translate("Log", "{name} is complete: {lines} lines in {time} s")
    text = text.format(name=name, lines=p["lines"], time=f"{p['seconds']:.4g}")
    if notes.get("ood"):
        text += "; " + translate("Log", "unlike what the model was trained on")
        return Level.WARN, translate("Log", "unlike"), text, about
    return Level.GOOD, translate("Log", "done"), text, about


def _faulted(p: Payload) -> Said:
    text = f"{p.get('kind', 'unknown')}: {p.get('message', '')}; {p.get('response', '')}"
    level = Level.WARN if p.get("kind") in ("segmenter", "health") else Level.BAD
    return level, translate("Log", "fault"), text, _about(p)


def _fell_back(p: Payload) -> Said:
    return Level.WARN, translate("Log", "raster instead"), str(p["reason"]), None


def _doubted(p: Payload) -> Said | None:
    name = str(p["detector"]).replace("_", " ")
    if p["verdict"] == Verdict.SUSPECT:
        return (
            Level.WARN,
            translate("Log", "doubt"),
            f"{name}: {p['meaning']}; {p['advice']}",
            "scan",
        )
    text = translate("Log", "{name}: nothing wrong any more").format(name=name)
    return Level.GOOD, translate("Log", "all well"), text, "scan"


def _queued(p: Payload) -> Said:
    return Level.WARN, translate("Log", "for review"), f"{p['reason']}; {p['response']}", _about(p)


def _commanded(p: Payload) -> Said:
    detail = str(p["detail"])
    level = Level.WARN if detail.startswith("refused") else Level.GOOD
    return level, translate("Log", "person"), f"{command_word(p['do'])}: {detail}", None


def _wished(p: Payload) -> Said:
    text = translate("Log", "{name} is next").format(name=p["name"])
    return Level.GOOD, translate("Log", "wish"), text, None


def _swapped(p: Payload) -> Said:
    about = "scan" if p.get("scan") is not None else None
    text = translate("Log", "{model} looks instead of {before}")
    text = text.format(model=p["model"], before=p["before"])
    return Level.GOOD, translate("Log", "model"), text, about


def _not_swapped(p: Payload) -> Said:
    return Level.WARN, translate("Log", "model refused"), f"{p['model']}: {p['message']}", None


def _broke_off(p: Payload) -> Said:
    about = _about(p)
    text = translate("Log", "{name} broke off after {rows} rows")
    text = text.format(name=_name(p, about), rows=p.get("rows", "?"))
    return Level.WARN, translate("Log", "recovered"), text, about


_SAYINGS: Mapping[str, Callable[[Payload], Said | None]] = {
    "run_started": _begun,
    "run_finished": _ended,
    "decision": _decided,
    "refused": _refused,
    "scan_started": _frame_begun,
    "path_started": _frame_begun,
    "probe_started": _probe_begun,
    "write_started": _write_begun,
    "scan_stopped": _stopped,
    "path_stopped": _stopped,
    "observed": _observed,
    "fault": _faulted,
    "fallback": _fell_back,
    "health": _doubted,
    "queued_for_review": _queued,
    "command": _commanded,
    "wish": _wished,
    "model_swapped": _swapped,
    "model_refused": _not_swapped,
    "interrupted": _broke_off,
    "glimpse": _nothing,
    "clock": _nothing,
}
