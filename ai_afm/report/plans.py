"""Fixed plans in the report: what was read at each site, against where it lies on the plan."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, NullLocator

from ai_afm.control.plan_names import BRANCH, ON, PlanPlace, read_plan_name
from ai_afm.control.plan_words import side_words
from ai_afm.report.palette import ACCENT, FIRST, GRID, MUTED
from ai_afm.report.probe_figure import ProbeView
from ai_afm.report.quantity import prefix_of, quantity, volts
from ai_afm.report.svg import WIDTH, drawn
from ai_afm.survey.question.starts import SiteStart, starts_of

TITLES = {
    "transect": "across the wall",
    "along": "along the wall",
    "star": "around the junction",
}
_ACROSS = {
    "transect": "distance from the wall (nm), right − / left +",
    "along": "arc length along the wall (nm)",
    "star": "distance from the junction (nm)",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a site of a plan says: first half-cycle and written loop; NaN is not measured.

    Parameters
    ----------
    place
        Where on the plan.
    bias
        |bias| at which the native state began to switch, V.
    bias_good
        Whether the first half-cycle passed all checks.
    opening
        Distance of the two branches of the written loop at 0 V, unit of the response.
    opening_good
        Whether all later cycles are loops.
    unit
        Of the response.
    start
        How the loop began, `None` where that is not known.
    """

    place: PlanPlace
    bias: float
    bias_good: bool
    opening: float
    opening_good: bool
    unit: str
    start: SiteStart | None = None

    @property
    def is_native(self) -> bool:
        """Whether the first half-cycle could switch the native state, as far as that is known."""
        return self.start is None or self.start.against is not False


def is_planned(view: ProbeView) -> bool:
    """Tell whether a probe belongs to a fixed plan: it has no partner in the bulk."""
    return read_plan_name(view.seen.probe.site) is not None


def section(views: Sequence[ProbeView]) -> list[dict[str, Any]]:
    """Return title, words and figure of each plan that was probed, in order; empty without any."""
    groups: dict[tuple[str, str], list[Reading]] = {}
    starts = starts_of([view.seen.observation for view in views])
    for view in views:
        place = read_plan_name(view.seen.probe.site)
        if place is not None and view.readout is not None:
            start = starts.get(view.seen.probe.site or "")
            groups.setdefault((place.target, place.plan), []).append(_reading(place, view, start))
    return [
        {
            "title": f"{target}: {TITLES[plan]}",
            "words": _words(readings),
            "rows": [_row(reading) for reading in sorted(readings, key=_along_the_plan)],
            "figure": drawn(
                lambda own=readings: plan_figure(own),  # type: ignore[misc]
                f"plan-{number}",
                f"Bias of first switching and opening of the loop {TITLES[plan]} {target}",
            ),
        }
        for number, ((target, plan), readings) in enumerate(groups.items(), start=1)
    ]


def _reading(place: PlanPlace, view: ProbeView, start: SiteStart | None) -> Reading:
    readout = view.readout
    assert readout is not None
    first = (view.seen.observation.notes or {}).get("readout") or {}
    onset, loop = first.get("onset"), readout.loop
    along = start is not None and start.against is False
    return Reading(
        place,
        math.nan if onset is None or along else abs(float(onset)),
        bool(first) and not first.get("reasons"),
        math.nan if loop is None else 2 * abs(loop.remanent),
        all(fit.is_loop for fit in readout.written),
        readout.unit,
        start,
    )


def _along_the_plan(reading: Reading) -> tuple[int, float]:
    return reading.place.number, reading.place.signed_distance


def _row(reading: Reading) -> dict[str, str]:
    """Return a line of the table: where, how it began, and what was read."""
    place, start = reading.place, reading.start
    where = f"{side_words(place)}, {place.nm} nm"
    domain = "" if start is None else start.domain
    flawed = math.isfinite(reading.bias) and not reading.bias_good
    first = "not recorded" if start is None else ("positive" if start.sign > 0 else "negative")
    if domain:
        first += f", {'against' if reading.is_native else 'along'} domain {domain}"
    return {
        "site": str(place),
        "where": where,
        "first": first,
        "bias": volts(reading.bias) + (" *" if flawed else ""),
        "opening": quantity(reading.opening, reading.unit),
    }


def _words(readings: Sequence[Reading]) -> str:
    switched = sum(math.isfinite(r.bias) for r in readings)
    good = sum(math.isfinite(r.bias) and r.bias_good for r in readings)
    loops = sum(math.isfinite(r.opening) for r in readings)
    along = sum(not r.is_native for r in readings)
    late = (
        f" {along} began with the polarity of their own domain, before the run knew which sign"
        " switches it: they say nothing about the native state."
        if along
        else ""
    )
    return (
        f"{len(readings)} sites: the native state switched at {switched} of them ({good} pass all"
        f" checks), the written state is a loop at {loops}.{late}"
    )


def plan_figure(readings: Sequence[Reading]) -> Figure:
    """Draw every reading of one plan: first half-cycle on the left, written loop on the right.

    Parameters
    ----------
    readings
        Of one target, at least one.
    """
    figure = Figure(figsize=(WIDTH, 2.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    largest = max((r.opening for r in readings if math.isfinite(r.opening)), default=math.nan)
    factor, unit = prefix_of(largest, readings[0].unit)
    _points(left, [(r.place, r.bias, r.bias_good) for r in readings])
    _points(right, [(r.place, r.opening / factor, r.opening_good) for r in readings])
    left.set_title("first half-cycle, from the native state", loc="left")
    left.set_ylabel("|bias| of first switching (V)")
    right.set_title("later cycles, written state", loc="left")
    right.set_ylabel(f"opening of the loop at 0 V ({unit})")
    for axes in (left, right):
        _scale(axes, [r.place for r in readings])
    figure.legend(handles=_handles(readings), loc="outside lower center", ncols=5)
    return figure


def _points(axes: Axes, values: Sequence[tuple[PlanPlace, float, bool]]) -> None:
    """Draw each value; what was not measured is a mark on the axis, not a value."""
    for place, value, good in values:
        x, colour, marker = place.signed_distance * 1e9, *_style(place)
        if math.isfinite(value):
            fill = colour if good else "none"
            axes.plot([x], [value], marker, ms=4.2, mfc=fill, mec=colour, mew=0.9, zorder=3)
            if place.number:
                axes.annotate(
                    str(place.number), (x, value), (4, 0), textcoords="offset points",
                    fontsize=5.5, va="center", color=colour,
                )  # fmt: skip
        else:
            over = axes.get_xaxis_transform()
            axes.plot([x], [0.02], "x", ms=3.4, color=MUTED, mew=0.8, transform=over, zorder=2)
    known = [v for _, v, _ in values if math.isfinite(v)]
    axes.set_ylim(0, 1.12 * max(known, default=1.0))
    axes.grid(axis="y", color=GRID, lw=0.4)


def _style(place: PlanPlace) -> tuple[str, str]:
    """Return colour and marker: on the wall or beside it."""
    on = place.plan == "along" or place.kind in (ON, BRANCH)
    return (FIRST, "o") if on else (ACCENT, "s")


def _scale(axes: Axes, places: Sequence[PlanPlace]) -> None:
    """Spread the distances as they were planned: evenly along, else by their logarithm."""
    plan = places[0].plan
    axes.set_xlabel(_ACROSS[plan])
    distances = sorted({p.tenths / 10 for p in places if p.tenths})
    if plan == "along" or not distances:
        return
    if plan == "star":
        axes.set_xscale("log")
        ticks = distances
        axes.set_xlim(distances[0] / 1.4, distances[-1] * 1.4)
    else:
        axes.axvline(0, color=MUTED, lw=0.6, zorder=1)
        # 0 and the first distance are as far apart as two neighbours of the logarithm
        axes.set_xscale("symlog", linthresh=distances[0], linscale=0.5)
        ticks = [*(-d for d in reversed(distances)), 0.0, *distances]
        axes.set_xlim(-1.5 * distances[-1], 1.5 * distances[-1])
    axes.set_xticks(ticks, [f"{t:.0f}".replace("-", "−") for t in np.array(ticks)])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _handles(readings: Sequence[Reading]) -> list[Line2D]:
    handles = []
    for colour, marker in dict.fromkeys(_style(r.place) for r in readings):
        words = "on the wall" if marker == "o" else "beside it"
        if readings[0].place.plan == "star":
            words = "on a branch (its number)" if marker == "o" else "in a sector (its number)"
        handles.append(Line2D([], [], ls="", marker=marker, color=colour, ms=4, label=words))
    hollow = Line2D(
        [], [], ls="", marker="o", mfc="none", mec=MUTED, ms=4, label="fails a check of its loop"
    )
    missing = Line2D([], [], ls="", marker="x", color=MUTED, ms=4, label="no value")
    return [*handles, hollow, missing]
