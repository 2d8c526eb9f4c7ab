"""The tables of a run's TOML; the only place where nm, degrees and minutes become SI."""

import math
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from ai_afm.config.area import AreaSettings
from ai_afm.config.base import NM, Finite, NotNegative, Positive, Settings
from ai_afm.config.flywheel import FlywheelSettings
from ai_afm.config.health import HealthSettings
from ai_afm.config.probe import ProbeSettings
from ai_afm.config.question import QuestionSettings
from ai_afm.config.sequence import SequenceSettings
from ai_afm.config.spectra import SpectraSettings
from ai_afm.config.stopping import StopSettings
from ai_afm.config.tracking import TrackingSettings
from ai_afm.errors import ConfigError
from ai_afm.types import (
    Authority,
    Consent,
    ConsentLevel,
    ConsentZone,
    Drive,
    Limits,
    ScanRegion,
)


class RegionSettings(Settings):
    """A rotated rectangle."""

    center_nm: tuple[Finite, Finite] = (0.0, 0.0)
    """(x, y) in the sample frame."""
    size_nm: tuple[Positive, Positive]
    """Extent (fast, slow)."""
    angle_deg: Finite = 0.0
    """Fast axis against x, counter-clockwise."""

    @property
    def region(self) -> ScanRegion:
        """The rectangle in metres."""
        (x, y), (width, height) = self.center_nm, self.size_nm
        return ScanRegion((x * NM, y * NM), (width * NM, height * NM), math.radians(self.angle_deg))


class RunSettings(Settings):
    """The run as a whole."""

    sample: str = "unknown"
    """Name of the sample, kept with every scan."""
    operator: str = "unknown"
    """Who is responsible."""
    seed: int = Field(0, ge=0, lt=2**31)
    """Seed of everything that is left to chance."""
    authority: Authority = Authority.SUPERVISED
    """watch, advise, supervised or unattended."""
    controller: str = "targets"
    """targets, raster, or the name of a plug-in."""
    budget_min: Positive = 600.0
    """Instrument time after which the run ends by itself."""


class InstrumentSettings(Settings):
    """Which microscope, and how its clock runs."""

    kind: str = "simulated"
    """Name of the adapter."""
    clock: Literal["real", "accelerated", "instant"] = "real"
    """Only the twin and replayed scans can be faster than real time."""
    acceleration: Positive = 1.0
    """Factor of an accelerated clock."""
    calibrate: bool = False
    """Measure the instrument's times before the first scan: some 10 s of tiny frames in contact
    around the centre of the overview; else the times are those that the adapter declares."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Passed to the adapter, which checks them."""


class LimitSettings(Settings):
    """What no request may pass."""

    region: RegionSettings | None = None
    """Part of the scanner's range that may be used; all of it when absent."""
    max_tip_speed_um_per_s: Positive = 200.0
    max_line_rate_hz: Positive = 60.0
    max_bias_v: NotNegative = 10.0
    max_drive_v: NotNegative = 5.0
    setpoint_v: tuple[Finite, Finite] = (-10.0, 10.0)
    max_indentation_nn: NotNegative = 500.0
    max_current_na: Positive = 100.0
    allow_unlimited_current: bool = False
    """Whether current-voltage curves may be measured on an instrument that cannot end a sweep at a
    current by itself; what has passed is then only known when the sweep is over."""
    max_passes: Positive = 2000.0
    """Passes that a 100 nm cell may receive."""
    max_dose_v_s: Positive = 1000.0
    """|V| x t that a 100 nm cell may receive."""
    max_travel_um: Positive = 200.0

    def limits(self, scanner_range: ScanRegion, budget_s: float) -> Limits:
        """Return the limits in SI units, the region defaulting to the scanner's range."""
        return Limits(
            region=self.region.region if self.region else scanner_range,
            max_tip_speed=self.max_tip_speed_um_per_s * 1e-6,
            max_line_rate=self.max_line_rate_hz,
            max_bias=self.max_bias_v,
            max_drive=self.max_drive_v,
            min_setpoint=self.setpoint_v[0],
            max_setpoint=self.setpoint_v[1],
            max_indentation=self.max_indentation_nn * 1e-9,
            max_current=self.max_current_na * 1e-9,
            max_passes=self.max_passes,
            max_dose=self.max_dose_v_s,
            max_travel=self.max_travel_um * 1e-6,
            max_run_time=budget_s,
            unlimited_current=self.allow_unlimited_current,
        )


class ZoneSettings(RegionSettings):
    """A painted part of the sample."""

    level: ConsentLevel
    max_bias_v: NotNegative = 0.0
    max_pulses: int = Field(0, ge=0)

    @property
    def zone(self) -> ConsentZone:
        """The zone in SI units."""
        return ConsentZone(self.region, self.level, self.max_bias_v, self.max_pulses)


class ConsentSettings(Settings):
    """What may be done where; images only, unless a zone says more."""

    zones: tuple[ZoneSettings, ...] = ()

    @property
    def consent(self) -> Consent:
        """The consent map in SI units."""
        return Consent(tuple(z.zone for z in self.zones))


class ImagingSettings(Settings):
    """Settings that every frame of the run shares; absent leaves the instrument's own."""

    channels: tuple[str, ...] | None = None
    drive_v: NotNegative | None = None
    drive_frequency_hz: Positive | None = None
    setpoint_v: Finite | None = None

    @property
    def drive(self) -> Drive | None:
        """The excitation, `None` for the instrument's setting."""
        return None if self.drive_v is None else Drive(self.drive_v, self.drive_frequency_hz)


class OverviewSettings(Settings):
    """The sparse first look."""

    center_nm: tuple[Finite, Finite] = (0.0, 0.0)
    """(x, y) in the sample frame."""
    size_nm: tuple[Positive, Positive] | None = None
    """Extent (fast, slow); absent: all that the limits allow."""
    angle_deg: Finite = 0.0
    """Fast axis against x, counter-clockwise."""
    lines: int = Field(128, ge=16, le=4096)
    pixels: int = Field(128, ge=16, le=4096)
    line_rate_hz: Positive = 1.0
    stop_if_empty: bool = True
    """Stop a frame that has shown nothing in its first half."""

    @property
    def region(self) -> ScanRegion:
        """The rectangle in metres."""
        if self.size_nm is None:
            raise ConfigError(
                "overview.size_nm is open; it is resolved when the microscope is opened"
            )
        (x, y), (width, height) = self.center_nm, self.size_nm
        return ScanRegion((x * NM, y * NM), (width * NM, height * NM), math.radians(self.angle_deg))


class TargetWeights(Settings):
    """How much each kind of place is worth; 0 leaves it out."""

    wall_junction: NotNegative = 3.0
    wall_meets_boundary: NotNegative = 2.5
    needle_tip: NotNegative = 2.5
    long_wall: NotNegative = 1.5
    grain_junction: NotNegative = 1.0
    uncertain: NotNegative = 0.5
    bent_wall: NotNegative = 1.0
    charged_wall: NotNegative = 2.0
    rare_orientation: NotNegative = 0.75
    novel_wall: NotNegative = 0.75


class TargetSettings(Settings):
    """Which places are looked at more closely, and how."""

    count: int = Field(4, ge=0, le=1000)
    """Places."""
    ladder_nm: tuple[Positive, ...] | None = None
    """Sizes of the closer and closer frames at each place; absent: 1/4 and 1/10 of the overview."""
    lines: int = Field(128, ge=16, le=4096)
    pixels: int = Field(128, ge=16, le=4096)
    line_rate_hz: Positive = 1.0
    min_distance_nm: Positive | None = None
    """Between two places; absent: 1/8 of the overview."""
    weights: TargetWeights = TargetWeights()
    polar_axis_deg: Finite | None = None
    """In-plane axis of the polarisation, counter-clockwise from x of the sample; without it no
    wall is called charged."""
    extend: int = Field(0, ge=0, le=100)
    """Neighbouring frames a target at most, where its wall leaves its closest frame; 0: none."""

    @property
    def polar_axis(self) -> float | None:
        """In-plane axis of the polarisation, rad, `None` where it is not known."""
        return None if self.polar_axis_deg is None else math.radians(self.polar_axis_deg)

    @property
    def ladder(self) -> tuple[float, ...]:
        """Sizes of the closer and closer frames, m."""
        if self.ladder_nm is None:
            raise ConfigError("targets.ladder_nm is open; it is resolved with the overview's size")
        return tuple(size * NM for size in self.ladder_nm)

    @property
    def min_distance(self) -> float:
        """Between two places, m."""
        if self.min_distance_nm is None:
            raise ConfigError("targets.min_distance_nm is open; it is resolved with the overview")
        return self.min_distance_nm * NM


class ModelSettings(Settings):
    """Which model segments; absent: the active one."""

    name: str | None = None
    """name@version."""
    threads: int = Field(1, ge=1, le=64)
    glimpse_every: int = Field(16, ge=1, le=1024)
    """New lines between two glimpses."""


class RunConfig(Settings):
    """A whole run.

    Examples
    --------
    >>> RunConfig().run.controller
    'targets'
    """

    run: RunSettings = RunSettings()
    instrument: InstrumentSettings = InstrumentSettings()
    limits: LimitSettings = LimitSettings()
    consent: ConsentSettings = ConsentSettings()
    imaging: ImagingSettings = ImagingSettings()
    overview: OverviewSettings = OverviewSettings()
    area: AreaSettings | None = None
    targets: TargetSettings = TargetSettings()
    stop: StopSettings = StopSettings()
    probe: ProbeSettings = ProbeSettings()
    question: QuestionSettings | None = None
    spectra: SpectraSettings | None = None
    tracking: TrackingSettings | None = None
    health: HealthSettings = HealthSettings()
    sequence: SequenceSettings | None = None
    model: ModelSettings = ModelSettings()
    flywheel: FlywheelSettings = FlywheelSettings()

    @field_validator("question")
    @classmethod
    def _no_plan(cls, value: Any, info: ValidationInfo) -> Any:
        probe = info.data.get("probe")
        if value is not None and probe is not None and probe.plan != "pairs":
            raise ValueError(
                f'[question] places its own sites; leave probe.plan = "{probe.plan}" away'
            )
        return value

    @field_validator("spectra")
    @classmethod
    def _loops_only(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("question") is not None:
            raise ValueError("[question] compares hysteresis loops; leave [spectra] away")
        return value
