"""What is read off a probe and off the images around it, as notes of their journal rows.

A controller never sees an image or a loop. What it needs of them (which domain is where, what a
probe has changed, what the first half-cycle says) is measured once, here, and lives in the journal:
a resumed run decides by the same numbers.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.question_plan import station_facts
from ai_afm.errors import AfmError, BadInput
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.patch import Patch, Scale, read_patch, scale_of
from ai_afm.survey.places import offsets
from ai_afm.survey.probe_events import Registration, event
from ai_afm.survey.question.ground import STEPS, GroundMap, ground_of
from ai_afm.survey.question.names import is_place
from ai_afm.survey.question.quality import judge
from ai_afm.survey.question.readout import plateaus, read_native
from ai_afm.survey.question.view import read_scale, view_of
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.shift import Expected, NoShift, measure_shift
from ai_afm.types import (
    Frame,
    Observation,
    Point,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRequest,
    Spectrum,
)

REACH = 1.2e-7
"""Largest distance of a change from its probe, m; half the way to the next probe where that is
less."""

CREPT = 1e-8
"""How far an image may lie from where drift was expected to have carried the place, m."""

JUMP = 0.05
"""Chance that it lies much farther: the scanner slipped."""


def image_notes(
    config: RunConfig, folder: RunFolder, survey: Survey, frame: Frame
) -> dict[str, Any]:
    """Return what a frame says that sites are chosen by, or that probes have changed; else empty.

    Parameters
    ----------
    config
        Of the run.
    folder
        Where the image before is read from.
    survey
        All that came before this frame.
    frame
        The frame, finished or not.
    """
    role = frame.request.role
    if role is Role.ZOOM and config.probe.enabled and config.question is None:
        return {"ground": ground_of(frame, like=_scale(survey)).notes()}
    if role is Role.AFTER:
        return _changes(folder, survey, frame)
    if role is Role.BEFORE and config.question is not None and is_place(frame.request.target):
        return _place(config, survey, frame)
    return {}


def loop_notes(spectrum: Spectrum) -> dict[str, Any]:
    """Return the readout of a loop's first half-cycle with its quality; empty for other probes."""
    if spectrum.request.kind is not ProbeKind.HYSTERESIS_LOOP:
        return {}
    read = read_native(spectrum)
    quality = judge(spectrum, read)
    _, second, third = plateaus(spectrum)
    values = {
        "onset": read.onset,
        "step": read.step,
        "half": read.half,
        "swing": read.swing,
        "second": abs(third - second),
        "noise": read.noise,
        "r2": quality.r2,
        "closure": quality.closure,
        "saturation": quality.saturation,
        "phase_drift": quality.phase_drift,
        "lost": quality.lost,
    }
    known: dict[str, Any] = {k: v if math.isfinite(v) else None for k, v in values.items()}
    return {"readout": known | {"mixed": read.mixed, "reasons": list(quality.reasons)}}


def _place(config: RunConfig, survey: Survey, frame: Frame) -> dict[str, Any]:
    """Return segment, walls and domains of a place of the question."""
    notes: dict[str, Any] = {
        "station": station_facts(config, survey, frame.request),
        "ground": ground_of(frame, like=_scale(survey)).notes(),
    }
    try:
        view = view_of(frame, _scale(survey))
    except BadInput as exc:
        return notes | {"view": None, "no_view": str(exc)}
    if view is None:
        return notes | {"view": None, "no_view": "it shows one polarity only: no wall to probe"}
    return notes | {"view": view.notes()}


def _scale(survey: Survey) -> Scale | None:
    """Return the scale of the latest image that shows two polarities: A stays A."""
    for observation in reversed(survey.observations):
        for name in ("view", "ground"):
            seen = (observation.notes or {}).get(name)
            if seen and "scale" in seen:
                return read_scale(seen["scale"])
    return None


def _changes(folder: RunFolder, survey: Survey, frame: Frame) -> dict[str, Any]:
    """Return what the probes of a target have changed, by the image before and this one."""
    target = frame.request.target
    before = _before(survey, target)
    if before is None:
        return {}
    index, observation = before
    sites = _sites(survey, target, offsets(survey)[index])
    try:
        old = read_scan(folder.scan_file(observation.number)).frame
        scale = scale_of(old, frame, like=_scale(survey))
        if scale is None:
            return {"events": None, "no_events": "the images show one polarity only"}
        moved, ground = _registration(old, frame), ground_of(old)
        rows = [
            _row(old, frame, (name, at), _reach(sites, at), (moved, scale)) | _ground(ground, at)
            for name, at in sites.items()
            if bool(geometry.is_inside(old.region, *at))
        ]
    except AfmError as exc:
        return {"events": None, "no_events": str(exc)}
    return {"events": rows, "moved": [*moved.shift, moved.error]}


def _before(survey: Survey, target: str | None) -> tuple[int, Observation] | None:
    for index, observation in enumerate(survey.observations):
        request = observation.request
        if not isinstance(request, ScanRequest) or request.target != target:
            continue
        if request.role is Role.BEFORE and target is not None:
            return index, observation
    return None


def _sites(survey: Survey, target: str | None, drift: Point) -> dict[str, Point]:
    """Return the probed sites of a target in the coordinates of the image before, m."""
    found = {}
    for observation, (dx, dy) in zip(survey.observations, offsets(survey), strict=True):
        request = observation.request
        if isinstance(request, ProbeRequest) and request.target == target:
            x, y = request.position
            name = request.site or f"probe {observation.number}"
            found[name] = x - dx + drift[0], y - dy + drift[1]
    return found


def _reach(sites: Mapping[str, Point], at: Point) -> float:
    """Return how far a change may lie from its probe, m: no probe answers for its neighbour's."""
    others = [math.dist(at, p) for p in sites.values() if p != at]
    return min([REACH, *(0.5 * d for d in others)])


def _registration(old: Frame, new: Frame) -> Registration:
    """Return where features are in the new image, by all that the two have in common.

    Edges of relief and response are compared over all of both images; what a probe has changed is a
    small part of them.
    """
    (x0, y0), (x1, y1) = old.region.center, new.region.center
    expected = Expected((x1 - x0, y1 - y0), (CREPT**2, 0.0, CREPT**2), JUMP, 5 * CREPT)
    found = measure_shift(Sight(old), Sight(new), expected)
    if isinstance(found, NoShift):
        # nothing can be told: the displacement is as unsure as the place
        return Registration(expected.shift, max(CREPT, *old.request.pixel_size))
    return Registration((found.dx, found.dy), found.uncertainty)


def _row(
    old: Frame,
    new: Frame,
    site: tuple[str, Point],
    reach: float,
    how: tuple[Registration, Scale],
) -> dict[str, Any]:
    name, at = site
    found = event(old, new, at, reach, *how)
    row = {"site": name, "kind": None}
    if found is None:
        return row
    shift, scale = how[0].shift, how[1]
    return row | {
        "signed": _signed(read_patch(new, scale), (at[0] + shift[0], at[1] + shift[1])),
        "kind": found.kind.value,
        "area": found.area,
        "radius": found.radius,
        "displacement": _ends(found.displacement),
    }


def _ground(ground: GroundMap, at: Point) -> dict[str, float | None]:
    """Return slope and contact resonance (Hz) of a site before it was probed, `None` where unknown.

    A partner in the bulk should be like its wall site in both.
    """
    read = {name: float(ground.read(name, np.array([at]))[0]) for name in STEPS}
    return {name: value if math.isfinite(value) else None for name, value in read.items()}


def _signed(patch: Patch, at: Point) -> float | None:
    """Return the signed response at a place, -1 to 1, `None` beyond what was scanned."""
    return _at(ndimage.gaussian_filter(patch.mean, 0.7), patch, at)


def _at(image: NDArray[np.float64], where: Frame | Patch, at: Point) -> float | None:
    """Return the value of an image at a place, `None` where there is none."""
    places = geometry.sample_to_pixel(where.region, where.shape, *at)
    found = ndimage.map_coordinates(image, [[p] for p in places], order=1, cval=math.nan)
    return float(found[0]) if math.isfinite(found[0]) else None


def _ends(estimate: Estimate | None) -> list[float] | None:
    if estimate is None or not math.isfinite(estimate.value):
        return None
    return [estimate.value, estimate.low, estimate.high]
