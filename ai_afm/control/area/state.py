"""What a policy knows of an area, what it asks for, and what it predicts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.canvas import Grid
from ai_afm.image.instrument_time import InstrumentTimes, line_seconds
from ai_afm.types import ClassCode, FloatImage, PathRequest, Point, ScanRequest

Mask = NDArray[np.bool_]

RESOLVED = 0.7
"""Pixels of probability above 0.7 over those above 0.3, in a map that shows lines apart."""
DENSE = 0.05
"""Share of pixels above 0.3 from which lines are dense: a few bright spots tell nothing."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How an area is to be imaged.

    Parameters
    ----------
    grid
        The pixels of the full raster, and so of all fine passes.
    line_rate
        Of the full raster, Hz: it sets the tip's speed in fine passes.
    times
        Of the instrument.
    paths
        Whether the instrument takes paths; else it gets rectangles.
    max_tip_speed
        What a person allows, m/s.
    max_line_rate
        Of the instrument, Hz: rectangles are as wide as that needs.
    half_width
        Pixels to each side of a line that are scanned; `None` for 3 where most lines of the
        overview are walls that turn the phase, 3.5 where they are ferroelastic (two walls side by
        side), else 4: boundaries are found less exactly in fast lines.
    threshold
        Probability from which a coarse line is followed.
    seed
        For what is left to chance.
    """

    grid: Grid
    line_rate: float
    times: InstrumentTimes
    paths: bool = True
    max_tip_speed: float = float("inf")
    max_line_rate: float = float("inf")
    half_width: float | None = None
    threshold: float = 0.3
    seed: int = 0

    @property
    def speed(self) -> float:
        """Tip speed of fine passes, m/s: 10 % of a line's time is spent in turning."""
        return 2 * self.grid.region.size[0] * self.line_rate / 0.9

    @property
    def least_width(self) -> int:
        """Fewest pixels of a line that the instrument can scan at the fine speed."""
        return math.ceil(self.grid.shape[1] * self.line_rate / self.max_line_rate)

    @property
    def raster_time(self) -> float:
        """Time of the full raster, s."""
        return self.grid.shape[0] * line_seconds(self.line_rate, self.times)


@dataclass(frozen=True, slots=True)
class Prediction:
    """The time to the end over that of the full raster: most likely, and a 90 % interval."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Step:
    """What a policy asks for next.

    Parameters
    ----------
    purpose
        "overview", "follow", "verify", "lines" or "raster": what the passes are for.
    requests
        Done in this order.
    reason
        For a person.
    coarse
        Pixels of the map that one reading stands for along either axis.
    family
        The family of policies that was chosen, where a choice was made.
    prediction
        Of the whole, where one can be made by now.
    patches
        First row and first column of each patch that was drawn for verification.
    """

    purpose: str
    requests: tuple[PathRequest | ScanRequest, ...]
    reason: str
    coarse: int = 1
    family: str | None = None
    prediction: Prediction | None = None
    patches: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a network makes of the map.

    Parameters
    ----------
    lines
        (lines, pixels) float32: probability of any wall or boundary.
    kinds
        Class code -> its share of all line probability.
    """

    lines: FloatImage
    kinds: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Ground:
    """The area as a policy knows it; a value, so that a decision can be made again later.

    Parameters
    ----------
    settings
        How it is to be imaged.
    covered
        (lines, pixels) bool: scanned finely.
    overview
        (lines, pixels) float32 probability of a line from the overview, `None` before it. Where
        patches were looked at before anything was followed, from the map with them, too: alone
        where that map resolves the lines, else the larger one of both.
    kinds
        Class code -> its share of all line probability in that map.
    seen
        (lines, pixels) float32 probability of a line from all there is, `None` before the overview.
    spent
        Instrument time so far, s.
    at
        Where the tip is, m; `None` at the start.
    steps
        What was done, in order.
    known
        For each verification step the mask of lines known before it.
    """

    settings: Settings
    covered: Mask
    overview: FloatImage | None = None
    kinds: Mapping[int, float] = field(default_factory=dict)
    seen: FloatImage | None = None
    spent: float = 0.0
    at: Point | None = None
    steps: tuple[Step, ...] = ()
    known: tuple[Mask, ...] = field(default=(), repr=False)

    @property
    def half_width(self) -> float:
        """Pixels to each side of a line that are scanned."""
        if self.settings.half_width is not None:
            return self.settings.half_width
        if self.twinned:
            return 3.5
        # boundaries that the overview shows only faintly are found by what lies around them, too
        return 4.0 if no_wall_leads(self.kinds) and self.patched else 3.0

    @property
    def patched(self) -> bool:
        """Whether patches were looked at before anything was followed."""
        later = (s.purpose for s in self.steps if s.purpose in ("verify", "follow"))
        return next(later, None) == "verify"

    @property
    def twinned(self) -> bool:
        """Whether most lines are ferroelastic walls, of which two often lie side by side."""
        return self.kinds.get(int(ClassCode.WALL_FERROELASTIC), 0.0) > 0.5

    def done(self, purpose: str) -> Sequence[Step]:
        """Return the steps so far that were for a purpose."""
        return [s for s in self.steps if s.purpose == purpose]

    def after(
        self, step: Step, covered: Mask, seen: Seen, seconds: float, at: Point | None
    ) -> "Ground":
        """Return the ground after a step.

        Parameters
        ----------
        step
            What was done.
        covered, seen
            As they are now.
        seconds
            Instrument time of the step.
        at
            Where the tip is now, m.
        """
        overview, kinds, known = self.overview, self.kinds, self.known
        if step.purpose == "overview":
            overview, kinds = seen.lines, seen.kinds
        if step.purpose == "verify":
            known = (*known, self.covered)
            if overview is not None and not self.done("follow"):
                # a few fine pixels may tell a network what an overview of dense lines shows
                plain = resolves(seen.lines)
                overview = seen.lines if plain else np.maximum(overview, seen.lines)
                kinds = seen.kinds if plain else kinds
        return replace(
            self, covered=covered, overview=overview, kinds=kinds, seen=seen.lines, at=at,
            known=known, spent=self.spent + seconds, steps=(*self.steps, step),
        )  # fmt: skip


def no_wall_leads(kinds: Mapping[int, float]) -> bool:
    """Tell whether no sort of wall is most of the lines: boundaries are, or there is some of each.

    Parameters
    ----------
    kinds
        Class code -> its share of all line probability, 0 to 1.
    """
    plain = sum(kinds.get(int(c), 0.0) for c in (ClassCode.WALL, ClassCode.WALL_180))
    return max(plain, kinds.get(int(ClassCode.WALL_FERROELASTIC), 0.0)) <= 0.5


def resolves(lines: FloatImage) -> bool:
    """Tell whether a map with fine pixels shows dense lines apart: most are sharp, and so sure."""
    seen = float((lines > 0.3).mean())
    return seen >= DENSE and float((lines > 0.7).mean()) > RESOLVED * seen


class Policy(Protocol):
    """A pure function from the ground to the next step."""

    @property
    def name(self) -> str:
        """How it is called in configurations and reports."""
        ...

    def next(self, ground: Ground) -> Step | None:
        """Return what to do next, `None` when all is done."""
        ...
