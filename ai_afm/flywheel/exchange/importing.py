"""Taking corrections in: item by item, so that what is wrong with one never stops the others."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ai_afm.errors import AfmError, BadInput, StoreError
from ai_afm.flywheel.exchange import pictures
from ai_afm.flywheel.exchange.coco import from_coco
from ai_afm.flywheel.exchange.geojson import KEY, from_geojson
from ai_afm.flywheel.exchange.sidecar import Parcel, Sidecar, check_against, parse_sidecar
from ai_afm.flywheel.exchange.source import LISTS, Source, beside, open_source, parse_json
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import (
    CorrectionConflict,
    Draft,
    FrameRecord,
    Place,
    Prediction,
    pack_label,
)
from ai_afm.flywheel.rows import check_name
from ai_afm.flywheel.store import FlywheelStore


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought.

    Parameters
    ----------
    revisions
        New corrections.
    known
        Number of labels that were there already.
    conflicts
        (item, reason): stored as a branch beside a newer version.
    refused
        (item, reason): nothing of it is stored.
    """

    revisions: tuple[int, ...] = ()
    known: int = 0
    conflicts: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Tally:
    places: Mapping[int, Place]
    revisions: list[int] = field(default_factory=list)
    known: int = 0
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def result(self) -> Imported:
        return Imported(
            tuple(self.revisions), self.known, tuple(self.conflicts), tuple(self.refused)
        )


def import_corrections(
    store: FlywheelStore, paths: Sequence[Path], annotator: str | None = None, reason: str = ""
) -> Imported:
    """Take in corrections from files, folders and zip archives.

    Parameters
    ----------
    store
        Of the lab; nothing is written outside of it.
    paths
        Label images with their .json, GeoJSON, COCO, folders of them, or zip archives.
    annotator
        Who has made them. Where it is left out, who a file says; a label that was exported from the
        lab says who had made that.
    reason
        In words, where a file does not say it.

    Returns
    -------
    Imported
        What was stored, and what was refused, each with one sentence.

    Raises
    ------
    BadInput
        When `annotator` is no name.
    """
    if annotator is not None:
        check_name(annotator)
    tally = _Tally({item.id: item.place for item in ReviewQueue(store).items()})
    for path in paths:
        try:
            source = open_source(path)
        except (AfmError, OSError) as exc:
            tally.refused.append((str(path), str(exc)))
            continue
        with closing(source):
            for found in _parcels(source, store):
                if isinstance(found, Parcel):
                    _take(store, found, annotator, reason, tally)
                else:
                    tally.refused.append(found)
    return tally.result()


def _parcels(source: Source, store: FlywheelStore) -> Iterator[Parcel | tuple[str, str]]:
    """Yield each label of a source, or (item, reason) where it is refused."""
    claimed: set[str] = set()
    lists = [n for n in source.names if PurePosixPath(n).suffix.lower() in LISTS]
    for name in lists:
        try:
            yield from _of_list(source, name, store, claimed)
        except AfmError as exc:
            yield name, str(exc)
    for name in source.names:
        if name in lists or name in claimed:
            continue
        try:
            yield from _of_list(source, _description(name), store, claimed)
            if name not in claimed:
                yield name, f"{_description(name)} is of another image"
        except AfmError as exc:
            yield name, f"what it is of is not known: {exc}"


def _description(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".json"))


def _of_list(
    source: Source, name: str, store: FlywheelStore, claimed: set[str]
) -> Iterator[Parcel | tuple[str, str]]:
    """Yield the labels that a JSON file describes; note the files that it speaks of."""
    stored = parse_json(source.read(name))

    def frame_of(sha256: str) -> FrameRecord:
        return store.require_frame(sha256)

    if "images" in stored:
        for entry in stored["images"] if isinstance(stored["images"], list) else ():
            _claim(claimed, name, entry.get(KEY) if isinstance(entry, dict) else None)
        yield from from_coco(name, stored, frame_of)
        return
    if stored.get("type") == "FeatureCollection":
        _claim(claimed, name, stored.get(KEY))
        yield from_geojson(name, stored, frame_of)
        return
    _claim(claimed, name, stored)
    about = parse_sidecar(stored)
    check_against(about, frame_of(about.frame))
    if about.label is None:
        raise BadInput("it names no label image")
    image = beside(name, about.label)
    content = source.read(image)
    shape = about.window.shape
    if image.lower().endswith(".png"):
        label = pictures.read_png(content, shape, about.palette)
    else:
        label = pictures.read_tiff(content, shape)
    yield Parcel(image, about, label)


def _claim(claimed: set[str], name: str, about: Any) -> None:
    """Note the images that a description speaks of, whatever else is wrong with it."""
    if not isinstance(about, dict):
        return
    previews = about.get("previews")
    for other in [about.get("label"), *(previews if isinstance(previews, list) else [])]:
        if isinstance(other, str):
            claimed.add(str(PurePosixPath(name).parent / other))


def _take(
    store: FlywheelStore, parcel: Parcel, annotator: str | None, reason: str, tally: _Tally
) -> None:
    about = parcel.about
    try:
        who = annotator or about.annotator
        if who is None:
            raise BadInput("it does not say who made it; give --annotator")
        prediction = _prediction(store, parcel)
        seconds, why = _spent(store, about)
        draft = Draft(
            about.place,
            parcel.label,
            who,
            seconds,
            about.parent,
            None if prediction is None else prediction.id,
            about.item,
            why or reason,
        )
        _check_item(tally.places, draft)
        if _is_known(store, draft):
            tally.known += 1
            return
        tally.revisions.append(store.add_correction(draft).revision)
    except CorrectionConflict as exc:
        tally.conflicts.append((parcel.title, str(exc)))
    except AfmError as exc:
        tally.refused.append((parcel.title, str(exc)))


def _spent(store: FlywheelStore, about: Sidecar) -> tuple[float, str]:
    """Return the seconds spent and the reason; what an export has said of its own is not new."""
    seconds, reason = about.seconds or 0.0, about.reason
    if about.parent is not None:
        parent = store.require_correction(about.parent)
        if (seconds, reason) == (parent.seconds, parent.reason):
            return 0.0, ""
    return seconds, reason


def _prediction(store: FlywheelStore, parcel: Parcel) -> Prediction | None:
    """Return what the person was shown."""
    about = parcel.about
    if about.model_sha256 is None:
        return None
    for prediction in reversed(store.predictions(about.frame)):
        if prediction.model_sha256 == about.model_sha256:
            return prediction
    raise StoreError(
        f"this lab knows no prediction of {about.model or about.model_sha256[:12]} for that frame"
    )


def _is_known(store: FlywheelStore, draft: Draft) -> bool:
    """Tell whether the same person has said the same of the same version before."""
    after = hashlib.sha256(pack_label(draft.after)).hexdigest()
    own = [c for c in store.corrections(draft.place) if c.annotator == draft.annotator]
    return any(c.after == after and draft.parent in (c.parent, c.revision) for c in own)


def _check_item(places: Mapping[int, Place], draft: Draft) -> None:
    """Refuse an answer to an item that is not there or asks about another place."""
    if draft.item is not None and places.get(draft.item) != draft.place:
        raise BadInput(f"no item {draft.item} of the review queue asks about that place")
