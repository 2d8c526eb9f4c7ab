"""Draw a map of all that was read of an area, store it, and have it segmented."""

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ai_afm import geometry
from ai_afm.acquire.records import observation_record
from ai_afm.acquire.session import Session
from ai_afm.errors import ModelError
from ai_afm.events import Event, Faulted, MapDrawn
from ai_afm.image.area_drawing import AreaDrawing
from ai_afm.image.canvas import Covered, Grid
from ai_afm.image.path_table import ONE_WAY
from ai_afm.image.scan_bytes import ScanState
from ai_afm.image.scan_layout import StoredScan, read_scan
from ai_afm.segment.base import Glimpse
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey.area_map import kinds_of_lines, line_probability, sweep_shifts
from ai_afm.survey.doubts import uncertain_spots
from ai_afm.survey.health.again import bad_from
from ai_afm.survey.survey import Survey
from ai_afm.survey.walls import extract_network
from ai_afm.types import (
    AreaMap,
    Channel,
    Direction,
    FloatImage,
    MapRequest,
    Observation,
    PathRequest,
    Point,
    Role,
    ScanLine,
    ScanRequest,
    Segmentation,
    SlowDirection,
)

DEADLINE = 120.0
"""Seconds that the run waits for the segmentation of a map."""
COVERED = "covered"
"""Channel of a map file: 1 where the tip was as slow as in the full raster, else 0."""


def draw_map(
    session: Session, survey: Survey, request: MapRequest
) -> Generator[Event, None, Observation]:
    """Draw the map that a controller asks for, and return what the model sees in it.

    A segmenter that fails is a fault and no end: the observation has no walls then.

    Raises
    ------
    StoreError
        When the map cannot be stored.
    """
    number = 1 + sum(isinstance(o.request, MapRequest) for o in survey.observations)
    drawing = _drawing(session.folder, survey, request)
    channels, grid = drawing.picture(coarse=request.coarse > 1)
    file = session.folder.map_file(number)
    _store(session, file, number, request, grid, channels, drawing)
    yield MapDrawn(number, request)
    glimpse = None
    try:
        glimpse = _segmented(session, file, number, grid.shape[0])
    except ModelError as exc:
        response = f"map {number} has no segmentation"
        row = {"kind": "segmenter", "message": str(exc), "response": response}
        session.journal.append("fault", row)
        yield Faulted("segmenter", str(exc), response)
    seen = None if glimpse is None else glimpse.segmentation
    observation = Observation(
        number,
        request,
        network=None if seen is None else extract_network(seen, request.region),
        segmentation=seen,
        notes={
            "ood": None if seen is None else seen.ood,
            "ood_score": None if seen is None else seen.ood_score,
            "segmentation": None if glimpse is None else glimpse.path.name,
            "uncertain": None if seen is None else uncertain_spots(seen, request.region),
            "covered": float(drawing.covered.mean()),
            **_doubts(survey),
        },
        area=None if seen is None else _area(request, drawing.covered, seen),
    )
    session.journal.append("observed", observation_record(observation))
    return observation


def stored_map(folder: RunFolder, number: int, request: MapRequest, name: str) -> Observation:
    """Return a map's observation with what its files tell: walls, lines, what was covered.

    Parameters
    ----------
    folder
        Of the run.
    number, request
        Of the map.
    name
        File name of its segmentation.
    """
    seen = read_segmentation(folder.segmentations / name).segmentation
    covered = read_scan(folder.map_file(number)).frame.get(COVERED)
    assert covered is not None
    area = _area(request, _covered(covered, request.shape), seen)
    return Observation(number, request, network=extract_network(seen, request.region), area=area)


def _doubts(survey: Survey) -> dict[str, list[str]]:
    """Return who doubts any of what the map is drawn from, "doubts": detectors; else nothing."""
    found = {
        str(detector)
        for o in survey.observations
        if getattr(o.request, "role", None) is Role.AREA and bad_from(o) is None
        for detector in (o.notes or {}).get("doubts", ())
    }
    return {"doubts": sorted(found)} if found else {}


def _area(request: MapRequest, covered: Covered, seen: Segmentation) -> AreaMap:
    return AreaMap(covered, line_probability(seen, request.shape), kinds_of_lines(seen))


def _covered(covered: FloatImage, shape: tuple[int, int]) -> Covered:
    """Return what a map file says is scanned finely; in a coarse map nothing is."""
    if covered.shape != shape:
        return np.zeros(shape, np.bool_)
    return np.asarray(covered > 0.5)


def _drawing(folder: RunFolder, survey: Survey, request: MapRequest) -> AreaDrawing:
    """Draw everything that was read of the area so far, in the coordinates of its grid."""
    speed = ScanRequest(request.region, request.shape, request.line_rate).tip_speed
    drawing = AreaDrawing(Grid(request.region, request.shape), speed)
    waiting: list[Observation] = []
    for observation in survey.observations:
        if isinstance(observation.request, MapRequest):
            _draw(folder, drawing, waiting, observation.request)
            waiting = []
        elif getattr(observation.request, "role", None) is Role.AREA:
            waiting.append(observation)
    _draw(folder, drawing, waiting, request)
    return drawing


def _draw(
    folder: RunFolder, drawing: AreaDrawing, read: list[Observation], request: MapRequest
) -> None:
    for observation, shift in zip(read, request.shifts, strict=True):
        asked = observation.request
        assert isinstance(asked, PathRequest | ScanRequest)
        paths = isinstance(asked, PathRequest)
        number = observation.number
        stored = read_scan(folder.path_file(number) if paths else folder.scan_file(number))
        drawing.add(asked, _on_grid(stored, asked, shift, bad_from(observation)), request.coarse)


def _on_grid(
    stored: StoredScan,
    request: PathRequest | ScanRequest,
    drift: tuple[Point, Point],
    bad: int | None,
) -> Iterator[ScanLine]:
    """Yield passes where they were asked for, drift taken off: sensors wobble, pixels do not.

    From row `bad` on (in order of arrival) they are not to be believed, and are left out.
    """
    shifts = sweep_shifts(drift, stored.frame.shape[0])
    upwards = getattr(request, "slow_direction", None) is SlowDirection.UP
    for line in stored.lines():
        if bad is not None and _arrived(line.index, stored.frame.shape[0], upwards) >= bad:
            continue
        if isinstance(request, PathRequest):
            start, end = geometry.sample_ends(request.sweeps[line.index])
        else:
            start, end = geometry.line_ends(request.region, request.shape, line.index)
        shift = shifts[line.index]
        yield replace(line, start=_back(start, shift), end=_back(end, shift))


def _arrived(index: int, rows: int, upwards: bool) -> int:
    """Return the how-manyth row to arrive a row is, from 0."""
    return rows - 1 - index if upwards else index


def _back(point: Point, shift: Point) -> Point:
    return point[0] - shift[0], point[1] - shift[1]


def _store(
    session: Session,
    file: Path,
    number: int,
    request: MapRequest,
    grid: Grid,
    channels: dict[str, FloatImage],
    drawing: AreaDrawing,
) -> None:
    """Write the map in the layout of a scan; one that a crash has left is made again."""
    units = {c.name: c for c in session.capabilities.channels}
    fine = grid.shape == request.shape
    covered = drawing.covered if fine else np.zeros(grid.shape, np.bool_)
    images = {**channels, COVERED: covered.astype(np.float32)}
    kept = (*(units[name] for name in channels), Channel(COVERED, ""))
    carrier = ScanRequest(
        grid.region, grid.shape, request.line_rate, role=Role.MAP, target=request.target,
        reason=request.reason,
    )  # fmt: skip
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    options = WriterOptions(directions=ONE_WAY, slow_below=0.0)
    measurement = session.microscope.measurement()
    time_now = session.microscope.state().time
    with ScanFileWriter.create(file, number, carrier, kept, measurement, options) as writer:
        for row in range(grid.shape[0]):
            start, end = geometry.line_ends(grid.region, grid.shape, row)
            values = {name: image[row] for name, image in images.items()}
            writer.write(ScanLine(row, Direction.TRACE, start, end, values, time_now))
        writer.finish(ScanState.COMPLETE)


def _segmented(session: Session, file: Path, number: int, lines: int) -> Glimpse | None:
    """Return the segmentation of a stored map; `None` where the run has no segmenter.

    Raises
    ------
    ModelError
        When it fails, or takes too long.
    """
    service = session.glimpses
    if service is None:
        return None
    service.submit(number, file, lines, final=True)
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        glimpse = service.poll(1.0)
        if glimpse is not None and glimpse.final and glimpse.path.name.startswith("map-"):
            return glimpse
    raise ModelError(f"no segmentation of map {number} within {DEADLINE:.0f} s")
