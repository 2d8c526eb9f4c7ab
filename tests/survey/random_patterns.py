"""Random patterns of lines whose density is known: what a frame of a large surface may show."""

import math

import numpy as np
from scipy.spatial import Voronoi, cKDTree
from skimage.measure import find_contours

from ai_afm import geometry
from ai_afm.types import Grain, Wall, WallNetwork


def framed(starts, ends, region, code=4):
    """Return the parts of segments (n, 2) in region coordinates that lie in the region."""
    half = np.array(region.size) / 2
    step = ends - starts
    with np.errstate(divide="ignore", invalid="ignore"):
        enter = np.where(step > 0, -half - starts, half - starts) / step
        leave = np.where(step > 0, half - starts, -half - starts) / step
    beside = (step == 0) & (np.abs(starts) > half)
    enter = np.where(step == 0, 0.0, enter).max(axis=1).clip(min=0.0)
    leave = np.where(step == 0, 1.0, leave).min(axis=1).clip(max=1.0)
    seen = (enter < leave) & ~beside.any(axis=1)
    a = (starts + enter[:, None] * step)[seen]
    b = (starts + leave[:, None] * step)[seen]
    points = np.stack(geometry.to_sample(region, *np.stack([a, b], axis=1).T), axis=-1)
    return tuple(Wall(line, code) for line in points.transpose(1, 0, 2))


def poisson_lines(rng, region, density, angles=None):
    """Endless straight lines at random; `angles(n)` draws their directions (all alike: None)."""
    reach = math.hypot(*region.size) / 2
    count = rng.poisson(2 * reach * density)
    angle = rng.uniform(0, math.pi, count) if angles is None else angles(count)
    along = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    foot = rng.uniform(-reach, reach, (count, 1)) * along[:, ::-1] * (-1, 1)
    return framed(foot - 2 * reach * along, foot + 2 * reach * along, region)


def seeds(rng, region, density, jitter=None):
    """Seeds of cells: at random, or on a square lattice with a jitter in spacings."""
    margin = 5 / math.sqrt(density)
    size = np.array(region.size) + 2 * margin
    if jitter is None:
        count = rng.poisson(density * size.prod())
        return rng.uniform(-0.5, 0.5, (count, 2)) * size
    nx, ny = np.ceil(size * math.sqrt(density)).astype(int) + 1
    x, y = np.meshgrid(np.arange(nx) - nx / 2, np.arange(ny) - ny / 2)
    sites = np.stack([x, y], axis=-1).reshape(-1, 2) + rng.random(2)
    return (sites + jitter * rng.uniform(-0.5, 0.5, sites.shape)) / math.sqrt(density)


def voronoi_edges(sites, region):
    """Edges between the cells of seeds (n, 2) in region coordinates."""
    diagram = Voronoi(sites)
    edges = np.array(diagram.ridge_vertices)
    edges = edges[(edges >= 0).all(axis=1)]
    return framed(diagram.vertices[edges[:, 0]], diagram.vertices[edges[:, 1]], region)


def voronoi_network(rng, region, density, jitter=None):
    """A network of boundaries and the grains between them."""
    sites = seeds(rng, region, density, jitter)
    diagram = Voronoi(sites)
    half = np.array(region.size) / 2
    near = cKDTree(sites).query_ball_point((0, 0), math.hypot(*half) + 4 / math.sqrt(density))
    found = (diagram.regions[diagram.point_region[i]] for i in near)
    cells = [diagram.vertices[c] for c in found if c and -1 not in c]
    grains = tuple(g for cell in cells if (g := _grain(cell, region)) is not None)
    return WallNetwork(region, voronoi_edges(sites, region), grains=grains)


def _grain(cell, region):
    half = np.array(region.size) / 2
    if (np.abs(cell) < half).all():
        return _polygon(cell, region, False)
    if (cell.min(axis=0) > half).any() or (cell.max(axis=0) < -half).any():
        return None
    seen = cell
    for axis in (0, 1):
        for side in (-1, 1):
            seen = _half_plane(seen, axis, side, half[axis])
            if not len(seen):
                return None
    return _polygon(seen, region, True)


def _half_plane(polygon, axis, side, half):
    kept = []
    for point, after in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        d, e = half - side * point[axis], half - side * after[axis]
        if d >= 0:
            kept.append(point)
        if d * e < 0:
            crossing = point + (after - point) * d / (d - e)
            crossing[axis] = side * half
            kept.append(crossing)
    return np.array(kept)


def _polygon(outline, region, cut):
    x, y = outline.T
    area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    return Grain(np.stack(geometry.to_sample(region, x, y), axis=1), float(area), cut)


def labyrinth(rng, region, period, band=0.25):
    """Zero lines of a random field with waves of about one period."""
    step = period / 10
    columns, lines = (math.ceil(side / step) + 2 for side in region.size)
    across = 2 ** math.ceil(math.log2(1.3 * max(columns, lines)))
    k = np.hypot(*np.meshgrid(np.fft.fftfreq(across, step), np.fft.fftfreq(across, step)))
    waves = np.exp(-0.5 * ((k * period - 1) / band) ** 2)
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((across, across))) * waves).real
    lines_found = [
        c[:, ::-1] * step - np.array(region.size) / 2 - step / 3
        for c in find_contours(field[:lines, :columns], 0.0)
    ]
    starts = np.concatenate([c[:-1] for c in lines_found])
    ends = np.concatenate([c[1:] for c in lines_found])
    return framed(starts, ends, region)
