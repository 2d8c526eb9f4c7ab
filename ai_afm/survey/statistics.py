"""What a network amounts to: lengths, densities, sizes of domains and grains, in SI units."""

import math

import numpy as np

from ai_afm import geometry
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, WallNetwork

GRAINS_FOR_ASTM = 50
"""ASTM E112 asks for at least this many grains in a field for a grain size number."""

_NAMES = {
    ClassCode.WALL: "wall_undetermined",
    ClassCode.WALL_180: "wall_180",
    ClassCode.WALL_FERROELASTIC: "wall_ferroelastic",
}

Value = float | int | None


def statistics(network: WallNetwork, scanned_area: float | None = None) -> dict[str, Value]:
    """Return lengths, densities and sizes; the unit is the end of each name.

    Parameters
    ----------
    network
        Walls, boundaries, junctions and grains.
    scanned_area
        Area that was really looked at, m^2; the whole region by default. 0 means nothing was.

    Returns
    -------
    dict
        `None` where something was not measured: densities without area; a size larger than the
        frame, which cannot be told from it; the ASTM number below 50 grains.

    Notes
    -----
    The mean lineal intercept between lines of length L per area A, over test lines in all
    directions, is pi A / (2 L): a test line of unit length meets 2 L / (pi A) of them, whatever
    their shape (Buffon, Crofton; E. E. Underwood, Quantitative Stereology, 1970). Domains end at
    walls and at grain boundaries.

    The mean grain diameter is that of circles of equal area, over grains that the frame does not
    cut, each weighted with the inverse of its chance to lie wholly inside (Miles and Lantuejoul),
    because large grains are cut more often. The ASTM number is the planimetric one of ASTM E112
    (Jeffries: cut grains count half), G = 3.321928 log10(grains per mm^2) - 2.954.
    """
    area = network.region.size[0] * network.region.size[1] if scanned_area is None else scanned_area
    walls = network.length(*DOMAIN_WALL_CODES)
    boundaries = network.length(ClassCode.GRAIN_BOUNDARY)
    result: dict[str, Value] = {
        "scanned_area_m2": area,
        "wall_count": sum(w.code in DOMAIN_WALL_CODES for w in network.walls),
        "wall_length_m": walls,
        "wall_density_per_m": _per(walls, area),
    }
    for code, name in _NAMES.items():
        result[f"{name}_density_per_m"] = _per(network.length(code), area)
    result |= {
        "boundary_length_m": boundaries,
        "boundary_density_per_m": _per(boundaries, area),
        "domain_intercept_m": _intercept(walls + boundaries, area) if walls else None,
        "junction_count": len(network.junctions),
        "junction_density_per_m2": _per(len(network.junctions), area),
        "needle_tip_count": len(network.tips),
        "open_end_count": len(network.open_ends),
    }
    return result | _grain_statistics(network, boundaries, area)


def _per(amount: float, area: float) -> float | None:
    return amount / area if area > 0 else None


def _intercept(length: float, area: float) -> float | None:
    """Return the mean lineal intercept, m; `None` where it exceeds the frame."""
    if not (length > 0 and area > 0):
        return None
    intercept = math.pi * area / (2 * length)
    return intercept if intercept <= math.sqrt(area) else None


def _grain_statistics(network: WallNetwork, boundaries: float, area: float) -> dict[str, Value]:
    whole = [g for g in network.grains if not g.cut_by_frame]
    cut = len(network.grains) - len(whole)
    counted = len(whole) + cut / 2
    number = None
    if counted >= GRAINS_FOR_ASTM and area > 0:
        number = 3.321928 * math.log10(counted / (area * 1e6)) - 2.954
    return {
        "grain_count": len(network.grains),
        "grain_cut_count": cut,
        "grain_diameter_m": _mean_diameter(network),
        "grain_intercept_m": _intercept(boundaries, area),
        "grain_size_astm": number,
    }


def _mean_diameter(network: WallNetwork) -> float | None:
    """Return the mean area-equivalent diameter of whole grains, m, corrected for cut ones."""
    width, height = network.region.size
    diameters, weights = [], []
    for grain in network.grains:
        if grain.cut_by_frame:
            continue
        u, v = geometry.to_region(network.region, *grain.outline.T)
        room = (width - float(np.ptp(u))) * (height - float(np.ptp(v)))
        if room > 0:
            diameters.append(math.sqrt(4 * grain.area / math.pi))
            weights.append(width * height / room)
    return float(np.average(diameters, weights=weights)) if diameters else None
