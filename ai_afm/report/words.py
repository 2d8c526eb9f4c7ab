"""The head of the report: what kind of run it was, in words and figures."""

import math
from dataclasses import dataclass
from datetime import datetime

from ai_afm.report.quantity import (
    NOT_MEASURED,
    density,
    duration,
    extent,
    number,
    quantity,
    share,
)
from ai_afm.report.story import Story
from ai_afm.report.summary import RunSummary
from ai_afm.survey.statistics import statistics
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, PathRequest

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure: the number, what it is, and a remark."""

    value: str
    label: str
    remark: str = ""


def title(summary: RunSummary) -> str:
    """Return the sample's name."""
    name = summary.config.run.sample
    return "Sample without a name" if name == "unknown" else name


def degrees(angle: float) -> str:
    """Write an angle (rad) in degrees."""
    return f"{number(math.degrees(angle))}°"


def head(story: Story) -> list[Pair]:
    """Return who, when, with what and how long."""
    summary, rows = story.summary, story.summary.rows
    config = summary.config
    started = [r for r in rows if r.kind == "run_started"]
    instruments = dict.fromkeys(str(r.payload["instrument"]) for r in started)
    begin = datetime.fromisoformat(started[0].wall) if started else None
    end = datetime.fromisoformat(rows[-1].wall) if rows else None
    wall = (end - begin).total_seconds() if begin and end else None
    first = "not started" if begin is None else f"{begin:%Y-%m-%d %H:%M} UTC"
    starts = f", continued {len(started) - 1} times" if len(started) > 2 else ""
    starts = ", continued once" if len(started) == 2 else starts
    return [
        ("operator", config.run.operator),
        ("started", first + starts),
        ("instrument", ", ".join(instruments) or config.instrument.kind),
        ("instrument time", duration(summary.instrument_time_s)),
        ("wall-clock time", f"{duration(wall)} (clock: {config.instrument.clock})"),
        ("controller", f"{config.run.controller}, authority {config.run.authority.value}"),
        ("run", story.folder.path.name),
    ]


def outcome(story: Story) -> tuple[str, str]:
    """Return (outcome, message) of the last start of the run."""
    ends = [r for r in story.summary.rows if r.kind in ("run_started", "run_finished")]
    last = ends[-1] if ends else None
    if last is None:
        return "not started", "The folder is there, nothing has happened yet."
    if last.kind == "run_finished":
        return str(last.payload["outcome"]), str(last.payload["message"])
    if story.folder.is_running:
        return "running", "The run is under way: this is what it has brought so far."
    return (
        "broke off",
        "The run ended without closing; “ai-afm resume” goes on with it.",
    )


def _overview(story: Story) -> dict[str, float | int | None] | None:
    """Return the statistics of the first wide frame that a model that knows walls has seen."""
    for seen in story.wide:
        network = seen.observation.network
        segmentation = story.segmentation(seen.observation)
        if network is None or segmentation is None:
            continue
        if not set(segmentation.classes) & set(DOMAIN_WALL_CODES):
            return None
        width, height = seen.scan.region.size
        looked = float((segmentation.label != ClassCode.IGNORE).mean())
        return statistics(network, width * height * looked)
    return None


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def sentences(story: Story) -> list[str]:
    """Return what the run did and found, in a few sentences with numbers."""
    summary = story.summary
    if not summary.scans and not summary.probes:
        return ["Nothing has been scanned to its end yet."]
    text = (
        f"In {duration(summary.instrument_time_s)} of instrument time the microscope took"
        f" {_plural(summary.scans, 'frame')}"
    )
    paths = sum(isinstance(o.request, PathRequest) for o in summary.survey.observations)
    if paths:
        text += f", followed {_plural(paths, 'path')}"
    if summary.targets:
        text += f", looked more closely at {_plural(summary.targets, 'place')}"
    text += f" and measured {_plural(summary.probes, 'probe')}"
    if summary.loops:
        text += f", {summary.loops} of them hysteresis loops"
    found = [text + "."]
    values = _overview(story)
    if values is not None and values["wall_length_m"] is not None:
        area = values["scanned_area_m2"] or 0.0
        found.append(
            f"The {_widest(story)} of {area * 1e12:.3g} µm² shows"
            f" {quantity(values['wall_length_m'], 'm')} of domain wall,"
            f" {density(values['wall_density_per_m'])}."
        )
    ratio = _raster_ratio(story)
    if ratio is not None:
        found.append(
            f"A raster of the same {extent(story.wide[0].scan.region.size)} at the pixel size of"
            f" {_fine(story)} would take {duration(summary.raster_time_s)},"
            f" {ratio:.1f} times as long."
        )
    return found


def _widest(story: Story) -> str:
    """Say what shows all of the area."""
    return "map" if story.maps else "overview"


def _fine(story: Story) -> str:
    """Say whose pixel size the raster that a run is compared with has."""
    return "the map" if story.maps else "the closer frames"


def _raster_ratio(story: Story) -> float | None:
    """Return raster time over instrument time; `None` for a run that is not done."""
    summary = story.summary
    known = summary.raster_time_s is not None and summary.instrument_time_s > 0 and story.wide
    if not known or outcome(story)[0] != "done" or summary.raster_time_s is None:
        return None
    return summary.raster_time_s / summary.instrument_time_s


def tiles(story: Story) -> list[Tile]:
    """Return the headline figures."""
    summary = story.summary
    values = _overview(story)
    closer = f"{_plural(summary.zooms, 'closer frame')} at {_plural(summary.targets, 'place')}"
    result = [
        Tile(str(summary.scans), "frames", closer),
        Tile(str(summary.probes), "probes", f"{_plural(summary.loops, 'hysteresis loop')}"),
        Tile(duration(summary.instrument_time_s), "instrument time", "probes included"),
    ]
    ratio, raster = _raster_ratio(story), duration(summary.raster_time_s)
    what = f"the overview area, pixel size of {_fine(story)}"
    if ratio is not None:
        result.append(Tile(f"{ratio:.1f} ×", "as long for a full raster", f"{raster} for {what}"))
    else:
        result.append(Tile(raster, "for a full raster", f"of {what}"))
    wall = density(values["wall_density_per_m"]) if values else NOT_MEASURED
    result.append(Tile(wall, "domain wall per area", f"in the {_widest(story)}"))
    if summary.tolerance is not None:
        near = f"within {quantity(summary.tolerance, 'm')}, against the digital twin's truth"
        result.append(Tile(share(summary.wall_recall), "of true wall length found", near))
        result.append(Tile(share(summary.wall_precision), "of drawn wall length is true", near))
    return result
