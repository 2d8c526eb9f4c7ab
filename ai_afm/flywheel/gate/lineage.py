"""What a model and its ancestors have learned from, and whether that shows a golden set."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai_afm.errors import StoreError
from ai_afm.flywheel.datasets.duplicates import Comparer
from ai_afm.flywheel.datasets.freeze import Frozen, datasets, require_dataset
from ai_afm.flywheel.datasets.golden import leaks
from ai_afm.flywheel.datasets.manifest import Dataset, Entry, Kind
from ai_afm.flywheel.gate.findings import Finding
from ai_afm.flywheel.model_records import ModelRecords
from ai_afm.flywheel.store import FlywheelStore

SAW = "saw the golden set"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model and its ancestors have learned from.

    Parameters
    ----------
    own
        Its own dataset, `None` where its record does not tell one.
    all
        That and those of its ancestors.
    missing
        Ancestors that the lab has no record of, and hashes of datasets that it does not have.
    """

    own: Frozen | None
    all: tuple[Frozen, ...]
    missing: tuple[str, ...]

    @property
    def revisions(self) -> frozenset[int]:
        """Every correction of all of them."""
        return frozenset(e.revision for f in self.all for e in f.dataset.entries)


def learned(store: FlywheelStore, spec: str) -> Learned:
    """Return what a model and its ancestors have learned from, as the records tell it."""
    records = ModelRecords(store.database)
    own: Frozen | None = None
    found: dict[str, Frozen] = {}
    missing: list[str] = []
    waiting, done = [spec], set()
    while waiting:
        name = waiting.pop(0)
        known = None if name in done else records.find(name)
        if name in done:
            continue
        done.add(name)
        if known is None:
            missing.append(name)
            continue
        waiting += known.parents
        sha256 = known.lineage.dataset.get("sha256")
        if not isinstance(sha256, str):
            continue
        try:
            frozen = require_dataset(store, sha256)
        except StoreError:
            missing.append(f"dataset {sha256[:12]} of {name}")
            continue
        found[frozen.dataset.sha256] = frozen
        own = frozen if name == spec else own
    return Learned(own, tuple(found.values()), tuple(missing))


def golden_sets(store: FlywheelStore) -> list[Frozen]:
    """Return all golden sets of a lab, oldest first."""
    return [f for f in datasets(store) if f.dataset.kind is Kind.GOLDEN]


def leak_findings(store: FlywheelStore, known: Learned) -> Iterator[Finding]:
    """Yield for each golden set whether the model or an ancestor has seen it."""
    compare = Comparer(store)
    # a dataset holds most of what those before it hold: each correction is compared once
    every = {e.revision: e for f in known.all for e in f.dataset.entries}
    together = Dataset(Kind.TRAINING, 0, 0.0, tuple(every.values()))
    for golden in golden_sets(store):
        found = leaks(together, golden.dataset, compare)
        seen = {leak.entry.revision: leak.reason for leak in found}
        words = f"nothing that it has learned from shows the golden set {golden.name}"
        if seen:
            first = next(iter(seen))
            words = (
                f"the candidate has learned from {len(seen)} corrections that show the golden set "
                f"{golden.name} (revision {first}: {seen[first]})"
            )
        elif known.own is None:
            words = (
                f"its record does not tell what it has learned from; whether that shows the golden "
                f"set {golden.name} nobody can tell"
            )
        lost = [m for m in known.missing if m.startswith("dataset")]
        holds: bool | None = not seen
        if lost:
            holds, words = (
                False,
                f"{', '.join(lost)} is not in this lab, so nobody can tell "
                + (f"whether it shows the golden set {golden.name}"),
            )
        elif known.own is None and not seen:
            holds = None
        yield Finding(SAW, golden.name, holds, float(len(seen)), 0.0, "corrections", words)


def newest(frozen: Frozen | None, active: Learned) -> tuple[Entry, ...]:
    """Return the corrections of a dataset that the active model has never learned from."""
    known = active.revisions
    entries = frozen.dataset.entries if frozen is not None else ()
    return tuple(e for e in entries if e.revision not in known)
