"""What a run would do, without moving: regions, times and the guard's verdicts."""

from dataclasses import replace
from typing import Any

import numpy as np

from ai_afm.config import RunConfig
from ai_afm.control.costs import position, predicted_seconds
from ai_afm.control.plugins import open_controller
from ai_afm.service.session import open_instrument, resolve
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    AreaMap,
    MapRequest,
    Observation,
    PathRequest,
    Proposal,
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
        survey = Survey(microscope.limits, microscope.consent, config.run.seed)
        rows: list[dict[str, Any]] = []
        number = 0
        while (request := controller.propose(survey)) is not None and len(rows) < 10_000:
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
        return {
            "requests": rows,
            "closing_words": controller.closing_words(survey),
            "note": "frames are taken as empty; zooms and probes follow from what the run will see",
        }
    finally:
        microscope.close()


def _where(request: object) -> dict[str, Any]:
    if isinstance(request, PathRequest):
        return {"role": request.role, "sweeps": len(request.sweeps)}
    if not isinstance(request, ScanRequest):
        return {}
    region = request.region
    return {
        "role": request.role,
        "center_m": list(region.center),
        "size_m": list(region.size),
        "angle_rad": region.angle,
        "shape": list(request.shape),
        "line_rate_hz": request.line_rate,
    }


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
