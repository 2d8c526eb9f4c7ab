"""A run as a reader follows it: places with their frames, images before and after, and probes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from ai_afm.errors import AfmError
from ai_afm.image.scan_layout import StoredScan, read_scan
from ai_afm.report.summary import RunSummary
from ai_afm.store.probe_file import read_probe
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey import places
from ai_afm.types import (
    Frame,
    MapRequest,
    Observation,
    Point,
    ProbeRequest,
    Role,
    ScanRequest,
    Segmentation,
    Spectrum,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation, and the drift (dx, dy), m, that its coordinates contain."""

    observation: Observation
    drift: Point

    @property
    def scan(self) -> ScanRequest:
        """The request of a scan; of a map, that of the frame that it stands for."""
        request = self.observation.request
        if isinstance(request, MapRequest):
            return ScanRequest(
                request.region, request.shape, request.line_rate, role=Role.MAP,
                target=request.target, reason=request.reason,
            )  # fmt: skip
        assert isinstance(request, ScanRequest)
        return request

    @property
    def probe(self) -> ProbeRequest:
        """The request of a probe."""
        request = self.observation.request
        assert isinstance(request, ProbeRequest)
        return request


@dataclass(frozen=True, slots=True)
class Place:
    """A target (or wish) and everything that was done there, in order.

    Parameters
    ----------
    name
        "T1", or what a person called it.
    frames
        Its closer frames, and those that follow its wall.
    before, after
        Images around the probes.
    probes
        Point measurements.
    """

    name: str
    frames: tuple[Seen, ...]
    before: tuple[Seen, ...]
    after: tuple[Seen, ...]
    probes: tuple[Seen, ...]

    @property
    def best(self) -> Seen | None:
        """The closest frame that has most of its lines, the last one where there are several.

        Frames that follow a wall away from the place are no better look at it.
        """
        known = [
            f for f in self.frames if f.observation.lines > 0 and f.scan.role is not Role.FOLLOW
        ]
        whole = [f for f in known if f.observation.lines >= f.scan.shape[0] / 2] or known
        return min(reversed(whole), key=lambda f: max(f.scan.region.size), default=None)


@dataclass(slots=True)
class Story:
    """What the report tells; files are read when they are asked for.

    Parameters
    ----------
    folder, summary
        The run.
    wide
        Overview and raster frames; the last map of an area.
    maps
        All maps of an area, oldest first.
    places
        In the order in which they were chosen.
    loose
        Probes that belong to no place.
    open_scans
        Numbers of scans that are stored but were not finished as an observation.
    problems
        Files that could not be read, in words.
    """

    folder: RunFolder
    summary: RunSummary
    wide: tuple[Seen, ...]
    places: tuple[Place, ...]
    loose: tuple[Seen, ...]
    open_scans: tuple[int, ...]
    maps: tuple[Seen, ...] = ()
    problems: list[str] = field(default_factory=list)

    def scan(self, number: int) -> StoredScan | None:
        """Return a stored scan; `None` where it cannot be read, which becomes a problem."""
        return self._read(self.folder.scan_file(number), read_scan)

    def frame(self, number: int) -> Frame | None:
        """Return what a scan has recorded."""
        stored = self.scan(number)
        return None if stored is None else stored.frame

    def frame_of(self, seen: Seen) -> Frame | None:
        """Return what a scan has recorded, or what a map was drawn from."""
        if isinstance(seen.observation.request, MapRequest):
            stored = self._read(self.folder.map_file(seen.observation.number), read_scan)
            return None if stored is None else stored.frame
        return self.frame(seen.observation.number)

    def spectrum(self, number: int) -> Spectrum | None:
        """Return what a probe has recorded."""
        stored = self._read(self.folder.probe_file(number), read_probe)
        return None if stored is None else stored.spectrum

    def segmentation(self, observation: Observation) -> Segmentation | None:
        """Return what the model saw in a scan, `None` where there is nothing."""
        name = (observation.notes or {}).get("segmentation")
        if not name:
            return None
        stored = self._read(self.folder.segmentations / str(name), read_segmentation)
        return None if stored is None else stored.segmentation

    def _read(self, path: Path, read: Callable[[Path], T]) -> T | None:
        try:
            return read(path)
        except (AfmError, OSError) as exc:
            text = f"{path.parent.name}/{path.name} cannot be shown: {exc}"
            if text not in self.problems:
                self.problems.append(text)
            return None


def tell(folder: RunFolder, summary: RunSummary) -> Story:
    """Put the observations of a run in the order of its places."""
    survey = summary.survey
    drifts = places.offsets(survey)
    seen = [Seen(o, d) for o, d in zip(survey.observations, drifts, strict=True)]
    scans = [s for s in seen if isinstance(s.observation.request, ScanRequest)]
    probes = [s for s in seen if isinstance(s.observation.request, ProbeRequest)]
    maps = tuple(
        replace(s, drift=(0.0, 0.0)) for s in seen if isinstance(s.observation.request, MapRequest)
    )
    wide = tuple(s for s in scans if s.scan.role in (Role.OVERVIEW, Role.RASTER))
    stored = {s.observation.number for s in scans}
    scans = [s for s in scans if s.scan.role not in (Role.AREA, Role.SEQUENCE)]
    return Story(
        folder,
        summary,
        (*maps[-1:], *wide),
        tuple(_places(scans, probes)),
        tuple(p for p in probes if p.probe.target is None),
        tuple(n for n in folder.scan_numbers() if n not in stored),
        maps,
    )


def _places(scans: list[Seen], probes: list[Seen]) -> Iterator[Place]:
    names = dict.fromkeys(s.scan.target for s in scans if s.scan.target)
    names |= dict.fromkeys(p.probe.target for p in probes if p.probe.target)
    for name in names:
        own = [s for s in scans if s.scan.target == name]
        yield Place(
            str(name),
            tuple(s for s in own if s.scan.role in (Role.ZOOM, Role.FOLLOW, Role.WISH)),
            tuple(s for s in own if s.scan.role is Role.BEFORE),
            tuple(s for s in own if s.scan.role is Role.AFTER),
            tuple(p for p in probes if p.probe.target == name),
        )
