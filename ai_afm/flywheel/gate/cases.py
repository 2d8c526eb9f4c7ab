"""What two models are asked alike: crops with the channels that are shown, and what is right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.crops import CLASSES, TrainingCrop, target
from ai_afm.image.normalise import CHANNELS, normalise, start_state
from ai_afm.types import ClassCode

ALL, NO_PHASE, HEIGHT = CHANNELS, ("height", "amplitude"), ("height",)
SHOWN = {ALL: "all channels", NO_PHASE: "no phase", HEIGHT: "height only"}
"""Sets of channels that are shown, and their names in a report."""
LINES = tuple(CLASSES.index(c) for c in CLASSES if c not in (0, int(ClassCode.TOPOGRAPHY_EDGE)))
"""Class indices that count as a line."""

Path = tuple[str, ...]
"""A slice within its parents: ("simulated", "twin: twins", "height only")."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One crop with the channels that are shown.

    Parameters
    ----------
    crop
        The crop.
    shown
        Names of the channels.
    path
        The slice that it belongs to; it counts in all parents of it, too.
    group
        What hangs together by chance and is drawn together: a world, or a frame.
    """

    crop: TrainingCrop
    shown: tuple[str, ...]
    path: Path
    group: str

    def planes(self, *, raised: bool = False) -> NDArray[np.float32]:
        """Return a network's input, (7, lines, pixels), as a run would give it.

        `raised`: with the contrast raised, for networks that were trained so.
        """
        images = {n: self.crop.channels[n].astype(np.float32) for n in self.shown}
        return normalise(images, start_state(images, raised=raised))[0]

    def target(self) -> NDArray[np.int64]:
        """Return what is right, (lines, pixels) class index, negative where nothing is asked."""
        return target(self.crop, self.shown)


def recorded(crop: TrainingCrop) -> tuple[str, ...]:
    """Return the channels that were recorded: with at least one number."""
    return tuple(n for n in CHANNELS if np.isfinite(crop.channels[n]).any())


def showings(
    crop: TrainingCrop, path: Path, group: str, sets: Sequence[tuple[str, ...]]
) -> Iterator[Case]:
    """Yield a case for each set of channels that the crop has in full."""
    there = recorded(crop)
    for shown in sets:
        if set(shown) <= set(there):
            yield Case(crop, shown, (*path, SHOWN[shown]), group)


def ancestry(path: Path) -> Iterator[Path]:
    """Yield a slice and its parents, the widest first.

    Examples
    --------
    >>> list(ancestry(("simulated", "twins")))
    [('simulated',), ('simulated', 'twins')]
    """
    for depth in range(1, len(path) + 1):
        yield path[:depth]
