"""One round in a lab of its own: scans, corrections, poison, training, gate, promotion."""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.bench.gate.material import Material, Scan, corrected, lined, scans
from ai_afm.bench.gate.poison import Dose, Poison, poisoned
from ai_afm.bench.gate.second_look import looked_again
from ai_afm.errors import BadInput, GateRefused
from ai_afm.flywheel.annotator import Skill
from ai_afm.flywheel.datasets.candidates import Choice
from ai_afm.flywheel.datasets.freeze import Split, freeze, freeze_golden
from ai_afm.flywheel.gate.bank import GoldenSettings
from ai_afm.flywheel.gate.lab import GateSettings, Hearing, hear
from ai_afm.flywheel.gate.tally import Looker
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.records import Draft, Label, Place, Source, Window
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds.begin import Around, Wish
from ai_afm.flywheel.rounds.learn import RoundSettings
from ai_afm.flywheel.rounds.replay import BankSettings
from ai_afm.flywheel.rounds.training import train_round
from ai_afm.flywheel.store import FlywheelStore

log = logging.getLogger(__name__)

PERSON, JUDGE = "person", "judge"
ATTEMPTS = 5
"""Sets of samples that are drawn until one can be split."""
VALIDATION = 0.28
"""Share of the corrections to validate on: the smallest sample."""


class Alike(BadInput):
    """The samples of a lab look the same."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One round.

    Parameters
    ----------
    number
        Of the trial.
    seed
        Of the benchmark.
    material
        What the lab scans.
    dose
        What its corrections are poisoned with; `None` for a good round.
    first
        Which of the worlds of this trial its samples begin with.
    """

    number: int
    seed: int
    material: Material
    dose: Dose | None
    first: int = 0


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a round is.

    Parameters
    ----------
    samples
        Scans that are corrected of each sample; the last is the smallest, which is validated on.
    golden
        Scans in the golden set of the lab.
    round, bank
        How it is trained: as in a lab.
    gate
        How it is judged: by half as many simulated worlds as a lab's gate, to be quicker.
    """

    samples: tuple[int, ...] = (11, 11, 8)
    golden: int = 8
    round: RoundSettings = field(default_factory=RoundSettings)
    bank: BankSettings = field(default_factory=BankSettings)
    gate: GateSettings = field(
        default_factory=lambda: GateSettings(golden=GoldenSettings(worlds=8))
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """What the labs of a material have.

    Parameters
    ----------
    models
        Models folder with the active model.
    looker
        The same model, as it draws what the person is shown.
    cache
        Simulated crops that all rounds share.
    """

    models: Path
    looker: Looker
    cache: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a round.

    Parameters
    ----------
    trial
        Which.
    poisoned_labels, labels
        Corrections that were poisoned, and all.
    promoted
        Whether the candidate is the active model now.
    rules
        The rules that refused it at first.
    released, quarantined
        Corrections that a second look let in again, and kept out; none where it was of no use.
    gain
        F1 won on the newest corrections, by their own labels.
    cpu_s
        CPU seconds, s.
    """

    trial: Trial
    poisoned_labels: int
    labels: int
    promoted: bool
    rules: tuple[str, ...]
    gain: float
    cpu_s: float
    released: int = 0
    quarantined: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        dose = self.trial.dose
        return {
            "trial": self.trial.number,
            "material": self.trial.material.name,
            "poison": str(dose.kind) if dose else None,
            "share": dose.share if dose else 0.0,
            "poisoned_labels": self.poisoned_labels,
            "labels": self.labels,
            "promoted": self.promoted,
            "refused_by": list(self.rules),
            "released": self.released,
            "quarantined": self.quarantined,
            "gain": round(self.gain, 4),
            "cpu_s": round(self.cpu_s, 1),
        }


def run_trial(
    trial: Trial,
    scale: Scale,
    shop: Shop,
    look: Callable[[Hearing], None] = lambda hearing: None,
) -> Outcome:
    """Run one round in a lab of its own, and try to promote what comes out.

    Parameters
    ----------
    trial, scale
        What happens.
    shop
        What the lab has.
    look
        Told what the gate has found.
    """
    begun = time.process_time()
    for attempt in range(ATTEMPTS):
        try:
            return _run(replace(trial, first=attempt * 100), scale, shop, look, begun)
        except Alike:
            log.info("trial %d: samples that look the same; others are drawn", trial.number)
    raise BadInput(f"trial {trial.number}: no samples that can be told apart")


def _run(
    trial: Trial, scale: Scale, shop: Shop, look: Callable[[Hearing], None], begun: float
) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab.make(Path(folder) / "lab")
        shutil.copytree(shop.cache, lab.path / "cache", dirs_exist_ok=True)
        with FlywheelStore.open(lab) as store:
            wrong, total = _prepared(store, trial, scale, shop.looker)
            around = Around(shipped=shop.models)
            wish = Wish(PERSON, "round", settings=scale.round, bank=scale.bank)
            spec = str(train_round(store, wish, around)["model"])
            if trial.dose is not None and trial.dose.kind is Poison.LEAK:
                freeze_golden(store, "judged by", Choice(annotator=JUDGE))
            hearing = hear(store, spec, scale.gate, shop.models)
            look(hearing)
            second = looked_again(store, hearing, wrong.revisions, scale.gate, shop.models)
            promoted = _promoted(store, spec, shop.models)
        shutil.copytree(lab.path / "cache", shop.cache, dirs_exist_ok=True)
    found = hearing.judgement
    gains = [f.value for f in found.findings if f.rule == "own material"]
    rules = tuple(dict.fromkeys(f.rule for f in found.refusals))
    spent = time.process_time() - begun
    return Outcome(
        trial, wrong.count, total, promoted, rules, gains[0], spent,
        second.released, second.quarantined,
    )  # fmt: skip


def _promoted(store: FlywheelStore, spec: str, models: Path) -> bool:
    """Try both steps; tell whether the model is the active one now."""
    registry = Registry(store, models)
    try:
        registry.promote(spec, PERSON, "the round of the benchmark")
        registry.promote(spec, PERSON, "the round of the benchmark")
    except GateRefused:
        return False
    return registry.active == spec


@dataclass(frozen=True, slots=True)
class Wrong:
    """Corrections that were poisoned: how many, and the revisions whose labels are wrong."""

    count: int
    revisions: frozenset[int]


def _prepared(
    store: FlywheelStore, trial: Trial, scale: Scale, looker: Looker
) -> tuple[Wrong, int]:
    """Store scans and corrections, and freeze them; return what is poisoned, and how many all."""
    rng = np.random.default_rng([trial.seed, trial.number, 31])
    golden, samples = _samples(trial, scale)
    leak = trial.dose is not None and trial.dose.kind is Poison.LEAK
    for scan in golden:
        _store(store, scan, corrected(scan.crop, looker, Skill(misses=0.0), rng), JUDGE)
    if not leak:
        freeze_golden(store, "judged by", Choice(annotator=JUDGE))
    every = [scan for sample in samples for scan in sample]
    labels = [corrected(scan.crop, looker, Skill(), rng) for scan in every]
    count, wrong = 0, set[int]()
    if trial.dose is not None:
        count = trial.dose.count(len(every))
        chosen = rng.choice(len(every), min(count, len(golden)) if leak else count, replace=False)
        for n, k in enumerate(chosen):
            if leak:
                # a scan of the golden set, corrected again by somebody who does not know
                every[k] = golden[n]
                labels[k] = corrected(golden[n].crop, looker, Skill(), rng)
            else:
                labels[k] = poisoned(labels[k], trial.dose.kind, rng)
                wrong.add(int(k))
        count = len(chosen)
    stored = [_store(store, s, label, PERSON) for s, label in zip(every, labels, strict=True)]
    try:
        freeze(store, "round", Split(trial.seed, VALIDATION), Choice(annotator=PERSON))
    except BadInput as exc:
        # frames of two samples look alike by chance, and what looks alike is not split
        raise Alike(str(exc)) from exc
    return Wrong(count, frozenset(stored[k] for k in wrong)), len(every)


def _samples(trial: Trial, scale: Scale) -> tuple[list[Scan], list[list[Scan]]]:
    """Return the scans of the golden set, and those of each sample that is corrected."""
    wanted = (scale.golden, *scale.samples)
    found: list[list[Scan]] = []
    world = 1000 * trial.number + trial.first
    while len(found) < len(wanted):
        count = wanted[len(found)]
        usable = lined(scans(trial.material, trial.seed, world, count + 4))[:count]
        world += 1
        if len(usable) == count:
            found.append(usable)
    return found[0], found[1:]


def _store(store: FlywheelStore, scan: Scan, label: Label, who: str) -> int:
    """Store a scan and a correction of it; return the correction's revision."""
    sample = scan.frame.measurement.sample
    record = store.add_frame(scan.frame, Source("", "file", 0, f"{sample}.npz"))
    place = Place(record.sha256, Window(0, 0, *label.shape))
    return store.add_correction(Draft(place, label, who, seconds=20.0)).revision


def doses(count: int, kinds: Sequence[Poison], shares: Sequence[float]) -> list[Dose]:
    """Return the poisons of so many rounds: kinds by turns, and shares so that all meet."""
    return [Dose(kinds[k % len(kinds)], shares[k % len(shares)]) for k in range(count)]
