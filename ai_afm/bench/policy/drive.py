"""One policy on one sample: its requests are scanned, seen by the network, and given back to it."""

import numpy as np

from ai_afm.bench.policy.stage import Stage
from ai_afm.control.area.plan import end_of
from ai_afm.control.area.state import Ground, Policy, Seen, Settings, Step
from ai_afm.image.area_drawing import AreaDrawing
from ai_afm.image.canvas import as_frame
from ai_afm.segment.base import Segmenter
from ai_afm.survey.area_map import kinds_of_lines, line_probability

MOST_STEPS = 200
"""Steps after which a policy counts as broken; a line-by-line one takes 64."""


def play(policy: Policy, settings: Settings, stage: Stage, segmenter: Segmenter) -> Ground:
    """Let a policy image an area until it has no more to ask, and return what it knows then.

    Raises
    ------
    RuntimeError
        When it does not end.
    """
    eyes = _Eyes(settings, stage, segmenter)
    ground = Ground(settings, np.zeros(settings.grid.shape, np.bool_))
    for _ in range(MOST_STEPS):
        step = policy.next(ground)
        if step is None:
            return ground
        seconds = 0.0
        for request in step.requests:
            lines, took = stage.scan(request)
            eyes.drawing.add(request, lines, step.coarse)
            seconds += took
        at = end_of(step.requests[-1])
        ground = ground.after(step, eyes.drawing.covered, eyes.seen(step), seconds, at)
    raise RuntimeError(f"{policy.name} has not ended after {MOST_STEPS} steps")


class _Eyes:
    """The network that looks at the map while it grows."""

    def __init__(self, settings: Settings, stage: Stage, segmenter: Segmenter) -> None:
        self._settings, self._stage, self._segmenter = settings, stage, segmenter
        self.drawing = AreaDrawing(settings.grid, settings.speed)

    def seen(self, step: Step) -> Seen:
        """Return what the network makes of the map after a step."""
        channels, grid = self.drawing.picture(coarse=step.coarse > 1)
        units = {c.name: c for c in self._stage.channels}
        frame = as_frame(channels, grid, self._settings.line_rate, units, self._stage.measurement)
        self._segmenter.begin(frame)
        said = self._segmenter.glimpse(frame, grid.shape[0], final=True)
        return Seen(line_probability(said, self._settings.grid.shape), kinds_of_lines(said))
