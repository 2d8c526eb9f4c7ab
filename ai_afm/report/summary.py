"""What a run brought, in figures: read from its folder alone, also while it is live."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ai_afm.acquire.rebuild import rebuild
from ai_afm.config import RunConfig, parse_config
from ai_afm.control.raster import zoom_pixel_size, zoom_tip_line_rate
from ai_afm.control.sightings import newest_map
from ai_afm.image.instrument_time import InstrumentTimes, raster_seconds
from ai_afm.microscope.simulated.surface import World
from ai_afm.report.truth import true_world
from ai_afm.store.journal import Journal, Row
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.match import recall_precision
from ai_afm.survey.places import offsets
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    Consent,
    MapRequest,
    Observation,
    ProbeKind,
    Role,
    ScanRegion,
    ScanRequest,
    Wall,
)

NATIVE = (Role.OVERVIEW, Role.RASTER, Role.ZOOM, Role.FOLLOW, Role.WISH)
"""Roles of frames that show the sample before it was probed."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in figures; `None` is not measured.

    Parameters
    ----------
    folder, config
        Where it lies and how it was set.
    survey
        All observations, in the order in which they were made.
    rows
        The journal.
    world
        The twin's world, which knows the true walls; `None` for real samples.
    scans, zooms, probes, loops, targets
        Counts of what was finished; targets are places with at least one closer frame.
    wall_recall, wall_precision
        Share of true (drawn) domain-wall length in the overview within `tolerance` of a drawn
        (true) wall.
    tolerance
        m: two pixels of the overview, at least 20 nm.
    instrument_time_s, raster_time_s
        Time spent, probes included; time of a raster of the overview area at the zooms' pixel size.
    """

    folder: Path
    config: RunConfig
    survey: Survey
    rows: tuple[Row, ...]
    world: World | None
    scans: int
    zooms: int
    probes: int
    loops: int
    targets: int
    wall_recall: float | None
    wall_precision: float | None
    tolerance: float | None
    instrument_time_s: float
    raster_time_s: float | None


def summarise(folder: RunFolder) -> RunSummary:
    """Read a run folder.

    Raises
    ------
    AfmError
        When the folder or one of its files cannot be trusted.
    """
    config = parse_config(folder.config_toml(), str(folder.config_file))
    with Journal.read(folder.journal_file) as journal:
        survey = rebuild(_empty(config), folder, journal)
        rows = tuple(journal.rows())
    world = true_world(config)
    overview = widest(survey)
    zooms = list(survey.scans(Role.ZOOM))
    recall, precision, tolerance = _agreement(survey, overview, world)
    probes = [o for o in survey.probes() if o.finished]
    return RunSummary(
        folder=folder.path,
        config=config,
        survey=survey,
        rows=rows,
        world=world,
        scans=sum(1 for _ in survey.scans()),
        zooms=len(zooms),
        probes=len(probes),
        loops=sum(_is_loop(o) for o in probes),
        targets=len({o.request.target for o in zooms if isinstance(o.request, ScanRequest)}),
        wall_recall=recall,
        wall_precision=precision,
        tolerance=tolerance,
        instrument_time_s=survey.spent,
        raster_time_s=_raster_time(config, overview),
    )


def drawn_walls(survey: Survey) -> tuple[Wall, ...]:
    """Return all walls and boundaries of the native sample, drift removed."""
    walls: list[Wall] = []
    last = newest_map(survey)
    if last is not None and (network := survey.observations[last].network) is not None:
        walls += network.walls  # drawn without drift
    for observation, (dx, dy) in zip(survey.observations, offsets(survey), strict=True):
        role = getattr(observation.request, "role", None)
        if observation.network is not None and role in NATIVE:
            walls += [_moved(w, -dx, -dy) for w in observation.network.walls]
    return tuple(walls)


def widest(survey: Survey) -> Observation | None:
    """Return the frame that shows all of the area: the last map, an overview or a raster frame."""
    last = newest_map(survey)
    if last is not None:
        return survey.observations[last]
    return next(survey.scans(Role.OVERVIEW, Role.RASTER), None)


def _moved(wall: Wall, dx: float, dy: float) -> Wall:
    points = wall.points + np.array([dx, dy])
    return replace(wall, points=points)


def _is_loop(observation: Observation) -> bool:
    return getattr(observation.request, "kind", None) == ProbeKind.HYSTERESIS_LOOP


def _empty(config: RunConfig) -> Survey:
    # limits play no part in reading: the range is a placeholder that contains everything
    everywhere = ScanRegion((0.0, 0.0), (1.0, 1.0))
    return Survey(config.limits.limits(everywhere, config.run.budget_min * 60), Consent())


def _agreement(
    survey: Survey, overview: Observation | None, world: World | None
) -> tuple[float | None, float | None, float | None]:
    request = None if overview is None else overview.request
    if world is None or not isinstance(request, ScanRequest | MapRequest):
        return None, None, None
    region = request.region
    pixel = max(s / n for s, n in zip(region.size, request.shape[::-1], strict=True))
    tolerance = max(2 * pixel, 20e-9)
    drawn = [w for w in drawn_walls(survey) if w.code in DOMAIN_WALL_CODES]
    true = [w for w in world.truth(region).walls if w.code in DOMAIN_WALL_CODES]
    recall, precision = recall_precision(drawn, true, region, tolerance)
    return recall, precision, tolerance


def _raster_time(config: RunConfig, overview: Observation | None) -> float | None:
    """Return the time of a raster of the overview area at the zooms' pixel size and tip speed."""
    if overview is None:
        return None
    region = config.overview.region
    rate = zoom_tip_line_rate(config, region)
    return raster_seconds(region, zoom_pixel_size(config), rate, InstrumentTimes())
