"""What a network amounts to: lengths, densities, sizes of domains and grains, in SI units."""

import math
from collections.abc import Sequence

from ai_afm.survey.astm import (
    grain_density,
    mean_intercept,
    number_from_density,
    number_from_intercept,
)
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.line_density import line_density
from ai_afm.survey.sizes import SizeDistribution, evenness, size_distribution
from ai_afm.survey.window import scanned_window
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Grain, ScanRegion, WallNetwork

GRAINS_FOR_ASTM = 50
"""ASTM E112 asks for at least this many grains in a field for a grain size number."""

_NAMES = {
    ClassCode.WALL: "wall_undetermined",
    ClassCode.WALL_180: "wall_180",
    ClassCode.WALL_FERROELASTIC: "wall_ferroelastic",
}

Value = float | int | None
Values = dict[str, Value]


def statistics(
    network: WallNetwork,
    scanned_area: float | None = None,
    domains: Sequence[Grain] | None = None,
) -> Values:
    """Return lengths, densities and sizes; the unit is the end of each name.

    Parameters
    ----------
    network
        Walls, boundaries, junctions and grains.
    scanned_area
        Area that was really looked at, m^2; the whole region by default. 0 means nothing was.
    domains
        Cells between walls and boundaries (`grains.domains`) for the sizes of domains; without
        them these are `None`.

    Returns
    -------
    dict
        `None` where something was not measured: densities without area; a size larger than the
        frame, which cannot be told from it; `grain_size_astm` below 50 grains, the other numbers
        and intervals below 5. `NAME_low` and `NAME_high` are the ends of the 95 % confidence
        interval of `NAME`, for a surface that is everywhere like the frame.

    Notes
    -----
    The mean lineal intercept between lines of length L per area A, over test lines in all
    directions, is pi A / (2 L): a test line of unit length meets 2 L / (pi A) of them, whatever
    their shape (Buffon, Crofton; E. E. Underwood, Quantitative Stereology, 1970). Domains end at
    walls and at grain boundaries.

    The mean grain diameter is that of circles of equal area, over grains that the frame does not
    cut, each weighted with the inverse of its chance to lie wholly inside (Miles and Lantuejoul),
    because large grains are cut more often; so are domains.

    `grain_size_astm` is the planimetric number of ASTM E112 (Jeffries: cut grains count half),
    G = 3.321928 log10(grains per mm^2) - 2.954. `grain_size_areas` is the same from the count
    without bias (`astm.shares`), also for a few grains; `grain_size_intercepts` is
    G = -6.643856 log10(mean intercept in mm) - 3.288, by test lines in 12 directions. The standard
    sets the two equal for one shape of grains; the intercepts of grains of widely different sizes
    are shorter: G is larger by 0.16 for hexagons, by 0.36 for a Poisson-Voronoi tessellation.
    """
    area = network.region.size[0] * network.region.size[1] if scanned_area is None else scanned_area
    window = scanned_window(network, area)
    walls = network.length(*DOMAIN_WALL_CODES)
    boundaries = network.length(ClassCode.GRAIN_BOUNDARY)
    result: Values = {
        "scanned_area_m2": area,
        "wall_count": sum(w.code in DOMAIN_WALL_CODES for w in network.walls),
        "wall_length_m": walls,
    }
    wall_density = _density(network, DOMAIN_WALL_CODES, window)
    result |= _told("wall_density_per_m", wall_density)
    for code, name in _NAMES.items():
        # one kind of wall alone has the numbers of all
        alone = network.length(code) == walls
        density = wall_density if alone else _density(network, (code,), window)
        result |= _told(f"{name}_density_per_m", density)
    every = (
        _density(network, (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY), window)
        if walls and boundaries
        else wall_density
    )
    even = 1.0 if window is None else evenness(size_distribution(network.grains, window))
    boundary_density = _density(network, (ClassCode.GRAIN_BOUNDARY,), window, even)
    result |= {"boundary_length_m": boundaries}
    result |= _told("boundary_density_per_m", boundary_density)
    result |= _told("domain_intercept_m", _intercept(every, area) if walls else None)
    result |= {
        "junction_count": len(network.junctions),
        "junction_density_per_m2": len(network.junctions) / area if area > 0 else None,
        "needle_tip_count": len(network.tips),
        "open_end_count": len(network.open_ends),
    }
    result |= _told("grain_intercept_m", _intercept(boundary_density, area))
    return result | _grains(network, window, even) | _sizes("domain", domains or (), window)


def _told(name: str, estimate: Estimate | None) -> Values:
    """Return a value with the ends of its interval; all `None` where it has no meaning."""
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    # no number bounds an intercept from above where nothing may have been there to meet
    high = estimate.high if math.isfinite(estimate.high) else None
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": high}


def _density(
    network: WallNetwork, codes: Sequence[int], window: ScanRegion | None, even: float = 1.0
) -> Estimate | None:
    if window is None:
        return None
    return line_density([w for w in network.walls if w.code in codes], window, even)


def _intercept(density: Estimate | None, area: float) -> Estimate | None:
    """Return the mean lineal intercept, m; `None` where it exceeds the frame."""
    if density is None or density.value * math.sqrt(area) < math.pi / 2:
        return None
    return density.mapped(lambda per_m: math.pi / (2 * per_m) if per_m else math.inf)


def _grains(network: WallNetwork, window: ScanRegion | None, even: float) -> Values:
    cut = sum(g.cut_by_frame for g in network.grains)
    whole = len(network.grains) - cut
    result: Values = {"grain_count": len(network.grains), "grain_cut_count": cut}
    if window is None:
        numbers = dict.fromkeys(("density", "areas", "intercept"))
        return result | _numbers(**numbers, astm=None) | _sizes("grain", (), None)
    boundaries = [w for w in network.walls if w.code == ClassCode.GRAIN_BOUNDARY]
    density = grain_density(network.grains, window)
    areas = None if density is None else density.mapped(number_from_density)
    intercept = mean_intercept(boundaries, window, even)
    astm = None
    if whole + cut / 2 >= GRAINS_FOR_ASTM and areas is not None:
        jeffries = number_from_density((whole + cut / 2) / (window.size[0] * window.size[1]))
        shift = jeffries - areas.value
        astm = Estimate(jeffries, areas.low + shift, areas.high + shift)
    numbers = {"density": density, "areas": areas, "intercept": intercept}
    return result | _numbers(**numbers, astm=astm) | _sizes("grain", network.grains, window)


def _numbers(
    density: Estimate | None,
    areas: Estimate | None,
    intercept: Estimate | None,
    astm: Estimate | None,
) -> Values:
    by_intercepts = None if intercept is None else intercept.mapped(number_from_intercept)
    return (
        _told("grain_density_per_m2", density)
        | _told("grain_size_astm", astm)
        | _told("grain_size_areas", areas)
        | _told("grain_size_intercepts", by_intercepts)
    )


def _sizes(name: str, cells: Sequence[Grain], window: ScanRegion | None) -> Values:
    """Return the size distribution of grains or domains in numbers."""
    sizes = None if window is None else size_distribution(cells, window)
    mean = None if sizes is None else sizes.mean_diameter()
    result = _told(f"{name}_diameter_m", mean)
    if sizes is not None and mean is None and len(sizes.areas):
        result[f"{name}_diameter_m"] = float(sizes.weights @ sizes.diameters)
    result |= _told(f"{name}_area_m2", None if sizes is None else sizes.mean_area())
    for percent in (10, 50, 90):
        result[f"{name}_diameter_p{percent}_m"] = _quantile(sizes, percent / 100)
    return result


def _quantile(sizes: SizeDistribution | None, share: float) -> float | None:
    return None if sizes is None else sizes.quantile(share)
