"""Whether the labels that a candidate has learned from contradict what everything else says.

A model that is judged by the corrections it has learned from looks best where the corrections are
wrong: so the labels themselves are looked at. The candidate has learned from all of them, yet it
does not learn single ones by heart: what most labels say it says of the others, too, as a model
does that was trained without them (docs/gate.md). So it contradicts a label that contradicts the
rest. The channels have an opinion as well: lines that stand out nowhere. What the active model says
counts for nothing here: corrections are made because it is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ai_afm.flywheel.crops import CLASSES, TrainingCrop
from ai_afm.flywheel.datasets.doubts import Doubts, Fault, Opinion, doubts_about
from ai_afm.flywheel.gate.cases import Case, recorded
from ai_afm.flywheel.gate.findings import Finding, Limits
from ai_afm.flywheel.gate.tally import Looker, Probability
from ai_afm.flywheel.records import Label
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A crop of a correction, and whose.

    Parameters
    ----------
    revision
        Of the correction.
    annotator
        Who made it.
    crop
        The crop.
    held
        Whether the candidate has not learned from it: it was there to validate on.
    looked_at
        Whether somebody had a second look at it and let it in again: then it is not doubted.
    """

    revision: int
    annotator: str
    crop: TrainingCrop
    held: bool
    looked_at: bool = False


FAULTS = {
    Fault.EMPTIED: (0.5, 0),
    Fault.MISSING: (0.75, 0),
    Fault.SHIFTED: (0.12, 100),
    Fault.UNSEEN: (0.85, 150),
}
"""Score beyond which a label is contradicted, and drawn px from which that is judged.

Stricter than what sends a label to a second look (`doubts.LIMITS`): one label may refuse a round.
"""
EXCHANGED, EXCHANGED_PX, SEEN = 0.6, 60, 0.2
"""Share of a rival class along drawn lines, px of them where a line is seen, and from when it is.

Of the probability of any line, the part that is of another class than drawn: it tells also where
the model is not sure that there is a line at all.
"""
DUBIOUS = 0.7
"""Part of a limit from which a label is named for a second look, beside one that is beyond it."""
SURE_PX, FEWER_SURE_PX, NEARLY_ALL = 80, 40, 0.9
"""px of sure lines from which those that are missing are judged; of fewer nearly all must be."""
_DISC = np.ones((5, 5), np.uint8)
_KINDS = (tuple(int(c) for c in DOMAIN_WALL_CODES), (int(ClassCode.GRAIN_BOUNDARY),))
"""Classes that exclude each other. Types of walls do not: a network confuses them in single crops
of a clean set as often as a person could (docs/gate.md)."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A label that everything else contradicts: of which correction, by whom, and what.

    `severity` is the largest score as a multiple of its limit; up to 1 the label is only dubious.
    """

    revision: int
    annotator: str
    words: str
    severity: float


def label_of(crop: TrainingCrop) -> Label:
    """Return the label of a crop with 255 where nothing was said."""
    return np.where(crop.ignore, np.uint8(ClassCode.IGNORE), crop.label).astype(np.uint8)


def contradiction(labelled: Labelled, looker: Looker, least: float = 1.0) -> Contradiction | None:
    """Return what speaks against a label, beyond `least` times a limit; `None` if nothing does.

    Parameters
    ----------
    labelled
        The label with its crop.
    looker
        The candidate.
    least
        Multiple of a limit; below 1 also what is only dubious is told.
    """
    crop = labelled.crop
    said = looker(Case(crop, recorded(crop), ("labels",), ""))
    label = label_of(crop)
    dark = (crop.label > 0) & (crop.visible == 0)
    doubts = doubts_about(label, Opinion(said, CLASSES, "the candidate"), dark)
    found = dict(_severities(doubts))
    rival = exchanged_share(label, said)
    if rival is not None:
        found[f"{rival:.0%} of what the model sees along the lines is of another class"] = (
            rival / EXCHANGED
        )
    severity = max(found.values(), default=0.0)
    if severity <= least:
        return None
    # of a label that is not believed only that is told, not what is no more than dubious
    bar = 1.0 if severity > 1 else least
    told = [words for words, value in found.items() if value > bar]
    return Contradiction(labelled.revision, labelled.annotator, "; ".join(told), severity)


def _severities(doubts: Doubts) -> Iterator[tuple[str, float]]:
    """Yield what speaks against a label, in words, and how much, as a multiple of the limit."""
    for fault, (limit, pixels) in FAULTS.items():
        score = doubts.scores.get(fault, 0.0)
        enough = doubts.drawn >= pixels
        if fault is Fault.MISSING:
            needed = FEWER_SURE_PX if score > NEARLY_ALL else SURE_PX
            enough = doubts.sure >= needed
        if score > 0 and enough:
            yield _words(fault, doubts), score / limit


def _words(fault: Fault, doubts: Doubts) -> str:
    share = f"{doubts.scores[fault]:.0%}"
    if fault is Fault.SHIFTED and doubts.shift is not None:
        return f"all lines lie {doubts.shift.distance:.0f} px beside those that the model sees"
    return {
        Fault.EMPTIED: f"nothing is drawn where the model is sure of {doubts.sure} px of line",
        Fault.MISSING: f"{share} of {doubts.sure} px that the model is sure of are not drawn",
        Fault.UNSEEN: f"{share} of {doubts.drawn} px drawn stand out in no channel",
    }[fault]


def exchanged_share(label: Label, said: Probability) -> float | None:
    """Return the part of the probability of lines along drawn ones that is of a rival class.

    Parameters
    ----------
    label
        (lines, pixels) uint8: 1-px lines, 255 where nothing was said.
    said
        (classes, lines, pixels) probabilities in the order of `CLASSES`.

    Returns
    -------
    share
        0 to 1; `None` where the model sees too little of the lines.
    """
    near = {c: cv2.dilate(plane, _DISC) for c, plane in zip(CLASSES, said, strict=True)}
    own = np.zeros(label.shape, np.float32)
    rival = np.zeros(label.shape, np.float32)
    for kind in _KINDS:
        here = np.isin(label, kind)
        own[here] = np.sum([near[c] for c in kind], axis=0)[here]
        others = [near[c] for k in _KINDS if k != kind for c in k]
        rival[here] = np.sum(others, axis=0)[here]
    seen = (own + rival) > SEEN
    if seen.sum() < EXCHANGED_PX:
        return None
    return float(rival[seen].sum() / (own + rival)[seen].sum())


def label_findings(
    labels: Sequence[Labelled], candidate: Looker, limits: Limits
) -> Iterator[Finding]:
    """Yield whether the labels contradict the rest; nothing without labels."""
    if not labels:
        return
    named = contradictions(labels, candidate, DUBIOUS)
    found = [one for one in named if one.severity > 1]
    revisions = {one.revision for one in labels}
    share = len(found) / len(revisions)
    words = f"{len(found)} of {len(revisions)} new corrections contradict all others"
    if found:
        worst = found[0]
        words += f"; the worst is revision {worst.revision} of {worst.annotator}: {worst.words}"
        others = [str(one.revision) for one in named[1:]]
        words += f"; look also at {', '.join(others)}" if others else ""
    holds = share <= limits.contradicting
    yield Finding(
        "labels", "", holds, share, limits.contradicting, "share of corrections", words
    )  # fmt: skip


def contradictions(
    labels: Sequence[Labelled], candidate: Looker, least: float = 1.0
) -> list[Contradiction]:
    """Return the corrections that are contradicted, each once, the worst first.

    Parameters
    ----------
    labels
        Of the corrections; those that were looked at again are not doubted.
    candidate
        The model that has learned from them.
    least
        Severity beyond which a label is named.
    """
    worst: dict[int, Contradiction] = {}
    for labelled in labels:
        found = None if labelled.looked_at else contradiction(labelled, candidate, least)
        if found is None:
            continue
        known = worst.get(found.revision)
        if known is None or found.severity > known.severity:
            worst[found.revision] = found
    return sorted(worst.values(), key=lambda c: (-c.severity, c.revision))
