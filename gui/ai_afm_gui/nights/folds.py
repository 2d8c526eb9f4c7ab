"""The rows of a journal folded into a `Book`, one by one. No Qt."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ai_afm.acquire.records import kind_of
from ai_afm.store.journal import Row
from ai_afm.types import ProbeRequest, WriteRequest
from ai_afm.types.codec import decode
from ai_afm_gui.nights.book import Book, Decided, Event, Probed, Shot


def take(book: Book, row: Row) -> None:
    """Fold one row in; a kind that is not known only moves the clock."""
    now = datetime.fromisoformat(row.wall).timestamp()
    if book.began is None:
        book.began, book.run = now, row.hash
    book.sequence, book.last = row.sequence, now
    fold = _FOLDS.get(row.kind)
    if fold is not None:
        fold(book, row.payload, now, row.sequence)


Payload = Mapping[str, Any]


def _begun(book: Book, told: Payload, now: float, _row: int) -> None:
    book.instrument = str(told.get("instrument", ""))
    book.outcome = book.message = ""
    book.models.append((now, str(told.get("model") or "")))


def _ended(book: Book, told: Payload, _now: float, _row: int) -> None:
    book.outcome, book.message = str(told["outcome"]), str(told["message"])


def _decided(book: Book, told: Payload, now: float, row: int) -> None:
    model = told["model"]
    book.decisions.append(
        Decided(
            row,
            now,
            decode(told["request"]),
            str(told["reason"]),
            str(told["controller"]),
            "" if model is None else str(model["name"]),
        )
    )


def _refused(book: Book, told: Payload, _now: float, _row: int) -> None:
    if book.decisions:
        book.decisions[-1] = replace(book.decisions[-1], refused=str(told["message"]))


def _started(kind: str) -> Callable[[Book, Payload, float, int], None]:
    def fold(book: Book, told: Payload, now: float, _row: int) -> None:
        request = book.decisions[-1].request if book.decisions else None
        _put(book, Shot(kind, int(told[kind]), request, now))

    return fold


def _probe_started(book: Book, told: Payload, now: float, _row: int) -> None:
    request = decode(told["request"])
    if isinstance(request, ProbeRequest):
        book.probes.append(Probed(int(told["probe"]), request, now))


def _glimpsed(book: Book, told: Payload, now: float, _row: int) -> None:
    shot = book.shot("scan", int(told["scan"]))
    if shot is not None and "lines" in told:
        seen = (*shot.seen, (now, int(told["lines"])))
        name = str(told.get("file") or shot.segmentation)
        _put(book, replace(shot, seen=seen, segmentation=name))


def _observed(book: Book, told: Payload, now: float, _row: int) -> None:
    request = decode(told["request"])
    kind = kind_of(request)
    number, finished = int(told[kind]), bool(told["finished"])
    book.spent += float(told["seconds"])
    if isinstance(request, ProbeRequest):
        done = Probed(number, request, now, now, finished)
        same = bool(book.probes) and book.probes[-1].number == number
        began = book.probes.pop().began if same else now
        book.probes.append(replace(done, began=began))
    elif isinstance(request, WriteRequest):
        book.writes += 1
    else:
        before, offset = book.shot(kind, number), told["offset"]
        notes = told["notes"] or {}
        last = "" if before is None else before.segmentation
        shot = Shot(
            kind,
            number,
            request,
            now if before is None else before.began,
            now,
            () if before is None else before.seen,
            int(told["lines"]),
            finished,
            str(notes.get("segmentation") or last),
            None if offset is None else (float(offset[0]), float(offset[1])),
        )
        _put(book, shot)


def _faulted(book: Book, told: Payload, now: float, _row: int) -> None:
    text = f"{told.get('message', '')}; {told.get('response', '')}".strip("; ")
    book.events.append(Event(now, str(told.get("kind", "fault")), text, is_fault=True))


def _commanded(book: Book, told: Payload, now: float, _row: int) -> None:
    book.events.append(Event(now, str(told.get("do", "command")), str(told.get("detail", ""))))


def _swapped(book: Book, told: Payload, now: float, _row: int) -> None:
    book.models.append((now, str(told["model"])))
    text = f"{told['model']} looks instead of {told['before']}"
    book.events.append(Event(now, "model", text))


def _put(book: Book, shot: Shot) -> None:
    place = book.places.get((shot.kind, shot.number))
    if place is None:
        book.places[shot.kind, shot.number] = len(book.shots)
        book.shots.append(shot)
    else:
        book.shots[place] = shot


_FOLDS: Mapping[str, Callable[[Book, Payload, float, int], None]] = {
    "run_started": _begun,
    "run_finished": _ended,
    "decision": _decided,
    "refused": _refused,
    "scan_started": _started("scan"),
    "path_started": _started("path"),
    "probe_started": _probe_started,
    "glimpse": _glimpsed,
    "observed": _observed,
    "fault": _faulted,
    "command": _commanded,
    "model_swapped": _swapped,
}
