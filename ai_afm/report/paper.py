"""What a paper needs of a run: methods in words, a table of sites, figures, and the answer."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ai_afm import __version__
from ai_afm.errors import StoreError
from ai_afm.report import question_figure
from ai_afm.report.figures import Drawing
from ai_afm.report.paper_figures import overview_figure, place_figure
from ai_afm.report.paper_table import site_csv, site_rows
from ai_afm.report.paper_text import methods
from ai_afm.report.question import Asked, asked, events_at_walls
from ai_afm.report.story import Story, tell
from ai_afm.report.summary import RunSummary
from ai_afm.report.svg import vector
from ai_afm.store.platform import write_atomically
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.question.matching import COVARIATES, mismatches

KINDS = ("svg", "pdf")
"""Formats of the figures."""

SIDE = 1024
"""Most pixels along a side of an image in a figure."""


def write_paper(
    folder: RunFolder, summary: RunSummary, out: Path, places: int = 8
) -> tuple[Path, ...]:
    """Write methods.txt, sites.csv, answer.json (with a question) and figures as SVG and PDF.

    Parameters
    ----------
    folder, summary
        The run, finished or not, and what `summarise` says about it.
    out
        Folder, made where it does not exist; files of the same name are replaced.
    places
        Most places that get a figure of their own.

    Returns
    -------
    tuple of Path
        The files, in the order in which they were written.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    story = tell(folder, summary)
    found = asked(story)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreError(f"{out} could not be made: {exc}") from exc
    files: dict[str, bytes] = {
        "methods.txt": methods(story, found).encode(),
        "sites.csv": site_csv(site_rows(story, found)).encode(),
    }
    if found is not None:
        text = json.dumps(answer_json(found), indent=1, allow_nan=False, ensure_ascii=False)
        files["answer.json"] = text.encode() + b"\n"
    for name, build in _figures(story, found, places):
        for kind in KINDS:
            files[f"{name}.{kind}"] = vector(build, kind)
    for name, content in files.items():
        write_atomically(out / name, content)
    return tuple(out / name for name in files)


def _figures(
    story: Story, found: Asked | None, places: int
) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Yield name and maker of each figure that can be drawn."""
    how = Drawing(SIDE, None)
    for seen in story.wide[:1]:
        frame = story.frame_of(seen)
        if frame is not None:
            yield "figure-overview", partial(overview_figure, story, seen, frame, how)
    if found is not None and question_figure.can_draw(found):
        yield "figure-answer", partial(question_figure.question_figure, found)
    shown = [p for p in story.places if p.before and p.probes][:places]
    for place in shown:
        frame = story.frame(place.before[0].observation.number)
        if frame is not None:
            name = "".join(c if c.isalnum() else "-" for c in place.name)
            yield f"figure-place-{name}", partial(place_figure, story, place, frame, how)


def answer_json(found: Asked) -> dict[str, Any]:
    """Return the answer as JSON values; a number that was not measured is `None`."""
    a, q = found.answer, found.answer.question
    kinds, moved = events_at_walls(found.gathered)
    charge = found.charge
    return {
        "software": f"ai-afm {__version__}",
        "question": asdict(q) | {"title": q.title, "unit": q.unit},
        "digest": q.digest,
        "registered_digest": found.digest,
        "registered": found.registered,
        "decision": str(a.decision),
        "sentence": a.sentence,
        "effect": _estimate(a.effect),
        "hedges_g": _estimate(a.standardised),
        "units": a.units,
        "sites": dict(zip((q.compare, q.with_), a.sites, strict=True)),
        "stopped_early": a.stopped_early,
        "slope_per_probe": a.slope,
        "excluded": [dict(zip(("site", "arm", "reason"), row, strict=True)) for row in a.excluded],
        "warnings": list(a.warnings),
        "breaches": [{"sites": list(b.sites), "reason": b.reason} for b in found.breaches],
        "dot_radius_m": found.gathered.dot_radius,
        "spacing_m": found.spacing,
        "polarity_of_domain_a": found.gathered.polarity,
        "means_over_all_walls": {arm: _estimate(m) for arm, m in found.means.items()},
        "wall_minus_partner_before": {
            name: _estimate(e) | {"unit": COVARIATES[name]}
            for name, e in mismatches(found.gathered).items()
        },
        "events_at_walls": dict(kinds),
        "displacements_m": [_estimate(m) for m in moved],
        "charge": None
        if charge is None
        else {
            "verdict": str(charge.verdict),
            "missing": list(charge.missing),
            "tests": [
                {"test": c.test, "points": str(c.points), "words": c.words} | _estimate(c.value)
                for c in charge.clues
            ],
        },
    }


def _estimate(e: Estimate) -> dict[str, float | None]:
    values = {"value": e.value, "low": e.low, "high": e.high}
    return {k: v if math.isfinite(v) else None for k, v in values.items()}
