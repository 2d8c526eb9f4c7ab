"""A correction under way: each stroke is on the disk before it counts as done.

Whatever kills the program, the session is found again with every stroke that was acknowledged, and
goes on.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ai_afm.errors import StoreError
from ai_afm.flywheel import rows
from ai_afm.flywheel.records import Correction, Draft, Label, Place, Window
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.strokes import Stroke, decode, encode, paint

_SELECT = (
    'SELECT id, frame, top, "left", lines, pixels, prediction, parent, item, annotator, added '
    "FROM sessions"
)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What a session began with, and when (ISO 8601)."""

    id: int
    place: Place
    prediction: int | None
    parent: int | None
    item: int | None
    annotator: str
    added: str


class CorrectionSession:
    """An open session; made by `CorrectionSession.begin` or `CorrectionSession.resume`."""

    def __init__(self, store: FlywheelStore, record: SessionRecord) -> None:
        self.record = record
        self._store = store
        self._draft = Draft(
            record.place,
            np.empty(record.place.window.shape, np.uint8),
            record.annotator,
            0.0,
            record.parent,
            record.prediction,
            record.item,
        )
        self.before = store.before(self._draft)

    @classmethod
    def begin(
        cls,
        store: FlywheelStore,
        place: Place,
        annotator: str,
        prediction: int | None = None,
        item: int | None = None,
    ) -> "CorrectionSession":
        """Begin to correct a place, from one's own newest version or from the prediction.

        Raises
        ------
        BadInput
            When the window is not in the frame, or the annotator's name is none.
        StoreError
            When frame or prediction are not known.
        """
        rows.check_name(annotator)
        own = store.newest(place, annotator)
        parent = None if own is None else own.revision
        # refuses what cannot be corrected before anything is written
        store.before(
            Draft(place, np.empty(place.window.shape, np.uint8), annotator, 0.0, parent, prediction)
        )
        number = store.database.insert(
            "sessions",
            frame=place.frame,
            **rows.window_columns(place.window),
            prediction=prediction,
            parent=parent,
            item=item,
            annotator=annotator,
        )
        return cls.resume(store, number)

    @classmethod
    def resume(cls, store: FlywheelStore, number: int) -> "CorrectionSession":
        """Go on with a session.

        Raises
        ------
        StoreError
            When there is no such session, or it has been closed.
        """
        found = store.database.rows(_SELECT + " WHERE id = ?", number)
        if not found:
            raise StoreError(f"this lab knows no session {number}")
        session = cls(store, _record(found[0]))
        session.require_open()
        return session

    @property
    def strokes(self) -> list[Stroke]:
        """All strokes so far, those taken back included."""
        return [decode(stroke) for stroke in self._stored()]

    @property
    def label(self) -> Label:
        """The label as it is drawn so far, (lines, pixels) uint8."""
        return paint(self.before, self.strokes)

    def add(self, stroke: Stroke) -> int:
        """Store a stroke; it is on the disk when this returns its number (1, 2, 3, ...).

        Raises
        ------
        BadInput
            When the stroke makes no sense.
        StoreError
            When the session has been closed, or the disk refuses.
        """
        stored = encode(stroke)
        decode(stored)
        text = json.dumps(stored, allow_nan=False)
        database = self._store.database
        with database.transaction():
            self.require_open()
            sql = "SELECT count(*) FROM strokes WHERE session = ?"
            number = int(database.rows(sql, self.record.id)[0][0]) + 1
            database.insert("strokes", session=self.record.id, number=number, stroke=text)
        return number

    def save(self, seconds: float, reason: str = "") -> Correction:
        """Store the label as a correction, and close the session.

        Parameters
        ----------
        seconds
            Time that the person spent.
        reason
            In words.

        Raises
        ------
        CorrectionConflict
            When the annotator has stored another version meanwhile: this one is kept as a branch,
            and the session is closed all the same.
        StoreError
            When the session has been closed, or the disk refuses.
        """
        self.require_open()
        draft = replace(self._draft, after=self.label, seconds=seconds, reason=reason)
        return self._store.add_correction(draft, self._stored(), closes=self.record.id)

    def abandon(self) -> None:
        """Close the session without a correction; its strokes stay on record."""
        with self._store.database.transaction():
            self.require_open()
            self._store.database.insert("closings", session=self.record.id, revision=None)

    def require_open(self) -> None:
        """Raise StoreError when the session has been closed."""
        sql = "SELECT 1 FROM closings WHERE session = ?"
        if self._store.database.rows(sql, self.record.id):
            raise StoreError(f"session {self.record.id} is closed; begin a new one")

    def _stored(self) -> list[dict[str, Any]]:
        sql = "SELECT stroke FROM strokes WHERE session = ? ORDER BY number"
        return [json.loads(text) for (text,) in self._store.database.rows(sql, self.record.id)]


def open_sessions(store: FlywheelStore, annotator: str | None = None) -> list[SessionRecord]:
    """Return the sessions that were neither saved nor given up, oldest first."""
    closed = {number for (number,) in store.database.rows("SELECT session FROM closings")}
    found = [_record(row) for row in store.database.rows(_SELECT + " ORDER BY id")]
    records = [r for r in found if r.id not in closed]
    return [r for r in records if annotator in (None, r.annotator)]


def _record(row: tuple[Any, ...]) -> SessionRecord:
    number, frame, *rest = row
    return SessionRecord(number, Place(frame, Window(*rest[:4])), *rest[4:])
