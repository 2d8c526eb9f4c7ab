"""The books of a lab as the page "Teach" shows them: read from its records, without torch and Qt.

A window reads them in a thread, and again only when `stamp` says that something has changed.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import AfmError
from ai_afm.flywheel.datasets.candidates import Choice, candidates
from ai_afm.flywheel.datasets.freeze import datasets
from ai_afm.flywheel.datasets.manifest import Kind, Side
from ai_afm.flywheel.items import State
from ai_afm.flywheel.lab import MARKER, Lab
from ai_afm.flywheel.line_changes import LineChange, line_changes, together
from ai_afm.flywheel.model_records import GateReport, StateChange
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Correction
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import ACTIVE
from ai_afm_gui.teach.model_lines import ModelLine, model_lines

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Corrections that no model of the lab has learned from.

    Parameters
    ----------
    corrections
        How many crops.
    people
        Whose.
    seconds
        That they took, s.
    changes
        What they have drawn, erased and renamed, by class, m.
    unsized
        Crops of frames without a size; their lines are not in `changes`.
    """

    corrections: int = 0
    people: tuple[str, ...] = ()
    seconds: float = 0.0
    changes: tuple[LineChange, ...] = ()
    unsized: int = 0

    @property
    def corrected(self) -> float:
        """Line that was drawn, erased or renamed, m."""
        return math.fsum(c.corrected for c in self.changes)


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """A frozen list of corrections; `missing` are those that could be learned from beside it."""

    name: str
    kind: Kind
    sha256: str
    corrections: int
    validated_on: int
    added: str
    missing: int


@dataclass(frozen=True, slots=True)
class Books:
    """All of it; `fault` says why the records cannot be read, empty if they can.

    `line` are the models that led to the active one, as the way back goes.
    """

    lab: Path
    waiting: Waiting = Waiting()
    corrections: int = 0
    asked: int = 0
    datasets: tuple[DatasetLine, ...] = ()
    models: tuple[ModelLine, ...] = ()
    reports: tuple[GateReport, ...] = ()
    changes: tuple[StateChange, ...] = ()
    line: tuple[str, ...] = ()
    fault: str = ""

    @property
    def active(self) -> str:
        """The model that runs use, empty where none is named."""
        return next((m.model for m in self.models if m.active), "")

    def model(self, spec: str) -> ModelLine | None:
        """Return a model by its name, `None` where it is not known."""
        return next((m for m in self.models if m.model == spec), None)

    def report(self, spec: str) -> GateReport | None:
        """Return the newest report on a model, `None` before any."""
        return next((r for r in reversed(self.reports) if r.model == spec), None)


def is_lab(folder: Path) -> bool:
    """Return whether a folder is a lab with records."""
    return (folder / MARKER).is_file() and Lab(folder).database.is_file()


def stamp(folder: Path) -> Stamp:
    """Return what tells the state of the records from any other, without opening them."""
    lab = Lab(folder)
    files = [
        lab.database,
        lab.database.with_name(lab.database.name + "-wal"),
        lab.models / ACTIVE,
    ]
    return tuple(_facts(file) for file in files)


def _facts(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError:
        return file.name, -1, -1
    return file.name, found.st_mtime_ns, found.st_size


def read_books(folder: Path) -> Books:
    """Read the books of a lab; what goes wrong is said in `fault`."""
    try:
        with FlywheelStore.open(Lab.open(folder)) as store:
            return _books(store)
    except (AfmError, OSError) as exc:
        return Books(folder, fault=str(exc))


def _books(store: FlywheelStore) -> Books:
    registry = Registry(store)
    records = registry.records
    frozen = datasets(store)
    contents = {f.dataset.sha256: {e.revision for e in f.dataset.entries} for f in frozen}
    judges = [contents[f.dataset.sha256] for f in frozen if f.dataset.kind is Kind.GOLDEN]
    # what a golden set holds is never learned from, and what is in quarantine is not for now
    open_to_all = {e.revision for e in candidates(store, Choice())[0]}.difference(*judges)
    versions = [c for c in store.versions() if c.revision in open_to_all]
    models = records.models()
    reports = tuple(records.gates())
    taught = {
        revision
        for model in models
        for revision in contents.get(str(model.lineage.dataset.get("sha256")), ())
    }
    return Books(
        store.lab.path,
        _waiting(store, [c for c in versions if c.revision not in taught], taught),
        len(store.versions()),
        sum(item.state in (State.OPEN, State.SKIPPED) for item in ReviewQueue(store).items()),
        tuple(
            DatasetLine(
                f.name,
                f.dataset.kind,
                f.dataset.sha256,
                len(f.dataset.entries),
                len(f.dataset.of(Side.VALIDATION)),
                f.added,
                len(open_to_all - contents[f.dataset.sha256]),
            )
            for f in frozen
        ),
        tuple(model_lines(store, registry, models, reports)),
        reports,
        tuple(records.history()),
        tuple(records.line()),
    )


def _waiting(store: FlywheelStore, corrections: Iterable[Correction], taught: set[int]) -> Waiting:
    """Return what is in corrections that no model has learned from."""
    every = {c.revision: c for c in store.corrections()}
    people: set[str] = set()
    seconds: list[float] = []
    changes: list[LineChange] = []
    count = unsized = 0
    for newest in corrections:
        first = newest
        count, seconds = count + 1, [*seconds, newest.seconds]
        # its earlier versions by the same person belong to it, back to the last that was learned
        while first.parent is not None and first.parent not in taught:
            before = every[first.parent]
            if before.annotator != newest.annotator:
                break
            first, seconds = before, [*seconds, before.seconds]
        people.add(newest.annotator)
        pixel = _pixel(store, newest)
        unsized += pixel is None
        if pixel is not None:
            labels = store.label(first.before), store.label(newest.after)
            changes += line_changes(*labels, pixel)
    return Waiting(count, tuple(sorted(people)), math.fsum(seconds), together(changes), unsized)


def _pixel(store: FlywheelStore, correction: Correction) -> tuple[float, float] | None:
    """Return the distance between lines and between pixels, m; `None` where it is not known."""
    frame = store.require_frame(correction.place.frame)
    width, height = frame.region.size
    pixel = height / frame.shape[0], width / frame.shape[1]
    return pixel if all(math.isfinite(p) and p > 0 for p in pixel) else None
