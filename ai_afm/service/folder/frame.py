"""Segment one stored frame and write what is seen: mask, vectors, overlay, numbers."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from ai_afm.errors import BadInput
from ai_afm.image.channels import describe_mapping
from ai_afm.image.export.geojson import write_geojson
from ai_afm.image.export.mask import write_mask
from ai_afm.image.normalise import CHANNELS
from ai_afm.image.readers.frames import read_frames
from ai_afm.report.contact_sheet import card, telling
from ai_afm.report.figures import channels_of, phase_axis
from ai_afm.report.panels import overlay
from ai_afm.segment.base import Segmenter
from ai_afm.service.folder.numbers import numbers
from ai_afm.service.folder.record import FileRecord, FrameResult, Recipe, atomically, write_record
from ai_afm.service.folder.scans import Scan
from ai_afm.survey.lag import Lag, measure_lag, without_lag
from ai_afm.survey.walls import extract_network
from ai_afm.survey.width import measure_widths
from ai_afm.types import Direction, Frame, ScanRegion, Segmentation, WallNetwork


class Judging(Segmenter, Protocol):
    """A segmenter that says how foreign a frame may be."""

    @property
    def ood_limit(self) -> float | None:
        """Score beyond which the frame that was begun is flagged; `None` without a limit."""
        ...


@dataclass(frozen=True, slots=True)
class Eye:
    """A segmenter, and what runs its network, as in "torch bfloat16 cpu"."""

    segmenter: Judging
    engine: str


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be segmented, its content's hash, and which channels may be used (`None`: all)."""

    scan: Scan
    sha256: str
    channels: tuple[str, ...] | None


def segment_file(job: Job, eye: Eye, out: Path) -> FileRecord:
    """Segment all frames of a file, write their results and, last, the record that it is done.

    Raises
    ------
    BadInput
        When the file, or one of its frames, cannot be used.
    StoreError
        When the disk refuses.
    """
    results: list[FrameResult] = []
    mapping: tuple[str, ...] = ()
    for number, (frame, more) in enumerate(_with_next(read_frames(job.scan.file))):
        single = number == 0 and not more
        key = job.scan.key if single else f"{job.scan.key}-{number:04d}"
        about = {"file": str(job.scan.file), "frame": number, "sha256": job.sha256}
        mapping = mapping or describe_mapping(frame)
        results.append(_segment(eye, only(frame, job.channels), key, out, about))
    recipe = Recipe(eye.segmenter.model_sha256, job.channels)
    record = FileRecord(job.sha256, recipe, tuple(results), mapping)
    write_record(out, job.scan.key, record)
    return record


def _with_next(frames: Iterator[Frame]) -> Iterator[tuple[Frame, bool]]:
    """Yield each frame and whether another one follows."""
    current = next(frames, None)
    while current is not None:
        following = next(frames, None)
        yield current, following is not None
        current = following


def only(frame: Frame, channels: Sequence[str] | None) -> Frame:
    """Return the frame with only these channels, `None` for all.

    Raises
    ------
    BadInput
        When it has none of them.
    """
    if channels is None:
        return frame
    data = {key: image for key, image in frame.data.items() if key[0] in channels}
    if not data:
        there = ", ".join(sorted({name for name, _ in frame.data}))
        raise BadInput(f"none of the channels {', '.join(channels)}; there are: {there}")
    described = tuple(c for c in frame.channels if c.name in channels)
    ways = {direction for _, direction in data}
    scanned = {d: rows for d, rows in frame.scanned.items() if d in ways}
    return replace(frame, data=data, channels=described, scanned=scanned)


def _segment(eye: Eye, frame: Frame, key: str, out: Path, about: dict[str, Any]) -> FrameResult:
    segmenter = eye.segmenter
    begun = time.perf_counter()
    segmenter.begin(frame)
    segmentation = segmenter.glimpse(frame, frame.shape[0], final=True)
    milliseconds = 1e3 * (time.perf_counter() - begun)
    placed = _placed(frame)
    network = extract_network(segmentation, placed.region)
    known = placed is frame
    channels = channels_of(frame, phase_axis(frame))
    files = _write(out, key, segmentation)
    lag = _lag(frame) if known else None
    if known:
        # widths first: they are looked up in the images, where a lag shows lines too far on
        network = measure_widths(network, frame)
        network = network if lag is None else without_lag(network, lag)
        files |= _write_vectors(out, key, network)
        files |= _write_overlay(out, key, overlay(frame, channels, network, key))
    measured = numbers(frame, segmentation, network if known else None, lag)
    row = about | {"model": segmenter.model} | measured
    row |= {
        "ood_limit": segmenter.ood_limit,
        "model_sha256": segmenter.model_sha256,
        "engine": eye.engine,
        "time_ms": milliseconds,
    }
    best = telling(channels, frame.measurement.mode, network)
    shown = card(key, best, frame, segmentation, network)
    return FrameResult(row, shown | {"links": files}, tuple(files.values()))


def _lag(frame: Frame) -> Lag | None:
    """Return the lag between trace and retrace, `None` where lines are not known to be the trace's.

    A channel without a trace is drawn from its retrace, which lags the other way.
    """
    seen = {name for name, _ in frame.data if name in CHANNELS}
    if any(frame.get(name, Direction.TRACE) is None for name in seen):
        return None
    return measure_lag(frame)


def _placed(frame: Frame) -> Frame:
    """Return a frame that lies somewhere: of unknown size, a pixel stands for a metre in pictures.

    Nothing that is made of such a frame is given out in metres.
    """
    if all(math.isfinite(s) for s in frame.region.size):
        return frame
    lines, pixels = frame.shape
    region = ScanRegion((0.0, 0.0), (float(pixels), float(lines)))
    return replace(frame, request=replace(frame.request, region=region))


def _write(out: Path, key: str, segmentation: Segmentation) -> dict[str, str]:
    name = f"{key}-mask.png"
    atomically(out / name, lambda path: write_mask(path, segmentation.label))
    return {"mask": name}


def _write_vectors(out: Path, key: str, network: WallNetwork) -> dict[str, str]:
    name = f"{key}-walls.geojson"
    atomically(out / name, lambda path: write_geojson(path, network))
    return {"walls": name}


def _write_overlay(out: Path, key: str, content: bytes) -> dict[str, str]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    name = f"{key}-overlay.png"
    atomically(out / name, write)
    return {"overlay": name}
