"""The report's tables as text: decisions, happenings, statistics, loops."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

import numpy as np

from ai_afm.geometry import last_point
from ai_afm.image.instrument_time import InstrumentTimes, request_seconds
from ai_afm.report.probe_figure import ProbeView
from ai_afm.report.quantity import NOT_MEASURED, density, duration, extent, place, quantity, volts
from ai_afm.report.spectra import fit_words
from ai_afm.report.story import Seen, Story
from ai_afm.store.journal import Row
from ai_afm.survey.grains import domains
from ai_afm.survey.statistics import Value, statistics
from ai_afm.survey.tracing import valid_rows
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    PathRequest,
    Point,
    ProbeRequest,
    Role,
    ScanRequest,
    Segmentation,
)
from ai_afm.types.codec import decode

UNKNOWN_CLASS = "not distinguished by this model"


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision: when (since the start), what it led to, why, and the time planned and spent."""

    clock: str
    what: str
    reason: str
    planned: str
    spent: str
    note: str


def decision_lines(rows: Sequence[Row]) -> list[DecisionLine]:
    """Return all decisions of a journal in order, each with what became of it."""
    lines: list[DecisionLine] = []
    at: Point | None = None
    for index, row in enumerate(rows):
        if row.kind != "decision":
            continue
        request = decode(row.payload["request"])
        became = _became(rows[index + 1 :])
        planned = math.nan
        if isinstance(request, ScanRequest | PathRequest | ProbeRequest):
            planned = request_seconds(request, at, InstrumentTimes())
            at = last_point(request)
        lines.append(
            DecisionLine(
                since(rows, row),
                became["what"],
                str(row.payload["reason"]),
                duration(planned),
                duration(became["seconds"]),
                became["note"],
            )
        )
    return lines


def _became(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the rows up to the next decision say about the one before them."""
    result: dict[str, Any] = {"what": "not carried out", "seconds": None, "note": ""}
    notes = []
    for row in rows:
        payload = row.payload
        match row.kind:
            case "decision" | "run_finished":
                break
            case "scan_started":
                result["what"] = f"scan {payload['scan']}, unfinished"
            case "path_started":
                result["what"] = f"path {payload['path']}, unfinished"
            case "probe_started":
                result["what"] = f"probe {payload['probe']}, unfinished"
            case "scan_stopped" | "path_stopped":
                notes.append(f"stopped early: {payload['reason']}")
            case "observed":
                kind = next(k for k in ("scan", "path", "map", "probe", "write") if k in payload)
                result["what"] = f"{kind} {payload[kind]}"
                result["seconds"] = float(payload["seconds"])
                if not payload["finished"] and not notes:
                    notes.append("not finished")
                break
            case "refused":
                result["what"] = "refused"
                notes.append(str(payload["message"]))
                break
            case "fault":
                notes.append(f"fault: {payload['message']}")
    return result | {"note": "; ".join(notes)}


def since(rows: Sequence[Row], row: Row) -> str:
    """Write the time of a row since the first, wall clock."""
    start, now = (datetime.fromisoformat(r.wall) for r in (rows[0], row))
    seconds = max(round((now - start).total_seconds()), 0)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


_SAID = (
    "fault",
    "refused",
    "command",
    "wish",
    "fallback",
    "scan_stopped",
    "path_stopped",
    "queued_for_review",
    "recovered",
)


def happenings(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Return (clock, kind, words) of everything that was not simply planned and done."""
    return [(since(rows, r), _kind(r.kind), _words(r)) for r in rows if r.kind in _SAID]


def _kind(kind: str) -> str:
    stopped = dict.fromkeys(("scan_stopped", "path_stopped"), "stopped early")
    known = {**stopped, "fallback": "fall-back"}
    return {**known, "queued_for_review": "for review"}.get(kind, kind)


def _words(row: Row) -> str:
    payload = row.payload
    match row.kind:
        case "fault":
            after = payload.get("response")
            return f"{payload['kind']}: {payload['message']}" + (f" — {after}" if after else "")
        case "refused":
            return str(payload["message"])
        case "command":
            args = ", ".join(f"{k} = {v}" for k, v in payload["args"].items())
            return f"{payload['do']} {f'({args})' if args else ''}: {payload['detail']}"
        case "wish":
            region = decode(payload["region"])
            return f"{payload['name']}: {extent(region.size)} at {place(*region.center)}"
        case "fallback":
            return str(payload["reason"])
        case "queued_for_review":
            return f"{payload['reason']} — {payload['response']}"
        case "scan_stopped" | "path_stopped":
            kind = row.kind.removesuffix("_stopped")
            return f"{kind} {payload[kind]}: {payload['reason']}"
    return ", ".join(f"{k} = {v}" for k, v in payload.items())


@dataclass(frozen=True, slots=True)
class FrameStatistics:
    """What a frame amounts to: title, and (name, value) in words."""

    title: str
    entries: tuple[tuple[str, str], ...]


def frame_statistics(story: Story, seen: Seen, title: str) -> FrameStatistics | None:
    """Return lengths, densities and sizes of a frame, `None` where it was not segmented."""
    network = seen.observation.network
    segmentation = story.segmentation(seen.observation)
    if network is None or segmentation is None:
        return None
    width, height = seen.scan.region.size
    looked = float(np.mean(segmentation.label != ClassCode.IGNORE))
    cells = domains(network, segmentation.label.shape, valid=valid_rows(segmentation))
    values = statistics(network, width * height * looked, cells)
    return FrameStatistics(title, tuple(_entries(values, segmentation, network.grains != ())))


def _entries(
    values: dict[str, Value], segmentation: Segmentation, has_grains: bool
) -> Iterator[tuple[str, str]]:
    """Yield the statistics; what the model does not know is not a zero."""
    known = set(segmentation.classes)
    sees_walls = bool(known & set(DOMAIN_WALL_CODES))
    sees_boundaries = ClassCode.GRAIN_BOUNDARY in known

    def told(key: str, text: str, seen: bool) -> str:
        return (NOT_MEASURED if values[key] is None else text) if seen else UNKNOWN_CLASS

    area = values["scanned_area_m2"] or 0.0
    yield "area looked at", f"{area * 1e12:.3g} µm²"
    yield "domain walls", told("wall_length_m", _length(values, "wall_length_m"), sees_walls)
    yield "domain wall length per area", _density(values, "wall_density_per_m", sees_walls)
    for code, key in (
        (ClassCode.WALL, "wall_undetermined_density_per_m"),
        (ClassCode.WALL_180, "wall_180_density_per_m"),
        (ClassCode.WALL_FERROELASTIC, "wall_ferroelastic_density_per_m"),
    ):
        name = {1: "type undetermined", 2: "180° walls", 3: "ferroelastic walls"}[int(code)]
        yield f"— {name}", _density(values, key, code in known)
    yield "mean domain size (lineal intercept)", _size(values, "domain_intercept_m", sees_walls)
    yield "domain diameters (10, 50, 90 %)", _spread(values, "domain", sees_walls)
    yield "wall junctions", told("junction_count", str(values["junction_count"]), sees_walls)
    boundaries = _density(values, "boundary_density_per_m", sees_boundaries)
    yield "grain boundary length per area", boundaries
    yield "mean grain size (lineal intercept)", _size(values, "grain_intercept_m", sees_boundaries)
    grains = sees_boundaries and has_grains
    count = f"{values['grain_count']}, {values['grain_cut_count']} of them cut by the frame"
    yield "grains", count if grains else ("none outlined" if sees_boundaries else UNKNOWN_CLASS)
    yield "mean grain diameter (whole grains)", _size(values, "grain_diameter_m", sees_boundaries)
    yield "grain diameters (10, 50, 90 %)", _spread(values, "grain", sees_boundaries)
    number = values["grain_size_astm"]
    text = NOT_MEASURED + " (fewer than 50 grains)" if number is None else f"G = {number:.1f}"
    yield "ASTM grain size number", text if sees_boundaries else UNKNOWN_CLASS


def _length(values: dict[str, Value], key: str) -> str:
    return quantity(values[key], "m")


def _size(values: dict[str, Value], key: str, seen: bool) -> str:
    return quantity(values[key], "m") if seen else UNKNOWN_CLASS


def _spread(values: dict[str, Value], kind: str, seen: bool) -> str:
    """Return the diameters below which 10, 50 and 90 % of domains or grains are."""
    if not seen:
        return UNKNOWN_CLASS
    sizes = [values[f"{kind}_diameter_p{percent}_m"] for percent in (10, 50, 90)]
    return NOT_MEASURED if None in sizes else ", ".join(quantity(size, "m") for size in sizes)


def _density(values: dict[str, Value], key: str, seen: bool) -> str:
    return density(values[key]) if seen else UNKNOWN_CLASS


@dataclass(frozen=True, slots=True)
class LoopLine:
    """A loop's numbers in words; `reasons` says why some are missing."""

    site: str
    where: str
    position: str
    native: tuple[str, ...]
    written: tuple[str, ...]
    reasons: str


def loop_line(view: ProbeView) -> LoopLine:
    """Return the row of a probe in its place's table."""
    probe, readout = view.seen.probe, view.readout
    site = probe.site or f"probe {view.seen.observation.number}"
    where = "wall" if probe.role is Role.WALL else str(probe.role.value)
    at = place(*probe.position)
    if readout is None:
        why = (
            "it broke off: no result"
            if view.spectrum is None
            else fit_words(view.spectrum) or f"no loop: {probe.kind.value.replace('_', ' ')}"
        )
        return LoopLine(site, where, at, (NOT_MEASURED,) * 2, (NOT_MEASURED,) * 6, why)
    native, loop = readout.native, readout.loop
    first = tuple(
        volts(v if native.has_switched else None) for v in (native.nucleation, native.coercive)
    )
    if loop is None:
        written: tuple[str, ...] = (*(NOT_MEASURED,) * 5, readout.cycles_words)
    else:
        biases = (loop.coercive_minus, loop.coercive_plus, loop.imprint)
        written = (
            *(volts(v) for v in biases),
            quantity(loop.remanent, readout.unit),
            quantity(loop.area, "m V" if readout.unit == "m" else readout.unit),
            readout.cycles_words,
        )
    return LoopLine(site, where, at, first, written, "; ".join(readout.reasons))


def wall_against_bulk(views: Sequence[ProbeView]) -> list[str]:
    """Return sentences that compare wall sites with bulk sites; empty without loops."""
    sentences = []
    for role, words in ((Role.WALL, "on walls"), (Role.BULK, "in the bulk")):
        own = [v.readout for v in views if v.seen.probe.role is role and v.readout]
        if not own:
            continue
        switched = [r.native for r in own if r.native.has_switched]
        text = f"Sites {words}: {len(switched)} of {len(own)} switched in the first half-cycle"
        if switched:
            half = volts(median(abs(n.coercive) for n in switched))
            onset = volts(median(abs(n.nucleation) for n in switched))
            text += f", half of the swing at {half}, its onset at {onset} (medians of |bias|)"
        sentences.append(text + ".")
    return sentences
