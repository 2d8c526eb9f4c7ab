"""The books of a lab: what its people have corrected, and what each round has made of it.

All of it is read from the records of the lab; nothing is measured again.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ai_afm.flywheel.forecast import POINT, Forecast, forecast
from ai_afm.flywheel.gate.gathered import HELD_OUT, LEARNED
from ai_afm.flywheel.gate.lineage import learned
from ai_afm.flywheel.line_changes import LineChange, line_changes, together
from ai_afm.flywheel.model_records import GateReport, ModelRecords, ModelState, Registered
from ai_afm.flywheel.records import Correction
from ai_afm.flywheel.store import FlywheelStore

_OWN, _GOLDEN = "own material", "golden slice"


@dataclass(frozen=True, slots=True)
class Effort:
    """What people have put into some corrections.

    Parameters
    ----------
    corrections
        How many.
    people
        Whose, by name.
    seconds
        Spent on them, on their earlier versions, too.
    changes
        What that has changed, by class.
    unsized
        How many are of frames without a size: their lines are not in `changes`.
    """

    corrections: int
    people: tuple[str, ...]
    seconds: float
    changes: tuple[LineChange, ...]
    unsized: int

    @property
    def corrected(self) -> float:
        """Line that was drawn, erased or renamed, m."""
        return sum(c.corrected for c in self.changes)


@dataclass(frozen=True, slots=True)
class Gain:
    """F1 of lines and their classes on the newest corrections.

    Parameters
    ----------
    before, after
        Of the model that was active, and of the round's.
    low, high
        95 % interval of `after - before`.
    frames
        That it was measured on.
    measured_on
        "kept to validate on" or "learned from".
    """

    before: float
    after: float
    low: float
    high: float
    frames: int
    measured_on: str

    @property
    def value(self) -> float:
        """What was won."""
        return self.after - self.before

    @property
    def shown(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The newest report of the gate on a round.

    Parameters
    ----------
    report
        Its number.
    against
        "name@version" of the model that was active.
    passed, refused
        How it ended; what refused it, in words.
    gain
        On the newest corrections, `None` where that was not measured.
    slices, risen, fallen
        Number of golden slices that were compared, and of those whose interval lies above or
        below 0.
    """

    report: int
    against: str
    passed: bool
    refused: tuple[str, ...]
    gain: Gain | None
    slices: int
    risen: int
    fallen: int


@dataclass(frozen=True, slots=True)
class Round:
    """A model that has learned from corrections of this lab.

    Parameters
    ----------
    model
        "name@version".
    added
        When, ISO 8601.
    dataset
        What people call its dataset; `None` where this lab does not have it.
    corrections
        In the dataset, `None` without it.
    new
        Those that the model before has not learned from; `None` without a dataset.
    verdict
        `None` before any.
    state
        What the model may do now.
    """

    model: str
    added: str
    dataset: str | None
    corrections: int | None
    new: Effort | None
    verdict: Verdict | None
    state: ModelState | None

    @property
    def gain(self) -> Gain | None:
        """What was won on the newest corrections, `None` where that was not measured."""
        return None if self.verdict is None else self.verdict.gain

    @property
    def cost(self) -> float | None:
        """Seconds of people for each `POINT` of F1 that was won; `None` where no gain is shown."""
        if self.new is None or self.gain is None or not self.gain.shown:
            return None
        return self.new.seconds / (self.gain.value / POINT)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All rounds of a lab, oldest first, and all that was corrected in it.

    `measured_on` says on which corrections the rounds were measured that the forecast is made from.
    """

    rounds: tuple[Round, ...]
    all: Effort
    forecast: Forecast
    measured_on: str

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values; infinity stays."""
        rounds = [
            asdict(r) | {"cost_s_per_point": r.cost, "new": None if r.new is None else _told(r.new)}
            for r in self.rounds
        ]
        return {
            "rounds": rounds,
            "all": _told(self.all),
            "forecast": asdict(self.forecast) | {"measured_on": self.measured_on},
        }


def _told(effort: Effort) -> dict[str, Any]:
    """Return an effort as JSON values, lengths in m."""
    changes = [asdict(c) | {"code": c.code.name.lower()} for c in effort.changes]
    return asdict(effort) | {"corrected_m": effort.corrected, "changes": changes}


def ledger(store: FlywheelStore) -> Ledger:
    """Return the books of a lab.

    Raises
    ------
    StoreError
        When a stored label is damaged.
    """
    books = _Books(store)
    records = ModelRecords(store.database)
    gates = {(g.model, g.sha256): g for g in records.gates()}  # the newest one counts
    states = records.states()
    rounds = tuple(
        _round(books, model, gates.get((model.model, model.files.weights)), states)
        for model in records.models()
        if model.lineage.dataset.get("sha256")
    )
    ways = {way: _points(rounds, way) for way in (HELD_OUT, LEARNED)}
    # what a model has learned from flatters it: the two are never mixed
    way = max(ways, key=lambda w: len({n for n, _ in ways[w]}))
    standing = [c.revision for c in store.versions()]
    return Ledger(rounds, books.effort(standing), forecast(ways[way]), way)


def _points(rounds: Iterable[Round], way: str) -> list[tuple[int, float]]:
    """Return corrections and F1 of the rounds that were measured in one way."""
    return [
        (r.corrections, r.gain.after)
        for r in rounds
        if r.corrections and r.gain is not None and r.gain.measured_on == way
    ]


def _round(
    books: "_Books",
    model: Registered,
    gate: GateReport | None,
    states: Mapping[str, ModelState],
) -> Round:
    verdict = None if gate is None else _verdict(gate)
    store = books.store
    own = learned(store, model.model).own
    new = None
    if own is not None:
        earlier = model.parents if verdict is None else (verdict.against,)
        known = frozenset().union(*(learned(store, name).revisions for name in earlier))
        entries = [e.revision for e in own.dataset.entries if e.revision not in known]
        new = books.effort(entries, known)
    return Round(
        model=model.model,
        added=model.added,
        dataset=None if own is None else own.name,
        corrections=None if own is None else len(own.dataset.entries),
        new=new,
        verdict=verdict,
        state=states.get(model.model),
    )


def _verdict(gate: GateReport) -> Verdict:
    report = gate.report
    compared = [
        f["change"] for f in report.get("findings", ()) if f["rule"] == _GOLDEN and f["change"]
    ]
    return Verdict(
        report=gate.id,
        against=str(report.get("against", "")),
        passed=gate.passed,
        refused=tuple(map(str, report.get("refused", ()))),
        gain=_gain(report),
        slices=len(compared),
        risen=sum(change["low"] > 0 for change in compared),
        fallen=sum(change["high"] < 0 for change in compared),
    )


def _gain(report: Mapping[str, Any]) -> Gain | None:
    """Return what a report says of the newest corrections, `None` where it could not be told."""
    own = [f for f in report.get("findings", ()) if f["rule"] == _OWN and f["change"] is not None]
    if not own:
        return None
    change = own[0]["change"]
    return Gain(
        before=change["before"],
        after=change["after"],
        low=change["low"],
        high=change["high"],
        frames=change["groups"],
        measured_on=report["corrections"]["gain_measured_on"],
    )


class _Books:
    """The corrections of a lab; what each has changed is worked out once."""

    def __init__(self, store: FlywheelStore) -> None:
        self.store = store
        self._all = {c.revision: c for c in store.corrections()}
        self._changes: dict[tuple[str, str, str], list[LineChange] | None] = {}

    def effort(self, revisions: Collection[int], known: Collection[int] = frozenset()) -> Effort:
        """Return what is in some corrections and not in those that are known."""
        chains = [self._chain(revision, known) for revision in revisions]
        # versions are shared where a person has gone on from an older one twice
        steps = {c.revision: c for chain in chains for c in chain}
        found = [self._changed(chain[-1], chain[0]) for chain in chains]
        return Effort(
            corrections=len(chains),
            people=tuple(sorted({c.annotator for c in steps.values()})),
            seconds=math.fsum(c.seconds for c in steps.values()),
            changes=together(c for changes in found for c in changes or ()),
            unsized=sum(changes is None for changes in found),
        )

    def _chain(self, revision: int, known: Collection[int]) -> list[Correction]:
        """Return a correction and the versions before it of its annotator, newest first."""
        chain = [self._all.get(revision) or self.store.require_correction(revision)]
        while (parent := chain[-1].parent) is not None and parent not in known:
            if self._all[parent].annotator != chain[0].annotator:
                break
            chain.append(self._all[parent])
        return chain

    def _changed(self, first: Correction, last: Correction) -> list[LineChange] | None:
        """Return what has changed from the first version on, `None` for a frame without a size."""
        key = last.place.frame, first.before, last.after
        if key not in self._changes:
            pixel = self._pixel(last)
            before, after = self.store.label(first.before), self.store.label(last.after)
            self._changes[key] = None if pixel is None else line_changes(before, after, pixel)
        return self._changes[key]

    def _pixel(self, correction: Correction) -> tuple[float, float] | None:
        """Return the distance between lines and between pixels, m; `None` where it is not known."""
        frame = self.store.require_frame(correction.place.frame)
        width, height = frame.region.size
        pixel = height / frame.shape[0], width / frame.shape[1]
        return pixel if all(math.isfinite(p) and p > 0 for p in pixel) else None
