"""What one worker does with a batch of scans: read, segment, write, and say what became of each.

It runs in any process of any computer that sees the archive and the folder of the results under
the same paths. Before a scan is touched, a mark says so; a worker that dies leaves it behind, and
after `TRIES` such marks the scan is given up instead of killing worker after worker.
"""

import hashlib
import logging
import math
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_afm import __version__
from ai_afm.errors import AfmError, BadInput, ModelError, StoreError
from ai_afm.image.readers.frames import foreign_format, format_of, read_frames
from ai_afm.image.readers.registry import head_of
from ai_afm.service.archive import results
from ai_afm.service.archive.results import Recipe
from ai_afm.service.folder.scans import digest
from ai_afm.store.segmentation_file import Provenance, quantised, write_segmentation
from ai_afm.survey.walls import extract_network
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Frame, Segmentation

if TYPE_CHECKING:
    from ai_afm.segment.predict import UnetSegmenter

TRIES = 3
"""Workers that a scan may kill before it is given up."""
_LENGTHS = {
    "wall_undetermined_length_m": (ClassCode.WALL,),
    "wall_180_length_m": (ClassCode.WALL_180,),
    "wall_ferroelastic_length_m": (ClassCode.WALL_FERROELASTIC,),
    "wall_length_m": DOMAIN_WALL_CODES,
    "boundary_length_m": (ClassCode.GRAIN_BOUNDARY,),
}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Orders:
    """What all workers of a session are told; texts only, as it goes over the network.

    Parameters
    ----------
    out
        Folder of the results.
    session
        Folder of this session in there; when it is gone, the session is over.
    recipe
        How scans are segmented.
    made_with
        Versions of ai-afm and torch that all workers must have.
    """

    out: str
    session: str
    recipe: Recipe
    made_with: tuple[str, str] = field(default_factory=lambda: (__version__, version("torch")))


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What became of one file.

    Parameters
    ----------
    file
        The file.
    kind
        "done", "known" (an earlier session had done it), "failed", "unread" (a scan of a format
        that no installed reader reads) or "other" (no scan at all).
    rows
        One a frame, as `results` keeps them.
    reason
        Why it failed, or the name of the format.
    cpu_seconds
        CPU time, s, without that of `start_seconds`.
    start_seconds
        CPU time, s, that a worker took to load the model when it came to its first scan.
    lost
        Workers that died while they were at it.
    """

    file: str
    kind: str
    rows: tuple[dict[str, Any], ...] = ()
    reason: str = ""
    cpu_seconds: float = 0.0
    start_seconds: float = 0.0
    lost: int = 0


def segment_batch(files: Sequence[str], orders: Orders) -> list[ScanResult]:
    """Segment files one after the other; whatever is wrong with one does not stop the others.

    Raises
    ------
    StoreError
        When the disk refuses, or this computer does not see the folder of the results.
    ModelError
        When the model cannot be read here, or this computer has other versions of ai-afm or torch.
    """
    _check_place(orders)
    found = []
    for file in files:
        begun = time.process_time()
        result = _tried(Path(file), orders)
        spent = time.process_time() - begun - result.start_seconds
        found.append(replace(result, cpu_seconds=spent))
    return found


def _check_place(orders: Orders) -> None:
    here = socket.gethostname()
    if not Path(orders.session).is_dir():
        raise StoreError(
            f"the worker on {here} does not see {orders.session}; let all workers have the folder "
            "of the results under the same path (or the session is over)"
        )
    mine = (__version__, version("torch"))
    if mine != orders.made_with:
        raise ModelError(
            f"the worker on {here} has ai-afm {mine[0]} and torch {mine[1]}, this command "
            f"{orders.made_with[0]} and {orders.made_with[1]}; install the same everywhere"
        )


def _tried(file: Path, orders: Orders) -> ScanResult:
    """Segment a file unless it has killed too many workers."""
    marks = _marks(file, orders)
    lost = sum(mark.exists() for mark in marks)
    if lost == TRIES:
        reason = f"{file.name}: given up, {TRIES} workers died at it (killed, or out of memory)"
        return ScanResult(str(file), "failed", reason=reason, lost=lost)
    try:
        marks[lost].touch()
    except OSError as exc:
        raise StoreError(f"{marks[lost]} could not be written: {exc}") from exc
    result = replace(_looked_at(file, orders), lost=lost)
    for mark in marks:
        mark.unlink(missing_ok=True)
    return result


def _marks(file: Path, orders: Orders) -> list[Path]:
    name = hashlib.sha256(str(file).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return [Path(orders.session) / f"{name}.try{n}" for n in range(1, TRIES + 1)]


def _looked_at(file: Path, orders: Orders) -> ScanResult:
    try:
        head_of(file)
        if format_of(file) is None:
            foreign = foreign_format(file)
            return ScanResult(str(file), "unread" if foreign else "other", reason=foreign or "")
        key = results.result_key(digest(file), orders.recipe)
        known = results.whole_rows(Path(orders.out), key)
        if known is not None:
            return ScanResult(str(file), "known", tuple(known))
        begun = time.process_time()
        desk = _desk(orders.out, orders.recipe)
        start = time.process_time() - begun
        rows = _segmented(file, key, orders, desk)
    except (StoreError, ModelError):
        raise
    except AfmError as exc:
        return ScanResult(str(file), "failed", reason=_named(file, str(exc)))
    except Exception as exc:  # a reader of a third party may raise anything; the others go on
        _LOG.exception("%s cannot be segmented", file)
        return ScanResult(str(file), "failed", reason=_named(file, repr(exc)))
    return ScanResult(str(file), "done", tuple(rows), start_seconds=start)


def _named(file: Path, reason: str) -> str:
    return reason if file.name in reason else f"{file.name}: {reason}"


def _segmented(file: Path, key: str, orders: Orders, desk: "_Desk") -> list[dict[str, Any]]:
    """Segment all frames of a file and write them and, last, their record."""
    out, session = Path(orders.out), Path(orders.session)
    rows = []
    with desk.lock:
        for number, frame in enumerate(_usable_frames(file, orders.recipe)):
            name = results.result_name(key, number)
            segmentation = desk.look(frame)
            scratch = results.scratch_file(session, ".h5")
            write_segmentation(scratch, segmentation, desk.provenance(frame, number))
            sha256 = digest(scratch)
            results.put_in_place(scratch, out / name)
            row = {"frame": number, **_numbers(frame, segmentation)}
            row |= {"ood_limit": desk.segmenter.ood_limit, "result": name, "result_sha256": sha256}
            rows.append(row)
    if not rows:
        raise BadInput(f"{file.name}: there is no frame in it")
    results.write_record(out, key, rows, session)
    return rows


def _usable_frames(file: Path, recipe: Recipe) -> Iterator[Frame]:
    if recipe.channels is None:
        yield from read_frames(file)
        return
    from ai_afm.service.folder.frame import only  # imports what draws pictures

    yield from (only(frame, recipe.channels) for frame in read_frames(file))


def _numbers(frame: Frame, segmentation: Segmentation) -> dict[str, Any]:
    """Return a row: lengths of walls by class (of the stored probabilities), and how foreign."""
    seen = quantised(segmentation)
    known = all(math.isfinite(s) for s in frame.region.size)
    lengths: dict[str, float | None] = dict.fromkeys(_LENGTHS)
    if known:
        network = extract_network(seen, frame.region)
        lengths = {name: network.length(*codes) for name, codes in _LENGTHS.items()}
    return {
        "lines": frame.shape[0],
        "pixels": frame.shape[1],
        "size_fast_m": frame.region.size[0] if known else None,
        "size_slow_m": frame.region.size[1] if known else None,
        **lengths,
        "ood_score": segmentation.ood_score,
        "ood": segmentation.ood,
        "model": segmentation.model,
        "model_sha256": segmentation.model_sha256,
    }


@dataclass(frozen=True, slots=True)
class _Desk:
    """A network that is ready, and the right to use it: it looks at one frame at a time."""

    segmenter: "UnetSegmenter"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, frame: Frame) -> Segmentation:
        self.segmenter.begin(frame)
        return self.segmenter.glimpse(frame, frame.shape[0], final=True)

    def provenance(self, frame: Frame, number: int) -> Provenance:
        """Return how it was made, without the time that it took: the same bytes for all workers."""
        from ai_afm.segment.processor import processor  # imports torch

        return Provenance(
            scan=number,
            lines=frame.shape[0],
            final=True,
            torch=version("torch"),
            dtype=self.segmenter.dtype,
            threads=1,
            cpu=processor(),
        )


@lru_cache(maxsize=1)
def _desk(out: str, recipe: Recipe) -> _Desk:
    """Load the model that lies beside the results, once a process."""
    from ai_afm.segment.model_file import read_model
    from ai_afm.segment.predict import UnetSegmenter

    name, _, number = recipe.model.partition("@")
    model = read_model(Path(out) / results.MODELS / name / number)
    if model.sha256 != recipe.model_sha256:
        raise ModelError(f"{recipe.model} in {out} is not the one that the session began with")
    return _Desk(UnetSegmenter(model, 1, dtype=recipe.dtype))
