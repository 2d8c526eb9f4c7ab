"""How exact the live-wire is, and how long a crop takes a person: on the twin's truth. No Qt."""

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from ai_afm.flywheel.annotator import Skill, Work, strokes_for
from ai_afm.flywheel.items import State
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Draft, Label
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.strokes import Stroke
from ai_afm.types import ClassCode, FloatImage
from ai_afm_gui.review.centrelines import LINES, Centrelines
from ai_afm_gui.review.clicks import dense, plan
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.eyes import Eyes
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.hints import likeliest
from ai_afm_gui.review.person import (
    BUTTON,
    EACH_CM,
    FIRST,
    KEY,
    MENTAL,
    POINT,
    Person,
)
from ai_afm_gui.review.wire import Points

LENGTH = 300
"""Pixels of a wall that is traced."""
CLICKS = 3
LOOKS = 3
"""How often a person goes through the faults of a crop: what went wrong is mended once more."""
HAND = 0.7
"""Standard deviation of a click, px."""


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Do it."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(frozen=True, slots=True)
class Traced:
    """A wall that was traced: clicks, and all distances of the trace from it and of it, px."""

    clicks: int
    away: Points

    @property
    def median(self) -> float:
        """Of the distances."""
        return float(np.median(self.away))

    @property
    def p95(self) -> float:
        """Of the distances."""
        return float(np.percentile(self.away, 95))


def livewire_accuracy(walls: Path, seed: int = 0, most: int | None = CLICKS) -> dict[str, Any]:
    """Trace walls of 300 px with a few clicks each.

    A person clicks on both ends of a wall, and in between where the path would leave it by more
    than 2 px: a person who knows the tool sees that coming.

    Parameters
    ----------
    walls
        The file `WALLS` of `review.material`.
    seed
        Of the hand, which is off by 0.7 px.
    most
        Most clicks; `None` for as many as it takes.

    Returns
    -------
    dict
        `walls`, `clicks_median`, and over the walls: the `median_px` and `p95_px` of the distances
        (medians), their 95th percentile over all points of all walls (`p95_pooled_px`), the share
        of walls of which 95 % are `within_1px` (and 1.5 and 2); all of them both from the trace to
        the wall and from the wall to the trace.
    """
    rng = np.random.default_rng(seed)
    traced = [_trace(line, wall, rng, most) for line, wall in _walls(walls)]
    p95 = np.array([t.p95 for t in traced])
    pooled = np.concatenate([t.away for t in traced])
    return {
        "walls": len(traced),
        "clicks_median": float(np.median([t.clicks for t in traced])),
        "clicks_p95": float(np.percentile([t.clicks for t in traced], 95)),
        "median_px": round(float(np.median([t.median for t in traced])), 3),
        "p95_px": round(float(np.median(p95)), 3),
        "p95_pooled_px": round(float(np.percentile(pooled, 95)), 3),
        "within_1px": round(float(np.mean(p95 <= 1)), 3),
        "within_1.5px": round(float(np.mean(p95 <= 1.5)), 3),
        "within_2px": round(float(np.mean(p95 <= 2)), 3),
    }


def _walls(path: Path) -> Iterator[tuple[FloatImage, Points]]:
    """Yield what a model sees, and a wall of `LENGTH` px in it: several of each frame."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(n for n in archive.namelist() if n.startswith("truth")):
            truth, line = (
                np.load(io.BytesIO(archive.read(n)), allow_pickle=False)
                for n in (name, name.replace("truth", "line"))
            )
            known = np.where(truth == ClassCode.IGNORE, 0, truth).astype(np.uint8)
            probability = line.astype(np.float32) / 255
            for segment in Centrelines.of(known).segments:
                for first in range(0, len(segment.points) - LENGTH + 1, LENGTH):
                    yield probability, segment.points[first : first + LENGTH]


def _trace(line: FloatImage, wall: Points, rng: np.random.Generator, most: int | None) -> Traced:
    made = Drawing(np.zeros(line.shape, np.uint8), line, AtOnce().submit)
    strokes: list[Stroke] = []
    made.on_stroke = strokes.append
    places = plan(made.wire, wall, most)
    for place in places:
        made.press(_hand(wall[place], rng))
    made.finish()
    drawn = dense(np.array(strokes[0].points))
    away = np.concatenate([cKDTree(dense(wall)).query(drawn)[0], cKDTree(drawn).query(wall)[0]])
    return Traced(len(places), np.asarray(away))


def _hand(point: Points, rng: np.random.Generator) -> tuple[float, float]:
    row, column = point + rng.normal(0, HAND, 2)
    return float(row), float(column)


def annotator_seconds(folder: Path, most: int = 60) -> dict[str, Any]:
    """Correct crops of the queue with the tools, and tell how long that takes.

    Faults are what `flywheel.annotator` takes for worth a stroke: lines of 6 px and more that lie
    more than 3 px beside the truth, are missing, or have a wrong class. The person knows the truth,
    sees hints, keeps the tool of the crop before, and has a hand that does not tremble.

    Parameters
    ----------
    folder
        With a lab and the truth, of `review.material`.
    most
        Number of crops.

    Returns
    -------
    dict
        Seconds per crop (median, 90th percentile, mean), decisions, and the pixels of faulty line
        before and after, in all crops together.
    """
    rng = np.random.default_rng(0)
    times, gestures, before, after, tool = [], [], 0, 0, Hand.WIRE
    for made, truth in _crops(folder, most):
        person = Person(made, Eyes(truth))
        # both stay as they were for the crop before
        made.show_hints(True)
        made.choose(tool)
        before += _pixels(_faults(made.editor.label, truth, rng))
        person.sweep()
        for _ in range(LOOKS):
            faults, done = _faults(made.editor.label, truth, rng), person.gestures
            _correct(person, faults)
            if person.gestures == done:
                break
        tool = made.tool
        person.seconds += KEY  # Space
        after += _pixels(_faults(made.editor.label, truth, rng))
        times.append(person.seconds)
        gestures.append(person.gestures)
    return {
        "crops": len(times),
        "median_s": round(float(np.median(times)), 2),
        "p90_s": round(float(np.percentile(times, 90)), 2),
        "mean_s": round(float(np.mean(times)), 2),
        "decisions_median": float(np.median(gestures)),
        "share_within_10s": round(float(np.mean(np.array(times) <= 10)), 3),
        "faulty_px_before": before,
        "faulty_px_after": after,
        "model": {"K": KEY, "P": POINT, "B": BUTTON, "M": MENTAL, "D": [FIRST, EACH_CM]},
    }


def _correct(person: Person, faults: Work) -> None:
    wiped = len(faults.strokes) - faults.erased - faults.drawn - faults.renamed
    kinds = [person.erase] * faults.erased
    for do, stroke in zip(kinds, faults.strokes[wiped : wiped + faults.erased], strict=True):
        do(_course(stroke))
    for n, stroke in enumerate(faults.strokes[wiped + faults.erased :]):
        do_line = person.draw if n < faults.drawn else person.rename
        do_line(_course(stroke), stroke.code)


def _faults(label: Label, truth: Label, rng: np.random.Generator) -> Work:
    return strokes_for(
        label, truth, Skill(jitter=0.0, misses=0.0, wrong_types=0.0, spacing=3.0), rng
    )


def _pixels(faults: Work) -> int:
    return round(sum(float(np.hypot(*np.diff(_course(s), axis=0).T).sum()) for s in faults.strokes))


def _crops(folder: Path, most: int) -> Iterator[tuple[Drawing, Label]]:
    """Yield the crops of a queue in the order in which they are asked, and the truth in each."""
    truths = np.load(folder / "truth.npz", allow_pickle=False)
    with FlywheelStore.open(Lab.open(folder / "lab")) as store:
        waiting = (State.OPEN, State.SKIPPED, State.UNSURE)
        queue = ReviewQueue(store)
        asked = [r.item for r in queue.in_turn("simulated", most) if r.item.state in waiting]
        for item in asked:
            window = item.place.window
            prediction = store.require_prediction(item.prediction)
            nothing = np.empty(window.shape, np.uint8)
            label = store.before(Draft(item.place, nothing, "", 0.0, prediction=prediction.id))
            seen = store.segmentation(prediction).segmentation
            line = window.of(seen.probability_of(*(int(c) for c in LINES)))
            line = np.ascontiguousarray(line)
            made = Drawing(label, line, AtOnce().submit, (), likeliest(seen, window))
            yield made, np.ascontiguousarray(window.of(truths[item.place.frame]))


def _course(stroke: Stroke) -> Points:
    return np.array(stroke.points, float).reshape(-1, 2)
