"""What a run shows to the review queue: its scans and maps as far as they are settled."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ai_afm.errors import BadInput
from ai_afm.flywheel.records import Source, Window
from ai_afm.flywheel.windows import Stake, stake_of
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.journal import Row
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import (
    StoredSegmentation,
    read_segmentation,
    segmentation_name,
)
from ai_afm.survey.tracing import valid_rows
from ai_afm.types import Frame


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan with what a model saw in it, as far as it will not change any more.

    Parameters
    ----------
    source
        Which scan.
    look
        Tells this look at it from the next.
    frame
        Its images, NaN in rows that may change.
    content, stored
        The segmentation file, as bytes and as it was read.
    stake
        What the model doubts.
    taken, chosen
        Its windows that are in the queue already, and how many of them were not drawn by lot.
    urgent
        Why the run asks for a person, empty where it does not.
    """

    source: Source
    look: str
    frame: Frame
    content: bytes
    stored: StoredSegmentation
    stake: Stake
    taken: tuple[Window, ...]
    chosen: int
    urgent: str

    @property
    def rows(self) -> int:
        """Number of rows that will not change any more."""
        return int(self.stake.valid.sum())


def segmented(folder: RunFolder, told: Sequence[Row]) -> Iterator[tuple[Source, Path]]:
    """Yield the scans and maps that have a segmentation, and the one that the run went by."""
    run = told[0].hash
    named = {
        (kind, row.payload[kind]): row.payload["notes"].get("segmentation")
        for row in told
        for kind in ("scan", "map")
        if row.kind == "observed" and kind in row.payload
    }
    for kind, files in (("scan", folder.scans), ("map", folder.maps)):
        for file in sorted(files.glob("*.h5")) if files.is_dir() else ():
            if not file.stem.isdecimal():
                continue
            found = list(folder.segmentations.glob(segmentation_name(file, 12 * "?")))
            if not found:
                continue
            # a scan under way is not in the journal yet; then the newest look at it counts
            chosen = named.get((kind, int(file.stem)))
            newest = max(found, key=lambda p: p.stat().st_mtime_ns)
            path = newest if chosen is None else folder.segmentations / chosen
            yield Source(run, kind, int(file.stem), str(file)), path


def asked_for(told: Sequence[Row], source: Source) -> str:
    """Return why the run asks for a person to look at a scan, empty where it does not."""
    for row in told:
        if row.kind == "queued_for_review" and row.payload.get(source.kind) == source.number:
            return str(row.payload.get("reason") or "the run asks for a person")
    return ""


def look_of(source: Source, segmentation: Path) -> str:
    """Return what tells one look of a model at a scan from the next."""
    return f"{source.run} {segmentation.name} {segmentation.stat().st_mtime_ns}"


def see(source: Source, segmentation: Path, look: str, urgent: str) -> Seen:
    """Read a scan and its segmentation; rows that may change are made unknown."""
    content = segmentation.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / segmentation.name
        copy.write_bytes(content)
        stored = read_segmentation(copy)
    frame = read_scan(Path(source.file)).frame
    if frame.shape != stored.segmentation.label.shape:
        raise BadInput(f"{segmentation.name} is not of the shape of its scan, {frame.shape}")
    valid = valid_rows(stored.segmentation, settled_only=not stored.provenance.final)
    for rows in frame.scanned.values():
        valid = valid & rows
    settled = {
        key: np.where(valid.reshape(-1, *[1] * (image.ndim - 1)), image, np.float32(np.nan))
        for key, image in frame.data.items()
    }
    scanned = dict.fromkeys(frame.scanned, valid)
    frame = replace(frame, data=settled, scanned=scanned)
    stake = stake_of(stored.segmentation, valid)
    return Seen(source, look, frame, content, stored, stake, (), 0, urgent)
