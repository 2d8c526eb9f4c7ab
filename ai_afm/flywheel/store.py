"""The flywheel's memory: frames, predictions and corrections, added and never changed.

What a call has returned is on the disk: the arrays first, each a file named by its hash, then the
row that names them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel import rows
from ai_afm.flywheel.database import Database, wall_clock
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.records import (
    Correction,
    CorrectionConflict,
    Draft,
    FrameRecord,
    Label,
    Place,
    Prediction,
    Source,
    check_label,
    frame_hash,
    pack_label,
    unpack_label,
)
from ai_afm.image.readers.npz import NpzReader
from ai_afm.store.segmentation_file import StoredSegmentation, read_segmentation
from ai_afm.types import ClassCode, Frame


class FlywheelStore:
    """The open store of a lab; made by `FlywheelStore.open`.

    Any number of processes may have it open at once on one computer.
    """

    def __init__(self, lab: Lab, database: Database) -> None:
        self.lab, self.database = lab, database
        self.blobs = lab.blobs

    @classmethod
    def open(cls, lab: Lab, wall: Callable[[], datetime] = wall_clock) -> "FlywheelStore":
        """Open the store of a lab; an empty one is made where there is none.

        Raises
        ------
        StoreError
            When it is of a newer version, or the disk refuses.
        """
        return cls(lab, Database(lab.database, wall))

    def add_frame(self, frame: Frame, source: Source) -> FrameRecord:
        """Store a frame with its images, the trace of each channel (the retrace where it is alone).

        A frame that is there already is left as it is, with the source that it had.

        Raises
        ------
        BadInput
            When it has no image.
        """
        frame = rows.pictures(frame)
        sha256 = frame_hash(frame)
        known = self.frame(sha256)
        if known is not None:
            return known
        record = rows.record_of(frame, sha256, self.blobs.put(rows.npz_bytes(frame)), source)
        with self.database.transaction():
            if self.frame(sha256) is None:
                self.database.insert("frames", **rows.frame_columns(record))
        return record

    def add_prediction(self, frame: str, segmentation_file: bytes) -> Prediction:
        """Store what a model saw in a frame.

        Parameters
        ----------
        frame
            Hash of the frame.
        segmentation_file
            The bytes of the file as the run has stored it.

        Raises
        ------
        BadInput
            When they are no segmentation file, or one of another shape.
        StoreError
            When the frame is not known.
        """
        blob = self.blobs.put(segmentation_file)
        seen = read_segmentation(self.blobs.path(blob)).segmentation
        shape = self.require_frame(frame).shape
        if seen.label.shape != shape:
            raise BadInput(f"the segmentation has the shape {seen.label.shape}, the frame {shape}")
        with self.database.transaction():
            same = rows.PREDICTIONS + " WHERE frame = ? AND model_sha256 = ? AND blob = ?"
            known = self.database.rows(same, frame, seen.model_sha256, blob)
            if known:
                return rows.prediction(known[0])
            number = self.database.insert(
                "predictions",
                frame=frame,
                model=seen.model,
                model_sha256=seen.model_sha256,
                blob=blob,
                settled=seen.settled,
                ood=int(seen.ood),
                ood_score=seen.ood_score,
            )
        return self.require_prediction(number)

    def add_correction(
        self,
        draft: Draft,
        strokes: Sequence[Mapping[str, Any]] | None = None,
        closes: int | None = None,
    ) -> Correction:
        """Store a correction, given the version that it started from is still the newest.

        The newest version of the same annotator counts; versions of others stand beside it. The
        item of the review queue that it answers is done.

        Parameters
        ----------
        draft
            What is right now.
        strokes
            How it was drawn, JSON values.
        closes
            Number of the session that ends with it.

        Raises
        ------
        BadInput
            When label, annotator or seconds make no sense, or the window is not in the frame.
        StoreError
            When frame, prediction or parent are not known, or the session is closed.
        CorrectionConflict
            When the annotator has stored another version meanwhile. This one is stored as a branch.
        """
        before = self.before(draft)
        after = check_label(draft.after, draft.place.window.shape)
        rows.check_person(draft)
        blobs = self.blobs.put(pack_label(before)), self.blobs.put(pack_label(after))
        drawn = None if strokes is None else self.blobs.put(json.dumps(list(strokes)).encode())
        with self.database.transaction():
            newest = self.newest(draft.place, draft.annotator)
            stale = newest is not None and newest.revision != draft.parent
            columns = rows.correction_columns(draft, blobs, drawn, stale)
            revision = self.database.insert("corrections", **columns)
            if closes is not None:
                self.database.insert("closings", session=closes, revision=revision)
            if draft.item is not None:
                self.database.insert("item_states", **rows.answer_columns(draft, revision))
        if newest is not None and stale:
            raise CorrectionConflict(revision, newest.revision)
        return self.require_correction(revision)

    def before(self, draft: Draft) -> Label:
        """Return the label that a correction starts from: its parent's, the model's, or nothing.

        Raises
        ------
        BadInput
            When the window is not in the frame.
        StoreError
            When frame, prediction or parent are not known, or are of another place.
        """
        place = draft.place
        frame = self.require_frame(place.frame)
        if not place.window.fits(frame.shape):
            raise BadInput(f"{place.window} does not lie in the frame of {frame.shape} px")
        if draft.prediction is not None:
            prediction = self.require_prediction(draft.prediction)
            if prediction.frame != place.frame:
                raise StoreError(f"prediction {draft.prediction} is of another frame")
        if draft.parent is not None:
            parent = self.require_correction(draft.parent)
            if parent.place != place:
                raise StoreError(f"revision {draft.parent} is of another place")
            return self.label(parent.after)
        if draft.prediction is not None:
            seen = self.segmentation(prediction).segmentation.label
            return np.ascontiguousarray(place.window.of(seen))
        return np.full(place.window.shape, int(ClassCode.IGNORE), np.uint8)

    def frame(self, sha256: str) -> FrameRecord | None:
        """Return a frame by its hash, `None` where it is not known."""
        found = self.database.rows(rows.FRAMES + " WHERE sha256 = ?", sha256)
        return rows.frame_record(found[0]) if found else None

    def require_frame(self, sha256: str) -> FrameRecord:
        """Return a frame by its hash; raises StoreError where it is not known."""
        found = self.frame(sha256)
        if found is None:
            raise StoreError(f"this lab knows no frame {sha256[:12]}")
        return found

    def frames_of(self, source: Source) -> list[FrameRecord]:
        """Return the frames of the same scan of the same run: one a look while it ran."""
        sql = rows.FRAMES + " WHERE run = ? AND kind = ? AND number = ? ORDER BY rowid"
        found = self.database.rows(sql, source.run, source.kind, source.number)
        return [rows.frame_record(row) for row in found]

    def images(self, sha256: str) -> Frame:
        """Return a stored frame with its images, the bytes that went in; NaN: never settled."""
        return NpzReader().read(self._checked(self.require_frame(sha256).blob))

    def require_prediction(self, number: int) -> Prediction:
        """Return a prediction by its number; raises StoreError where it is not known."""
        sql = rows.PREDICTIONS + " WHERE id = ?"
        found = self.database.rows(sql, number)
        if not found:
            raise StoreError(f"this lab knows no prediction {number}")
        return rows.prediction(found[0])

    def predictions(self, frame: str) -> list[Prediction]:
        """Return what models saw in a frame, oldest first."""
        sql = rows.PREDICTIONS + " WHERE frame = ? ORDER BY id"
        return [rows.prediction(row) for row in self.database.rows(sql, frame)]

    def segmentation(self, prediction: Prediction) -> StoredSegmentation:
        """Return a prediction with its probabilities."""
        return read_segmentation(self._checked(prediction.blob))

    def require_correction(self, revision: int) -> Correction:
        """Return a correction by its revision; raises StoreError where it is not known."""
        sql = rows.CORRECTIONS + " WHERE revision = ?"
        found = self.database.rows(sql, revision)
        if not found:
            raise StoreError(f"this lab knows no revision {revision}")
        return rows.correction(found[0])

    def corrections(self, place: Place | None = None) -> list[Correction]:
        """Return all corrections, branches too, or those of one place, oldest first."""
        if place is None:
            found = self.database.rows(rows.CORRECTIONS + " ORDER BY revision")
        else:
            sql = f"{rows.CORRECTIONS} WHERE {rows.OF_PLACE} ORDER BY revision"
            found = self.database.rows(sql, *rows.place_key(place))
        return [rows.correction(row) for row in found]

    def newest(self, place: Place, annotator: str) -> Correction | None:
        """Return the version of a place that an annotator stands by, `None` without one."""
        own = [c for c in self.corrections(place) if c.annotator == annotator and not c.branch]
        return own[-1] if own else None

    def versions(self) -> list[Correction]:
        """Return what each annotator stands by for each place: the newest that is no branch."""
        newest = {(c.place, c.annotator): c for c in self.corrections() if not c.branch}
        return sorted(newest.values(), key=lambda c: c.revision)

    def label(self, sha256: str) -> Label:
        """Return the label in a blob."""
        return unpack_label(self.blobs.get(sha256))

    def note(self, kind: str, payload: Mapping[str, Any]) -> int:
        """Write down an event; JSON values."""
        text = json.dumps(payload, allow_nan=False, ensure_ascii=False, sort_keys=True)
        return self.database.insert("events", kind=kind, payload=text)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind, oldest first."""
        sql = "SELECT payload FROM events WHERE kind = ? ORDER BY sequence"
        return [json.loads(text) for (text,) in self.database.rows(sql, kind)]

    def close(self) -> None:
        """Close."""
        self.database.close()

    def __enter__(self) -> "FlywheelStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _checked(self, sha256: str) -> Path:
        """Return where a blob lies, after a look at its bytes."""
        self.blobs.get(sha256)
        return self.blobs.path(sha256)
