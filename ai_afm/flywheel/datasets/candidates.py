"""Which corrections of a lab a dataset may be made of."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ai_afm.flywheel.datasets.manifest import Entry, Side
from ai_afm.flywheel.datasets.quarantine import quarantined
from ai_afm.flywheel.records import Correction, FrameRecord
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.types import ClassCode

BRANCH = "a branch: its annotator has stored another version"
REPLACED = "replaced by a newer version of its annotator"
REJECTED = "its crop was rejected in the review queue"
QUARANTINED = "in quarantine"
EMPTY = "nothing in it is decided (255 everywhere)"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which corrections a dataset is made of; what is left out (`None`) chooses all.

    Parameters
    ----------
    sample, microscope, mode
        Of the frame, as it is recorded.
    annotator
        Who made the correction.
    drawn_by_lot
        Only crops that the review queue has drawn by lot: an unbiased sample of all that was
        scanned.
    """

    sample: str | None = None
    microscope: str | None = None
    mode: str | None = None
    annotator: str | None = None
    drawn_by_lot: bool = False

    def takes(self, entry: Entry) -> bool:
        """Tell whether it chooses an entry."""
        wanted = (self.sample, self.microscope, self.mode, self.annotator)
        own = (entry.sample, entry.microscope, entry.mode, entry.annotator)
        fits = all(w in (None, o) for w, o in zip(wanted, own, strict=True))
        return fits and (entry.random or not self.drawn_by_lot)


def candidates(store: FlywheelStore, choice: Choice) -> tuple[list[Entry], Counter[str]]:
    """Return what a dataset may be made of, and how many other corrections there were, and why.

    Their side is "train" for now.
    """
    standing = {c.revision for c in store.versions()}
    held = quarantined(store)
    rejected = _rejected(store)
    drawn = {n for (n,) in store.database.rows("SELECT id FROM items WHERE random = 1")}
    left_out: Counter[str] = Counter()
    entries: list[Entry] = []
    for correction in store.corrections():
        record = store.require_frame(correction.place.frame)
        entry = _entry(store, correction, record, correction.item in drawn)
        if not choice.takes(entry):
            continue
        place = correction.place
        reasons = (
            (BRANCH, correction.branch),
            (REPLACED, correction.revision not in standing),
            (QUARANTINED, correction.revision in held),
            (REJECTED, (place.frame, *_corner(correction)) in rejected),
            (EMPTY, not entry.codes),
        )
        why = next((reason for reason, holds in reasons if holds), None)
        if why is None:
            entries.append(entry)
        else:
            left_out[why] += 1
    return entries, left_out


def _entry(store: FlywheelStore, correction: Correction, record: FrameRecord, drawn: bool) -> Entry:
    codes = np.unique(store.label(correction.after))
    return Entry(
        frame=record.sha256,
        window=correction.place.window,
        revision=correction.revision,
        label=correction.after,
        annotator=correction.annotator,
        sample=record.sample,
        run=record.source.run,
        microscope=record.instrument,
        mode=record.mode,
        codes=tuple(int(code) for code in codes if code != ClassCode.IGNORE),
        random=drawn,
        side=Side.TRAIN,
    )


def _corner(correction: Correction) -> tuple[int, int, int, int]:
    w = correction.place.window
    return w.top, w.left, w.lines, w.pixels


def _rejected(store: FlywheelStore) -> set[tuple[str, int, int, int, int]]:
    """Return the windows that somebody has rejected: nobody should be asked about them."""
    sql = (
        'SELECT DISTINCT p.frame, i.top, i."left", i.lines, i.pixels FROM item_states s '
        "JOIN items i ON i.id = s.item JOIN predictions p ON p.id = i.prediction "
        "WHERE s.state = 'rejected'"
    )
    return {(frame, *map(int, window)) for frame, *window in store.database.rows(sql)}
