"""What a run would do, without moving: regions, times and the guard's verdicts."""

from dataclasses import replace
from typing import Any

from ai_afm.config import RunConfig
from ai_afm.control.costs import position
from ai_afm.control.plugins import open_controller
from ai_afm.image.instrument_time import request_seconds
from ai_afm.service.session import open_instrument, resolve
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, ScanRequest, WallNetwork


def dry_run(config: RunConfig) -> dict[str, Any]:
    """List the moves that are known beforehand; what a frame will show decides the rest.

    The controller is asked as in the run, and told of empty frames: what it would do then is
    listed.
    """
    config = resolve(config)
    microscope = open_instrument(config)
    try:
        times = microscope.capabilities.times
        controller = open_controller(config.run.controller, config, times)
        survey = Survey(microscope.limits, microscope.consent, config.run.seed)
        rows: list[dict[str, Any]] = []
        number = 0
        while (request := controller.propose(survey)) is not None and len(rows) < 10_000:
            verdict = microscope.verdict(request)
            seconds = request_seconds(request, position(survey), times)
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
            number += 1
            survey = survey.add(_empty(request, number, seconds))
        return {
            "requests": rows,
            "closing_words": controller.closing_words(survey),
            "note": "frames are taken as empty; zooms and probes follow from what the run will see",
        }
    finally:
        microscope.close()


def _where(request: object) -> dict[str, Any]:
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


def _empty(request: Any, number: int, seconds: float) -> Observation:
    network = WallNetwork(request.region, ()) if isinstance(request, ScanRequest) else None
    lines = request.shape[0] if isinstance(request, ScanRequest) else 0
    observation = Observation(number, request, lines=lines, network=network)
    return replace(observation, seconds=seconds)
