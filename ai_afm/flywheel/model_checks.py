"""Does a model still say what a run has stored; where do two models disagree."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_afm.errors import AfmError, BadInput, ModelError
from ai_afm.flywheel.records import Label
from ai_afm.image.readers.frames import read_frames
from ai_afm.image.scan_layout import LiveScan
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import StoredSegmentation, quantised, read_segmentation
from ai_afm.survey.tracing import valid_rows
from ai_afm.types import ClassCode, Segmentation, SlowDirection

if TYPE_CHECKING:
    from ai_afm.segment.predict import UnetSegmenter

AGREES = 0.9999
"""Share of equal labels from which on a segmentation counts as recomputed."""
_NAME = re.compile(r"(map-)?(\d{6,})-[0-9a-f]{12}\.h5")
_LINES = (
    ClassCode.WALL, ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC, ClassCode.GRAIN_BOUNDARY
)  # fmt: skip
NOT_STORED = (
    "some files do not tell the type of the processor: arithmetic of another one may differ"
)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A stored segmentation beside what its model says of the same rows now.

    Parameters
    ----------
    file
        Name of the segmentation file.
    pixels, different
        Number of labels that were compared, and of those that differ.
    unsettled
        Number of rows that were not settled when the file was written, and were not compared.
    bit_equal
        Whether the stored probabilities of these rows are equal, too.
    """

    file: str
    pixels: int
    different: int
    unsettled: int
    bit_equal: bool

    @property
    def labels_equal(self) -> float:
        """Share of equal labels."""
        return 1 - self.different / self.pixels


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of all segmentations of a run.

    Parameters
    ----------
    recomputed
        Those that could be checked.
    not_verifiable
        (file, reason) of the others.
    conditions
        What the stored ones were made with, each "torch ..., number format, threads, processor"
        once.
    here
        Version of torch and type of the processor here. Number format and threads are taken from
        each file.
    cpu_known
        Whether all files tell the type of the processor.
    """

    recomputed: tuple[Recomputed, ...]
    not_verifiable: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    here: str
    cpu_known: bool = False

    @property
    def agrees(self) -> bool:
        """Whether every stored segmentation was checked and is what its model says."""
        return not self.not_verifiable and all(r.labels_equal >= AGREES for r in self.recomputed)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        pixels = sum(r.pixels for r in self.recomputed)
        different = sum(r.different for r in self.recomputed)
        worst = min(self.recomputed, key=lambda r: r.labels_equal, default=None)
        return {
            "frames": len(self.recomputed) + len(self.not_verifiable),
            "checked": len(self.recomputed),
            "labels_equal": 1 - different / pixels if pixels else None,
            "pixels": pixels,
            "different": different,
            "bit_equal": sum(r.bit_equal for r in self.recomputed),
            "rows_not_settled": sum(r.unsettled for r in self.recomputed),
            "worst": worst
            and {
                "file": worst.file,
                "labels_equal": worst.labels_equal,
                "different": worst.different,
            },
            "stored": list(self.conditions),
            "here": self.here,
            "not_verifiable": [{"file": f, "reason": why} for f, why in self.not_verifiable],
            "not_stored": None if self.cpu_known else NOT_STORED,
        }


def verify_run(run: Path, search: Sequence[Path] = ()) -> Verification:
    """Recompute every stored segmentation of a run with the model that it names.

    Rows that were not settled when a run was cut short depend on how often the network had looked;
    they are counted, not compared. Nothing is written.

    Parameters
    ----------
    run
        Run folder.
    search
        Models folders, looked through before the shipped one.

    Raises
    ------
    StoreError
        When the folder is no run.
    """
    from importlib.metadata import version

    from ai_afm.segment.processor import processor

    folder = RunFolder.open(run)
    again = _Again(folder, search)
    recomputed: list[Recomputed] = []
    failed: list[tuple[str, str]] = []
    conditions: set[str] = set()
    told = True
    files = sorted(folder.segmentations.glob("*.h5")) if folder.segmentations.is_dir() else []
    for file in files:
        try:
            stored = read_segmentation(file)
            how = stored.provenance
            cpu = f", {how.cpu}" if how.cpu else ""
            conditions.add(f"torch {how.torch}, {how.dtype}, {how.threads} threads{cpu}")
            told = told and bool(how.cpu)
            recomputed.append(again.compare(stored))
        except (AfmError, OSError) as exc:
            failed.append((file.name, str(exc)))
    here = f"torch {version('torch')}, {processor()}"
    made = tuple(sorted(conditions))
    return Verification(tuple(recomputed), tuple(failed), made, here, told)


class _Again:
    """Segments the scans and maps of a run once more; keeps the models that it has opened."""

    def __init__(self, folder: RunFolder, search: Sequence[Path]) -> None:
        self._folder, self._search = folder, search
        self._models: dict[str, LoadedModel] = {}
        self._segmenters: dict[tuple[str, str, int], UnetSegmenter] = {}

    def compare(self, stored: StoredSegmentation) -> Recomputed:
        seen, how = stored.segmentation, stored.provenance
        segmenter = self._segmenter(stored)
        with LiveScan(self._source(stored.path)) as scan:
            frame = scan.refresh()
        if frame.shape != seen.label.shape:
            raise BadInput(f"its scan has the shape {frame.shape}, it has {seen.label.shape}")
        segmenter.begin(frame)
        now = quantised(segmenter.glimpse(frame, how.lines, how.final))
        rows = _settled(seen)
        if not rows.any():
            raise BadInput("none of its rows was settled")
        unsettled = int((valid_rows(seen, settled_only=False) & ~rows).sum())
        different = int((now.label[rows] != seen.label[rows]).sum())
        equal = np.array_equal(
            now.probability[:, rows], seen.probability[:, rows], equal_nan=True
        ) and np.array_equal(now.uncertainty[rows], seen.uncertainty[rows], equal_nan=True)
        pixels = int(rows.sum()) * frame.shape[1]
        return Recomputed(stored.path.name, pixels, different, unsettled, different == 0 and equal)

    def _source(self, file: Path) -> Path:
        named = _NAME.fullmatch(file.name)
        if named is None:
            raise BadInput("its name does not tell the scan")
        number = int(named[2])
        return self._folder.map_file(number) if named[1] else self._folder.scan_file(number)

    def _segmenter(self, stored: StoredSegmentation) -> "UnetSegmenter":
        from ai_afm.segment.predict import UnetSegmenter

        seen, how = stored.segmentation, stored.provenance
        if how.torch == "none":
            raise ModelError(f"{seen.model} is no network: there is nothing to recompute it with")
        if seen.model not in self._models:
            self._models[seen.model] = load_model(seen.model, self._search)
        model = self._models[seen.model]
        if model.sha256 != seen.model_sha256:
            raise ModelError(
                f"it was made by a {seen.model} with the sha256 {seen.model_sha256[:12]}; the one "
                f"that is here has {model.sha256[:12]}"
            )
        key = (seen.model, how.dtype, how.threads)
        if key not in self._segmenters:
            # settled rows do not depend on the band, and 0 computes no others
            self._segmenters[key] = UnetSegmenter(model, how.threads, dtype=how.dtype, band=0)
        return self._segmenters[key]


def _settled(seen: Segmentation) -> Any:
    """Return which rows were settled, (lines,) bool, in image order."""
    rows = np.arange(seen.label.shape[0]) < seen.settled
    return rows[::-1] if seen.slow_direction is SlowDirection.UP else rows


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where two models draw lines in the same frames, in pixels.

    Parameters
    ----------
    frames
        Number of frames that both have seen.
    both, only_first, only_second
        Pixels that both, or only one of them, calls a wall or grain boundary.
    renamed
        Of those that both call so, the ones to which they give different classes.
    not_used
        (file, reason) of what could not be read or seen.
    """

    frames: int
    both: int
    only_first: int
    only_second: int
    renamed: int
    not_used: tuple[tuple[str, str], ...] = ()

    @property
    def share(self) -> float | None:
        """Share of the line pixels of either that are not the other's; `None` without any."""
        total = self.both + self.only_first + self.only_second
        return (self.only_first + self.only_second) / total if total else None


def disagreement(
    files: Iterable[Path], first: LoadedModel, second: LoadedModel, threads: int = 1
) -> Disagreement:
    """Let two models look at stored scans and count the line pixels on which they disagree.

    Parameters
    ----------
    files
        Scans in any format that has a reader.
    first, second
        The models.
    threads
        Threads of each network.
    """
    from ai_afm.segment.predict import UnetSegmenter, segment_frame

    eyes = [UnetSegmenter(model, threads, band=0) for model in (first, second)]
    count, sums = 0, np.zeros(4, np.int64)
    failed: list[tuple[str, str]] = []
    for file in files:
        try:
            for frame in read_frames(file):
                sums += _compared(*(segment_frame(frame, eye).label for eye in eyes))
                count += 1
        except (AfmError, OSError) as exc:
            failed.append((str(file), str(exc)))
    both, only_first, only_second, renamed = (int(n) for n in sums)
    return Disagreement(count, both, only_first, only_second, renamed, tuple(failed))


def _compared(first: Label, second: Label) -> tuple[int, int, int, int]:
    a, b = np.isin(first, _LINES), np.isin(second, _LINES)
    parts = (a & b, a & ~b, b & ~a, a & b & (first != second))
    both, only_first, only_second, renamed = (int(part.sum()) for part in parts)
    return both, only_first, only_second, renamed
