"""Maps of an area: where lines are and of which kinds, and how drift moved the passes."""

from collections.abc import Mapping

import cv2
import numpy as np

from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, FloatImage, Point, Segmentation

LINES = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)


def line_probability(segmentation: Segmentation, shape: tuple[int, int]) -> FloatImage:
    """Return the probability of any wall or boundary on a grid of `shape`, 0 where not scanned.

    A coarser map is enlarged by cubic interpolation.
    """
    lines, pixels = shape
    seen = np.nan_to_num(segmentation.probability_of(*LINES))
    if seen.shape != shape:
        seen = np.clip(cv2.resize(seen, (pixels, lines), interpolation=cv2.INTER_CUBIC), 0, 1)
    return np.asarray(seen, np.float32)


def kinds_of_lines(segmentation: Segmentation) -> Mapping[int, float]:
    """Return class code -> its share of all line probability."""
    mass = {int(c): float(np.nansum(segmentation.probability_of(c))) for c in LINES}
    total = max(sum(mass.values()), 1e-9)
    return {code: share / total for code, share in mass.items()}


def sweep_shifts(drift: tuple[Point, Point], sweeps: int) -> list[Point]:
    """Return by how much (m) each sweep of a path is moved that drifts from first to last alike."""
    (x0, y0), (x1, y1) = drift
    shares = [k / max(sweeps - 1, 1) for k in range(sweeps)]
    return [(x0 + s * (x1 - x0), y0 + s * (y1 - y0)) for s in shares]
