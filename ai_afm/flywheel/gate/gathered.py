"""What a gate has to judge by in a lab: the newest corrections, and the golden sets."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai_afm.flywheel.datasets.freeze import Frozen, datasets
from ai_afm.flywheel.datasets.learning import crops_of
from ai_afm.flywheel.datasets.manifest import Entry, Kind, Side
from ai_afm.flywheel.datasets.quarantine import last_words
from ai_afm.flywheel.gate.audit import Labelled
from ai_afm.flywheel.gate.cases import Case, recorded
from ai_afm.flywheel.gate.lineage import Learned, newest
from ai_afm.flywheel.store import FlywheelStore

OWN, HELD_OUT, LEARNED = "newest corrections", "kept to validate on", "learned from"


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """The newest corrections.

    Parameters
    ----------
    learned, held
        Crops of those that the candidate has learned from, and of those kept to validate on.
    frozen
        The dataset that they are of; `None` where the lab has none.
    frames
        Revision -> hash of its frame.
    looked_at
        How many were looked at a second time and let in again.
    """

    learned: tuple[Labelled, ...]
    held: tuple[Labelled, ...]
    frozen: Frozen | None
    frames: dict[int, str]
    looked_at: int

    @property
    def deciding(self) -> tuple[Labelled, ...]:
        """Those that the gain is measured on."""
        return self.held or self.learned


def newest_sides(store: FlywheelStore, known: Learned, before: Learned) -> Sides:
    """Return the newest corrections; of a model that does not tell, those of the newest dataset."""
    told, frozen = known.own is not None, known.own
    if frozen is None:
        training = [f for f in datasets(store) if f.dataset.kind is Kind.TRAINING]
        frozen = training[-1] if training else None
    entries = newest(frozen, before)
    words = last_words(store)
    held: list[Labelled] = []
    learnt: list[Labelled] = []
    looked_at = 0
    for entry in entries:
        kept = entry.side is Side.VALIDATION or not told
        again = entry.revision in words and not words[entry.revision].held
        (held if kept else learnt).extend(_labelled(store, entry, kept, again))
        looked_at += again
    frames = {e.revision: e.frame for e in entries}
    return Sides(tuple(learnt), tuple(held), frozen, frames, looked_at)


def _labelled(store: FlywheelStore, entry: Entry, held: bool, again: bool) -> Iterator[Labelled]:
    for crop in crops_of(store.images(entry.frame), entry, store.label(entry.label)):
        yield Labelled(entry.revision, entry.annotator, crop, held, again)


def own_cases(sides: Sides) -> list[Case]:
    """Return what both models are asked about the newest corrections: those that decide."""
    top = f"{OWN}, {HELD_OUT if sides.held else LEARNED}"
    return [
        Case(one.crop, recorded(one.crop), (top,), sides.frames[one.revision])
        for one in sides.deciding
        if recorded(one.crop)
    ]


def golden_cases(store: FlywheelStore, golden: Frozen) -> list[Case]:
    """Return what both models are asked about a golden set, by sample, microscope and mode."""
    cases = []
    for entry in golden.dataset.entries:
        path = (
            f"golden set {golden.name}",
            entry.sample or "unknown",
            f"{entry.microscope}, {entry.mode}",
        )
        for crop in crops_of(store.images(entry.frame), entry, store.label(entry.label)):
            if recorded(crop):
                cases.append(Case(crop, recorded(crop), path, entry.frame))
    return cases
