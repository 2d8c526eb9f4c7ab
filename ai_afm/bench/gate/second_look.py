"""The second look that a lab takes at labels which the gate names, and the gate's answer to it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from ai_afm.flywheel.datasets.quarantine import quarantine, release
from ai_afm.flywheel.gate.audit import DUBIOUS, contradictions
from ai_afm.flywheel.gate.gathered import newest_sides
from ai_afm.flywheel.gate.lab import GateSettings, Hearing, hear, looker_of
from ai_afm.flywheel.gate.lineage import learned
from ai_afm.flywheel.store import FlywheelStore

SECOND = "second person"
RULE = "labels"
"""The rule of the gate that a second look can answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What came of a second look.

    Parameters
    ----------
    hearing
        What the gate says now.
    released, quarantined
        Corrections that were let in again, and that were kept out.
    """

    hearing: Hearing
    released: int = 0
    quarantined: int = 0


def looked_again(
    store: FlywheelStore,
    hearing: Hearing,
    wrong: AbstractSet[int],
    settings: GateSettings,
    shipped: Path,
) -> Looked:
    """Let another person look at the labels that alone have refused a round; ask the gate again.

    The person knows a wrong label when it is shown, and sees no other one. What is right is let in
    again; what is wrong goes to quarantine, and the round stays refused: it has learned from that.

    Parameters
    ----------
    store
        Of the lab.
    hearing
        What the gate has found.
    wrong
        Revisions of the corrections that were poisoned.
    settings, shipped
        As the gate was asked.
    """
    if {f.rule for f in hearing.judgement.refusals} != {RULE}:
        return Looked(hearing)
    candidate, active = hearing.candidate.spec, hearing.active.spec
    sides = newest_sides(store, learned(store, candidate), learned(store, active))
    labels = [*sides.learned, *sides.held]
    named = contradictions(labels, looker_of(hearing.candidate), DUBIOUS)
    for one in named:
        if one.revision in wrong:
            quarantine(store, one.revision, SECOND, f"wrong: {one.words}")
        else:
            release(store, one.revision, SECOND, "right, whatever the model says")
    kept_out = sum(one.revision in wrong for one in named)
    again = hear(store, candidate, settings, shipped)
    return Looked(again, len(named) - kept_out, kept_out)
