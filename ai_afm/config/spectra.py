"""The table `[spectra]`: what is measured at the sites of `[probe]` instead of loops."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from ai_afm.config.base import Finite, NotNegative, Positive, Settings
from ai_afm.types import ProbeKind, Waveform


class SpectraSettings(Settings):
    """Current-voltage curves or relaxations at the walls and in matched bulk.

    Examples
    --------
    >>> SpectraSettings(kind="current_voltage", steps=40, step_ms=5.0).waveform.duration
    0.2
    """

    kind: Literal["current_voltage", "relaxation"]
    """A staircase of biases whose current is read, or one step after which the response is."""
    amplitude_v: Positive = 2.0
    """Largest bias; above the coercive bias it switches the place as a loop does."""
    steps: int = Field(64, ge=16, le=4096, multiple_of=4)
    """Steps of the staircase; samples on the step and as many after it."""
    step_ms: Positive = 20.0
    """Time of each of them."""
    cycles: int = Field(1, ge=1, le=50)
    """How often; relaxations after the first do not start from rest and are not fitted."""
    first_polarity: Literal[-1, 1] = 1
    """Sign of the first half of the staircase, or of the step."""
    read_bias_v: Finite = 0.0
    """Relaxation: bias after the step."""
    drive_v: NotNegative = 1.0
    """Relaxation: AC amplitude that reads the response. A current is read without."""
    max_current_na: Positive | None = None
    """Current at which the instrument ends a sweep; absent: `limits.max_current_na`."""

    @property
    def probe_kind(self) -> ProbeKind:
        """The kind of the probes."""
        return ProbeKind(self.kind)

    @property
    def waveform(self) -> Waveform:
        """The waveform in SI units."""
        step = self.step_ms * 1e-3
        common = Waveform(
            amplitude=self.amplitude_v,
            steps=self.steps,
            cycles=self.cycles,
            on_time=step,
            off_time=0.0,
            first_polarity=self.first_polarity,
            drive=0.0,
        )
        if self.probe_kind is ProbeKind.CURRENT_VOLTAGE:
            limit = None if self.max_current_na is None else self.max_current_na * 1e-9
            return replace(common, compliance=limit)
        return replace(
            common,
            off_time=step,
            read_bias=self.read_bias_v,
            drive=self.drive_v,
            envelope="step",
        )
