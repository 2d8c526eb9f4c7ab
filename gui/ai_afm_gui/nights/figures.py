"""The figures of a night with their 95 % intervals: from its widest frame. No Qt, no torch."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai_afm.errors import AfmError
from ai_afm.report.quantity import NOT_MEASURED, density, quantity
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey.grains import domains
from ai_afm.survey.statistics import Values, statistics
from ai_afm.survey.tracing import valid_rows
from ai_afm.survey.walls import extract_network
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Role
from ai_afm_gui.nights.book import Book, Shot
from ai_afm_gui.words import translate

LEAST = 1e3
"""1/m: densities below are told as 0, which they are for every purpose."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in words: what it is, its value with unit, and its 95 % interval, if any."""

    name: str
    value: str
    interval: str


def widest(book: Book) -> Shot | None:
    """Return the frame that shows most of a run's area: its last map, or its first overview."""
    maps = [s for s in book.shots if s.kind == "map" and s.segmentation]
    wide = [s for s in book.scans if s.role in (Role.OVERVIEW, Role.RASTER) and s.segmentation]
    return maps[-1] if maps else next(iter(wide), None)


def figures_of(folder: Path, shot: Shot | None) -> tuple[tuple[Figure, ...], str]:
    """Return the figures of a frame, and a sentence about where they are from."""
    if shot is None or shot.region is None:
        return (), translate("Nights", "No frame shows the whole area, so there are no figures.")
    try:
        stored = read_segmentation(RunFolder(folder).segmentations / shot.segmentation)
    except (AfmError, OSError) as exc:
        return (), str(exc)
    seen = stored.segmentation
    network = extract_network(seen, shot.region)
    width, height = shot.region.size
    looked = float(np.mean(seen.label != ClassCode.IGNORE))
    cells = domains(network, seen.label.shape, valid=valid_rows(seen))
    values = statistics(network, width * height * looked, cells)
    words = translate(
        "Nights",
        "From {kind} {n} ({area} looked at), as {model} draws it. Intervals hold for a surface that"
        " is everywhere like this frame.",
    ).format(
        kind=shot.kind,
        n=shot.number,
        area=f"{width * height * looked * 1e12:.3g} µm²",
        model=seen.model,
    )
    return tuple(_figures(values, set(seen.classes))), words


def _figures(values: Values, known: set[int]) -> Iterator[Figure]:
    if known & set(DOMAIN_WALL_CODES):
        yield Figure(
            translate("Nights", "domain walls"), quantity(_number(values, "wall_length_m"), "m"), ""
        )
        yield _density(values, translate("Nights", "domain wall length per area"), "wall")
    for code, key, name in (
        (ClassCode.WALL, "wall_undetermined", translate("Nights", "type undetermined")),
        (ClassCode.WALL_180, "wall_180", translate("Nights", "180 deg walls")),
        (ClassCode.WALL_FERROELASTIC, "wall_ferroelastic", translate("Nights", "ferroelastic")),
    ):
        if code in known:
            yield _density(values, "    " + name, key)
    if known & set(DOMAIN_WALL_CODES):
        yield _size(values, translate("Nights", "mean domain size"), "domain_intercept")
    if ClassCode.GRAIN_BOUNDARY in known:
        name = translate("Nights", "grain boundary length per area")
        yield _density(values, name, "boundary")
        yield _size(values, translate("Nights", "mean grain size"), "grain_intercept")
        yield _size(values, translate("Nights", "mean grain diameter"), "grain_diameter")


def _number(values: Values, key: str) -> float | None:
    found = values.get(key)
    return None if found is None else float(found)


def _density(values: Values, name: str, key: str) -> Figure:
    ends = [_number(values, f"{key}_density_per_m{end}") for end in ("", "_low", "_high")]
    low, high = (density(_floored(end)) for end in ends[1:])
    return Figure(name, density(_floored(ends[0])), _interval(low, high))


def _floored(value: float | None) -> float | None:
    """Return a density, 0 where it is less than a thousandth of a µm on each µm²."""
    return 0.0 if value is not None and value < LEAST else value


def _size(values: Values, name: str, key: str) -> Figure:
    ends = [_number(values, f"{key}_m{end}") for end in ("", "_low", "_high")]
    low, high = (quantity(end, "m") for end in ends[1:])
    return Figure(name, quantity(ends[0], "m"), _interval(low, high))


def _interval(low: str, high: str) -> str:
    return "" if NOT_MEASURED in (low, high) else f"{low} .. {high}"
