"""What a round learns from: the corrections of a dataset, checked against every golden set."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ai_afm.errors import BadInput
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.datasets.duplicates import Comparer
from ai_afm.flywheel.datasets.freeze import Frozen, datasets, require_dataset
from ai_afm.flywheel.datasets.golden import leaks
from ai_afm.flywheel.datasets.learning import crops_of
from ai_afm.flywheel.datasets.manifest import Dataset, Entry, Kind, Side
from ai_afm.flywheel.model_records import ModelRecords
from ai_afm.flywheel.rounds.draws import draw_weights
from ai_afm.flywheel.store import FlywheelStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Corrected:
    """Crops of corrections, and of which correction each is.

    Parameters
    ----------
    crops
        To learn from.
    entries
        (crops,) the correction that each is of.
    checks
        Crops of the corrections to validate on; empty where there are none.
    """

    crops: tuple[TrainingCrop, ...]
    entries: tuple[Entry, ...]
    checks: tuple[TrainingCrop, ...]

    def weights(self, learned: frozenset[int]) -> tuple[float, ...]:
        """Return how often each crop is drawn; `learned`: what the parent has learned from."""
        revisions = [e.revision for e in self.entries]
        return draw_weights(revisions, [e.annotator for e in self.entries], learned)


def chosen_dataset(store: FlywheelStore, which: str | None) -> Frozen:
    """Return the training set of a name or hash, the newest one by default.

    Raises
    ------
    StoreError
        When there is none of that name.
    BadInput
        When the lab has none, it is a golden set, or it has nothing to learn from.
    """
    if which is None:
        known = [f for f in datasets(store) if f.dataset.kind is Kind.TRAINING]
        if not known:
            raise BadInput(
                "this lab has no training set; `ai-afm dataset freeze NAME` makes one of its "
                "corrections"
            )
        found = known[-1]
    else:
        found = require_dataset(store, which)
    if found.dataset.kind is not Kind.TRAINING:
        raise BadInput(f"{found.name} is a golden set: it judges models, none ever learns from it")
    if not found.dataset.of(Side.TRAIN):
        raise BadInput(f"dataset {found.name} has no correction to learn from")
    return found


def check_leaks(store: FlywheelStore, frozen: Frozen) -> None:
    """Compare a training set with every golden set of the lab.

    Raises
    ------
    BadInput
        When it shows what one of them shows: that one was frozen later.
    """
    golden = [f for f in datasets(store) if f.dataset.kind is Kind.GOLDEN]
    compare = Comparer(store)
    for judge in golden:
        found = leaks(frozen.dataset, judge.dataset, compare)
        if found:
            first = found[0]
            raise BadInput(
                f"{len(found)} of the {len(frozen.dataset.entries)} corrections of dataset "
                f"{frozen.name} show what golden set {judge.name} shows (revision "
                f"{first.entry.revision}: {first.reason}); freeze a new one, which leaves them out"
            )


def corrected(store: FlywheelStore, dataset: Dataset) -> Corrected:
    """Return the crops of a dataset.

    Raises
    ------
    StoreError
        When a frame or a label is missing or damaged.
    BadInput
        When a frame has no channel that the network can use, or nothing is asked anywhere.
    """
    crops, entries = _crops(store, dataset.of(Side.TRAIN))
    if all(crop.ignore.all() for crop in crops):
        raise BadInput("no correction of this dataset decides anything: there is nothing to learn")
    checks, _ = _crops(store, dataset.of(Side.VALIDATION))
    return Corrected(tuple(crops), tuple(entries), tuple(checks))


def _crops(
    store: FlywheelStore, entries: Sequence[Entry]
) -> tuple[list[TrainingCrop], list[Entry]]:
    crops: list[TrainingCrop] = []
    of: list[Entry] = []
    for entry in entries:
        tiles = crops_of(store.images(entry.frame), entry, store.label(entry.label))
        # a tile in which nothing is asked teaches nothing, and would take a place in a batch
        asked = [tile for tile in tiles if not tile.ignore.all()]
        crops += asked
        of += [entry] * len(asked)
    return crops, of


def learned_before(store: FlywheelStore, model: str) -> frozenset[int]:
    """Return the revisions that a model of the lab or its ancestors have learned from."""
    records, found, waiting = ModelRecords(store.database), set[int](), [model]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        known = None if name in seen else records.find(name)
        seen.add(name)
        if known is None:
            continue
        waiting += known.parents
        sha256 = known.lineage.dataset.get("sha256")
        if sha256:
            dataset = Dataset.read(store.blobs.get(str(sha256)))
            found |= {e.revision for e in dataset.of(Side.TRAIN)}
    return frozenset(found)
