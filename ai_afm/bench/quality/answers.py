"""What a model answers to the questions of the benchmark, and what log-sato does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.bench.quality.frames import Exam, Mask
from ai_afm.segment.base import Segmenter
from ai_afm.segment.classical import find_lines
from ai_afm.segment.metrics import thinned
from ai_afm.segment.model_file import LoadedModel
from ai_afm.survey.grains import draw
from ai_afm.survey.tracing import valid_rows
from ai_afm.survey.walls import extract_network
from ai_afm.types import ClassCode, Direction, Frame, Segmentation, WallNetwork

DRAWN = (
    ClassCode.WALL,
    ClassCode.WALL_180,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.GRAIN_BOUNDARY,
)
ANY_LINE = 99
"""Code of a line of which a method says no class at all."""
SATO_MIN_PIXELS = 12
"""Pieces of log-sato's mask that are dropped, px, as `ai-afm evaluate` does."""

Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found in a frame.

    Parameters
    ----------
    segmentation
        Probabilities, and whether the frame is outside the model's world.
    network
        Walls and boundaries as vectors: what a user gets.
    lines
        (lines, pixels) uint8: the network's polylines drawn 1 px wide, each with its code.
    """

    segmentation: Segmentation
    network: WallNetwork
    lines: Codes


def make_segmenter(model: LoadedModel) -> Segmenter:
    """Return the model as a segmenter; torch is loaded only now."""
    from ai_afm.segment.predict import UnetSegmenter

    return UnetSegmenter(model)


def answer(segmenter: Segmenter, frame: Frame, arrived: int | None = None) -> Answer:
    """Let a model look at a frame, or at the settled rows of its first `arrived` lines."""
    segmenter.begin(frame)
    lines = frame.shape[0] if arrived is None else arrived
    said = segmenter.glimpse(frame, lines, final=arrived is None)
    network = extract_network(said, frame.region, settled_only=arrived is not None)
    return Answer(said, network, drawn_lines(network, frame.shape))


def settled_rows(partial: Answer) -> Mask:
    """Return the rows of a partial frame that will not change any more, (lines,) bool."""
    return valid_rows(partial.segmentation, settled_only=True)


def drawn_lines(network: WallNetwork, shape: tuple[int, int]) -> Codes:
    """Draw a network as 1-px lines of class codes, (lines, pixels) uint8."""
    lines = np.zeros(shape, np.uint8)
    for code in DRAWN:
        lines[draw(network, shape, (code,))] = code
    return lines


def withheld(exam: Exam, names: Sequence[str]) -> Frame:
    """Return the frame of a question without some of its channels."""
    data = {key: image for key, image in exam.frame.data.items() if key[0] not in names}
    return replace(exam.frame, data=data)


def log_sato_lines(exam: Exam) -> Codes:
    """Return what log-sato draws, thinned, as lines of no class; nothing of what it cannot see."""
    channels = {name: image for (name, way), image in exam.frame.data.items()
                if way is Direction.TRACE}  # fmt: skip
    mask = find_lines("log-sato", channels, np.random.default_rng(0))
    return np.where(thinned(mask, SATO_MIN_PIXELS), ANY_LINE, 0).astype(np.uint8)


def resolved(lines: Mask) -> Mask:
    """Return lines as a 1-px skeleton in which lines up to 3 px apart are one.

    The two sides of a lamella that narrow are one line to everybody who looks at it; drawn and true
    lines are both taken so where pieces, junctions or lengths are counted.
    """
    return thinned(_widened(lines))


def bands(exam: Exam, *codes: int) -> Mask:
    """Return the visible lines of some classes as 3-px bands, a boundary lying over a wall."""
    band = _widened(exam.true(*codes))
    if ClassCode.GRAIN_BOUNDARY not in codes:
        band &= ~_widened(exam.true(ClassCode.GRAIN_BOUNDARY))
    return band


def _widened(line: Mask) -> Mask:
    return cv2.dilate(line.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
