"""The table `[question]`: what a run is to find out, fixed before the first probe."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from ai_afm.config.base import NM, NotNegative, Positive, Settings

Arm = Literal["wall", "bulk", "domain A", "domain B"]
"""What can be compared: places beside walls, in the bulk, and in the bulk of either polarity."""

PAIRS = ({"wall", "bulk"}, {"domain A", "domain B"})
"""Arms that a block holds together."""

LEAST_RANDOM = 0.2
"""Least share of the places that are drawn at random along all walls."""


class QuestionSettings(Settings):
    """A pre-registered question; without the table a run probes its targets and asks nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    compare: Arm
    """The arm whose difference from the other is the effect."""
    with_: Arm = Field(alias="with")
    """The other arm."""
    on: Literal["nucleation bias", "half-switching bias"] = "nucleation bias"
    """Quantity, read from the first half-cycle of a native place."""
    effect: Positive
    """Smallest difference that matters, V."""
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """Chance of calling equal arms different that is accepted, all looks together."""
    units: int = Field(30, ge=5, le=1000)
    """Independent wall segments at which measuring ends at the latest."""
    early: Annotated[float, Field(ge=0, le=1)] = 0.4
    """Share of `alpha` that is spent on stopping before that."""
    random_share: Annotated[float, Field(ge=LEAST_RANDOM, le=1)] = LEAST_RANDOM
    """Least share of places drawn at random along all walls; the others are the targets."""
    blocks: int = Field(1, ge=1, le=4)
    """Blocks at each place; they are one replicate all the same."""
    both_polarities: bool = True
    """Whether a block holds a bulk site of the other polarity, too."""
    beside_nm: NotNegative = 12.0
    """Distance of a wall site from its wall: the domain under the tip has one polarity there, and
    the tip's field still reaches the wall."""
    bulk_distance_nm: Positive = 90.0
    """Least distance of a bulk site from any wall."""
    field_nm: Positive = 1000.0
    """Side of the image before and after a place is probed; 24 pixels of the overview or more, or
    drift cannot be measured against it."""
    image_lines: int = Field(96, ge=32, le=512)
    image_line_rate_hz: Positive = 4.0
    calibrate: bool = True
    """Measure a written dot first, where the consent has a sacrificial zone."""
    charge_checks: bool = False
    """Probe more bulk sites with three AC amplitudes and three read biases afterwards."""

    @model_validator(mode="after")
    def _one_of_the_pairs(self) -> "QuestionSettings":
        if {self.compare, self.with_} not in PAIRS:
            known = " or ".join(" with ".join(sorted(pair, reverse=True)) for pair in PAIRS)
            raise ValueError(f"{self.compare} with {self.with_} cannot be compared; known: {known}")
        return self

    @property
    def arms(self) -> tuple[str, str]:
        """The two arms, the one that the other is taken from first."""
        return self.compare, self.with_

    @property
    def asks_walls(self) -> bool:
        """Whether a block holds a site at a wall."""
        return "wall" in self.arms

    @property
    def field(self) -> float:
        """Side of the image around a place, m."""
        return self.field_nm * NM

    @property
    def beside(self) -> float:
        """Distance of a wall site from its wall, m."""
        return self.beside_nm * NM

    @property
    def bulk_distance(self) -> float:
        """Least distance of a bulk site from any wall, m."""
        return self.bulk_distance_nm * NM
