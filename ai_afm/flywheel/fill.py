"""Filling the review queue from a run, finished or live, as often as one likes."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ai_afm.errors import AfmError
from ai_afm.flywheel.items import Item, NewItem
from ai_afm.flywheel.novelty import Crop, Features, probability_features
from ai_afm.flywheel.queue import ReviewQueue, random_beside
from ai_afm.flywheel.records import Window
from ai_afm.flywheel.rows import pictures
from ai_afm.flywheel.seen import Seen, asked_for, look_of, see, segmented
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.windows import choose_windows, random_windows
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder

LOOKED = "looked_at"
"""Event: how far a scan has been looked at for the queue."""
FEWEST_ROWS = 32
"""Settled rows below which a scan is left for later."""


@dataclass(frozen=True, slots=True)
class Filling:
    """How the queue is filled.

    Parameters
    ----------
    per_frame
        Most crops of a scan that are chosen by what is at stake.
    seed
        Of the lot.
    features
        What novelty is judged by.
    """

    per_frame: int = 4
    seed: int = 0
    features: Features = probability_features


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling brought.

    Parameters
    ----------
    frames
        Number of scans and maps that were looked at now.
    known
        Number of those that had been looked at before.
    items, random
        Numbers of the new items, and of those among them that were drawn by lot.
    failed
        (file, reason) of what could not be read.
    """

    frames: int
    known: int
    items: tuple[int, ...]
    random: tuple[int, ...]
    failed: tuple[tuple[str, str], ...]


def fill_from_run(store: FlywheelStore, run: Path, filling: Filling | None = None) -> Filled:
    """Put what a person should look at in a run into the review queue.

    A second call adds only what has come since. Of a scan under way only settled rows count. What
    the run has marked "queued for review" comes first and gives at least one crop.

    Parameters
    ----------
    store
        Of the lab.
    run
        Run folder; it is only read.
    filling
        Numbers of crops, seed and features.

    Raises
    ------
    StoreError
        When the folder is no run.
    """
    settings = filling or Filling()
    folder = RunFolder.open(run)
    with Journal.read(folder.journal_file) as journal:
        told = journal.rows()
    if not told:
        return Filled(0, 0, (), (), ())
    done = {(e["run"], e["kind"], e["number"]): e for e in store.events(LOOKED)}
    items = ReviewQueue(store).items()
    seen: list[Seen] = []
    failed: list[tuple[str, str]] = []
    known = 0
    for source, segmentation in segmented(folder, told):
        before = done.get((source.run, source.kind, source.number), {"rows": 0, "look": None})
        try:
            look = look_of(source, segmentation)
            if before["look"] == look:
                known += 1
                continue
            one = see(source, segmentation, look, asked_for(told, source))
        except (AfmError, OSError) as exc:
            failed.append((source.file, str(exc)))
            continue
        if one.rows > before["rows"] and one.rows >= FEWEST_ROWS:
            seen.append(_with_taken(store, one, items))
    numbers, random = _put(store, seen, settings, items)
    return Filled(len(seen), known, numbers, random, tuple(failed))


def fill_with(
    store: FlywheelStore, seen: Sequence[Seen], filling: Filling | None = None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Put what a person should look at in scans into the queue, wherever they come from.

    Returns
    -------
    items, random
        Numbers of the new items, and of those among them that were drawn by lot.
    """
    return _put(store, seen, filling or Filling(), ReviewQueue(store).items())


def _with_taken(store: FlywheelStore, one: Seen, items: Sequence[Item]) -> Seen:
    """Return a scan with its windows that are in the queue already."""
    frames = {f.sha256 for f in store.frames_of(one.source)}
    own = [i for i in items if i.place.frame in frames]
    chosen = sum(not i.random for i in own)
    return replace(one, taken=tuple(i.place.window for i in own), chosen=chosen)


def _put(
    store: FlywheelStore, seen: Sequence[Seen], settings: Filling, items: Sequence[Item]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Choose the crops of what is new and put them into the queue.

    The lot comes first and does not look at what is at stake; the chosen windows keep clear of it.
    """
    drawn_before = sum(i.random for i in items)
    chosen_before = len(items) - drawn_before

    def missing(chosen: int) -> int:
        return max(random_beside(chosen_before + chosen) - drawn_before, 0)

    def choose(n: int) -> list[Window]:
        return _choose(seen[n], settings, [w for m, w in lots if m == n])

    lots: list[tuple[int, Window]] = []
    alone = sum(len(choose(n)) for n in range(len(seen)))
    lots = _draw(seen, settings, missing(alone))
    chosen = [choose(n) for n in range(len(seen))]
    # fewer may fit beside the lot; what was drawn last goes, so what is left still is a lot
    while len(lots) > missing(sum(map(len, chosen))):
        last, _ = lots.pop()
        chosen[last] = choose(last)
    new = [
        _items(store, one, chosen[n], [w for m, w in lots if m == n], settings)
        for n, one in enumerate(seen)
    ]
    return _queued(store, seen, new)


def _queued(
    store: FlywheelStore, seen: Sequence[Seen], new: Sequence[Sequence[NewItem]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Put items into the queue, but not those of scans that another process has filled meanwhile.

    The arrays are stored by now: whoever corrects just then waits for a few rows only.
    """
    queue = ReviewQueue(store)
    numbers: list[int] = []
    random: list[int] = []
    with store.database.transaction():
        looks = {event["look"] for event in store.events(LOOKED)}
        for one, items in zip(seen, new, strict=True):
            if one.look in looks:
                continue
            added = queue.add(items)
            numbers += added
            random += [n for n, item in zip(added, items, strict=True) if item.random]
            source = one.source
            place = {"run": source.run, "kind": source.kind, "number": source.number}
            store.note(LOOKED, place | {"rows": one.rows, "look": one.look})
    return tuple(numbers), tuple(random)


def _choose(one: Seen, settings: Filling, drawn: Sequence[Window]) -> list[Window]:
    room = max(settings.per_frame - one.chosen, 0)
    alone = bool(one.urgent) and one.chosen == 0
    return choose_windows(one.stake, room, [*one.taken, *drawn], at_least_one=alone)


def _draw(seen: Sequence[Seen], settings: Filling, count: int) -> list[tuple[int, Window]]:
    """Draw windows by lot from scans that are finished; each fill has a lot of its own."""
    names = "".join(f"{s.source.run} {s.source.kind} {s.source.number} {s.rows}\n" for s in seen)
    digest = hashlib.sha256(names.encode()).digest()
    rng = np.random.default_rng([settings.seed, int.from_bytes(digest[:8])])
    final = [s.stored.provenance.final for s in seen]
    valid = [s.stake.valid & last for s, last in zip(seen, final, strict=True)]
    return list(random_windows(valid, [s.frame.shape[1] for s in seen], count, rng))


def _items(
    store: FlywheelStore,
    one: Seen,
    chosen: Sequence[Window],
    drawn: Sequence[Window],
    settings: Filling,
) -> list[NewItem]:
    """Store a frame and its prediction, and return its items, those drawn by lot last."""
    if not chosen and not drawn:
        return []
    record = store.add_frame(one.frame, one.source)
    prediction = store.add_prediction(record.sha256, one.content).id
    um = math.prod(one.frame.request.pixel_size) ** 0.5 * 1e6
    found = []
    for window in chosen:
        doubted, length = one.stake.of(window)
        in_doubt = f"{doubted * um:.3g} of {length * um:.3g} um of line are in doubt"
        item = new_item(one, window, prediction, settings.features)
        found.append(replace(item, urgent=bool(one.urgent), reason=one.urgent or in_doubt))
    for window in drawn:
        item = new_item(one, window, prediction, settings.features)
        found.append(replace(item, random=True, reason="drawn by lot"))
    return found


def new_item(
    one: Seen, window: Window, prediction: int, features: Features = probability_features
) -> NewItem:
    """Return the item of a window, neither drawn by lot nor urgent, without a reason.

    Parameters
    ----------
    one
        The scan with what a model saw in it.
    window
        Of the scan.
    prediction
        Number of what the model saw, as stored.
    features
        What novelty is judged by.
    """
    doubted, length = one.stake.of(window)
    seen = one.stored.segmentation
    images = {name: image for (name, _), image in pictures(one.frame).data.items()}
    crop = Crop(
        {name: window.of(image) for name, image in images.items()},
        window.of(seen.probability),
        seen.classes,
        window.of(seen.uncertainty),
    )
    return NewItem(
        prediction=prediction,
        window=window,
        random=False,
        urgent=False,
        stake=doubted,
        doubt=doubted / length if length else 0.0,
        length=length * math.prod(one.frame.request.pixel_size) ** 0.5,
        features=features(crop),
        reason="",
    )
