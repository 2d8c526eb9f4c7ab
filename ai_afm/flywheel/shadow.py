"""A model in the shadow looks at the finished scans of a run; where it disagrees is written down.

`RUN/shadow/<name>-<version>-<model12>.jsonl` holds one line for each scan and map, added and never
changed. The run goes by what the active model says, and knows nothing of this.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ai_afm.errors import AfmError, StoreError
from ai_afm.flywheel.apart import Apart, compare
from ai_afm.flywheel.records import Label, Source
from ai_afm.flywheel.seen import segmented
from ai_afm.image.scan_layout import read_scan
from ai_afm.segment.model_file import LoadedModel
from ai_afm.store import platform
from ai_afm.store.journal import Journal, Row
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import StoredSegmentation, read_segmentation
from ai_afm.types import Frame

if TYPE_CHECKING:
    from ai_afm.segment.predict import UnetSegmenter

FOLDER = "shadow"
LOCK = "look.lock"
"""In that folder: one process looks at a run at a time."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look of a shadow model at a scan or map, beside what the run went by.

    Parameters
    ----------
    kind, number
        "scan" or "map", and which.
    model, sha256
        The model in the shadow.
    against, against_sha256
        The model that the run went by.
    lines
        Rows that both have seen.
    apart
        How far they disagree; the first is the one that the run went by.
    """

    kind: str
    number: int
    model: str
    sha256: str
    against: str
    against_sha256: str
    lines: int
    apart: Apart

    @property
    def name(self) -> tuple[str, int, str]:
        """What makes a second look needless."""
        return self.kind, self.number, self.against_sha256


def look_on(run: Path, models: Sequence[LoadedModel], threads: int = 1) -> Iterator[Look]:
    """Let models look at the scans and maps of a run that are finished and that they do not know.

    Parameters
    ----------
    run
        Run folder, live or not.
    models
        Those in the shadow.
    threads
        Threads of each network.

    Yields
    ------
    Look
        Each is on the disk by then. What cannot be read or seen is passed over.

    Raises
    ------
    StoreError
        When the folder is no run, another process looks at it already, or the disk refuses.
    """
    folder = RunFolder.open(run)
    with Journal.read(folder.journal_file) as journal:
        told = journal.rows()
    seen = list(finished(folder, told))
    if not models or not seen:
        return
    (run / FOLDER).mkdir(exist_ok=True)
    with platform.FolderLock(run / FOLDER / LOCK):
        for model in models:
            yield from _looks(run, model, seen, threads)


def _looks(
    run: Path, model: LoadedModel, seen: Sequence[tuple[Source, Path]], threads: int
) -> Iterator[Look]:
    """Look with one model at what it does not know yet."""
    from ai_afm.segment.predict import UnetSegmenter

    known = {look.name for look in looks_of(run, model.sha256)}
    segmenter: UnetSegmenter | None = None
    for source, path in seen:
        try:
            stored = read_segmentation(path)
            used = stored.segmentation.model_sha256
            if used == model.sha256 or (source.kind, source.number, used) in known:
                continue
            segmenter = segmenter or UnetSegmenter(model, threads, band=0)
            label = seen_by(segmenter, read_scan(Path(source.file)).frame, stored)
        except (AfmError, OSError):
            continue
        yield _noted(run, source, model, stored, compare(stored.segmentation.label, label))


def _noted(
    run: Path, source: Source, model: LoadedModel, stored: StoredSegmentation, apart: Apart
) -> Look:
    """Write a look down; it is on the disk when this returns."""
    seen = stored.segmentation
    look = Look(
        source.kind, source.number, model.spec, model.sha256, seen.model, seen.model_sha256,
        stored.provenance.lines, apart,
    )  # fmt: skip
    file = run / FOLDER / f"{model.spec.replace('@', '-')}-{model.sha256[:12]}.jsonl"
    try:
        before = file.read_bytes() if file.exists() else b""
        platform.write_atomically(file, before + json.dumps(asdict(look)).encode() + b"\n")
    except OSError as exc:
        raise StoreError(f"{file} cannot be written: {exc}") from exc
    return look


def seen_by(segmenter: "UnetSegmenter", frame: Frame, stored: StoredSegmentation) -> Label:
    """Return what another model says of the rows of a frame that a stored segmentation is about."""
    segmenter.begin(frame)
    return segmenter.glimpse(frame, stored.provenance.lines, final=True).label


def finished(folder: RunFolder, told: Sequence[Row]) -> Iterator[tuple[Source, Path]]:
    """Yield the scans and maps that are in the journal, each with the segmentation used."""
    over = {
        (kind, row.payload[kind])
        for row in told
        if row.kind == "observed"
        for kind in ("scan", "map")
        if kind in row.payload
    }
    if not over:
        return
    for source, path in segmented(folder, told):
        if (source.kind, source.number) in over:
            yield source, path


def looks_of(run: Path, sha256: str | None = None) -> list[Look]:
    """Return what is written down of one model, or of all, oldest first.

    Raises
    ------
    StoreError
        When a file holds something else.
    """
    found = []
    for file in sorted((run / FOLDER).glob("*.jsonl")):
        try:
            told = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
            looks = [Look(**values | {"apart": Apart(**values["apart"])}) for values in told]
        except (OSError, ValueError, TypeError, KeyError) as exc:
            raise StoreError(f"{file} does not hold looks of a model: {exc}") from exc
        found += [look for look in looks if sha256 in {None, look.sha256}]
    return found
