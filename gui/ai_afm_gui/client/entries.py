"""Scans, paths and maps as rows of the journal tell of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ai_afm.geometry import bounding_region
from ai_afm.image.instrument_time import sweep_ends
from ai_afm.store.journal import Row
from ai_afm.survey.tracking.state import Status
from ai_afm.types import (
    MapRequest,
    PathRequest,
    Proposal,
    Role,
    ScanRegion,
    ScanRequest,
    WriteRequest,
)
from ai_afm_gui.client.values import Decision, Drift, Entry

Payload = Mapping[str, Any]


def entry_begun(row: Row, decision: Decision | None) -> Entry:
    """Return a scan or path that begins, as far as the decision before it tells."""
    kind = row.kind.removesuffix("_started")
    request = None if decision is None else decision.request
    return Entry(
        kind,
        int(row.payload[kind]),
        Role(str(row.payload.get("role") or getattr(request, "role", Role.RASTER))),
        row.payload.get("target"),
        "" if decision is None else decision.reason,
        None if request is None else region_of(request),
        (0, 0) if request is None else shape_of(request),
        began=time_of(row),
        decision=None if decision is None else decision.row,
    )


def entry_observed(
    row: Row,
    request: Proposal,
    key: tuple[str, int],
    before: Entry | None,
    decision: Decision | None,
) -> Entry:
    """Return a scan, path or map that has ended.

    Parameters
    ----------
    row, request, key
        What was observed: its row, its request, and its kind and number.
    before
        As it was known by then, `None` for a map.
    decision
        The last one.
    """
    payload, notes = row.payload, row.payload["notes"] or {}
    offset = payload["offset"]
    return Entry(
        *key,
        Role(getattr(request, "role", Role.RASTER)),
        getattr(request, "target", None),
        request.reason,
        region_of(request),
        shape_of(request),
        int(payload["lines"]),
        bool(payload["finished"]),
        str(notes.get("stopped") or ""),
        time_of(row) if before is None else before.began,
        float(payload["seconds"]),
        notes.get("segmentation") or (None if before is None else before.segmentation),
        notes.get("ood"),
        None if offset is None else (float(offset[0]), float(offset[1])),
        None if decision is None else decision.row,
    )


def drift_in(row: Row, notes: Payload) -> Drift | None:
    """Return the drift that the notes of a frame tell, `None` where they tell none."""
    track = notes.get("track")
    if not isinstance(track, Mapping):
        return None
    (x, y), rate = track["offset"], track.get("rate") or (0.0, 0.0)
    return Drift(
        (float(x), float(y)),
        (float(rate[0]), float(rate[1])),
        notes.get("offset_uncertainty"),
        track.get("status") == Status.TRACKING,
        time_of(row),
    )


def time_of(row: Row) -> datetime:
    """Return when a row was written, with its time zone (UTC)."""
    return datetime.fromisoformat(row.wall)


def region_of(request: Proposal) -> ScanRegion | None:
    """Return where a request takes place; of a path the rectangle around its sweeps."""
    if isinstance(request, ScanRequest | MapRequest | WriteRequest):
        return request.region
    if isinstance(request, PathRequest) and request.sweeps:
        return bounding_region(sweep_ends(request).reshape(-1, 2))
    return None


def shape_of(request: Proposal) -> tuple[int, int]:
    """Return (lines, pixels) of a request; of a path (sweeps, 0), of a probe (0, 0)."""
    if isinstance(request, ScanRequest | MapRequest):
        return request.shape
    return (len(request.sweeps), 0) if isinstance(request, PathRequest) else (0, 0)


_WHILE_ASKED = ("command", "model_swapped", "model_refused", "clock")
"""Rows that may be written while a move waits for a person's approval."""
