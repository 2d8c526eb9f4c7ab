"""What a person allows: limits, consent painted on the sample, and the authority of the program."""

from dataclasses import dataclass
from enum import StrEnum

from ai_afm.types.requests import ScanRegion


class Authority(StrEnum):
    """How far the program may go by itself.

    `WATCH` sends no commands. `ADVISE` waits for a person before each move. `SUPERVISED` moves by
    itself while a person is at hand: a fault waits for that person. `UNATTENDED` moves by itself
    all
    night.
    """

    WATCH = "watch"
    ADVISE = "advise"
    SUPERVISED = "supervised"
    UNATTENDED = "unattended"

    def exceeds(self, other: "Authority") -> bool:
        """Tell whether this lets the program do more by itself than `other`."""
        ranks = list(Authority)
        return ranks.index(self) > ranks.index(other)


class ConsentLevel(StrEnum):
    """What may be done to a piece of the sample; a later zone overrides an earlier one."""

    IMAGE = "image"
    BIAS = "bias"
    SACRIFICIAL = "sacrificial"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class ConsentZone:
    """A painted part of the sample.

    Parameters
    ----------
    region
        Where.
    level
        What is allowed.
    max_bias
        Largest |bias| of a probe or write, V (0 for image and forbidden).
    max_pulses
        Probes and writes that one cell of the dose map (100 nm) may receive.
    """

    region: ScanRegion
    level: ConsentLevel
    max_bias: float = 0.0
    max_pulses: int = 0


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent map: zones in the order in which they were painted; elsewhere images only."""

    zones: tuple[ConsentZone, ...] = ()

    def forbidding(self, region: ScanRegion) -> "Consent":
        """Return the map with one more zone over all others, in which nothing is allowed."""
        return Consent((*self.zones, ConsentZone(region, ConsentLevel.FORBIDDEN)))


@dataclass(frozen=True, slots=True)
class Limits:
    """What no request may pass; SI units. Software may narrow them, only a person widens them.

    Parameters
    ----------
    region
        The part of the scanner's range that may be used.
    max_tip_speed
        Speed in contact along the fast axis, m/s.
    max_line_rate
        Hz.
    max_bias
        |DC bias| of imaging, probes and writes, V.
    max_drive
        AC amplitude, V.
    min_setpoint, max_setpoint
        Feedback setpoint, V.
    max_indentation
        Load of a force curve, N.
    max_current
        Current through the tip, A.
    max_passes
        Passes (trace and retrace count apart) that any cell of the dose map may receive, scaled by
        load.
    max_dose
        |V| x t that any cell may receive, AC included (rms), V s.
    max_travel
        Distance of one move between requests, m.
    max_run_time
        Instrument time of the whole run, s.
    unlimited_current
        Whether current-voltage curves may be measured on an instrument that cannot end a sweep at
        a current by itself: `max_current` is then checked when the sweep is over.
    """

    region: ScanRegion
    max_tip_speed: float
    max_line_rate: float
    max_bias: float
    max_drive: float
    min_setpoint: float
    max_setpoint: float
    max_indentation: float
    max_current: float
    max_passes: float
    max_dose: float
    max_travel: float
    max_run_time: float
    unlimited_current: bool = False
