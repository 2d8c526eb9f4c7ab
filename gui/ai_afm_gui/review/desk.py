"""What lies before a person: the next crop of the queue with all that is known of it. No Qt.

Everything here waits for the disk, so a thread does it, one call after the other.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.errors import StoreError
from ai_afm.flywheel.items import Item, State
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import CorrectionConflict, FrameRecord, Label, Place, Prediction
from ai_afm.flywheel.sessions import CorrectionSession, SessionRecord, open_sessions
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.types import FloatImage, ScanRegion
from ai_afm_gui.review.centrelines import LINES
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.hints import likeliest


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A channel of a frame: (lines, pixels) float32, NaN where nothing was measured."""

    name: str
    unit: str
    image: FloatImage


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """What somebody else has drawn at the place: another model, or another person.

    Parameters
    ----------
    who
        "name@version", or a person's name.
    person
        Whether it is a person.
    label
        (lines, pixels of the window) uint8.
    """

    who: str
    person: bool
    label: Label


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """An item of the queue with all that is shown of it.

    Parameters
    ----------
    item
        Of the queue.
    session
        The open correction.
    record
        The frame it is cut from.
    pictures
        Channels of the whole frame.
    region
        Where the window lies.
    model
        Whose label is corrected.
    line
        (lines, pixels of the window) float32: probability of any line.
    versions
        What others have drawn.
    drawing
        What is drawn here, strokes of an earlier sitting included.
    restored
        How many strokes of it were there already.
    """

    item: Item
    session: CorrectionSession
    record: FrameRecord
    pictures: tuple[Picture, ...]
    region: ScanRegion
    model: str
    line: FloatImage
    versions: tuple[Version, ...]
    drawing: Drawing
    restored: int

    @property
    def pitch(self) -> tuple[float, float]:
        """Distances of lines, and of pixels of a line, m."""
        width, height = self.region.size
        lines, pixels = self.item.place.window.shape
        return height / lines, width / pixels


class Verdict(StrEnum):
    """What can be said of a crop instead of correcting it."""

    SKIP = "skip"
    UNSURE = "unsure"
    REJECT = "reject"


class Desk:
    """The open lab of one person.

    Parameters
    ----------
    lab
        Folder.
    annotator
        Who corrects.
    submit
        What drawings use to let a thread do something.
    """

    def __init__(
        self,
        lab: Path,
        annotator: str,
        submit: Callable[[Callable[[], Any]], "Future[Any]"],
    ) -> None:
        self.store = FlywheelStore.open(Lab.open(lab))
        self.queue = ReviewQueue(self.store)
        self.annotator = annotator
        self._submit = submit

    def next(self) -> Crop | None:
        """Return what is asked next, `None` when nothing is.

        What was begun and not ended comes first: a window that was killed opens where it was.
        """
        begun = self._begun()
        item = self.queue.next(self.annotator) if begun is None else begun
        return None if item is None else self._crop(item)

    def _begun(self) -> Item | None:
        """Take the item of the newest session with strokes that nobody has put aside."""
        for record in reversed(open_sessions(self.store, self.annotator)):
            if record.item is None or not self._drawn_in(record):
                continue
            item = self.queue.item(record.item)
            mine = item.state is State.LEASED and item.annotator == self.annotator
            if mine or item.state is State.OPEN:
                return self.queue.take(item.id, self.annotator)
        return None

    def _drawn_in(self, record: SessionRecord) -> bool:
        return bool(CorrectionSession.resume(self.store, record.id).strokes)

    def _crop(self, item: Item) -> Crop:
        session = self._session(item)
        record = self.store.require_frame(item.place.frame)
        frame = self.store.images(record.sha256)
        units = {c.name: c.unit for c in frame.channels}
        pictures = tuple(
            Picture(name, units[name], np.asarray(image, np.float32))
            for (name, _), image in frame.data.items()
        )
        window = item.place.window
        prediction = self.store.require_prediction(item.prediction)
        seen = self.store.segmentation(prediction).segmentation
        line = np.ascontiguousarray(window.of(seen.probability_of(*(int(c) for c in LINES))))
        strokes = session.strokes
        return Crop(
            item,
            session,
            record,
            pictures,
            window.region(record.region, record.shape),
            prediction.model,
            line,
            tuple(self._versions(item.place, prediction)),
            Drawing(session.before, line, self._submit, strokes, likeliest(seen, window)),
            len(strokes),
        )

    def _session(self, item: Item) -> CorrectionSession:
        own = [r for r in open_sessions(self.store, self.annotator) if r.item == item.id]
        if own:
            return CorrectionSession.resume(self.store, own[-1].id)
        return CorrectionSession.begin(
            self.store, item.place, self.annotator, item.prediction, item.id
        )

    def _versions(self, place: Place, shown: Prediction) -> Iterable[Version]:
        """Yield the newest look of each other model, then what other people stand by."""
        looks = {p.model: p for p in self.store.predictions(place.frame)}
        for model, prediction in looks.items():
            if prediction.model_sha256 != shown.model_sha256:
                label = self.store.segmentation(prediction).segmentation.label
                yield Version(model, False, np.ascontiguousarray(place.window.of(label)))
        people = {c.annotator: c for c in self.store.corrections(place) if not c.branch}
        for person, correction in people.items():
            if person != self.annotator:
                yield Version(person, True, self.store.label(correction.after))

    def keep(self, crop: Crop) -> None:
        """Hold the item of a crop for as long again: its person is still at it."""
        self.queue.take(crop.item.id, self.annotator)

    def accept(self, crop: Crop, seconds: float, expected: Label) -> str:
        """Store the correction; return a sentence when it became a branch, else nothing.

        Parameters
        ----------
        crop
            Whose strokes are all on the disk.
        seconds
            That the person spent.
        expected
            The label as it is on the screen.

        Raises
        ------
        StoreError
            When the disk refuses, or what was journaled is not what the screen shows.
        """
        if not np.array_equal(crop.session.label, expected):
            raise StoreError("the strokes on the disk do not give the label on the screen")
        try:
            crop.session.save(seconds)
        except CorrectionConflict as exc:
            return str(exc)
        return ""

    def answer(self, crop: Crop, verdict: Verdict) -> str:
        """Say something else of a crop; what was drawn for a skipped one waits for its return."""
        says = {
            Verdict.SKIP: self.queue.skip,
            Verdict.UNSURE: self.queue.unsure,
            Verdict.REJECT: self.queue.reject,
        }
        says[verdict](crop.item.id, self.annotator)
        if verdict is not Verdict.SKIP or not crop.session.strokes:
            crop.session.abandon()
        return ""

    def close(self) -> None:
        """Close."""
        self.store.close()
