"""What a model draws on each case, as counts that add up over cases.

Sums of counts make every score: so a bootstrap is a product of two matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.errors import ModelError
from ai_afm.flywheel.crops import CLASSES, SOME_LINE
from ai_afm.flywheel.gate.cases import LINES, Case
from ai_afm.flywheel.headway import Headway
from ai_afm.segment.metrics import (
    asked_pixels,
    betti_errors_in_windows,
    near_share,
    reliability,
    thinned,
)
from ai_afm.segment.metrics.calibration import BINS
from ai_afm.segment.model_file import DecisionCard
from ai_afm.segment.unet import UNet
from ai_afm.types import ClassCode

TOLERANCE = 2.0
"""Distance, px, up to which a line is found."""
SOME = 24
"""Pixels of line from which a crop has lines, or something is drawn in an empty one."""

Mask = NDArray[np.bool_]
Probability = NDArray[np.float32]
Counts = NDArray[np.float64]

_WALL = CLASSES.index(ClassCode.WALL)
_180 = CLASSES.index(ClassCode.WALL_180)
_ELASTIC = CLASSES.index(ClassCode.WALL_FERROELASTIC)
_BOUNDARY = CLASSES.index(ClassCode.GRAIN_BOUNDARY)
GROUPS: dict[str, tuple[int, ...]] = {
    "line": LINES,
    "domain wall": (_WALL, _180, _ELASTIC),
    "grain boundary": (_BOUNDARY,),
}
"""What is scored by itself: the class indices that it is."""
NAMED = "named line"
"""All lines with their classes: a line counts where it is drawn, and not called another one."""
_AGREEING: dict[int, tuple[int, ...]] = {
    # a wall whose type is not said contradicts no type
    _WALL: (_WALL, _180, _ELASTIC),
    _180: (_180, _WALL),
    _ELASTIC: (_ELASTIC, _WALL),
    _BOUNDARY: (_BOUNDARY,),
}
SCORED = (*GROUPS, NAMED)
"""All that has an F1."""
_PARTS = ("drawn", "right", "true", "found")
_OTHERS = (
    "crossed", "cl_drawn", "cl_right", "cl_true", "cl_found", "betti0", "betti1", "cases",
    "lined", "missed_all", "blank", "littered", "litter_px", "area_px",
)  # fmt: skip
_CURVE = ("count", "said", "right")
COLUMNS = (
    *(f"{group}.{part}" for group in SCORED for part in _PARTS),
    *_OTHERS,
    *(f"{part}{k}" for part in _CURVE for k in range(BINS)),
)
"""Names of the counts of a case."""
INDEX = {name: k for k, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True, eq=False)
class Looker:
    """A network as it is used: folded, with the decisions of its card.

    Parameters
    ----------
    network
        From `build_network`, or `folded`.
    decision
        Temperature, threshold and smallest piece.
    """

    network: UNet
    decision: DecisionCard

    @torch.inference_mode()
    def __call__(self, case: Case) -> Probability:
        """Return the probability of each class in a case, (classes, lines, pixels).

        Raises
        ------
        ModelError
            When an answer is not finite.
        """
        torch.set_num_threads(1)
        planes = case.planes(raised=self.network.architecture.raised)
        batch = torch.from_numpy(planes)[None].contiguous(memory_format=torch.channels_last)
        logits = self.network(batch)[0] / self.decision.temperature
        said: Probability = logits.softmax(dim=0).numpy()
        if not np.isfinite(said).all():
            raise ModelError("the network gives answers that are not finite")
        return said

    def drawn(self, probability: Probability) -> Mask:
        """Return the 1-px lines that it draws, (lines, pixels) bool."""
        called = probability[list(LINES)].sum(axis=0) > self.decision.any_threshold
        return thinned(np.asarray(called), self.decision.min_pixels)

    def codes(self, probability: Probability) -> NDArray[np.uint8]:
        """Return the class codes of the 1-px lines that it draws, (lines, pixels), 0 elsewhere."""
        codes = np.array(CLASSES, np.uint8)[_likeliest(probability)]
        return np.where(self.drawn(probability), codes, 0).astype(np.uint8)


def tally(looker: Looker, cases: Sequence[Case], headway: Headway | None = None) -> Counts:
    """Return the counts of each case, (cases, len(COLUMNS)) float64; headway is told of each."""
    headway = headway or Headway()
    found = np.zeros((len(cases), len(COLUMNS)))
    for row, case in zip(found, cases, strict=True):
        said = looker(case)
        for name, value in _counts(looker, said, case.target()).items():
            row[INDEX[name]] = value
        headway.step()
    return found


def _counts(looker: Looker, said: Probability, target: NDArray[np.int64]) -> dict[str, float]:
    ignore = target < 0
    drawn, bands = looker.drawn(said), np.isin(target, LINES)
    true = thinned(bands)
    kind = _likeliest(said)
    counts: dict[str, float] = {}
    for group, own in GROUPS.items():
        here, there = drawn & np.isin(kind, own), true & np.isin(target, own)
        counts |= _named(group, _line_counts((here, there), (here, there), ignore))
    total = np.zeros(len(_PARTS))
    for index, agreeing in _AGREEING.items():
        lines = drawn & (kind == index), true & (target == index)
        partners = drawn & np.isin(kind, agreeing), true & np.isin(target, agreeing)
        total += _line_counts(lines, partners, ignore)
    counts |= _named(NAMED, total)
    counts["crossed"] = _crossed(drawn & ~ignore, kind, true, target)
    counts |= _centre_counts(looker, (said, drawn), (bands, true), ignore)
    counts |= _presence(drawn & ~ignore, true & ~ignore, target)
    topology = betti_errors_in_windows(drawn, true, ignore)
    counts |= {"betti0": topology.b0, "betti1": topology.b1, "cases": 1.0}
    any_line = said[list(LINES)].sum(axis=0).clip(0, 1)
    curve = reliability(any_line, bands, asked_pixels(any_line, bands, ignore))
    for part in _CURVE:
        counts |= {f"{part}{k}": float(v) for k, v in enumerate(getattr(curve, part))}
    return counts


def _likeliest(said: Probability) -> NDArray[np.int64]:
    """Return the index of the likeliest kind of line at each pixel."""
    kinds: NDArray[np.int64] = np.array(LINES)[said[list(LINES)].argmax(axis=0)]
    return kinds


def _line_counts(
    lines: tuple[Mask, Mask], partners: tuple[Mask, Mask], ignore: Mask
) -> NDArray[np.float64]:
    """Return `_PARTS` of drawn and true lines, each near one of those that it may be near to."""
    drawn, true = (line & ~ignore for line in lines)
    right = drawn.sum() * (near_share(drawn, partners[1], TOLERANCE) or 0.0)
    found = true.sum() * (near_share(true, partners[0], TOLERANCE) or 0.0)
    return np.array([float(drawn.sum()), float(right), float(true.sum()), float(found)])


def _named(group: str, values: NDArray[np.float64]) -> dict[str, float]:
    return {f"{group}.{part}": float(v) for part, v in zip(_PARTS, values, strict=True)}


def _crossed(drawn: Mask, kind: NDArray[np.int64], true: Mask, target: NDArray[np.int64]) -> float:
    """Return the drawn pixels that lie on a line of the class that they are exchanged with."""
    total = 0.0
    for one, other in ((_BOUNDARY, (_WALL, _180, _ELASTIC)), (_180, (_ELASTIC,))):
        for own, rival in (((one,), other), (other, (one,))):
            here, there = drawn & np.isin(kind, own), true & np.isin(target, rival)
            total += float(here.sum()) * (near_share(here, there, TOLERANCE) or 0.0)
    return total


def _centre_counts(
    looker: Looker, drawing: tuple[Probability, Mask], truth: tuple[Mask, Mask], ignore: Mask
) -> dict[str, float]:
    """Return what a centreline Dice is made of (Shit et al. 2021, 10.1109/CVPR46437.2021.01629)."""
    said, drawn = drawing
    bands, true = truth
    mask = said[list(LINES)].sum(axis=0) > looker.decision.any_threshold
    points, asked = drawn & ~ignore, true & ~ignore
    return {
        "cl_drawn": float(points.sum()),
        "cl_right": float((points & bands).sum()),
        "cl_true": float(asked.sum()),
        "cl_found": float((asked & mask).sum()),
    }


def _presence(drawn: Mask, true: Mask, target: NDArray[np.int64]) -> dict[str, float]:
    """Return whether lines are there and none is drawn, or the other way round."""
    lined = bool(true.sum() >= SOME)
    # a faint line is none of the model's to find, but no proof of an empty crop either
    blank = not true.any() and not (target == SOME_LINE).any()
    litter = float(drawn.sum())
    return {
        "lined": float(lined),
        "missed_all": float(lined and litter < SOME),
        "blank": float(blank),
        "littered": float(blank and litter >= SOME),
        "litter_px": litter if blank else 0.0,
        "area_px": float((target >= 0).sum()) if blank else 0.0,
    }
