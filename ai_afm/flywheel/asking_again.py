"""Asking a second person about a place that somebody has corrected already.

For a second look at a doubtful correction, and, now and then, by lot: places that only one person
has corrected do not tell how far people agree. An item that asks again is an item like any other,
beside the note of which correction it is about; where there is anybody else, its annotator is not
asked about it.
"""

import hashlib
import json
import math

import numpy as np

from ai_afm.errors import StoreError
from ai_afm.flywheel.items import NewItem
from ai_afm.flywheel.novelty import Crop, Vector, probability_features
from ai_afm.flywheel.records import Correction, Prediction
from ai_afm.flywheel.rows import pictures
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.windows import stake_of
from ai_afm.survey.tracing import valid_rows

REPEAT_EVERY = 20
"""One of so many items that are asked is about a place that another person has corrected: 5 %."""
BY_LOT = "drawn by lot to be asked twice"
"""Reason of such an item; it does not tell what the other person has drawn, nor that it is odd."""
_EVENT = "asked_again"


def is_time_to_repeat(asked: int) -> bool:
    """Tell whether the n-th item that is asked, from 1 on, is to be a repeated one."""
    return asked % REPEAT_EVERY == 0


def drawn_to_repeat(store: FlywheelStore, annotator: str) -> Correction | None:
    """Return a correction of another person whose place this person has not corrected, by lot.

    Places that were asked about again before are not drawn. The lot has nothing to do with what is
    in them. `None` where there is none.
    """
    standing = store.versions()
    mine = {c.place for c in standing if c.annotator == annotator}
    again = {told["revision"] for told in store.events(_EVENT)}
    done = {c.place for c in store.corrections() if c.revision in again} | mine
    open_ones = [c for c in standing if c.place not in done and _prediction(store, c)]
    return min(open_ones, key=_ticket, default=None)


def was_asked_again(store: FlywheelStore, correction: Correction) -> bool:
    """Tell whether there is an item already that asks again about a correction."""
    return correction.revision in {told["revision"] for told in store.events(_EVENT)}


def note(store: FlywheelStore, item: int, correction: Correction) -> None:
    """Write down that an item asks again about a correction."""
    told = {"item": item, "revision": correction.revision, "annotator": correction.annotator}
    store.note(_EVENT, told)


def barred(store: FlywheelStore, annotator: str) -> frozenset[int]:
    """Return the items about corrections of this person, where there is anybody else to ask."""
    told = [t for t in store.events(_EVENT) if t["annotator"] == annotator]
    if not told or {c.annotator for c in store.corrections()} <= {annotator}:
        return frozenset()
    return frozenset(t["item"] for t in told)


def item_about(
    store: FlywheelStore, correction: Correction, reason: str, urgent: bool = False
) -> NewItem:
    """Return an item about the place of a correction.

    Raises
    ------
    StoreError
        When the lab has no prediction of its frame.
    """
    prediction = _prediction(store, correction)
    if prediction is None:
        raise StoreError(
            f"revision {correction.revision} cannot be asked about: the lab has no prediction of "
            f"the frame {correction.place.frame[:12]}"
        )
    seen = store.segmentation(prediction).segmentation
    window = correction.place.window
    record = store.require_frame(correction.place.frame)
    doubted, length = stake_of(seen, valid_rows(seen, settled_only=False)).of(window)
    dx, dy = (size / n for size, n in zip(record.region.size, record.shape[::-1], strict=True))
    images = {n: window.of(i) for (n, _), i in pictures(store.images(record.sha256)).data.items()}
    crop = Crop(images, window.of(seen.probability), seen.classes, window.of(seen.uncertainty))
    own = _stored_features(store, correction)
    return NewItem(
        prediction=prediction.id,
        window=window,
        random=False,
        urgent=urgent,
        stake=doubted,
        doubt=doubted / length if length else 0.0,
        length=length * math.sqrt(dx * dy),
        features=probability_features(crop) if own is None else own,
        reason=reason,
    )


def _stored_features(store: FlywheelStore, correction: Correction) -> Vector | None:
    """Return the features of the item that a correction answers: a lab may have its own kind."""
    sql = "SELECT features FROM items WHERE id = ?"
    found = store.database.rows(sql, correction.item)
    return np.array(json.loads(found[0][0]), np.float64) if found else None


def _prediction(store: FlywheelStore, correction: Correction) -> Prediction | None:
    """Return the prediction that was shown, else the newest one of the frame."""
    if correction.prediction is not None:
        return store.require_prediction(correction.prediction)
    return next(reversed(store.predictions(correction.place.frame)), None)


def _ticket(correction: Correction) -> bytes:
    return hashlib.sha256(b"again %d" % correction.revision).digest()
