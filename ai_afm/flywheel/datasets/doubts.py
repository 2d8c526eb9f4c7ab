"""What speaks against a label that a person has drawn, by a model that has not learned from it.

The ranking of confident learning (Northcutt et al. 2021, DOI 10.1613/jair.1.12125), for lines: not
the probability of each pixel's class is looked at, but that of the lines that were drawn, of those
that were not, of their classes, and of the same lines a few pixels beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.flywheel.datasets.learning import one_pixel_lines
from ai_afm.flywheel.datasets.shifts import Shift, best_shift
from ai_afm.flywheel.records import Label
from ai_afm.segment.metrics.lines import distance_to
from ai_afm.survey.skeleton import drop_small, thin
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, FloatImage

Mask = NDArray[np.bool_]

NEAR = 3
"""Distance, px, up to which a drawn line and one that the model sees are the same."""
SURE = 0.7
"""Probability of any line from which on a ridge is a line that the model is sure of."""
SHORTEST = 8
"""Pixels of the smallest patch of such probability that counts."""
FEWEST = 24
"""Pixels of line below which a score says nothing and is not given."""
_GROUPS = (
    tuple(int(c) for c in DOMAIN_WALL_CODES),
    (int(ClassCode.GRAIN_BOUNDARY),),
    (int(ClassCode.TOPOGRAPHY_EDGE),),
)


class Fault(StrEnum):
    """What may be wrong with a label."""

    UNLIKELY = "unlikely"
    """Lines are drawn where the model sees none, and no channel shows any."""
    MISSING = "missing"
    """Lines that the model is sure of are not drawn."""
    RENAMED = "renamed"
    """Lines have another class than the model is sure of."""
    SHIFTED = "shifted"
    """All lines lie beside those that the model sees, by the same distance."""
    EMPTIED = "emptied"
    """Nothing at all is drawn where the model is sure of lines."""
    UNSEEN = "unseen"
    """Lines are drawn where no channel shows any, whatever the model says."""


LIMITS = {
    Fault.UNLIKELY: 0.65,
    Fault.MISSING: 0.3,
    Fault.RENAMED: 0.35,
    Fault.SHIFTED: 0.08,
    Fault.EMPTIED: 0.5,
    Fault.UNSEEN: 0.75,
}
"""Score beyond which a label deserves a second look; see docs/datasets.md for what that catches."""
FALSE_ALARMS = {
    Fault.UNLIKELY: 0.02,
    Fault.MISSING: 0.03,
    Fault.RENAMED: 0.02,
    Fault.SHIFTED: 0.02,
    Fault.EMPTIED: 0.01,
    Fault.UNSEEN: 0.04,
}
"""Largest share of the labels of careful people beyond each limit, as measured on the twin."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model says of the window of a correction.

    Parameters
    ----------
    probability
        (classes, lines, pixels) float32, in image order; NaN where it knows nothing.
    classes
        Class code of each plane.
    model
        Who says so, "name@version" or what else names it.
    """

    probability: FloatImage
    classes: tuple[int, ...]
    model: str

    def of(self, *codes: int) -> FloatImage:
        """Return the summed probability of class codes, (lines, pixels) float32."""
        planes = [p for c, p in zip(self.classes, self.probability, strict=True) if c in codes]
        if not planes:
            return np.zeros(self.probability.shape[1:], np.float32)
        return np.asarray(np.sum(planes, axis=0, dtype=np.float32))

    @property
    def line(self) -> FloatImage:
        """Probability of any line, (lines, pixels) float32."""
        return self.of(*(c for group in _GROUPS for c in group))


@dataclass(frozen=True, slots=True)
class Doubts:
    """What speaks against a label, each score from 0 (nothing) to 1.

    Parameters
    ----------
    drawn, sure
        px of line that the person has drawn, and that the model is sure of, where both may be.
    scores
        By fault. Unlikely: the mean improbability along the drawn lines, that of lines that stand
        out in a channel counted as 0 (a model that does not know the material is no witness against
        what everybody can see). Missing: the share of sure lines that are not drawn; emptied: the
        same where nothing at all is drawn. Renamed: the mean probability along the drawn lines that
        their class is another one, beyond that of their own. Shifted: the gain in mean probability
        along the drawn lines if all were moved back by `shift`. Unseen: the share of drawn lines
        that stand out in no channel. A fault of which nothing can be said is not in it.
    shift
        Where the lines would fit best, px.
    """

    drawn: int
    sure: int
    scores: Mapping[Fault, float]
    shift: Shift | None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults whose score is beyond its limit, the worst one first."""
        beyond = {f for f, score in self.scores.items() if score > LIMITS[f]}
        if Fault.EMPTIED in beyond:
            # says it all
            beyond.discard(Fault.MISSING)
        return tuple(sorted(beyond, key=self._worse))

    @property
    def severity(self) -> float:
        """The largest score as a multiple of its limit: more than 1 deserves a second look."""
        return max((score / LIMITS[f] for f, score in self.scores.items()), default=0.0)

    def words(self) -> str:
        """Return what is wrong, for a person; empty where nothing is."""
        return "; ".join(self._said(fault) for fault in self.faults)

    def _worse(self, fault: Fault) -> float:
        # that all lines lie beside says more than that each of them is improbable there
        first = (Fault.EMPTIED, Fault.SHIFTED)
        return first.index(fault) - len(first) if fault in first else -self.scores[fault]

    def _said(self, fault: Fault) -> str:
        share = f"{self.scores[fault]:.0%}"
        if fault is Fault.SHIFTED and self.shift is not None:
            return (
                f"lines drawn {self.shift.distance:.0f} px beside what the model sees "
                f"({self.shift.rows:+d} rows, {self.shift.pixels:+d} pixels)"
            )
        return {
            Fault.UNLIKELY: f"{share} of what is drawn: neither the model nor a channel shows it",
            Fault.MISSING: f"{share} of {self.sure} px that the model is sure of are not drawn",
            Fault.RENAMED: f"lines with another class than the model is sure of ({share})",
            Fault.EMPTIED: f"nothing drawn where the model is sure of {self.sure} px of line",
            Fault.UNSEEN: f"{share} of what is drawn stands out in no channel",
        }[fault]


def doubts_about(label: Label, opinion: Opinion, dark: Mask | None = None) -> Doubts:
    """Return what speaks against a label.

    Parameters
    ----------
    label
        (lines, pixels) uint8: lines of any width; 255 where nothing is said, and nothing is judged.
    opinion
        Of a model that has not learned from this label.
    dark
        (lines, pixels) bool: the pixels of the drawn lines that stand out in no channel, see
        `learning.dark_lines`. `None` where that is not known; nothing is said of unlikely and
        unseen lines then.

    Raises
    ------
    BadInput
        When the two are not of one shape.
    """
    if opinion.probability.shape[1:] != label.shape:
        raise BadInput(f"the label has {label.shape} px, what is said {opinion.probability.shape}")
    judged = (label != ClassCode.IGNORE) & np.isfinite(opinion.probability).all(axis=0)
    line = np.where(judged, opinion.line, np.float32(0))
    lines = np.where(judged, one_pixel_lines(label), 0).astype(np.uint8)
    drawn, sure = lines > 0, sure_lines(line) & judged
    scores: dict[Fault, float] = {}
    shift = None
    if drawn.sum() >= FEWEST:
        if dark is not None:
            scores[Fault.UNLIKELY] = float(((1 - _nearby(line)) * dark)[drawn].mean())
            scores[Fault.UNSEEN] = float(dark[drawn].mean())
        scores[Fault.RENAMED] = _renamed(lines, opinion)
        shift = best_shift(drawn, line, judged)
        scores[Fault.SHIFTED] = shift.gain
    if sure.sum() >= FEWEST:
        missed = float(np.mean(distance_to(drawn)[sure] > NEAR))
        scores[Fault.MISSING] = missed
        scores[Fault.EMPTIED] = missed if drawn.sum() < FEWEST else 0.0
    return Doubts(int(drawn.sum()), int(sure.sum()), scores, shift)


def sure_lines(line: FloatImage) -> Mask:
    """Return the 1-px lines that a probability of any line is sure of, (lines, pixels) bool."""
    smooth = cv2.GaussianBlur(np.asarray(line, np.float32), (0, 0), 1.0)
    return thin(drop_small(smooth >= SURE, SHORTEST))


def _nearby(plane: FloatImage) -> FloatImage:
    """Return the largest value within `NEAR` px."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * NEAR + 1, 2 * NEAR + 1))
    return np.asarray(cv2.dilate(plane, disc), np.float32)


def _renamed(lines: Label, opinion: Opinion) -> float:
    """Return how much more probable another class is along the lines than their own.

    Where the model sees no line it has no say. A wall of unknown type is no contradiction to one of
    a known type, nor the other way round.
    """
    total = worst = 0.0
    planes = {c: _nearby(np.nan_to_num(opinion.of(c))) for g in _GROUPS for c in g}
    kinds = (int(ClassCode.WALL_180), int(ClassCode.WALL_FERROELASTIC))
    for group in _GROUPS:
        for code in group:
            here = lines == code
            if not here.any():
                continue
            own = sum(planes[c][here] for c in group)
            others = [sum(planes[c][here] for c in g) for g in _GROUPS if g is not group]
            rival = np.max(others, axis=0)
            if code in kinds:
                other = next(k for k in kinds if k != code)
                named = planes[code][here] + planes[int(ClassCode.WALL)][here]
                rival = np.maximum(rival, planes[other][here])
                own = np.where(planes[other][here] >= rival, named, own)
            worst += float(np.clip(rival - own, 0, 1).sum())
            total += float(here.sum())
    return worst / total if total else 0.0
