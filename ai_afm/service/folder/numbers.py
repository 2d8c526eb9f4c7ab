"""The numbers of one frame: a row of the table."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.channels import pick
from ai_afm.survey.fractal import fractal_dimension
from ai_afm.survey.grains import domains
from ai_afm.survey.lag import Lag
from ai_afm.survey.orientation import director
from ai_afm.survey.roughness import roughness
from ai_afm.survey.statistics import statistics
from ai_afm.survey.tracing import valid_rows
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    Frame,
    ScanRegion,
    Segmentation,
    WallNetwork,
)

CALLED = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)
_TYPES = {
    "wall_undetermined_length_m": ClassCode.WALL,
    "wall_180_length_m": ClassCode.WALL_180,
    "wall_ferroelastic_length_m": ClassCode.WALL_FERROELASTIC,
}


def numbers(
    frame: Frame, segmentation: Segmentation, network: WallNetwork | None, lag: Lag | None = None
) -> dict[str, Any]:
    """Return the numbers of a frame, JSON values; the unit is the end of each name.

    Parameters
    ----------
    frame
        As it was recorded.
    segmentation
        Of the frame.
    network
        Of the segmentation, with widths; `None` where the size of the frame is not known: then
        everything that needs it is `None`.
    lag
        Measured between trace and retrace, `None` where it was not; the network's positions were
        corrected for it only if it is significant.

    Returns
    -------
    dict
        What was called and how sure that is; lengths; all of `survey.statistics`, per scanned area;
        width, direction and fractal dimension of walls; lag; roughness. `NAME_low` and `NAME_high`
        are the ends of the 95 % confidence interval of `NAME`.
    """
    known = network is not None
    region = frame.region if known else ScanRegion((0.0, 0.0), (1.0, 1.0))
    lines = network or WallNetwork(region, ())
    in_metres = _lengths(frame, segmentation, lines) | _roughness(frame, region)
    if not known:
        in_metres = dict.fromkeys(in_metres)
    pixel = [float(p) for p in reversed(frame.request.pixel_size)] if known else None
    return {
        "channels": sorted({name for name, _ in frame.data}),
        "lines": frame.shape[0],
        "pixels": frame.shape[1],
        "pixel_size_m": pixel,
        "pixel_size_slow_m": pixel[0] if pixel else None,
        "pixel_size_fast_m": pixel[1] if pixel else None,
        **_called(segmentation),
        **in_metres,
        "lag_m": None if lag is None else lag.shift,
        "lag_error_m": None if lag is None else lag.uncertainty,
        "lag_channel": None if lag is None else lag.channel,
        "lag_removed": None if lag is None else lag.significant,
    }


def _called(segmentation: Segmentation) -> dict[str, Any]:
    """Return how much of what was scanned was called a wall or boundary, and how sure that is."""
    looked_at = segmentation.label[valid_rows(segmentation)]
    called = np.isin(segmentation.label, CALLED)
    return {
        "called_fraction": float(np.isin(looked_at, CALLED).mean()) if looked_at.size else None,
        "called_uncertainty": _mean(segmentation.uncertainty[called]),
        "ood_score": segmentation.ood_score,
        "ood": segmentation.ood,
    }


def _lengths(frame: Frame, segmentation: Segmentation, network: WallNetwork) -> dict[str, Any]:
    """Return lengths, densities, sizes, widths and the direction of walls."""
    scanned = valid_rows(segmentation)
    area = network.region.size[0] * network.region.size[1] * float(scanned.mean())
    cells = domains(network, frame.shape, valid=scanned)
    found: dict[str, Any] = {name: network.length(code) for name, code in _TYPES.items()}
    found |= statistics(network, area, cells)
    mean = director(network)
    return found | {
        "wall_apparent_width_m": _typical_width(network),
        "wall_direction_deg": None if mean is None else math.degrees(mean.angle),
        "wall_direction_order": None if mean is None else mean.order,
        **_fractal(network, max(frame.request.pixel_size)),
    }


def _fractal(network: WallNetwork, pixel: float) -> dict[str, Any]:
    """Return the fractal dimension of walls, and what the ends of its range alone would give."""
    found = fractal_dimension(network, pixel) if math.isfinite(pixel) else None
    return {
        "wall_fractal_dimension": None if found is None else found.value,
        "wall_fractal_dimension_at_short": None if found is None else found.at_short,
        "wall_fractal_dimension_at_long": None if found is None else found.at_long,
    }


def _typical_width(network: WallNetwork) -> float | None:
    """Return the median apparent width of walls, by length, m; `None` where none shows one."""
    measured = [
        (w.apparent_width, w.length)
        for w in network.walls
        if w.code in DOMAIN_WALL_CODES and w.apparent_width is not None
    ]
    if not measured:
        return None
    widths, lengths = np.array(sorted(measured)).T
    half = np.searchsorted(np.cumsum(lengths), lengths.sum() / 2)
    return float(widths[half])


def _roughness(frame: Frame, region: ScanRegion) -> dict[str, Any]:
    """Return the roughness of a height that is in metres."""
    names = ("roughness_rms_m", "roughness_hurst")
    height = pick(frame, "height")
    if height is None or frame.unit("height") != "m":
        return {f"{name}{end}": None for name in names for end in ("", "_low", "_high")}
    rough = roughness(height, region)
    told: dict[str, Any] = {}
    for name, estimate in zip(names, (rough.rms, rough.hurst), strict=True):
        told[name] = None if estimate is None else estimate.value
        told[f"{name}_low"] = None if estimate is None else estimate.low
        told[f"{name}_high"] = None if estimate is None else estimate.high
    return told


def _mean(values: NDArray[np.float32]) -> float | None:
    return float(values.mean()) if values.size else None
