"""Put a place of a night into the review queue of a lab, because a person asks for it. No torch."""

from dataclasses import replace
from pathlib import Path

from ai_afm.errors import AfmError, BadInput
from ai_afm.flywheel.fill import new_item
from ai_afm.flywheel.items import NewItem, State
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Window
from ai_afm.flywheel.seen import Seen, look_of, see, segmented
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.windows import SIZES
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm_gui.words import translate

SIDE = SIZES[0]
"""Edge of the crop, px."""


def window_around(shape: tuple[int, int], line: float, pixel: float, side: int = SIDE) -> Window:
    """Return the crop around a place that lies wholly in a frame.

    Examples
    --------
    >>> window_around((200, 300), 10.0, 290.0)
    Window(top=0, left=172, lines=128, pixels=128)
    """
    lines, pixels = min(side, shape[0]), min(side, shape[1])
    top = min(max(round(line - lines / 2), 0), shape[0] - lines)
    left = min(max(round(pixel - pixels / 2), 0), shape[1] - pixels)
    return Window(top, left, lines, pixels)


def ask_about(
    lab: Path, run: Path, scan: int, spot: tuple[float, float], reason: str
) -> tuple[bool, str]:
    """Put the crop around a place of a scan into the queue, before others.

    Parameters
    ----------
    lab
        Folder of the lab; it is made one where it is none.
    run, scan
        Which scan.
    spot
        Place in the frame, nm from its middle, the second one down.
    reason
        In words, for who will be asked.

    Returns
    -------
    done, words
        Whether it is in the queue, and a sentence about it.
    """
    try:
        with FlywheelStore.open(Lab.make(lab)) as store:
            return True, _ask(store, _seen(run, scan, reason), spot)
    except (AfmError, OSError) as exc:
        return False, str(exc)


def _seen(run: Path, scan: int, reason: str) -> Seen:
    folder = RunFolder.open(run)
    with Journal.read(folder.journal_file) as journal:
        told = journal.rows()
    for source, path in segmented(folder, told):
        if (source.kind, source.number) == ("scan", scan):
            return see(source, path, look_of(source, path), reason)
    raise BadInput(
        translate("Nights", "No model has looked at scan {n}: there is nothing to correct.").format(
            n=scan
        )
    )


def _ask(store: FlywheelStore, seen: Seen, spot: tuple[float, float]) -> str:
    shape, (width, height) = seen.frame.shape, seen.frame.region.size
    line = (spot[1] * 1e-9 / height + 0.5) * shape[0]
    pixel = (spot[0] * 1e-9 / width + 0.5) * shape[1]
    window = window_around(shape, line, pixel)
    queue = ReviewQueue(store)
    frames = {f.sha256 for f in store.frames_of(seen.source)}
    for item in queue.items():
        same = item.place.frame in frames and item.place.window == window
        if same and item.state in (State.OPEN, State.LEASED):
            words = translate("Nights", "This place is in the queue already (item {n}).")
            return words.format(n=item.id)
    [number] = queue.add([_item(store, seen, window)])
    words = translate("Nights", "This place is item {n} of the review queue.")
    return words.format(n=number)


def _item(store: FlywheelStore, seen: Seen, window: Window) -> NewItem:
    record = store.add_frame(seen.frame, seen.source)
    prediction = store.add_prediction(record.sha256, seen.content)
    item = new_item(seen, window, prediction.id)
    return replace(item, urgent=True, reason=seen.urgent)
