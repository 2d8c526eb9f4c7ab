"""Freezing: from the corrections of a lab to a list that never changes."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.datasets.candidates import Choice, candidates
from ai_afm.flywheel.datasets.duplicates import Comparer, groups
from ai_afm.flywheel.datasets.golden import leaks
from ai_afm.flywheel.datasets.manifest import Dataset, Entry, Kind, Side
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.types import ClassCode

IN_GOLDEN = "shows what a golden set shows"
_SELECT = "SELECT sha256, kind, name, left_out, added FROM datasets"


@dataclass(frozen=True, slots=True)
class Split:
    """How a training set is split.

    Parameters
    ----------
    seed
        Decides which groups are validated on.
    validation
        Share of the corrections to validate on, 0 to 0.5; 0 for none at all.
    """

    seed: int = 0
    validation: float = 0.2


@dataclass(frozen=True, slots=True)
class Frozen:
    """A dataset of a lab: its name among people, when it was frozen, and what was left out why."""

    dataset: Dataset
    name: str
    left_out: Mapping[str, int]
    added: str


def freeze(
    store: FlywheelStore,
    name: str,
    split: Split | None = None,
    choice: Choice | None = None,
    comparer: Comparer | None = None,
) -> Frozen:
    """Freeze a training set of the corrections of a lab.

    Each annotator's newest version of each place counts. Branches, older versions, rejected crops,
    what is in quarantine, and whatever shows the same as a golden set is left out and counted. What
    is of one sample, of one run, or looks the same lies on one side.

    Parameters
    ----------
    store
        Of the lab.
    name
        What people call it.
    split
        Seed and share.
    choice
        Which corrections; all by default.
    comparer
        What decides which frames look the same.

    Returns
    -------
    Frozen
        The same corrections and the same split give the same dataset, which is stored once.

    Raises
    ------
    BadInput
        When the share makes no sense; when nothing is left; when there is only one group to split;
        when a side has no line, or nothing but lines of one class.
    """
    split = split or Split()
    if not 0 <= split.validation <= 0.5:
        raise BadInput(f"{split.validation} of the corrections cannot be validated on; 0 to 0.5")
    compare = comparer or Comparer(store)
    entries, left_out = candidates(store, choice or Choice())
    golden = [f.dataset for f in datasets(store) if f.dataset.kind is Kind.GOLDEN]
    leaked = {
        leak.entry.revision
        for one in golden
        for leak in leaks(Dataset(Kind.TRAINING, 0, 0.0, tuple(entries)), one, compare)
    }
    left_out[IN_GOLDEN] += len(leaked)
    kept = [e for e in entries if e.revision not in leaked]
    _require_some(kept, left_out)
    dataset = Dataset(Kind.TRAINING, split.seed, split.validation, _sides(kept, split, compare))
    for side in (Side.TRAIN, Side.VALIDATION):
        if side is Side.TRAIN or split.validation:
            _require_classes(dataset.of(side), side)
    return _stored(store, dataset, name, left_out)


def freeze_golden(store: FlywheelStore, name: str, choice: Choice) -> Frozen:
    """Freeze a golden set: models are judged by it, and no training set ever contains it.

    Raises
    ------
    BadInput
        When nothing is left, or there is only one class.
    """
    entries, left_out = candidates(store, choice)
    _require_some(entries, left_out)
    golden = tuple(replace(e, side=Side.GOLDEN) for e in entries)
    _require_classes(golden, Side.GOLDEN)
    return _stored(store, Dataset(Kind.GOLDEN, 0, 0.0, golden), name, left_out)


def datasets(store: FlywheelStore) -> list[Frozen]:
    """Return all datasets of a lab, oldest first."""
    return [_frozen(store, row) for row in store.database.rows(_SELECT + " ORDER BY rowid")]


def require_dataset(store: FlywheelStore, which: str) -> Frozen:
    """Return a dataset by its name, its hash, or the first eight or more digits of that.

    Of several with one name the newest counts.

    Raises
    ------
    StoreError
        When there is none, or the digits fit several.
    """
    rows = store.database.rows(_SELECT + " ORDER BY rowid")
    fitting = [row for row in rows if row[2] == which][-1:]
    if not fitting and len(which) >= 8:
        fitting = [row for row in rows if row[0].startswith(which)]
    if len(fitting) != 1:
        known = ", ".join(f"{name} ({sha[:12]})" for sha, _, name, *_ in rows) or "none"
        raise StoreError(f"this lab has {len(fitting)} datasets {which[:80]!r}; known: {known}")
    return _frozen(store, fitting[0])


def _frozen(store: FlywheelStore, row: Sequence[str]) -> Frozen:
    sha256, _, name, left_out, added = row
    return Frozen(Dataset.read(store.blobs.get(sha256)), name, json.loads(left_out), added)


def _stored(store: FlywheelStore, dataset: Dataset, name: str, left_out: Counter[str]) -> Frozen:
    sha256 = store.blobs.put(dataset.content)
    counts = {reason: n for reason, n in sorted(left_out.items()) if n}
    with store.database.transaction():
        known = _SELECT + " WHERE sha256 = ?"
        if not store.database.rows(known, sha256):
            text = json.dumps(counts)
            columns = {"sha256": sha256, "kind": dataset.kind.value, "name": name}
            store.database.insert("datasets", **columns, left_out=text)
        return _frozen(store, store.database.rows(known, sha256)[0])


def _sides(entries: Sequence[Entry], split: Split, compare: Comparer) -> tuple[Entry, ...]:
    """Return the entries with their sides, by revision; a group is never torn apart."""
    if not split.validation:
        return tuple(sorted(entries, key=lambda e: e.revision))
    found = groups(entries, compare)
    if len(found) < 2:
        raise BadInput(
            f"all {len(entries)} corrections are of one sample or run, or of samples without a "
            "name, so none can be validated on; name the samples, correct frames of another one, "
            "or ask for no validation (share 0)"
        )
    found.sort(key=lambda group: _ticket(split.seed, group))
    wanted = split.validation * len(entries)
    chosen: set[int] = set()
    for group in found:
        if len(chosen) + len(group) <= wanted:
            chosen |= {e.revision for e in group}
    if not chosen:
        # every group is larger than the share: the smallest comes closest
        chosen = {e.revision for e in min(found, key=len)}
    return tuple(
        replace(e, side=Side.VALIDATION if e.revision in chosen else Side.TRAIN)
        for e in sorted(entries, key=lambda e: e.revision)
    )


def _ticket(seed: int, group: Sequence[Entry]) -> bytes:
    """Return what a group is drawn by: the same for the same samples and seed, whatever is new."""
    key = min((e.sample, e.run) for e in group)
    return hashlib.sha256(json.dumps([seed, *key]).encode()).digest()


def _require_some(entries: Sequence[Entry], left_out: Counter[str]) -> None:
    if entries:
        return
    why = "; ".join(f"{n} {reason}" for reason, n in sorted(left_out.items()) if n)
    raise BadInput(f"no correction is left for the dataset ({why or 'there are none'})")


def _require_classes(entries: Sequence[Entry], side: Side) -> None:
    codes = {code for entry in entries for code in entry.codes}
    if len(codes) > 1:
        return
    only = ClassCode(codes.pop()).name.lower() if codes else "nothing"
    raise BadInput(
        f"the {side} side has {len(entries)} corrections and only one class ({only}): nothing can "
        "be learned or judged by that; correct more frames, or split with another seed"
    )
