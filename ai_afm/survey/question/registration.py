"""The pre-registered question: what is compared with what, on which quantity, for which effect."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass

from ai_afm.errors import ConfigError

QUANTITIES = {
    "nucleation bias": "V",
    "wall-jump bias": "V",
    "half-switching bias": "V",
}
"""What a question may be about, with its unit: all from the first half-cycle of a native place."""

LEAST_UNITS = 5
"""Independent units below which nothing is decided, whatever they say."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was registered before the first probe; nothing in it may change later.

    Parameters
    ----------
    compare, with_
        Names of the two arms, e.g. "wall" and "bulk"; the effect is `compare` minus `with_`.
    on
        One of `QUANTITIES`.
    effect
        Smallest difference that matters, > 0, in the unit of the quantity.
    alpha
        Chance of calling equal arms different that is accepted over the whole run, looks included.
    units
        Independent units (wall segments, grains, domains) at which measuring ends at the latest.
    early
        Share of `alpha` spent on stopping before that, 0 to 1; the rest is for the look at the end.
    selection
        How the sites are chosen, in a sentence.

    Raises
    ------
    ConfigError
        When the question makes no sense.

    Examples
    --------
    >>> Question("wall", "bulk", "nucleation bias", 0.1).title
    'Is the nucleation bias of wall and bulk different by 0.1 V or more?'
    """

    compare: str
    with_: str
    on: str
    effect: float
    alpha: float = 0.05
    units: int = 40
    early: float = 0.4
    selection: str = ""

    def __post_init__(self) -> None:
        if self.on not in QUANTITIES:
            raise ConfigError(f"no quantity {self.on!r}; known: {', '.join(QUANTITIES)}")
        if not self.compare or self.compare == self.with_:
            raise ConfigError(f"two arms are compared, not {self.compare!r} with {self.with_!r}")
        if not (math.isfinite(self.effect) and self.effect > 0):
            raise ConfigError(f"the effect that matters is above 0 {self.unit}, not {self.effect}")
        if not (0 < self.alpha < 0.5 and 0 <= self.early <= 1):
            raise ConfigError(f"alpha {self.alpha} or its early share {self.early} is out of range")
        if self.units < LEAST_UNITS:
            raise ConfigError(f"{self.units} units decide nothing; at least {LEAST_UNITS}")

    @property
    def unit(self) -> str:
        """Unit of the quantity and of the effect."""
        return QUANTITIES[self.on]

    @property
    def title(self) -> str:
        """The question in words."""
        return (
            f"Is the {self.on} of {self.compare} and {self.with_} different by"
            f" {self.effect:.3g} {self.unit} or more?"
        )

    @property
    def alpha_early(self) -> float:
        """Chance of a false difference by stopping early."""
        return self.alpha * self.early

    @property
    def alpha_end(self) -> float:
        """Chance of a false difference at the look at the end."""
        return self.alpha * (1 - self.early)

    @property
    def digest(self) -> str:
        """SHA-256 of the question, to be journalled before the first probe."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """One probed site as the statistics see it.

    Parameters
    ----------
    site
        Name; each is probed once.
    arm
        Which arm it belongs to.
    cluster
        Name of the wall segment, grain or domain: sites of one are no independent replicates.
    block
        Name of the randomised block: the sites that were matched and probed together.
    index
        How many probes the tip had made before it, in the whole run.
    value
        The quantity, NaN where there is none.
    excluded
        Why the value is not used; empty where it is.
    at_random
        Whether the place was drawn at random, not chosen because it looked critical.
    """

    site: str
    arm: str
    cluster: str
    block: str
    index: int
    value: float
    excluded: str = ""
    at_random: bool = False

    @property
    def why_not(self) -> str:
        """Why it is not used; empty where it is."""
        if self.excluded:
            return self.excluded
        return "" if math.isfinite(self.value) else "no value could be read"
