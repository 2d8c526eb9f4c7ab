"""`[probe]`: whether, where and with what voltages is measured at a target."""

from typing import Literal

from pydantic import Field, model_validator

from ai_afm.config.base import NM, Finite, NotNegative, Positive, Settings
from ai_afm.types import Waveform


class ProbeSettings(Settings):
    """Hysteresis loops at the walls and in matched bulk, or along a fixed plan."""

    enabled: bool = True
    plan: Literal["pairs", "transect", "along", "star"] = "pairs"
    """Wall sites with partners in the bulk; or a line across the wall, along the wall, or the
    branches and sectors of a junction."""
    transect_first_nm: Positive = 12.0
    """Smallest distance from the wall of a transect, or from the junction of a star."""
    transect_reach_nm: Positive = 300.0
    """Largest one."""
    transect_sites: int = Field(6, ge=2, le=40)
    """Log-spaced distances on either side of the wall, or in each direction of a star."""
    along_step_nm: Positive | None = None
    """Arc length between two sites along a wall; absent: 1.1 `min_spacing_nm`, as a bend brings
    them closer than their arc length."""
    per_target: int = Field(2, ge=1, le=20)
    """Sites on the wall of each target; each has a partner in the bulk."""
    amplitude_v: Positive = 8.0
    steps: int = Field(64, ge=8, le=1024, multiple_of=4)
    cycles: int = Field(3, ge=1, le=50)
    on_ms: Positive = 10.0
    off_ms: Positive = 10.0
    read_bias_v: Finite = 0.0
    drive_v: NotNegative = 1.0
    min_spacing_nm: Positive = 100.0
    """Between any two sites."""
    bulk_distance_nm: Positive = 60.0
    """Least distance of a bulk site from any wall or boundary."""
    slope_tolerance: Positive = 0.03
    """Largest difference of the slopes (rise over run) of a wall site and its partner, where the
    frame has a height."""
    resonance_tolerance_khz: Positive = 1.0
    """Largest difference of their contact resonances, where the frame has one."""
    first_polarity: Literal["native", "positive", "negative"] | None = None
    """Sign of a loop's first half-cycle. "native": against the polarity that the site has, so that
    it can switch it; on a wall the two signs take turns in random order. Absent: "native" for fixed
    plans, "positive" for pairs."""
    image_before_after: bool = True
    image_size_nm: Positive = 300.0
    image_lines: int = Field(64, ge=16, le=1024)
    image_line_rate_hz: Positive = 2.0
    budget_min: Positive = 120.0
    """Instrument time for all probes."""

    @model_validator(mode="after")
    def _plan_fits(self) -> "ProbeSettings":
        if self.transect_first_nm >= self.transect_reach_nm:
            raise ValueError("transect_first_nm must be smaller than transect_reach_nm")
        if self.along_step_nm is not None and self.along_step_nm < self.min_spacing_nm:
            raise ValueError("along_step_nm must not be smaller than min_spacing_nm")
        return self

    @property
    def along_step(self) -> float:
        """Arc length between two sites along a wall, m."""
        return (self.along_step_nm or 1.1 * self.min_spacing_nm) * NM

    @property
    def opposes_native(self) -> bool:
        """Whether each loop's first half-cycle is against the polarity that its site has."""
        return (self.first_polarity or ("positive" if self.plan == "pairs" else "native")) == (
            "native"
        )

    @property
    def waveform(self) -> Waveform:
        """The waveform in SI units; its first polarity is that of loops that all begin alike."""
        return Waveform(
            amplitude=self.amplitude_v,
            steps=self.steps,
            cycles=self.cycles,
            on_time=self.on_ms * 1e-3,
            off_time=self.off_ms * 1e-3,
            read_bias=self.read_bias_v,
            first_polarity=-1 if self.first_polarity == "negative" else 1,
            drive=self.drive_v,
        )
