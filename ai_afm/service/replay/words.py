"""Two requests side by side: how far apart, how long each, and in words what differs."""

import math
from dataclasses import fields, replace
from typing import Any

from ai_afm.control.costs import position, predicted_seconds
from ai_afm.control.words import place_text, region_text, size_text
from ai_afm.geometry import bounding_region
from ai_afm.image.instrument_time import InstrumentTimes, sweep_ends
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    MapRequest,
    PathRequest,
    Point,
    ProbeRequest,
    Proposal,
    ScanRequest,
)

END = "the end"
TOO_SMALL = 1e-12
"""Distances up to this, m, are rounding."""
UNSAID = {"reason", "position", "shifts"}
"""Fields whose difference is said otherwise, or follows from that of earlier requests."""
MOST = 6
"""Fields that are named one by one; beyond that the requests simply are others."""


def told(request: Proposal | None) -> str:
    """Say in a few words what is asked for."""
    if request is None:
        return END
    at = place(request)
    where = "" if at is None else f" at {place_text(at)}"
    name = f" {request.target}" if getattr(request, "target", None) else ""
    match request:
        case ScanRequest():
            lines, pixels = request.shape
            size = region_text(request.region.size)
            return f"{request.role} frame{name}, {size}, {lines} x {pixels} px{where}"
        case PathRequest():
            return f"{request.role} path{name} of {len(request.sweeps)} sweeps{where}"
        case MapRequest():
            return f"a look at{name or ' a map'} ({request.purpose})"
        case ProbeRequest():
            return f"{request.kind} {request.site or ''}{where}".replace("  ", " ")
    return f"{type(request).__name__}{where}"


def place(request: Proposal) -> Point | None:
    """Return the middle of what a request is about, m; `None` where nothing moves."""
    match request:
        case ScanRequest():
            return request.region.center
        case ProbeRequest():
            return request.position
        case PathRequest():
            return bounding_region(sweep_ends(request).reshape(-1, 2)).center
        case _:
            return None


def distance(a: Proposal | None, b: Proposal | None) -> float | None:
    """Return how far apart two requests are, m; `None` where one has no place."""
    from_, to = (None if r is None else place(r) for r in (a, b))
    return None if from_ is None or to is None else math.dist(from_, to)


def seconds(request: Proposal | None, survey: Survey, times: InstrumentTimes) -> float | None:
    """Return the predicted time of a request from where the tip was, s; `None` for the end."""
    return None if request is None else predicted_seconds(request, position(survey), times)


def same(a: Proposal | None, b: Proposal | None) -> bool:
    """Tell whether two requests do the same, whatever reason they give."""
    if a is None or b is None:
        return a is b
    return replace(a, reason="") == replace(b, reason="")


def difference(before: Proposal | None, now: Proposal | None) -> str:
    """Say what is different about `now`; "" for requests that do the same.

    Examples
    --------
    >>> from ai_afm.types import ScanRegion
    >>> frame = ScanRequest(ScanRegion((0.0, 0.0), (2e-6, 1e-6)), (64, 128), line_rate=1.0)
    >>> difference(frame, replace(frame, region=ScanRegion((3e-7, 0.0), (1e-6, 1e-6))))
    'it lies 300 nm away; size 1 µm, not 2 µm x 1 µm'
    >>> difference(frame, None)
    'nothing would be left to do'
    """
    if same(before, now):
        return ""
    if now is None:
        return "nothing would be left to do"
    if before is None:
        return f"the run would go on: {told(now)}"
    if type(before) is not type(now):
        return f"{told(now)} instead of {told(before)}"
    apart = distance(before, now)
    found = [f"it lies {size_text(apart)} away"] if apart is not None and apart > TOO_SMALL else []
    found += _fields(before, now)
    if len(found) > MOST:
        found = [*found[:MOST], f"and {len(found) - MOST} more"]
    return "; ".join(found)


def _fields(before: Proposal, now: Proposal) -> list[str]:
    found = []
    for field in fields(before):
        a, b = getattr(before, field.name), getattr(now, field.name)
        if field.name in UNSAID or a == b:
            continue
        if field.name == "region":
            found += _regions(a, b)
        elif field.name == "sweeps":
            found.append(f"other sweeps ({len(b)}, not {len(a)})")
        else:
            found.append(f"{field.name.replace('_', ' ')} {_shown(b)}, not {_shown(a)}")
    return found


def _regions(a: Any, b: Any) -> list[str]:
    found = []
    if a.size != b.size:
        found.append(f"size {region_text(b.size)}, not {region_text(a.size)}")
    if a.angle != b.angle:
        turned = math.degrees(b.angle), math.degrees(a.angle)
        found.append(f"angle {turned[0]:.3g} deg, not {turned[1]:.3g} deg")
    return found


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple) and all(isinstance(v, int | float) for v in value):
        return " x ".join(f"{v:.4g}" for v in value)
    return str(value)
