"""A simulated person who corrects predictions, as accurate and as fast as people are, no more.

For benchmarks of the flywheel and for tests of the path that real corrections take: strokes are
journaled one by one, and the session is saved. Whoever calls it knows the twin's truth; nothing
else of the flywheel does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing
from scipy.spatial import cKDTree

from ai_afm.errors import BadInput
from ai_afm.flywheel.exchange.vectors import Line, lines_of
from ai_afm.flywheel.records import Correction, Label, check_label
from ai_afm.flywheel.sessions import CorrectionSession
from ai_afm.flywheel.strokes import Stroke, Tool, paint
from ai_afm.types import ClassCode

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]
_TYPES = (
    ClassCode.WALL_180,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.GRAIN_BOUNDARY,
    ClassCode.TOPOGRAPHY_EDGE,
)


@dataclass(frozen=True, slots=True)
class Skill:
    """How well and how fast a person works.

    The times are assumptions of the order of what people need in drawing programs; what a benchmark
    says in seconds is only as good as they are. Clicks are counted and depend on no such number.

    Parameters
    ----------
    jitter
        Standard deviation of a click across and along the line, px.
    misses
        Probability that a fault is overlooked.
    wrong_types
        Probability that a line that is drawn or renamed gets a wrong class.
    tolerance
        Distance, px, up to which a line lies where it should: nobody moves it.
    shortest
        Pixels of the shortest fault that is worth a stroke.
    spacing
        Distance of clicks along a line, px.
    seconds_per_item, seconds_per_stroke, seconds_per_click
        Looking at a crop, choosing tool and class, placing a point; s.
    """

    jitter: float = 0.7
    misses: float = 0.05
    wrong_types: float = 0.03
    tolerance: float = 3.0
    shortest: int = 6
    spacing: float = 10.0
    seconds_per_item: float = 8.0
    seconds_per_stroke: float = 2.0
    seconds_per_click: float = 0.6

    def __post_init__(self) -> None:
        if not (0 <= self.misses <= 1 and 0 <= self.wrong_types <= 1):
            raise BadInput("the rates of misses and of wrong types are probabilities, 0 to 1")
        sizes = (self.jitter, self.tolerance, self.seconds_per_item, self.seconds_per_stroke,
                 self.seconds_per_click)  # fmt: skip
        if not (min(sizes) >= 0 and self.spacing >= 1 and self.shortest >= 1):
            raise BadInput("distances and times are not negative, spacing and shortest at least 1")


@dataclass(frozen=True, slots=True)
class Work:
    """What a person did to a crop.

    Parameters
    ----------
    strokes
        In their order.
    erased, drawn, renamed
        Number of strokes of each kind.
    missed
        Number of faults that were overlooked.
    clicks
        Points placed.
    seconds
        Time it took.
    """

    strokes: tuple[Stroke, ...]
    erased: int
    drawn: int
    renamed: int
    missed: int
    clicks: int
    seconds: float


def correct(
    session: CorrectionSession, truth: Label, skill: Skill, rng: np.random.Generator
) -> tuple[Correction, Work]:
    """Correct what a session shows, stroke by stroke, and save it.

    Parameters
    ----------
    session
        Just begun.
    truth
        (lines, pixels of the window) uint8: 1-px lines of class codes; 255 where a person cannot
        tell, and no stroke is made there.
    skill, rng
        How, and where chance comes from.

    Raises
    ------
    BadInput
        When the truth has another shape than the window, or unknown classes.
    CorrectionConflict
        As `CorrectionSession.save`.
    """
    work = strokes_for(session.label, truth, skill, rng)
    for stroke in work.strokes:
        session.add(stroke)
    return session.save(work.seconds, "simulated annotator"), work


def strokes_for(before: Label, truth: Label, skill: Skill, rng: np.random.Generator) -> Work:
    """Return the strokes that a person makes to bring a label to the truth.

    False lines are rubbed out first. Then what is missing is drawn, and last what has a wrong class
    is drawn over.

    Parameters
    ----------
    before
        (lines, pixels) uint8: what the person sees, lines of any width.
    truth
        As for `correct`.
    skill, rng
        How, and where chance comes from.
    """
    truth = check_label(truth, before.shape)
    asked = truth != ClassCode.IGNORE
    # what nobody has looked at yet is an empty sheet
    sheet = np.where(before == ClassCode.IGNORE, ClassCode.BACKGROUND, before).astype(np.uint8)
    wiped = _wiped(before, asked)
    hand = _Hand(skill, rng)
    erasing = [hand.erase(line) for line in _false(sheet, truth, asked, skill)]
    erased = [s for s in erasing if s is not None]
    sheet = paint(sheet, erased)
    # boundaries last: they lie over the walls that end at them
    missing = sorted(_missing(sheet, truth, skill), key=lambda line: line.code)
    drawing = [hand.draw(line, 3) for line in missing]
    drawn = [s for s in drawing if s is not None]
    # people believe what they have drawn; what sticks out beside it still has the other class
    believed = [replace(s, code=line.code) for s, line in zip(drawing, missing, strict=True) if s]
    sheet = paint(sheet, believed)
    renaming = [hand.draw(line, width) for line, width in _misnamed(sheet, truth, skill)]
    renamed = [s for s in renaming if s is not None]
    strokes = (*wiped, *erased, *drawn, *renamed)
    faults = len(erasing) + len(drawing) + len(renaming)
    clicks = sum(len(s.points) for s in strokes)
    seconds = (
        skill.seconds_per_item
        + skill.seconds_per_stroke * len(strokes)
        + skill.seconds_per_click * clicks
    )
    made = len(erased) + len(drawn) + len(renamed)
    return Work(strokes, len(erased), len(drawn), len(renamed), faults - made, clicks, seconds)


@dataclass(frozen=True, slots=True)
class _Hand:
    """Turns lines into strokes with the inaccuracy of a hand; `None` for a fault not noticed."""

    skill: Skill
    rng: np.random.Generator

    def erase(self, line: Line) -> Stroke | None:
        if self._overlooks():
            return None
        # wide enough for the line and for the hand's own inaccuracy
        width = line.width + 2 + int(np.ceil(4 * self.skill.jitter))
        return Stroke(Tool.BRUSH, int(ClassCode.BACKGROUND), min(width, 64), self._clicks(line))

    def draw(self, line: Line, width: int) -> Stroke | None:
        if self._overlooks():
            return None
        code = line.code
        if self.rng.random() < self.skill.wrong_types:
            code = int(self.rng.choice([int(c) for c in _TYPES if c != code]))
        return Stroke(Tool.BRUSH, code, width, self._clicks(line))

    def _overlooks(self) -> bool:
        return bool(self.rng.random() < self.skill.misses)

    def _clicks(self, line: Line) -> tuple[tuple[float, float], ...]:
        """Return points along a line, evenly spread, each a little beside it."""
        steps = np.linalg.norm(np.diff(line.points, axis=0), axis=1)
        along = np.append(0, np.cumsum(steps))
        count = max(int(np.ceil(along[-1] / self.skill.spacing)), 1) + 1
        places = np.linspace(0, along[-1], count if along[-1] else 1)
        points = np.stack([np.interp(places, along, column) for column in line.points.T], axis=1)
        points = points + self.rng.normal(0, self.skill.jitter, points.shape)
        return tuple((float(row), float(column)) for row, column in points)


def _wiped(before: Label, asked: Mask) -> list[Stroke]:
    """Return a filled area that says "looked at" where the sheet still says 255, if it does."""
    if not ((before == ClassCode.IGNORE) & asked).any():
        return []
    lines, pixels = (float(n - 1) for n in before.shape)
    ring = ((0.0, 0.0), (0.0, pixels), (lines, pixels), (lines, 0.0))
    return [Stroke(Tool.FILL, int(ClassCode.BACKGROUND), 1, ring)]


def _false(sheet: Label, truth: Label, asked: Mask, skill: Skill) -> Iterator[Line]:
    """Yield pieces of lines of which the truth knows none nearby."""
    far = _distance(_is_line(truth)) > skill.tolerance
    for line in lines_of(sheet):
        there = _at(far & asked, line.points)
        yield from _runs(line, there, skill)


def _missing(sheet: Label, truth: Label, skill: Skill) -> Iterator[Line]:
    """Yield pieces of true lines of which nobody has drawn one of their class nearby.

    A line that crosses others, which lie near it at each crossing, is one stroke to a person.
    """
    joined = int(np.ceil(skill.tolerance)) + 1
    crossing = 2 * joined + 3
    far = {code: _distance(sheet == code) > skill.tolerance for code in np.unique(truth[truth > 0])}
    for line in lines_of(truth):
        there = _closed(_at(far[line.code], line.points), crossing)
        # where only a part is missing, it is drawn from what is there on
        yield from _runs(line, there, skill, joined)


def _closed(chosen: Mask, gap: int) -> Mask:
    """Return the points of a line with gaps of up to `gap` - 1 points between them filled."""
    padded = np.pad(chosen, gap)  # else the ends of the line would be taken away
    return np.asarray(binary_closing(padded, np.ones(gap, np.bool_))[gap:-gap])


def _misnamed(sheet: Label, truth: Label, skill: Skill) -> Iterator[tuple[Line, int]]:
    """Yield pieces of drawn lines with the class that they should have, and a covering width."""
    for line in lines_of(sheet):
        codes, away = _nearest_codes(truth, line.points)
        for code in np.unique(codes):
            wrong = (codes == code) & (away <= skill.tolerance) & (line.code != code)
            for piece in _runs(line, wrong, skill):
                width = min(line.width + 2, 64)
                yield Line(int(code), piece.points, piece.width), width


def _runs(line: Line, chosen: Mask, skill: Skill, more: int = 0) -> Iterator[Line]:
    """Yield the stretches of a line that are chosen and worth a stroke, `more` px longer."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= skill.shortest:
            yield Line(line.code, line.points[max(start - more, 0) : end + more], line.width)


def _is_line(label: Label) -> Mask:
    return np.asarray((label != ClassCode.BACKGROUND) & (label != ClassCode.IGNORE))


def _distance(lines: Mask) -> NDArray[np.float32]:
    """Return the distance of each pixel to the nearest line, px; infinite without any."""
    if not lines.any():
        return np.full(lines.shape, np.inf, np.float32)
    off = (~lines).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(off, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _at(image: NDArray[np.bool_], points: Points) -> Mask:
    rows, columns = np.rint(points).astype(int).T
    return np.asarray(image[rows, columns])


def _nearest_codes(truth: Label, points: Points) -> tuple[Label, NDArray[np.float64]]:
    """Return the class of the true line nearest to each point, and its distance, px."""
    places = np.argwhere(_is_line(truth))
    if not len(places):
        return np.zeros(len(points), np.uint8), np.full(len(points), np.inf)
    away, nearest = cKDTree(places).query(points)
    return truth[tuple(places[nearest].T)], np.asarray(away, np.float64)
