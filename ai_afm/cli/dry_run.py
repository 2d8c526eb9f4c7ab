"""What a run would do, without moving: regions, times and the guard's verdicts."""

from dataclasses import replace
from typing import Any

import numpy as np

from ai_afm.config import RunConfig
from ai_afm.control.base import Controller
from ai_afm.control.costs import position, predicted_seconds
from ai_afm.control.frames import zoom_frame
from ai_afm.control.plugins import open_controller
from ai_afm.control.raster import zoom_pixel_size, zoom_tip_line_rate
from ai_afm.errors import ConfigError
from ai_afm.geometry import bounding_region
from ai_afm.image.instrument_time import InstrumentTimes, raster_seconds
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.service.session import open_instrument, resolve
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    AreaMap,
    MapRequest,
    Observation,
    PathRequest,
    Proposal,
    ScanRegion,
    ScanRequest,
    WallNetwork,
)


def dry_run(config: RunConfig) -> dict[str, Any]:
    """List the moves that are known beforehand; what a frame will show decides the rest.

    The controller is asked as in the run, and told of empty frames: what it would do then is
    listed.
    """
    config = resolve(config)
    microscope = open_instrument(config)
    try:
        times = microscope.capabilities.times
        controller = open_controller(config.run.controller, config, microscope.capabilities)
        rows, words = _moves(config, microscope, controller)
        return {
            **_ground(config, microscope),
            "requests": rows,
            "predicted_s": sum(row["seconds"] for row in rows),
            "closer_s": _closer(config, times),
            "raster_s": _raster(config, times),
            "closing_words": words,
            "note": "frames are taken as empty; zooms and probes follow from what the run will see",
        }
    finally:
        microscope.close()


def _moves(
    config: RunConfig, microscope: GuardedMicroscope, controller: Controller
) -> tuple[list[dict[str, Any]], str]:
    """Return the moves that are known beforehand, and what the controller says at their end."""
    survey = Survey(microscope.limits, microscope.consent, config.run.seed)
    times = microscope.capabilities.times
    rows: list[dict[str, Any]] = []
    words = ""
    number = 0
    while len(rows) < 10_000:
        try:
            request = controller.propose(survey)
        except ConfigError as exc:
            if not rows:
                raise
            words = f"further plans need what the run will see ({exc})"
            break
        if request is None:
            break
        number += 1
        if isinstance(request, MapRequest):
            survey = survey.add(_empty(request, number, 0.0))
            continue
        verdict = microscope.verdict(request)
        seconds = predicted_seconds(request, position(survey), times)
        rows.append(
            {
                "reason": request.reason,
                "seconds": seconds,
                "legal": verdict.legal,
                "verdict": verdict.message,
                **_where(request),
            }
        )
        if not verdict.legal:
            survey = survey.refuse(request, verdict.message)
            continue
        survey = survey.add(_empty(request, number, seconds))
    return rows, words or controller.closing_words(survey)


def _where(request: object) -> dict[str, Any]:
    if isinstance(request, PathRequest):
        points = np.array([p for s in request.sweeps for p in (s.start, s.end)])
        around = _place(bounding_region(points))
        return {"role": request.role, "sweeps": len(request.sweeps), **around}
    if not isinstance(request, ScanRequest):
        return {}
    return {
        "role": request.role,
        **_place(request.region),
        "shape": list(request.shape),
        "line_rate_hz": request.line_rate,
    }


def _place(region: ScanRegion) -> dict[str, Any]:
    return {
        "center_m": list(region.center),
        "size_m": list(region.size),
        "angle_rad": region.angle,
    }


def _ground(config: RunConfig, microscope: GuardedMicroscope) -> dict[str, Any]:
    """Return where the run may go, and what its instrument records."""
    capabilities = microscope.capabilities
    return {
        "instrument": capabilities.name,
        "channels": [channel.name for channel in capabilities.channels],
        "range": _place(capabilities.scanner_range),
        "allowed": _place(microscope.limits.region),
        "overview": _place(config.overview.region),
    }


def _closer(config: RunConfig, times: InstrumentTimes) -> float | None:
    """Return the time of all closer frames if each target is found, s, without their probes.

    `None` for a run that looks at no targets.
    """
    if config.run.controller != "targets" or config.question is not None:
        return None
    center = config.overview.region.center
    frames = [
        zoom_frame(config, ScanRegion(center, (size, size)), "target", "")
        for size in config.targets.ladder
    ]
    return config.targets.count * sum(predicted_seconds(f, center, times) for f in frames)


def _raster(config: RunConfig, times: InstrumentTimes) -> float:
    """Return the time of a raster of the overview's region as fine as the closest frames, s."""
    region = config.overview.region
    rate = zoom_tip_line_rate(config, region)
    return raster_seconds(region, zoom_pixel_size(config), rate, times)


def _empty(request: Proposal, number: int, seconds: float) -> Observation:
    observation = Observation(number, request, seconds=seconds)
    match request:
        case ScanRequest():
            network = WallNetwork(request.region, ())
            return replace(observation, lines=request.shape[0], network=network)
        case PathRequest():
            return replace(observation, lines=len(request.sweeps))
        case MapRequest():
            nothing = np.zeros(request.shape, np.float32)
            area = AreaMap(np.zeros(request.shape, np.bool_), nothing, {})
            return replace(observation, network=WallNetwork(request.region, ()), area=area)
    return observation
