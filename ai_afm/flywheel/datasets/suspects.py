"""Which corrections deserve a second look, the worst ones first, and by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import binom

from ai_afm.errors import BadInput
from ai_afm.flywheel.datasets.doubts import (
    FALSE_ALARMS,
    Doubts,
    Fault,
    doubts_about,
)
from ai_afm.flywheel.datasets.learning import dark_lines
from ai_afm.flywheel.datasets.manifest import Entry
from ai_afm.flywheel.datasets.opinions import Answers
from ai_afm.flywheel.store import FlywheelStore


@dataclass(frozen=True, slots=True)
class Suspect:
    """A correction and what speaks against it; nothing, where `doubts.faults` is empty."""

    entry: Entry
    doubts: Doubts
    model: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many labels have a fault, beside how many careful people would have.

    Parameters
    ----------
    fault
        Which.
    found, judged
        Labels beyond its limit, and all of which it can be said.
    chance
        Probability of as many or more when each label of a careful person is beyond the limit with
        the probability in `FALSE_ALARMS`. On material that the model does not know more are.
    """

    fault: Fault
    found: int
    judged: int
    chance: float


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found in corrections.

    Parameters
    ----------
    ranked
        All that were judged, the worst one first.
    not_judged
        (entry, reason) of the others: no model that has not learned from it, or no channel that a
        network can use.
    """

    ranked: tuple[Suspect, ...]
    not_judged: tuple[tuple[Entry, str], ...]

    @property
    def suspects(self) -> tuple[Suspect, ...]:
        """Those that deserve a second look, the worst one first."""
        return tuple(s for s in self.ranked if s.doubts.faults)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What the faults say together."""
        return evidence([s.doubts for s in self.ranked])


def suspects(store: FlywheelStore, entries: Iterable[Entry], answers: Answers) -> Audit:
    """Rank corrections by what speaks against them.

    Parameters
    ----------
    store
        Of the lab.
    entries
        Of a dataset, or of `candidates`.
    answers
        What models say that have not learned from them.

    Returns
    -------
    Audit
        Equal ones by revision.

    Raises
    ------
    StoreError
        When a frame or a label is missing or damaged.
    """
    ranked: list[Suspect] = []
    not_judged: list[tuple[Entry, str]] = []
    # frame by frame: a model looks at each one once
    for entry in sorted(entries, key=lambda e: (e.frame, e.revision)):
        label = store.label(entry.label)
        try:
            opinion = answers(entry)
            dark = dark_lines(store.images(entry.frame), entry, label)
        except (LookupError, BadInput) as exc:
            not_judged.append((entry, str(exc.args[0])))
            continue
        ranked.append(Suspect(entry, doubts_about(label, opinion, dark), opinion.model))
    ranked.sort(key=lambda s: (-s.doubts.severity, s.entry.revision))
    return Audit(tuple(ranked), tuple(not_judged))


def evidence(doubts: Sequence[Doubts]) -> tuple[Evidence, ...]:
    """Return for each fault how many labels have it, and how likely that is by chance."""
    found = []
    for fault in Fault:
        judged = sum(fault in d.scores for d in doubts)
        beyond = sum(fault in d.faults for d in doubts)
        chance = float(binom.sf(beyond - 1, judged, FALSE_ALARMS[fault]))
        found.append(Evidence(fault, beyond, judged, chance))
    return tuple(found)
