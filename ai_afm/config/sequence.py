"""The table `[sequence]`: writing on purpose, time-lapse, and how much drive the sample bears."""

import math
import re
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from ai_afm.config.base import NM, Finite, NotNegative, Positive, Settings
from ai_afm.types import Point, ScanRegion

WAIT = re.compile(r"wait (\d+(?:\.\d+)?)")
"""A step that leaves the sample alone for so many seconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is written: "image", "write", "ladder" or "wait" with its `seconds`."""

    kind: str
    seconds: float = 0.0


class WriteSettings(Settings):
    """What a "write" step writes."""

    pattern: Literal["box", "stripes", "dots", "ladder"] = "box"
    """Box: all of the area. Stripes: every other half period of it. Dots: a grid of equal dots.
    Ladder: one dot for each bias (columns) and time (rows)."""
    center_nm: tuple[Finite, Finite] = (0.0, 0.0)
    """(x, y) in the sample frame as it was at the run's first frame; drift is followed."""
    size_nm: tuple[Positive, Positive] = (500.0, 500.0)
    """Extent of the pattern (fast, slow); a ladder is as large as its dots need."""
    angle_deg: Finite = 0.0
    bias_v: tuple[Finite, ...] = Field((6.0,), min_length=1)
    """Tip bias: one value for each repetition in turn; for a ladder all of them at once."""
    ms: tuple[Positive, ...] = Field((100.0,), min_length=1)
    """Time of a dot, for each repetition in turn (each step of `bias_v` first); for a ladder all of
    them at once."""
    spacing_nm: Positive = 20.0
    """Between the lines of a box or stripe."""
    period_nm: Positive = 200.0
    """Of stripes: half of it is written."""
    pitch_nm: Positive = 150.0
    """Between dots."""
    speed_um_per_s: Positive = 2.0
    """Of the tip along lines."""
    shift_nm: tuple[Finite, Finite] = (0.0, 0.0)
    """By how much each repetition lies beside the one before."""
    margin_nm: NotNegative = 50.0
    """Around the pattern: so far what is written may reach, and consent is needed there too."""

    def pulse(self, repetition: int) -> tuple[float, float]:
        """Return (bias in V, time of a dot in s) of a repetition, counted from 0."""
        bias = self.bias_v[repetition % len(self.bias_v)]
        milliseconds = self.ms[repetition // len(self.bias_v) % len(self.ms)]
        return bias, milliseconds * 1e-3

    def region(self, repetition: int) -> ScanRegion:
        """Return the area of a repetition, counted from 0, m."""
        (x, y), (dx, dy) = self.center_nm, self.shift_nm
        center = (x + repetition * dx) * NM, (y + repetition * dy) * NM
        size = self.size_nm[0] * NM, self.size_nm[1] * NM
        return ScanRegion(center, size, math.radians(self.angle_deg))


class LadderSettings(Settings):
    """The dose ladder of the step "ladder": which bias begins to write, on a sacrificial area."""

    center_nm: tuple[Finite, Finite]
    """(x, y) of the middle of the dots."""
    bias_v: tuple[Positive, ...] = Field((1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), min_length=2)
    """Sizes of the bias, rising."""
    ms: Positive = 1000.0
    """Time of each dot."""
    repeats: int = Field(3, ge=1, le=10)
    """Dots of each bias."""
    pole_v: Finite | None = None
    """Bias of a box that is written under the dots before, which are then of the opposite sign;
    absent: dots of both signs on the sample as it is."""
    pitch_nm: Positive = 120.0
    """Between dots."""
    margin_nm: NotNegative = 200.0
    """Around the dots in the images before and after, and where consent is needed."""
    pixel_nm: Positive = 5.0
    """Of these images."""
    line_rate_hz: Positive = 1.0
    """Of these images."""
    spacing_nm: Positive = 20.0
    """Between the lines of the poled box."""
    speed_um_per_s: Positive = 2.0
    """Of the tip while it poles."""

    @property
    def center(self) -> Point:
        """The middle of the dots, m."""
        return self.center_nm[0] * NM, self.center_nm[1] * NM

    @model_validator(mode="after")
    def _check(self) -> "LadderSettings":
        if list(self.bias_v) != sorted(set(self.bias_v)):
            raise ValueError("the biases of a ladder rise from rung to rung")
        return self


class SequenceSettings(Settings):
    """Images, writes and waits in a fixed order; see `docs/writing.md`."""

    center_nm: tuple[Finite, Finite] = (0.0, 0.0)
    """(x, y) of the images, in the sample frame as it was at the run's first frame."""
    size_nm: tuple[Positive, Positive] | None = None
    """Extent of the images (fast, slow)."""
    angle_deg: Finite = 0.0
    lines: int = Field(128, ge=16, le=4096)
    pixels: int = Field(128, ge=16, le=4096)
    line_rate_hz: Positive = 1.0
    steps: tuple[str, ...] = ()
    """In order: "image", "write", "wait 60" (seconds), "ladder" (once, whatever `repeat` says)."""
    repeat: int = Field(1, ge=1, le=1000)
    """How often the steps are gone through."""
    write: WriteSettings | None = None
    ladder: LadderSettings | None = None
    check_drive: bool = False
    """Begin with the ladder, and end with an error before anything else is imaged when the drive
    (`imaging.drive_v`) is more than half of the largest bias up to which it wrote nothing."""
    reimage_every: int = Field(0, ge=0, le=1000)
    """Scan every so-manyth frame of the run twice, to see what imaging itself does to the walls;
    0: none."""

    @property
    def region(self) -> ScanRegion:
        """The area of the images, m; there is one where an "image" is among the steps."""
        width, height = self.size_nm or (1.0, 1.0)
        x, y = self.center_nm
        size = width * NM, height * NM
        return ScanRegion((x * NM, y * NM), size, math.radians(self.angle_deg))

    @property
    def order(self) -> tuple[Step, ...]:
        """The steps of one repetition, the ladder aside."""
        steps = (_parsed(text) for text in self.steps)
        return tuple(step for step in steps if step.kind != "ladder")

    @property
    def wants_ladder(self) -> bool:
        """Whether a ladder is written, before all other steps."""
        return self.check_drive or "ladder" in self.steps

    @model_validator(mode="after")
    def _check(self) -> "SequenceSettings":
        kinds = {_parsed(text).kind for text in self.steps}
        if "image" in kinds and self.size_nm is None:
            raise ValueError("size_nm is missing: an image needs a size")
        if "write" in kinds and self.write is None:
            raise ValueError('the step "write" needs a table [sequence.write]')
        if self.wants_ladder and self.ladder is None:
            raise ValueError("the ladder needs a table [sequence.ladder]")
        return self


def _parsed(text: str) -> Step:
    if text in ("image", "write", "ladder"):
        return Step(text)
    found = WAIT.fullmatch(text)
    if found is None or float(found[1]) == 0:
        raise ValueError(f'no step {text!r}; there are "image", "write", "ladder", "wait 60"')
    return Step("wait", float(found[1]))
