"""How far people agree: with each other, with the model that they were shown, with most others.

Only places that several people have corrected tell that. All begin from the same lines of a model,
so they agree on what both have left alone: compare with how far each agrees with the model.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.datasets.quarantine import quarantined
from ai_afm.flywheel.records import Correction, Label, Place
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.metrics.confusion import LINE_CODES, Confusion, coded_lines, type_confusion
from ai_afm.segment.metrics.lines import distance_to, scored, thinned
from ai_afm.types import ClassCode

TOLERANCE = 2.0
"""Distance, px, up to which two lines are the same."""
CROWD = 3
"""Fewest people who can have a consensus."""
MODEL, CONSENSUS = "the model shown", "the consensus"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far two sides agree, over all places that both have said something of.

    Parameters
    ----------
    one, other
        Names: people, `MODEL` or `CONSENSUS`.
    places
        Number of places.
    found
        Line pixels of `one` within 2 px of a line of `other`, all line pixels of `one`, and the
        same the other way round.
    classes
        Classes on these lines: rows as `other` says, columns as `one` says, both ways added up.
    """

    one: str
    other: str
    places: int
    found: tuple[int, int, int, int]
    classes: Confusion

    @property
    def f1(self) -> float | None:
        """Line F1 at 2 px, 0 to 1; `None` where neither has drawn anything."""
        near, all_one, back, all_other = self.found
        return scored(_share(near, all_one), _share(back, all_other)).f1

    @property
    def same_class(self) -> float | None:
        """Share of matched line pixels with one class; `None` without any."""
        matched = self.classes.counts[:-1, :-1]
        return _share(int(np.trace(matched)), int(matched.sum()))

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa of the classes of matched line pixels, DOI 10.1177/001316446002000104.

        `None` without any, and where both call everything by one class: agreement by chance is
        certain then.
        """
        return cohens_kappa(self.classes.counts[:-1, :-1])


@dataclass(frozen=True, slots=True)
class Agreement:
    """What can be said about how far the people of a lab agree.

    Parameters
    ----------
    people
        Annotators, by name.
    repeated
        Number of places that two or more of them have corrected.
    pairs
        Of two people each.
    with_model
        Of each person with the model that was shown, over all places where one was.
    with_consensus
        Of each person with what more than half of the others have drawn, where there were two or
        more others.
    """

    people: tuple[str, ...]
    repeated: int
    pairs: tuple[Likeness, ...]
    with_model: tuple[Likeness, ...]
    with_consensus: tuple[Likeness, ...]

    @property
    def remark(self) -> str:
        """What cannot be said, in words; empty where all can."""
        if not self.repeated:
            return "no repeated places: nobody can tell how far people agree"
        if not self.with_consensus:
            return f"no place with {CROWD} people or more: there is no consensus to compare with"
        return ""


def agreement(store: FlywheelStore) -> Agreement:
    """Compare what people stand by; what is in quarantine does not count.

    Raises
    ------
    StoreError
        When a label is missing or damaged.
    """
    held = quarantined(store)
    standing = [c for c in store.versions() if c.revision not in held]
    of_place: dict[Place, list[Correction]] = defaultdict(list)
    for correction in standing:
        of_place[correction.place].append(correction)
    tables: dict[tuple[str, str], _Table] = defaultdict(_Table)
    for versions in of_place.values():
        labels = {c.annotator: store.label(c.after) for c in versions}
        for c in versions:
            if c.prediction is not None:
                tables[c.annotator, MODEL].add(labels[c.annotator], _shown(store, c))
        for one, other in combinations(sorted(labels), 2):
            tables[one, other].add(labels[one], labels[other])
        if len(labels) >= CROWD:
            for name, label in labels.items():
                others = [other for n, other in labels.items() if n != name]
                tables[name, CONSENSUS].add(label, consensus(others))
    found = [table.likeness(*names) for names, table in sorted(tables.items())]
    return Agreement(
        tuple(sorted({c.annotator for c in standing})),
        sum(len(versions) > 1 for versions in of_place.values()),
        tuple(x for x in found if x.other not in (MODEL, CONSENSUS)),
        tuple(x for x in found if x.other == MODEL),
        tuple(x for x in found if x.other == CONSENSUS),
    )


def likeness(one: Label, other: Label, names: tuple[str, str] = ("one", "other")) -> Likeness:
    """Compare two labels of one place, (lines, pixels) uint8; 255 in either does not count."""
    table = _Table()
    table.add(one, other)
    return table.likeness(*names)


def consensus(labels: Sequence[Label]) -> Label:
    """Return what more than half of several people have drawn.

    Parameters
    ----------
    labels
        (lines, pixels) uint8 each, lines of any width, two or more.

    Returns
    -------
    Label
        1-px lines where more than half have one within 2 px, each pixel with the class that most
        of them give to the nearest line; 255 where half or more say nothing.
    """
    lines = [coded_lines(label, LINE_CODES) for label in labels]
    asked = np.sum([label != ClassCode.IGNORE for label in labels], axis=0)
    near = np.sum([distance_to(line > 0) <= TOLERANCE for line in lines], axis=0)
    both = thinned(np.asarray(2 * near > len(labels)))
    votes = np.stack([_votes(lines, code) for code in LINE_CODES])
    most = np.array(LINE_CODES, np.uint8)[votes.argmax(axis=0)]
    result = np.where(both, most, int(ClassCode.BACKGROUND)).astype(np.uint8)
    result[2 * asked <= len(labels)] = ClassCode.IGNORE
    return result


def cohens_kappa(counts: NDArray[np.int64]) -> float | None:
    """Return Cohen's kappa of a square table of counts; `None` where it is not defined.

    Examples
    --------
    >>> round(cohens_kappa(np.array([[20, 5], [10, 15]])), 6)
    0.4
    """
    total = float(counts.sum())
    if not total:
        return None
    agreed = float(np.trace(counts)) / total
    by_chance = float(counts.sum(axis=0) @ counts.sum(axis=1)) / total**2
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else None


class _Table:
    """Adds up what two sides say of one place after the other."""

    def __init__(self) -> None:
        self.places = 0
        self.found = np.zeros(4, np.int64)
        self.counts = np.zeros((len(LINE_CODES) + 1,) * 2, np.int64)

    def add(self, one: Label, other: Label) -> None:
        ignore = (one == ClassCode.IGNORE) | (other == ClassCode.IGNORE)
        a, b = (coded_lines(label, LINE_CODES) for label in (one, other))
        self.places += 1
        self.found += (*_near(a, b, ignore), *_near(b, a, ignore))
        self.counts += type_confusion(a, b, ignore, TOLERANCE).counts
        self.counts += type_confusion(b, a, ignore, TOLERANCE).counts.T

    def likeness(self, one: str, other: str) -> Likeness:
        near, all_one, back, all_other = (int(n) for n in self.found)
        classes = Confusion(LINE_CODES, self.counts)
        return Likeness(one, other, self.places, (near, all_one, back, all_other), classes)


def _near(a: Label, b: Label, ignore: NDArray[np.bool_]) -> tuple[int, int]:
    """Return how many line pixels of `a` lie near a line of `b`, and how many there are."""
    drawn = (a > 0) & ~ignore
    return int((distance_to(b > 0)[drawn] <= TOLERANCE + 1e-3).sum()), int(drawn.sum())


def _votes(lines: Iterable[Label], code: int) -> NDArray[np.int64]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    near = [cv2.dilate((line == code).astype(np.uint8), disc) for line in lines]
    return np.asarray(np.sum(near, axis=0), np.int64)


def _shown(store: FlywheelStore, correction: Correction) -> Label:
    """Return what the model had drawn in the window of a correction."""
    assert correction.prediction is not None
    seen = store.segmentation(store.require_prediction(correction.prediction))
    return np.ascontiguousarray(correction.place.window.of(seen.segmentation.label))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
