"""One policy on one sample: its requests are scanned, seen by the network, and given back to it."""

import cv2
import numpy as np

from ai_afm.bench.policy.stage import Stage
from ai_afm.control.area.plan import end_of
from ai_afm.control.area.state import Ground, Mask, Policy, Seen, Settings, Step
from ai_afm.image.canvas import Canvas, Grid, as_frame, filled
from ai_afm.segment.base import Segmenter
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    FloatImage,
    PathRequest,
    ScanLine,
    ScanRequest,
)

LINES = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)
MOST_STEPS = 200
"""Steps after which a policy counts as broken; a line-by-line one takes 64."""


def play(policy: Policy, settings: Settings, stage: Stage, segmenter: Segmenter) -> Ground:
    """Let a policy image an area until it has no more to ask, and return what it knows then.

    Raises
    ------
    RuntimeError
        When it does not end.
    """
    drawing = _Drawing(settings, stage, segmenter)
    ground = Ground(settings, np.zeros(settings.grid.shape, np.bool_))
    for _ in range(MOST_STEPS):
        step = policy.next(ground)
        if step is None:
            return ground
        seconds = 0.0
        for request in step.requests:
            lines, took = stage.scan(request)
            drawing.add(request, lines, step.coarse)
            seconds += took
        at = end_of(step.requests[-1])
        ground = ground.after(step, drawing.covered, drawing.seen(step), seconds, at)
    raise RuntimeError(f"{policy.name} has not ended after {MOST_STEPS} steps")


class _Drawing:
    """The map while it grows, and what the network sees in it."""

    def __init__(self, settings: Settings, stage: Stage, segmenter: Segmenter) -> None:
        self._settings, self._stage, self._segmenter = settings, stage, segmenter
        self._fine = Canvas(settings.grid)
        self._coarse: Canvas | None = None

    @property
    def covered(self) -> Mask:
        return self._fine.covered.copy()

    def add(self, request: PathRequest | ScanRequest, lines: list[ScanLine], coarse: int) -> None:
        if coarse == 1:
            slow = [self._is_fine(request, line) for line in lines]
            self._fine.add((x for x, fine in zip(lines, slow, strict=True) if not fine), False)
            self._fine.add(x for x, fine in zip(lines, slow, strict=True) if fine)
            return
        if self._coarse is None:
            self._coarse = Canvas(self._settings.grid.coarser(coarse))
        self._coarse.add(lines)

    def _is_fine(self, request: PathRequest | ScanRequest, line: ScanLine) -> bool:
        """Tell whether a pass was as slow as the full raster."""
        if isinstance(request, ScanRequest):
            return True
        return request.sweeps[line.index].speed <= 1.01 * self._settings.speed

    def seen(self, step: Step) -> Seen:
        """Return what the network makes of the map after a step."""
        lines, pixels = self._settings.grid.shape
        if step.coarse > 1 and self._coarse is not None:
            said = self._look(self._coarse.data, self._coarse.grid.shape)
            wide = cv2.resize(said.lines, (pixels, lines), interpolation=cv2.INTER_CUBIC)
            return Seen(np.clip(wide, 0, 1), said.kinds)
        channels = self._fine.data
        if self._coarse is not None:
            channels = filled(self._fine, self._coarse)
        return self._look(channels, (lines, pixels))

    def _look(self, channels: dict[str, FloatImage], shape: tuple[int, int]) -> Seen:
        units = {c.name: c for c in self._stage.channels}
        grid = Grid(self._settings.grid.region, shape)
        frame = as_frame(channels, grid, self._settings.line_rate, units, self._stage.measurement)
        self._segmenter.begin(frame)
        said = self._segmenter.glimpse(frame, shape[0], final=True)
        mass = {int(c): float(np.nansum(said.probability_of(c))) for c in LINES}
        total = max(sum(mass.values()), 1e-9)
        kinds = {code: share / total for code, share in mass.items()}
        return Seen(np.nan_to_num(said.probability_of(*LINES)), kinds)
