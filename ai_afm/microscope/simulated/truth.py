"""The true walls of a region as polylines in metres, with junctions, needle tips and grains.

A line that runs through a junction counts once in its codes: (2, 4) is a 180-degree wall that ends
on a grain boundary, (2, 3) one that crosses a twin's edge, (3, 3) a lamella that ends on another,
(4, 4, 4) a triple point. Walls below particles are part of the truth (they are there), though not
of the label image.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import corners, is_inside
from ai_afm.microscope.simulated.fields import Float64
from ai_afm.microscope.simulated.lamellae import TwinSet
from ai_afm.microscope.simulated.layers import Layers, crystal_at, domain_level, in_crystal
from ai_afm.microscope.simulated.lines import (
    Box,
    Line,
    Predicate,
    clipped_polygon,
    contours,
    cut,
    densified,
    polygon_area,
)
from ai_afm.microscope.simulated.outlines import Cell, diagram_of, rims, step_lines
from ai_afm.types import ClassCode, Grain, Junction, Point, ScanRegion, Wall, WallNetwork

SCRATCH_SPACING = 50e-9


@dataclass(frozen=True, slots=True)
class _Patch:
    """A piece of one crystal: which grain (`None` in a single crystal), and its box."""

    grain: int | None
    box: Box


@dataclass(slots=True)
class _Drawing:
    """What has been found so far, not yet cut to the region."""

    lines: list[tuple[Line, ClassCode]] = field(default_factory=list)
    junctions: list[tuple[Float64, tuple[int, ...]]] = field(default_factory=list)
    tips: list[Float64] = field(default_factory=list)
    ends: list[Float64] = field(default_factory=list)

    def add(self, lines: list[Line], code: ClassCode) -> None:
        self.lines += [(line, code) for line in lines]


def true_network(layers: Layers, region: ScanRegion) -> WallNetwork:
    """Return walls, boundaries, steps, junctions, tips and grains that lie in `region`."""
    outline = corners(region)
    box = Box(outline.min(axis=0), outline.max(axis=0))
    drawing = _Drawing()
    grains: tuple[Grain, ...] = ()
    patches = [_Patch(None, box)]
    if layers.grains is not None:
        boundaries, triple, cells = diagram_of(layers.grains, box)
        drawing.add(boundaries, ClassCode.GRAIN_BOUNDARY)
        drawing.junctions.append((triple, (ClassCode.GRAIN_BOUNDARY,) * 3))
        patches = [_Patch(c.grain, _shared(c.box, box)) for c in cells if _meet(c.box, box)]
        grains = tuple(g for c in cells if (g := _framed_grain(c, region)) is not None)
    for patch in patches:
        _draw_twins(layers, patch, drawing)
        _draw_domains(layers, patch, drawing)
    _draw_relief(layers, box, drawing)
    return _framed(drawing, region, grains)


def _framed(drawing: _Drawing, region: ScanRegion, grains: tuple[Grain, ...]) -> WallNetwork:
    def inside(x: Float64, y: Float64) -> NDArray[np.bool_]:
        return is_inside(region, x, y)

    def points(parts: list[Float64]) -> tuple[Point, ...]:
        every = np.concatenate([np.empty((0, 2)), *parts])
        return tuple((float(x), float(y)) for x, y in every[inside(*every.T)])

    walls: list[Wall] = []
    for code in dict.fromkeys(code for _, code in drawing.lines):
        framed, _ = cut([line for line, its in drawing.lines if its == code], inside)
        walls += [Wall(line.points, int(code), closed=line.closed) for line in framed]
    junctions = tuple(
        Junction(p, codes) for found, codes in drawing.junctions for p in points([found])
    )
    return WallNetwork(
        region, tuple(walls), junctions, points(drawing.tips), points(drawing.ends), grains
    )


def _meet(a: Box, b: Box) -> bool:
    return bool((a.low < b.high).all() and (a.high > b.low).all())


def _shared(a: Box, b: Box) -> Box:
    return Box(np.maximum(a.low, b.low), np.minimum(a.high, b.high))


def _framed_grain(cell: Cell, region: ScanRegion) -> Grain | None:
    """Return the part of a grain that lies in the region, `None` where nothing does."""
    seen = clipped_polygon(cell.outline, region)
    area = polygon_area(seen)
    if not area:
        return None
    whole = is_inside(region, *cell.outline.T).all()
    return Grain(seen, area, cut_by_frame=not whole)


def _in_grain(layers: Layers, patch: _Patch) -> Predicate:
    def keep(x: Float64, y: Float64) -> NDArray[np.bool_]:
        grain = crystal_at(layers, x, y).grain
        assert grain is not None
        inside: NDArray[np.bool_] = grain == patch.grain
        return inside

    return keep


def _cut_to_grain(layers: Layers, patch: _Patch, lines: list[Line]) -> tuple[list[Line], Float64]:
    if patch.grain is None:
        return lines, np.empty((0, 2))
    return cut(lines, _in_grain(layers, patch))


def _seen_from(patch: _Patch, n: int) -> NDArray[np.intp] | None:
    return None if patch.grain is None else np.full(n, patch.grain)


def _draw_domains(layers: Layers, patch: _Patch, drawing: _Drawing) -> None:
    if layers.domains is None:
        return

    def value(x: Float64, y: Float64) -> Float64:
        level = domain_level(layers, in_crystal(layers, _seen_from(patch, len(x)), x, y))
        assert level is not None
        return level.distance.astype(float)

    step = 0.75 * layers.domains.field.lattice.pitch
    extent = float((patch.box.high - patch.box.low).max())
    lines = [
        _polished(layers, patch, line, step)
        for line in contours(value, patch.box, min(step, extent / 48))
    ]
    lines, ends = _cut_to_grain(layers, patch, lines)
    drawing.add(lines, ClassCode.WALL_180)
    drawing.junctions.append((ends, (ClassCode.WALL_180, ClassCode.GRAIN_BOUNDARY)))
    for twin in layers.twins:
        crossings = cut(lines, _in_twin(layers, patch, twin))[1]
        drawing.junctions.append((crossings, (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC)))


def _polished(layers: Layers, patch: _Patch, line: Line, step: float) -> Line:
    """Move contour points onto the zero of the level set by Newton steps along its normal."""
    # on the chord between two contour points a curved wall is missed by more than a nanometre
    x, y = densified(line.points, step / 4, line.closed).T
    for _ in range(4):
        level = domain_level(layers, in_crystal(layers, _seen_from(patch, len(x)), x, y))
        assert level is not None
        near = np.abs(level.distance) < step
        x = np.where(near, x - level.distance * level.nx, x)
        y = np.where(near, y - level.distance * level.ny, y)
    return Line(np.stack([x, y], axis=1), line.closed)


def _in_twin(layers: Layers, patch: _Patch, twin: TwinSet) -> Predicate:
    def keep(x: Float64, y: Float64) -> NDArray[np.bool_]:
        at = in_crystal(layers, _seen_from(patch, len(x)), x, y)
        inside: NDArray[np.bool_] = twin.across(at.u, at.v).inside > 0
        return inside

    return keep


def _draw_twins(layers: Layers, patch: _Patch, drawing: _Drawing) -> None:
    code = ClassCode.WALL_FERROELASTIC
    above: list[Predicate] = []
    for twin in layers.twins:
        lines, tips = _needles(layers, patch, twin)
        for hidden_in in above:  # an earlier set runs through, a later one ends on it
            lines, ends = cut(lines, lambda x, y, f=hidden_in: ~f(x, y))  # type: ignore[misc]
            drawing.junctions.append((ends, (code, code)))
            tips = tips[~hidden_in(*tips.T)]
        lines, ends = _cut_to_grain(layers, patch, lines)
        drawing.junctions.append((ends, (code, ClassCode.GRAIN_BOUNDARY)))
        drawing.add(lines, code)
        if patch.grain is not None:
            tips = tips[_in_grain(layers, patch)(*tips.T)]
        drawing.tips.append(tips)
        above.append(_in_twin(layers, patch, twin))


def _needles(layers: Layers, patch: _Patch, twin: TwinSet) -> tuple[list[Line], Float64]:
    """Return both edges, tip to tip, of needles that may touch a patch, and their tips (n, 2)."""
    low, high = patch.box.low, patch.box.high
    x, y = (
        np.array([low[0], high[0], high[0], low[0]]),
        np.array([low[1], low[1], high[1], high[1]]),
    )
    at = in_crystal(layers, _seen_from(patch, 4), x, y)
    u, v = twin.coordinates(at.u, at.v)
    spec = twin.spec
    slack = 6 * spec.bend + spec.period
    tracks = np.arange(
        np.floor((u.min() - slack) / spec.period), np.ceil((u.max() + slack) / spec.period)
    )
    spacing = min(spec.taper / 10, spec.period / 8)
    parts: list[Float64] = []
    for track in tracks.astype(int):
        parts += _needles_on(twin, track, (v.min() - slack, v.max() + slack), spacing)
    if not parts:
        return [], np.empty((0, 2))
    every = np.concatenate(parts)
    pu, pv = twin.position(every[:, 0], every[:, 1])
    points = _to_sample(layers, patch, pu, pv)
    split = np.split(points, np.cumsum([len(p) for p in parts])[:-1])
    # both edges of a needle share their ends, so one of them has the tips
    tips = np.concatenate([p[[0, -1]] for p in split[::2]])
    return [Line(p) for p in split], tips


def _needles_on(
    twin: TwinSet, track: int, span: tuple[float, float], spacing: float
) -> list[Float64]:
    length = twin.spec.length
    row = np.array([track], np.intp)
    # whole segments that touch the span; a segment's number comes from any point on it
    phase = float(twin.phase[track & (len(twin.phase) - 1)])
    first, last = np.floor(span[0] / length + phase), np.floor(span[1] / length + phase)
    parts = []
    for segment in np.arange(first, last + 1):
        number, _ = twin.numbers(row, np.array([(segment + 0.5 - phase) * length]))
        k = number[0]
        if twin.half[k] == 0:
            continue
        n = max(9, int(np.ceil((twin.end[k] - twin.start[k]) * length / spacing)))
        place = twin.start[k] + (twin.end[k] - twin.start[k]) * np.linspace(0, 1, n)
        v = (segment + place - phase) * length
        half = twin.half_width(np.full(n, k), place)
        half[[0, -1]] = 0.0
        middle = track * twin.spec.period + twin.center[k]
        parts += [np.stack([middle + half, v], axis=1), np.stack([middle - half, v], axis=1)]
    return parts


def _to_sample(layers: Layers, patch: _Patch, u: Float64, v: Float64) -> Float64:
    if patch.grain is None or layers.grains is None:
        return np.stack([u, v], axis=1)
    p = layers.grains.properties
    c, s = np.cos(p.angle[patch.grain]), np.sin(p.angle[patch.grain])
    u, v = u - p.shift[patch.grain, 0], v - p.shift[patch.grain, 1]
    return np.stack([c * u - s * v, s * u + c * v], axis=1)


def _draw_relief(layers: Layers, box: Box, drawing: _Drawing) -> None:
    code = ClassCode.TOPOGRAPHY_EDGE
    relief = layers.relief
    if relief.terraces is not None:
        drawing.add(step_lines(relief.terraces, box), code)
    if relief.scratches is not None:
        ends = np.stack([relief.scratches.starts, relief.scratches.ends], axis=1)
        # a scratch is straight, but the frame may cut it in the middle of it: many short segments
        drawing.add([Line(densified(pair, SCRATCH_SPACING)) for pair in ends], code)
        drawing.ends.append(ends.reshape(-1, 2))
    if relief.particles is not None:
        drawing.add(rims(relief.particles, box), code)
