"""The scans of a night in a lab, seen by a model, and what people are asked about them."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ai_afm.bench.quality.frames import SCORED, Exam
from ai_afm.flywheel.annotator import Skill, Work, correct
from ai_afm.flywheel.fill import Filling, fill_with
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Label, Place, Source
from ai_afm.flywheel.seen import Seen
from ai_afm.flywheel.sessions import CorrectionSession
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.windows import random_windows, stake_of
from ai_afm.store.segmentation_file import (
    Provenance,
    StoredSegmentation,
    read_segmentation,
    write_segmentation,
)
from ai_afm.types import ClassCode, Segmentation

ANNOTATOR = "simulated"
PER_FRAME = 1
"""Crops of a scan that are put into the queue: scans of this benchmark are hardly larger."""


@dataclass(frozen=True, slots=True)
class Night:
    """What was scanned, and what the model that looked on has seen in it."""

    exams: Sequence[Exam]
    answers: Sequence[Segmentation]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked: a place, the prediction shown, the item of the queue if any."""

    place: Place
    prediction: int
    item: int | None


class Review:
    """A lab with the scans of a night, and one person who corrects them.

    Parameters
    ----------
    folder
        Where the lab is made.
    night
        What was scanned.
    seed
        Of the lot, and of the person's hand.
    """

    def __init__(self, folder: Path, night: Night, seed: int) -> None:
        self.store = FlywheelStore.open(Lab.make(folder))
        self._seed = seed
        self._rng = np.random.default_rng([seed, 23])
        self._seen = [_seen(n, e, a) for n, (e, a) in enumerate(zip(night.exams, night.answers,
                                                                    strict=True))]  # fmt: skip
        self._frames = {
            self.store.add_frame(one.frame, one.source).sha256: (one, exam)
            for one, exam in zip(self._seen, night.exams, strict=True)
        }

    def by_queue(self) -> Iterator[Asked]:
        """Yield what the review queue asks next, after each answer anew."""
        fill_with(self.store, self._seen, Filling(PER_FRAME, self._seed))
        queue = ReviewQueue(self.store)
        while (item := queue.next(ANNOTATOR)) is not None:
            yield Asked(item.place, item.prediction, item.id)

    def by_lot(self) -> Iterator[Asked]:
        """Yield crops that are drawn by lot: any place of the night is as likely as another."""
        valid = [one.stake.valid for one in self._seen]
        pixels = [one.frame.shape[1] for one in self._seen]
        frames = list(self._frames)
        for n, window in random_windows(valid, pixels, len(frames), self._rng):
            prediction = self.store.add_prediction(frames[n], self._seen[n].content)
            yield Asked(Place(frames[n], window), prediction.id, None)

    def answer(self, asked: Asked, skill: Skill) -> Work:
        """Let the person correct a crop, stroke by stroke."""
        exam = self._frames[asked.place.frame][1]
        session = CorrectionSession.begin(
            self.store, asked.place, ANNOTATOR, asked.prediction, asked.item
        )
        return correct(session, asked.place.window.of(truth_of(exam)), skill, self._rng)[1]

    def family(self, asked: Asked) -> str:
        """Return of which family of samples a crop is."""
        return self._frames[asked.place.frame][1].scene.family


def truth_of(exam: Exam) -> Label:
    """Return the lines that are to be seen, 1 px wide, and 255 where nobody could tell."""
    label = np.where(exam.ignore, np.uint8(ClassCode.IGNORE), np.uint8(ClassCode.BACKGROUND))
    visible = exam.true(*(int(code) for code in SCORED))
    return np.where(visible, exam.label, label).astype(np.uint8)


def _seen(number: int, exam: Exam, answer: Segmentation) -> Seen:
    """Return a scan as the queue is filled from it."""
    measurement = replace(exam.frame.measurement, sample=f"{exam.scene.family} {number}")
    frame = replace(exam.frame, measurement=measurement)
    content, stored = _stored(number, answer)
    source = Source(f"{number:064x}", "scan", number, f"scans/{number:06d}.h5")
    urgent = "unlike anything that the model knows" if answer.ood else ""
    valid = np.ones(frame.shape[0], np.bool_)
    stake = stake_of(stored.segmentation, valid)
    return Seen(source, str(number), frame, content, stored, stake, (), 0, urgent)


def _stored(number: int, answer: Segmentation) -> tuple[bytes, StoredSegmentation]:
    """Return a segmentation as a run stores it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seen.h5"
        lines = answer.label.shape[0]
        write_segmentation(path, answer, Provenance(number, lines, final=True))
        return path.read_bytes(), read_segmentation(path)
