"""The report of a run: one HTML file that opens offline and prints."""

import logging
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ai_afm.errors import StoreError
from ai_afm.report import (
    area,
    drift,
    health,
    pairs,
    plans,
    provenance,
    question,
    question_figure,
    sequences,
    tables,
    words,
)
from ai_afm.report.compare_figure import can_compare, compare_figure
from ai_afm.report.figures import Drawing, phase_axis, size_words
from ai_afm.report.frame_figure import frame_figure
from ai_afm.report.loops import read_out
from ai_afm.report.map_figure import covers, map_box, map_figure
from ai_afm.report.pages import environment
from ai_afm.report.palette import ZONE_NAMES
from ai_afm.report.probe_figure import ImageView, ProbeView, probe_figure
from ai_afm.report.quantity import extent, place, quantity
from ai_afm.report.story import Place, Seen, Story, tell
from ai_afm.report.summary import RunSummary
from ai_afm.report.svg import drawn
from ai_afm.report.truth_figure import has_truth, truth_figure
from ai_afm.store.platform import write_atomically
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.question.names import is_aside
from ai_afm.types import ConsentZone, Role, ScanRequest

log = logging.getLogger(__name__)

LIMIT = 10_000_000
"""Bytes that a report stays below."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a report shows: pixels along a side of the map and of images, places in pictures."""

    map_side: int
    side: int
    places: int


LEVELS = (Detail(1024, 512, 24), Detail(768, 256, 16), Detail(512, 128, 8), Detail(256, 96, 4))
"""From full to the least detail: the first that keeps the report below `LIMIT` is taken."""


def write_report(folder: RunFolder, summary: RunSummary) -> Path:
    """Write `report.html` of a run, whole or not at all; return its path.

    Parameters
    ----------
    folder
        The run, finished or not.
    summary
        What `summarise` says about it.

    Raises
    ------
    StoreError
        When the disk refuses, or the report cannot be kept below 10 MB.
    """
    page = render(folder, summary).encode()
    write_atomically(folder.report_file, page)
    log.info("report of %d bytes written to %s", len(page), folder.report_file)
    return folder.report_file


def render(folder: RunFolder, summary: RunSummary) -> str:
    """Return the page; the same folder gives the same bytes."""
    story = tell(folder, summary)
    template = environment().get_template("template.html.j2")
    for level, detail in enumerate(LEVELS):
        page = template.render(_content(story, detail), reduced=level > 0)
        if len(page.encode()) < LIMIT:
            return page
    raise StoreError(f"the report of {folder.path} cannot be kept below {LIMIT // 1_000_000} MB")


def _content(story: Story, detail: Detail) -> dict[str, Any]:
    summary, rows = story.summary, story.summary.rows
    how = Drawing(detail.side, _axis(story))
    shown = story.places[: detail.places]
    views = {p.name: [_probe_view(story, s) for s in p.probes] for p in story.places}
    loose = [_probe_view(story, s) for s in story.loose]
    everything = [v for own in views.values() for v in own] + loose
    plain = [v for v in everything if not is_aside(v.seen.probe.target) and not plans.is_planned(v)]
    frames = [*story.wide[:1], *(s for p in shown if (s := p.best) is not None)]
    return {
        "title": words.title(summary),
        "facts": words.head(story),
        "outcome": words.outcome(story),
        "sentences": words.sentences(story),
        "tiles": words.tiles(story),
        "question": _question(story),
        "sequence": sequences.section(story),
        "map": _map(story, detail),
        "zones": [_zone_words(story, z) for z in summary.config.consent.consent.zones],
        "truth": _truth(story),
        "tolerance": quantity(summary.tolerance, "m"),
        "area": area.lines(story),
        "area_figure": _area(story, detail),
        "area_words": area.closing_words(story),
        "wide": [_frame(story, s, how) for s in story.wide[: detail.places]],
        "open": [_open_scan(story, n, how) for n in story.open_scans[-3:]],
        "places": [_place(story, p, views[p.name], how) for p in shown],
        "more_places": [p.name for p in story.places][detail.places :],
        "more_wide": max(len(story.wide) - detail.places, 0),
        "loose": _probes("loose", [], loose, [], (story, how)),
        "loops": _loops(everything),
        "plans": plans.section(everything),
        "compared": _compared(plain),
        "comparison": [*tables.wall_against_bulk(plain), *pairs.sentences(story)],
        "has_loops": any(v.readout for v in everything),
        "calibrated": _calibrated(everything),
        "decisions": tables.decision_lines(rows),
        "happenings": tables.happenings(rows),
        "health": health.section(story),
        "drift": _drift(story),
        "statistics": _statistics(story, frames),
        "measured": _measured(story),
        "models": [provenance.model_facts(*m) for m in provenance.models_of(rows)],
        "glimpses": provenance.glimpse_words(rows),
        "software": provenance.software_facts(story),
        "config": story.folder.config_toml(),
        "problems": list(dict.fromkeys(story.problems)),
        "running": story.folder.is_running,
    }


def _calibrated(views: list[ProbeView]) -> bool:
    """Tell whether up and down may be told from the phase of every probe."""
    spectra = [v.spectrum for v in views if v.spectrum is not None]
    return bool(spectra) and all(s.measurement.phase_calibrated for s in spectra)


def _axis(story: Story) -> float | None:
    """Return the phase of one of the two domains of the first frame that shows any, rad."""
    frames = (story.frame(number) for number in story.folder.scan_numbers())
    maps = (story.frame_of(seen) for seen in reversed(story.maps))
    for frame in chain(frames, maps):
        axis = None if frame is None else phase_axis(frame)
        if axis is not None:
            return axis
    return None


def _map(story: Story, detail: Detail) -> Markup | None:
    if not story.wide and not any(p.frames for p in story.places) and not story.open_scans:
        return None
    return drawn(
        lambda: map_figure(story, detail.map_side),
        "map",
        "Map of all frames, walls and probe sites in sample coordinates",
    )


def _truth(story: Story) -> Markup | None:
    if not has_truth(story):
        return None
    words_ = "True walls of the twin, found and missed"
    return drawn(lambda: truth_figure(story), "truth", words_)


def _question(story: Story) -> dict[str, Any] | None:
    section = question.section(story)
    if section is None or not question_figure.can_draw(section["asked"]):
        return section
    words_ = "Readings of all sites, difference of each unit, and the effect with its interval"
    figure = drawn(lambda: question_figure.question_figure(section["asked"]), "question", words_)
    return section | {"figure": figure}


def _drift(story: Story) -> dict[str, Any] | None:
    section = drift.section(story)
    if section is None:
        return None
    words_ = "Drift of the sample in x and y against time, with its 95 % interval"
    return section | {"figure": drawn(lambda: drift.drift_figure(story), "drift", words_)}


def _area(story: Story, detail: Detail) -> Markup | None:
    if not area.has_figure(story):
        return None
    words_ = "What the tip has read of the area, pass by pass, and the lines that were found"
    return drawn(lambda: area.area_figure(story, detail.side), "area", words_)


def _zone_words(story: Story, zone: ConsentZone) -> str:
    where = f"{extent(zone.region.size)} around {place(*zone.region.center)}"
    if story.wide and covers(zone, map_box(story)):
        where += ", all of this map"
    allowed = ""
    if zone.max_bias > 0:
        allowed = f" up to {zone.max_bias:g} V, {zone.max_pulses} pulses on each spot of 100 nm"
    return f"{ZONE_NAMES[zone.level]}{allowed}: {where}"


def _frame(story: Story, seen: Seen, how: Drawing) -> dict[str, Any]:
    """Return figure and caption of a frame."""
    observation = seen.observation
    frame = story.frame_of(seen)
    kind = "map" if seen.scan.role is Role.MAP else "scan"
    name, title = f"{kind}-{observation.number}", f"{kind.title()} {observation.number}"
    if frame is None:
        return {"figure": None, "title": title, "caption": "The file cannot be read."}
    segmentation = story.segmentation(observation)
    figure = drawn(
        lambda: frame_figure(frame, observation.network, segmentation, how),
        name,
        f"{title}: its channels side by side, and the walls",
    )
    caption = f"{size_words(frame.region, frame.shape)}, at {place(*frame.region.center)}"
    if frame.region.angle:
        caption += f", turned by {words.degrees(frame.region.angle)}"
    if kind == "scan" and observation.lines < frame.shape[0]:
        caption += f"; {observation.lines} of {frame.shape[0]} lines were scanned"
    return {"figure": figure, "title": title, "caption": caption + "."}


def _open_scan(story: Story, number: int, how: Drawing) -> dict[str, Any]:
    """Return a scan that never became an observation: it broke off, or it is under way."""
    stored = story.scan(number)
    title = f"Scan {number}, without an end"
    if stored is None:
        return {"figure": None, "title": title, "caption": "The file cannot be read."}
    frame = stored.frame
    rows = max(int(known.sum()) for known in frame.scanned.values())
    why = f" ({stored.reason})" if stored.reason else ""
    caption = (
        f"{size_words(frame.region, frame.shape)}; {rows} of {frame.shape[0]} lines are stored,"
        f" state {stored.state.name.lower()}{why}."
    )
    figure = drawn(lambda: frame_figure(frame, None, None, how), f"open-{number}", title)
    return {"figure": figure, "title": title, "caption": caption}


def _probe_view(story: Story, seen: Seen) -> ProbeView:
    number = seen.observation.number
    lost = (seen.observation.notes or {}).get("lost")
    spectrum = None if lost else story.spectrum(number)
    return ProbeView(seen, spectrum, None if spectrum is None else read_out(spectrum))


def _place(story: Story, place_: Place, views: list[ProbeView], how: Drawing) -> dict[str, Any]:
    best = place_.best
    first = next(iter(place_.frames), None)
    reason = first.observation.request.reason if first else ""
    wide = [
        f"scan {f.observation.number}, {extent(f.scan.region.size)}"
        for f in place_.frames
        if isinstance(f.observation.request, ScanRequest)
    ]
    return {
        "name": place_.name,
        "reason": reason,
        "ladder": " → ".join(wide),
        "best": None if best is None else _frame(story, best, how),
        "probes": _probes(
            f"probes-{place_.probes[0].observation.number if place_.probes else 0}",
            list(place_.before[-1:]),
            views,
            list(place_.after[-1:]),
            (story, how),
        ),
        "loops": _loops(views),
    }


def _probes(
    name: str,
    before: list[Seen],
    views: list[ProbeView],
    after: list[Seen],
    how: tuple[Story, Drawing],
) -> Markup | None:
    story, drawing = how
    if not views:
        return None
    images = [
        ImageView(s, story.frame(s.observation.number)) if s is not None else None
        for s in (next(iter(before), None), next(iter(after), None))
    ]
    sites = ", ".join(v.title for v in views)
    return drawn(
        lambda: probe_figure((images[0], images[1]), views, drawing),
        name,
        f"Image before, loops and image after: {sites}",
    )


def _compared(views: list[ProbeView]) -> Markup | None:
    if not can_compare(views):
        return None
    return drawn(lambda: compare_figure(views), "compare", "Biases of loops on walls and in bulk")


def _loops(views: list[ProbeView]) -> list[tables.LoopLine]:
    return sorted((tables.loop_line(v) for v in views), key=lambda line: line.site)


def _statistics(story: Story, frames: list[Seen]) -> list[tables.FrameStatistics]:
    found = []
    for seen in frames:
        name = seen.scan.target or seen.scan.role.value
        title = f"{name}, scan {seen.observation.number}, {extent(seen.scan.region.size)}"
        entry = tables.frame_statistics(story, seen, title)
        if entry is not None:
            found.append(entry)
    return found


def _measured(story: Story) -> provenance.Facts:
    numbers = story.folder.scan_numbers()
    frame = story.frame(numbers[0]) if numbers else None
    if frame is None and story.maps:
        frame = story.frame_of(story.maps[0])
    if frame is None:
        return []
    facts = provenance.measurement_facts(frame.measurement)
    facts.append(("line rate of the first frame", f"{frame.request.line_rate:g} Hz"))
    facts.append(("drift", provenance.drift_words(story)))
    return facts
