"""What the shadow's disagreement is good for: numbers for a lab, and places to ask a person about.

A person is asked where the two models disagree most: the answer tells which of them is right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

from ai_afm.flywheel.apart import Apart, one_calls
from ai_afm.flywheel.fill import new_item
from ai_afm.flywheel.items import NewItem, State
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Label
from ai_afm.flywheel.seen import Seen, look_of, see
from ai_afm.flywheel.shadow import Look, finished, looks_of, seen_by
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.windows import Stake, choose_windows
from ai_afm.segment.model_file import LoadedModel
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder

ASKED = "shadow_asked"
"""Event: a person is asked about a scan because a model in the shadow sees it otherwise."""
MOST = 3
"""Scans of a run about which a person is asked."""
LEAST = 0.2
"""Share of the line pixels that only one model calls, below which nobody is asked."""


def ask_about(store: FlywheelStore, run: Path, model: LoadedModel) -> tuple[int, ...]:
    """Put the places where a shadow model disagrees most into the review queue, before others.

    A second call adds nothing for scans that were asked about before.

    Parameters
    ----------
    store
        Of the lab.
    run
        Run folder, looked at by the model (`shadow.look_on`).
    model
        In the shadow.

    Returns
    -------
    tuple of int
        Numbers of the new items.
    """
    folder = RunFolder.open(run)
    with Journal.read(folder.journal_file) as journal:
        told = journal.rows()
    asked = [event for event in store.events(ASKED) if event["model"] == model.sha256]
    done = {(event["run"], event["kind"], event["number"]) for event in asked}
    worst = {(look.kind, look.number): look for look in _worst(looks_of(run, model.sha256))}
    new: list[int] = []
    for source, path in finished(folder, told):
        look = worst.get((source.kind, source.number))
        if look is None or (source.run, source.kind, source.number) in done:
            continue
        reason = f"{look.model} and {look.against} disagree on {look.apart.share:.0%} of the lines"
        seen = see(source, path, look_of(source, path), reason)
        if seen.stored.segmentation.model_sha256 == look.against_sha256:
            new += _ask(store, seen, model, look)
    return tuple(new)


def _worst(looks: Iterable[Look]) -> list[Look]:
    apart = [look for look in looks if look.apart.share >= LEAST]
    return sorted(apart, key=lambda look: -look.apart.share)[:MOST]


def _ask(store: FlywheelStore, seen: Seen, model: LoadedModel, look: Look) -> list[int]:
    """Put the window with most disagreement into the queue, if it is free; note that it was."""
    from ai_afm.segment.predict import UnetSegmenter

    label = seen_by(UnetSegmenter(model, band=0), seen.frame, seen.stored)
    queue = ReviewQueue(store)
    frames = {f.sha256 for f in store.frames_of(seen.source)}
    # what waits in the queue for another reason comes too late; what was answered is known
    own = [i for i in queue.items() if i.place.frame in frames]
    taken = [i.place.window for i in own if i.urgent or i.state is not State.OPEN]
    item = _item(store, replace(seen, taken=tuple(taken)), label)
    with store.database.transaction():
        numbers = queue.add([] if item is None else [item])
        note: dict[str, Any] = {"run": seen.source.run, "kind": look.kind, "number": look.number}
        store.note(ASKED, note | {"model": look.sha256, "items": numbers})
    return numbers


def _item(store: FlywheelStore, seen: Seen, label: Label) -> NewItem | None:
    apart = one_calls(seen.stored.segmentation.label, label) & seen.stake.valid[:, None]
    stake = Stake(apart.astype(float), apart.astype(float), seen.stake.valid)
    windows = choose_windows(stake, 1, seen.taken)
    if not windows:
        return None
    record = store.add_frame(seen.frame, seen.source)
    prediction = store.add_prediction(record.sha256, seen.content)
    item = new_item(seen, windows[0], prediction.id)
    return replace(item, urgent=True, reason=seen.urgent)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What a model in the shadow has seen otherwise, run by run.

    Parameters
    ----------
    looks
        Run folder -> what is written down there of this model.
    """

    looks: Mapping[Path, tuple[Look, ...]]

    @property
    def total(self) -> Apart:
        """Over all scans and maps."""
        return _sum(look for looks in self.looks.values() for look in looks)

    def worst(self, most: int = 10) -> list[tuple[Path, Look]]:
        """Return the scans and maps on which they disagree most, with their runs."""
        told = [(run, look) for run, looks in self.looks.items() for look in looks]
        return sorted(told, key=lambda one: -one[1].apart.share)[:most]

    def as_json(self, most: int = 10) -> dict[str, Any]:
        """Return it as JSON values."""
        runs = [
            {"run": str(run), "scans": len(looks), "against": sorted({k.against for k in looks})}
            | _numbers(_sum(looks))
            for run, looks in self.looks.items()
        ]
        worst = [
            {"run": str(run), look.kind: look.number, "against": look.against}
            | _numbers(look.apart)
            for run, look in self.worst(most)
        ]
        scans = sum(len(looks) for looks in self.looks.values())
        return {"scans": scans, **_numbers(self.total), "runs": runs, "worst": worst}


def disagreement_in(runs: Iterable[Path], sha256: str) -> Disagreement:
    """Return what a model has seen otherwise in runs; those that it has not seen are left out."""
    looks = {run: tuple(looks_of(run, sha256)) for run in runs}
    return Disagreement({run: found for run, found in looks.items() if found})


def _sum(looks: Iterable[Look]) -> Apart:
    return reduce(Apart.plus, (look.apart for look in looks), Apart(0, 0, 0, 0, 0, 0))


def _numbers(apart: Apart) -> dict[str, Any]:
    lines = apart.both + apart.only_first + apart.only_second
    return {
        "share_of_line_pixels": apart.share if lines else None,
        "renamed": apart.renamed / apart.both if apart.both else None,
        "crops": apart.crops,
        "crops_apart": apart.crops_apart,
    }
