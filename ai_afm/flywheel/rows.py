"""Records to rows of the database and back."""

import json
import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from ai_afm.errors import BadInput
from ai_afm.flywheel.records import (
    Correction,
    Draft,
    FrameRecord,
    Place,
    Prediction,
    Source,
    Window,
)
from ai_afm.image.export.npz import write_npz
from ai_afm.types import Direction, Frame
from ai_afm.types.codec import dumps, loads

FRAMES = (
    "SELECT sha256, blob, lines, pixels, region, channels, mode, instrument, sample, run, kind, "
    "number, file FROM frames"
)
PREDICTIONS = (
    "SELECT id, frame, model, model_sha256, blob, settled, ood, ood_score FROM predictions"
)
CORRECTIONS = (
    'SELECT revision, frame, top, "left", lines, pixels, prediction, before, after, strokes, '
    "annotator, seconds, reason, parent, branch, item, added FROM corrections"
)
OF_PLACE = 'frame = ? AND top = ? AND "left" = ? AND lines = ? AND pixels = ?'
MAX_NAME = 80
"""Longest name of an annotator."""
MAX_REASON = 2000
"""Longest reason, characters."""


def frame_record(row: tuple[Any, ...]) -> FrameRecord:
    """Return the frame of a row `FRAMES`."""
    sha256, blob, lines, pixels, region, channels, mode, instrument, sample, *source = row
    return FrameRecord(
        sha256,
        blob,
        (lines, pixels),
        loads(region),
        tuple(json.loads(channels)),
        mode,
        instrument,
        sample,
        Source(*source),
    )


def prediction(row: tuple[Any, ...]) -> Prediction:
    """Return the prediction of a row `PREDICTIONS`."""
    number, frame, model, sha256, blob, settled, ood, score = row
    return Prediction(number, frame, model, sha256, blob, settled, bool(ood), score)


def correction(row: tuple[Any, ...]) -> Correction:
    """Return the correction of a row `CORRECTIONS`."""
    revision, frame, *window = row[:6]
    prediction, before, after, strokes, annotator, seconds, reason, parent, branch = row[6:15]
    return Correction(
        revision,
        Place(frame, Window(*window)),
        prediction,
        before,
        after,
        strokes,
        annotator,
        seconds,
        reason,
        parent,
        bool(branch),
        *row[15:],
    )


def record_of(frame: Frame, sha256: str, blob: str, source: Source) -> FrameRecord:
    """Return the record of a frame."""
    m = frame.measurement
    return FrameRecord(
        sha256,
        blob,
        frame.shape,
        frame.region,
        tuple(sorted({name for name, _ in frame.data})),
        m.mode.value,
        m.instrument,
        m.sample,
        source,
    )


def frame_columns(record: FrameRecord) -> dict[str, Any]:
    """Return the columns of a frame."""
    source = record.source
    return {
        "sha256": record.sha256,
        "blob": record.blob,
        "lines": record.shape[0],
        "pixels": record.shape[1],
        "region": dumps(record.region),
        "channels": json.dumps(record.channels),
        "mode": record.mode,
        "instrument": record.instrument,
        "sample": record.sample,
        "run": source.run,
        "kind": source.kind,
        "number": source.number,
        "file": source.file,
    }


def correction_columns(
    draft: Draft, labels: tuple[str, str], strokes: str | None, branch: bool
) -> dict[str, Any]:
    """Return the columns of a correction; `labels` are the blobs before and after."""
    return window_columns(draft.place.window) | {
        "frame": draft.place.frame,
        "prediction": draft.prediction,
        "before": labels[0],
        "after": labels[1],
        "strokes": strokes,
        "annotator": draft.annotator,
        "seconds": float(draft.seconds),
        "reason": draft.reason,
        "parent": draft.parent,
        "branch": int(branch),
        "item": draft.item,
    }


def answer_columns(draft: Draft, revision: int) -> dict[str, Any]:
    """Return the columns that say that a correction answers an item of the queue."""
    return {
        "item": draft.item,
        "state": "done",
        "annotator": draft.annotator,
        "until": None,
        "revision": revision,
        "reason": "",
    }


def window_columns(window: Window) -> dict[str, int]:
    """Return the columns of a window."""
    return {
        "top": window.top,
        "left": window.left,
        "lines": window.lines,
        "pixels": window.pixels,
    }


def place_key(place: Place) -> tuple[str, int, int, int, int]:
    """Return what `OF_PLACE` asks for."""
    w = place.window
    return place.frame, w.top, w.left, w.lines, w.pixels


def check_person(draft: Draft) -> None:
    """Look at who says so, for how long and why.

    Raises
    ------
    BadInput
        When the name is empty, long or not printable, the seconds are not finite or negative, or
        the reason is too long.
    """
    check_name(draft.annotator)
    if not (math.isfinite(draft.seconds) and draft.seconds >= 0):
        raise BadInput(f"{draft.seconds} s cannot have been spent on a correction")
    if len(draft.reason) > MAX_REASON:
        raise BadInput(f"the reason has {len(draft.reason)} characters, at most {MAX_REASON} fit")


def check_name(annotator: str) -> None:
    """Look at a person's name; raises BadInput when it is empty, long or not printable."""
    sound = annotator.strip() == annotator and annotator.isprintable()
    if not (sound and 0 < len(annotator) <= MAX_NAME):
        raise BadInput(f"{annotator[:MAX_NAME]!r} is no name for an annotator")


def pictures(frame: Frame) -> Frame:
    """Return a frame with one image of each channel: the trace, or the retrace where it is alone.

    Raises
    ------
    BadInput
        When there is none.
    """
    flat = {key: image for key, image in frame.data.items() if image.ndim == 2}
    kept = {
        (name, direction): image
        for (name, direction), image in flat.items()
        if direction is Direction.TRACE or (name, Direction.TRACE) not in flat
    }
    if not kept:
        raise BadInput("a frame without an image cannot be corrected")
    names = {name for name, _ in kept}
    return replace(frame, data=kept, channels=tuple(c for c in frame.channels if c.name in names))


def npz_bytes(frame: Frame) -> bytes:
    """Return a frame as the bytes of a .npz file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.npz"
        write_npz(path, frame)
        return path.read_bytes()
