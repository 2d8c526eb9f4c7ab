"""Another policy run to its end, on ground that the recorded run has rastered in full."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai_afm.acquire.rebuild import Look, surveys
from ai_afm.config import InstrumentSettings, LimitSettings, RunConfig
from ai_afm.control.words import region_text
from ai_afm.errors import BadInput
from ai_afm.events import Event, RunFinished
from ai_afm.geometry import contains
from ai_afm.image.instrument_time import scan_seconds
from ai_afm.report.summary import drawn_walls, summarise
from ai_afm.run import run
from ai_afm.service.replay.told import Told
from ai_afm.service.session import create_run, open_session
from ai_afm.survey.match import recall_precision
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, Role, ScanRequest

PIXELS, LEAST = 2, 20e-9
"""Lines of both that are closer than two pixels of the overview, or 20 nm, are the same."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A finished raster frame of a run, as the sample of another."""

    observation: Observation
    request: ScanRequest
    file: Path


def ground_of(told: Told, look: Look, config: RunConfig) -> Ground:
    """Return the raster frame with the smallest pixels that holds the area of a configuration.

    Raises
    ------
    BadInput
        When no finished raster frame does: what nobody has scanned cannot be rolled out.
    """
    area = config.overview.region
    *_, (_, survey) = surveys(told.survey(told.config), told.rows, look)
    fit = [
        Ground(o, o.request, told.folder.scan_file(o.number))
        for o in survey.scans(Role.RASTER)
        if isinstance(o.request, ScanRequest) and o.finished and contains(o.request.region, area)
    ]
    if not fit:
        raise BadInput(
            f"no finished raster frame of this run holds the area of {region_text(area.size)}; a"
            " roll-out needs ground that was fully rastered, in one frame (make an area that one"
            " holds: overview.size_nm, overview.center_nm)"
        )
    return min(fit, key=lambda ground: max(ground.request.pixel_size))


def roll_out(
    told: Told, look: Look, config: RunConfig, out: Path, lab: Path | None = None
) -> dict[str, Any]:
    """Let a configuration have its way on rastered ground, in a run folder of its own.

    Nothing is probed there: an image does not know what a bias would have done.

    Parameters
    ----------
    told, look
        The recorded run, and how its frames were seen.
    config
        Of the other policy.
    out
        Folder of the roll-out; absent or empty.
    lab
        Lab folder with models.

    Returns
    -------
    dict
        The field `roll_out` of `ai-afm replay --json`.

    Raises
    ------
    BadInput
        When no finished raster frame holds the area.
    AfmError
        Whatever ends a run.
    """
    ground = ground_of(told, look, config)
    folder = create_run(out, on_ground(config, ground), lab)
    last: Event | None = None
    with open_session(folder, lab, learns=False) as session:
        with closing(run(session)) as happening:
            for event in happening:
                last = event
        times = session.capabilities.times
    finished = last if isinstance(last, RunFinished) else None
    summary = summarise(folder)
    raster = scan_seconds(ground.request, times)
    recall, precision = _agreement(summary.survey, ground, config)
    return {
        "ground": f"scan {ground.observation.number}",
        "controller": config.run.controller,
        "decisions": sum(row.kind == "decision" for row in summary.rows),
        "scans": summary.scans,
        "instrument_time_s": summary.instrument_time_s,
        "raster_time_s": raster,
        "ratio": summary.instrument_time_s / raster,
        "recall_of_raster": recall,
        "precision_by_raster": precision,
        "outcome": finished.outcome if finished else None,
        "message": finished.message if finished else None,
    }


def on_ground(config: RunConfig, ground: Ground) -> RunConfig:
    """Return the configuration with the frame as its sample, and without probes."""
    instrument = InstrumentSettings(
        kind="replay", clock="instant", options={"file": str(ground.file)}
    )
    limits = LimitSettings.model_validate(config.limits.model_dump() | {"region": None})
    probe = config.probe.model_copy(update={"enabled": False})
    parts = {"instrument": instrument, "limits": limits, "probe": probe}
    return config.model_copy(update=parts)


def _agreement(
    survey: Survey, ground: Ground, config: RunConfig
) -> tuple[float | None, float | None]:
    """Return which share of the raster's lines the roll-out drew, and of its lines the raster."""
    if ground.observation.network is None:
        return None, None
    area = config.overview.region
    pixel = max(area.size[0] / config.overview.pixels, area.size[1] / config.overview.lines)
    tolerance = max(PIXELS * pixel, LEAST)
    return recall_precision(drawn_walls(survey), ground.observation.network.walls, area, tolerance)
