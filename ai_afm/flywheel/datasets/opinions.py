"""Opinions of models on corrections that they have not learned from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.datasets.doubts import Opinion
from ai_afm.flywheel.datasets.duplicates import Comparer, groups
from ai_afm.flywheel.datasets.freeze import require_dataset
from ai_afm.flywheel.datasets.manifest import Entry
from ai_afm.flywheel.model_records import ModelRecords
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import LoadedModel

if TYPE_CHECKING:
    from ai_afm.segment.predict import UnetSegmenter

Answers: TypeAlias = Callable[[Entry], Opinion]
"""Says what a model that has not learned from an entry sees there; raises LookupError when there is
no such model, with the reason."""


@dataclass(slots=True)
class ModelAnswers:
    """What one model says of places that it has not learned from; a frame is looked at once.

    Parameters
    ----------
    store
        Of the lab.
    model
        The model.
    learned
        Whose corrections of which frames it has learned from: (hash of the frame, annotator).
    threads
        Threads of the network.
    """

    store: FlywheelStore
    model: LoadedModel
    learned: frozenset[tuple[str, str]] = frozenset()
    threads: int = 1
    _segmenter: "UnetSegmenter | None" = field(default=None, init=False, repr=False)
    _last: tuple[str, Any] | None = field(default=None, init=False, repr=False)

    def __call__(self, entry: Entry) -> Opinion:
        """Return its opinion.

        Raises
        ------
        LookupError
            When it has learned from what this person said of this frame, now or before.
        """
        if (entry.frame, entry.annotator) in self.learned:
            raise LookupError(f"{self.model.spec} has learned from it")
        probability = entry.window.of(self._seen(entry.frame))
        return Opinion(np.asarray(probability), self.model.card.network.classes, self.model.spec)

    def _seen(self, sha256: str) -> Any:
        """Return the probabilities of a whole frame; that of the last one is kept."""
        from ai_afm.segment.predict import UnetSegmenter, segment_frame

        if self._last is None or self._last[0] != sha256:
            if self._segmenter is None:
                # no row is ever looked at twice, so none is kept beside the settled ones
                self._segmenter = UnetSegmenter(self.model, self.threads, band=0)
            seen = segment_frame(self.store.images(sha256), self._segmenter)
            self._last = sha256, seen.probability
        return self._last[1]


def learned_from(store: FlywheelStore, spec: str) -> frozenset[tuple[str, str]]:
    """Return what a model and its ancestors have learned from: (hash of frame, annotator).

    Parameters
    ----------
    store
        Of the lab.
    spec
        "name@version"; one that the lab has no record of has learned from none of its corrections.

    Raises
    ------
    StoreError
        When the record of one of them names a dataset that the lab does not have: nobody can tell
        then what it has learned from.
    """
    records = ModelRecords(store.database)
    found: set[tuple[str, str]] = set()
    waiting, done = [spec], set()
    while waiting:
        name = waiting.pop()
        known = None if name in done else records.find(name)
        done.add(name)
        if known is None:
            continue
        waiting += known.parents
        for sha256 in _dataset_names(known.lineage.dataset):
            dataset = require_dataset(store, sha256).dataset
            found |= {(e.frame, e.annotator) for e in dataset.entries}
    return frozenset(found)


def _dataset_names(told: Mapping[str, Any]) -> list[str]:
    """Return the hash of the dataset that a lineage names; none where it tells nothing."""
    if not told:
        return []
    if not isinstance(told.get("sha256"), str):
        raise StoreError(f"a model's record does not name its dataset by hash: {dict(told)}")
    return [told["sha256"]]


def folds(entries: Sequence[Entry], count: int, seed: int, comparer: Comparer) -> list[list[Entry]]:
    """Part entries so that a model may be trained without each part, and be asked about it.

    What is of one sample, one run or one picture stays together, as when a dataset is split: a
    network that has seen a crop's neighbour has learned its labels.

    Parameters
    ----------
    entries
        All of them.
    count
        Number of parts, 2 or more; fewer come back where there are fewer groups.
    seed
        Decides which groups share a part.
    comparer
        Tells which frames look the same.

    Raises
    ------
    BadInput
        When all entries are one group: nothing can be left out.
    """
    found = groups(entries, comparer)
    if len(found) < 2 or count < 2:
        raise BadInput(
            "all corrections are of one sample or run (or of samples without a name), so no model "
            "can be trained without some of them"
        )
    order = np.random.default_rng(seed).permutation(len(found))
    parts: list[list[Entry]] = [[] for _ in range(min(count, len(found)))]
    for group in sorted((found[k] for k in order), key=len, reverse=True):
        min(parts, key=len).extend(group)
    return parts


def cross_fitted(
    parts: Sequence[Sequence[Entry]], train: Callable[[Sequence[Entry]], Answers]
) -> Answers:
    """Let each part be judged by a model that is trained on all others.

    Parameters
    ----------
    parts
        From `folds`.
    train
        Trains on entries and returns what answers for the others.
    """
    of_revision: dict[int, Answers] = {}
    for k, part in enumerate(parts):
        others = [e for n, other in enumerate(parts) if n != k for e in other]
        answers = train(others)
        of_revision |= {e.revision: answers for e in part}

    def answer(entry: Entry) -> Opinion:
        if entry.revision not in of_revision:
            raise LookupError("it is in none of the parts")
        return of_revision[entry.revision](entry)

    return answer
