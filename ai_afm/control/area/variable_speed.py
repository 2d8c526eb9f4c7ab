"""Every line, but slow only where the lines before have shown a wall; then the open ends."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ai_afm import geometry
from ai_afm.control.area.follow import lines_seen, strips
from ai_afm.control.area.plan import runs_of
from ai_afm.control.area.state import Ground, Mask, Step
from ai_afm.types import PathRequest, Role, Sweep

BLOCK = 8
"""Lines that are scanned before windows are chosen anew."""
MARGIN = 10
"""Pixels to each side of a wall in the block before: a wall at 45 degrees stays inside."""
FASTER = 10.0
"""Tip speed outside the windows over that inside, where a person allows it."""


@dataclass(frozen=True, slots=True)
class VariableSpeedPolicy:
    """A raster that hurries where the lines above showed nothing."""

    @property
    def name(self) -> str:
        """How it is called."""
        return "variable-speed"

    def next(self, ground: Ground) -> Step | None:
        """Return the next block of lines, then strips along what was only seen in a hurry."""
        first = BLOCK * len(ground.done("lines"))
        if first < ground.settings.grid.shape[0]:
            return _block(ground, first)
        return strips(ground)


def _block(ground: Ground, first: int) -> Step:
    settings = ground.settings
    lines, pixels = settings.grid.shape
    slow = _window(ground, first)
    faster = min(FASTER, settings.max_tip_speed / settings.speed)
    sweeps: list[Sweep] = []
    for row in range(first, min(first + BLOCK, lines)):
        parts = _parts(slow, pixels)
        back = [(last, start, fine) for start, last, fine in reversed(parts)]
        for start, last, fine in (*parts, *back):
            speed = settings.speed * (1.0 if fine else faster)
            sweeps.append(
                geometry.row_sweep(
                    settings.grid.region, settings.grid.shape, row, (start, last), speed
                )
            )
    reason = (
        f"Lines {first + 1} to {min(first + BLOCK, lines)}: {100 * slow.mean():.0f} % of them slow,"
        " where the lines before show a wall"
    )
    path = PathRequest(tuple(sweeps), both_ways=False, role=Role.RASTER, reason=reason)
    return Step("lines", (path,), reason)


def _window(ground: Ground, first: int) -> Mask:
    """Return which columns are scanned slowly, (pixels,) bool."""
    pixels = ground.settings.grid.shape[1]
    if ground.seen is None or first == 0:
        return np.zeros(pixels, bool)
    above = lines_seen(ground.seen, ground.settings.threshold)[max(first - BLOCK, 0) : first]
    near = ndimage.binary_dilation(np.asarray(above.any(axis=0)), iterations=MARGIN)
    return np.asarray(near, np.bool_)


def _parts(slow: Mask, pixels: int) -> list[tuple[int, int, bool]]:
    """Return (first, last, slow) of the parts of a line, from left to right."""
    runs = runs_of(slow[None], 0)[:, 1:].tolist()
    parts, at = [], 0
    for start, last in runs:
        if start > at:
            parts.append((at, start - 1, False))
        parts.append((start, last, True))
        at = last + 1
    if at < pixels:
        parts.append((at, pixels - 1, False))
    return parts
