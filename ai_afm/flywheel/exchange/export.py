"""Giving labels away: what people have corrected, and what waits for them, in four formats."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from ai_afm.errors import StoreError
from ai_afm.flywheel.exchange import pictures
from ai_afm.flywheel.exchange.coco import to_coco
from ai_afm.flywheel.exchange.geojson import to_geojson
from ai_afm.flywheel.exchange.sidecar import Sidecar, sidecar_of
from ai_afm.flywheel.items import Item, State
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Correction, Draft, Label
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.image.export.mask import write_mask
from ai_afm.store import platform

COCO_FILE = "corrections.json"


class Format(StrEnum):
    """File formats."""

    PNG = "png"
    TIFF = "tiff"
    GEOJSON = "geojson"
    COCO = "coco"


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A label to be written; `stem` names its files."""

    stem: str
    about: Sidecar
    label: Label


def export_corrections(
    store: FlywheelStore, out: Path, file_format: Format, queue: bool = False
) -> list[Path]:
    """Write labels with what they are of, and pictures of their channels.

    Parameters
    ----------
    store
        Of the lab.
    out
        Folder for the files; made when it is missing.
    file_format
        PNG and TIFF keep each pixel; GeoJSON and, from other programs, COCO keep lines within one.
    queue
        Write what waits in the review queue, with the model's label, instead of what people have
        corrected: to be corrected in another program and imported.

    Returns
    -------
    list of Path
        The files that an import takes, not the pictures.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    labelled = _of_queue(store) if queue else _of_people(store)
    written: list[Path] = []
    collected: list[tuple[Sidecar, Label]] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for one in labelled:
            about = _with_previews(store, one, out, file_format)
            match file_format:
                case Format.PNG | Format.TIFF:
                    written.append(_write_image(out, one, about, file_format))
                case Format.GEOJSON:
                    path = out / f"{one.stem}.geojson"
                    platform.write_atomically(path, _json(to_geojson(one.label, about)))
                    written.append(path)
                case Format.COCO:
                    collected.append((about, one.label))
        if file_format is Format.COCO:
            written.append(out / COCO_FILE)
            platform.write_atomically(written[0], _json(to_coco(collected)))
    except OSError as exc:
        raise StoreError(f"{out} could not be written: {exc}") from exc
    return written


def _of_people(store: FlywheelStore) -> Iterator[_Labelled]:
    """Yield what each annotator stands by."""
    for correction in store.versions():
        frame = store.require_frame(correction.place.frame)
        model, sha256 = _model(store, correction)
        about = sidecar_of(
            frame,
            correction.place.window,
            model=model,
            model_sha256=sha256,
            parent=correction.revision,
            item=correction.item,
            annotator=correction.annotator,
            seconds=correction.seconds,
            reason=correction.reason,
        )
        stem = f"{frame.sha256[:12]}-r{correction.revision:06d}"
        yield _Labelled(stem, about, store.label(correction.after))


def _model(store: FlywheelStore, correction: Correction) -> tuple[str | None, str | None]:
    if correction.prediction is None:
        return None, None
    prediction = store.require_prediction(correction.prediction)
    return prediction.model, prediction.model_sha256


def _of_queue(store: FlywheelStore) -> Iterator[_Labelled]:
    """Yield what waits in the review queue, with the label of the model."""
    waiting = (State.OPEN, State.SKIPPED, State.UNSURE)
    for item in ReviewQueue(store).items():
        if item.state in waiting:
            yield _asked(store, item)


def _asked(store: FlywheelStore, item: Item) -> _Labelled:
    frame = store.require_frame(item.place.frame)
    window = item.place.window
    prediction = store.require_prediction(item.prediction)
    about = sidecar_of(
        frame,
        window,
        model=prediction.model,
        model_sha256=prediction.model_sha256,
        item=item.id,
    )
    nothing = np.empty(window.shape, np.uint8)
    label = store.before(Draft(item.place, nothing, "", 0.0, prediction=item.prediction))
    return _Labelled(f"{frame.sha256[:12]}-q{item.id:06d}", about, label)


def _with_previews(store: FlywheelStore, one: _Labelled, out: Path, file_format: Format) -> Sidecar:
    """Write the channels of a window for looking at, and say so in its description."""
    ending = ".tif" if file_format is Format.TIFF else ".png"
    frame = store.images(one.about.frame)
    names = []
    for name, direction in frame.data:
        file = f"{one.stem}-{name}{ending}"
        pictures.write_channel(out / file, one.about.window.of(frame.data[name, direction]))
        names.append(file)
    return one.about.model_copy(update={"previews": names})


def _write_image(out: Path, one: _Labelled, about: Sidecar, file_format: Format) -> Path:
    """Write a label image, then its description: with it the pair is whole."""
    ending = ".png" if file_format is Format.PNG else ".tif"
    path = out / f"{one.stem}{ending}"
    if file_format is Format.PNG:
        write_mask(path, one.label)
    else:
        pictures.write_tiff(path, one.label)
    named = about.model_copy(update={"label": path.name})
    platform.write_atomically(path.with_suffix(".json"), _json(named.model_dump(mode="json")))
    return path


def _json(value: object) -> bytes:
    return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
