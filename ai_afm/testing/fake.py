"""A small honest instrument for tests: no physics, but state, a log of calls, and failures.

It keeps bias and drive as an instrument does (they stay until somebody takes them away), so that a
test can ask what was on the tip at the moment of a lift, whatever the calls claimed.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ai_afm.errors import SafetyStop
from ai_afm.geometry import line_ends, sample_ends
from ai_afm.image.instrument_time import path_schedule
from ai_afm.microscope.base import (
    AppliedStroke,
    Capabilities,
    Feedback,
    MicroscopeState,
    R,
    TipState,
)
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.types import (
    Channel,
    Consent,
    ConsentLevel,
    ConsentZone,
    Direction,
    Drive,
    Limits,
    Measurement,
    Mode,
    PathRequest,
    Point,
    ProbeKind,
    ProbeRequest,
    ScanLine,
    ScanRegion,
    ScanRequest,
    Spectrum,
    WriteRequest,
)

SCANNER = ScanRegion((0.0, 0.0), (2e-5, 1e-5))
"""Range of the fake's scanner."""

RESISTANCE = 1e9
"""Of its sample, ohm."""


def wide_limits(region: ScanRegion = SCANNER) -> Limits:
    """Return limits that only the region of a fake can trouble."""
    return Limits(
        region=region,
        max_tip_speed=1e-3,
        max_line_rate=100.0,
        max_bias=10.0,
        max_drive=5.0,
        min_setpoint=-10.0,
        max_setpoint=10.0,
        max_indentation=1e-6,
        max_current=1e-7,
        max_passes=1e4,
        max_dose=1e4,
        max_travel=1e-4,
        max_run_time=1e6,
    )


def bias_everywhere(volts: float = 10.0, pulses: int = 100) -> Consent:
    """Return consent to probes of at most `volts` anywhere on the fake's sample."""
    return Consent((ConsentZone(SCANNER, ConsentLevel.BIAS, volts, pulses),))


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its name, and what was on the tip when it came."""

    name: str
    bias: float
    drive: float
    tip: TipState
    scanning: bool


@dataclass(slots=True)
class FakeMicroscope:
    """An instrument without physics.

    Parameters
    ----------
    feedback
        What the z loop keeps constant.
    fails
        Asked at each call with (number of the call from 1, its name); an exception that it returns
        is raised before the call has any effect.
    reads
        What becomes of a state on its way to the reader: a broken sensor, for instance.
    current
        Current of every pixel, A; `None` for an instrument that does not record it.
    """

    feedback: Feedback = Feedback.CONTACT
    fails: Callable[[int, str], BaseException | None] = lambda number, name: None
    reads: Callable[[MicroscopeState], MicroscopeState] = lambda state: state
    current: float | None = None
    calls: list[Call] = field(default_factory=list)
    bias: float = 0.0
    drive: float = 0.0
    tip: TipState = TipState.ENGAGED
    position: Point = (0.0, 0.0)
    clock: InstantClock = field(default_factory=InstantClock)
    scanning: bool = False

    def __post_init__(self) -> None:
        """Give the tip the bias that current feedback needs to stand."""
        if self.feedback is Feedback.CURRENT:
            self.bias = 0.1

    @property
    def capabilities(self) -> Capabilities:
        """What the instrument can do."""
        current = () if self.current is None else (Channel("current", "A"),)
        channels = (Channel("height", "m"), Channel("amplitude", "arb"), *current)
        return Capabilities(
            name="fake", scanner_range=SCANNER, channels=channels, feedback=self.feedback,
            paths=True, variable_speed=True, writes=True, current_limit=True,
        )  # fmt: skip

    def accept(self, request: R) -> R:
        """Return the request as it is."""
        return request

    def measurement(self) -> Measurement:
        """Return the conditions of the next scan."""
        mode = Mode.STM if self.feedback is Feedback.CURRENT else Mode.PFM_SINGLE_FREQUENCY
        return Measurement(mode=mode, instrument="fake", drive_amplitude=1.0, setpoint=1.0)

    def scan(self, request: ScanRequest) -> Iterator[ScanLine]:
        """Yield lines whose height is x and whose amplitude is y of each pixel, m."""
        self._enter("scan")
        self._touch()
        self.scanning = True
        self._switch_on(request.drive)
        rows = range(request.shape[0])
        try:
            for row in rows if request.slow_direction == "down" else reversed(rows):
                for direction in Direction:
                    self._enter("line")
                    if not self.scanning:
                        return
                    yield self._line(request, row, direction)
        finally:
            self.scanning = False

    def path(self, request: PathRequest) -> Iterator[ScanLine]:
        """Yield sweeps whose height is x and whose amplitude is y of each sample, m."""
        self._enter("path")
        self._touch()
        self.scanning = True
        self._switch_on(request.drive)
        durations = path_schedule(request, self.capabilities.times).durations.tolist()
        ways = tuple(Direction) if request.both_ways else (Direction.TRACE,)
        try:
            for index, sweep in enumerate(request.sweeps):
                for direction in ways:
                    self._enter("line")
                    if not self.scanning:
                        return
                    self.clock.sleep(durations[index] / len(ways))
                    yield self._pass(sample_ends(sweep), (index, direction), request, sweep.pixels)
        finally:
            self.scanning = False

    def probe(self, request: ProbeRequest) -> Spectrum:
        """Hold the amplitude of the waveform and return what was applied.

        A current-voltage curve is a ramp to the amplitude across a resistor instead.
        """
        self._enter("probe")
        self._touch()
        self.position, self.scanning = request.position, True
        wave = request.waveform
        samples = 8
        if wave is not None:
            self.bias, self.drive = wave.amplitude, wave.drive
            self.clock.sleep(wave.duration)
        self._enter("waveform")
        applied, extra, stopped = np.full(samples, self.bias, np.float32), {}, ""
        if wave is not None and request.kind is ProbeKind.CURRENT_VOLTAGE:
            applied = np.linspace(0.0, self.bias, samples, dtype=np.float32)
            current = applied / np.float32(RESISTANCE)
            limit = math.inf if wave.compliance is None else wave.compliance
            within = np.abs(current) <= limit
            applied, extra = applied[within], {"current": current[within]}
            samples = int(within.sum())
            stopped = "" if within.all() else f"at the current limit of {limit:.3g} A"
        if self.feedback is not Feedback.CURRENT:
            self.bias = self.drive = 0.0
        self.scanning = False
        return Spectrum(
            request=request, time=np.linspace(0.0, 7e-3, samples), bias=applied,
            response=np.ones(samples, np.complex64), on_field=np.ones(samples, bool),
            cycle=np.zeros(samples, np.int32), write_bias=applied, response_unit="arb",
            measurement=self.measurement(), extra=extra, stopped=stopped,
        )  # fmt: skip

    def write(self, request: WriteRequest) -> Iterator[AppliedStroke]:
        """Hold the bias of each stroke for its time, then rest."""
        self._enter("write")
        self._touch()
        self.scanning = True
        try:
            for index, stroke in enumerate(request.strokes):
                self._enter("stroke")
                if not self.scanning:
                    return
                self.position, self.bias, self.drive = stroke.start, stroke.bias, 0.0
                self._enter("biased")
                self.clock.sleep(stroke.seconds)
                applied, self.bias, self.position = self.bias, 0.0, stroke.end
                yield AppliedStroke(index, applied, stroke.seconds, self.clock.now())
            self.clock.sleep(request.rest)
        finally:
            self.scanning = False

    def stop(self) -> None:
        """Stop, and take bias and drive away."""
        self._enter("stop")
        self.scanning = False
        self.bias = self.drive = 0.0

    def park(self) -> None:
        """Lift a little; a withdrawn tip stays where it is."""
        self._enter("park")
        if self.tip is not TipState.WITHDRAWN:
            self._lift(TipState.PARKED)

    def withdraw(self) -> None:
        """Lift for good."""
        self._enter("withdraw")
        self._lift(TipState.WITHDRAWN)

    def clear(self) -> None:
        """Release the latch."""
        self._enter("clear")
        if self.tip is TipState.WITHDRAWN:
            self.tip = TipState.PARKED

    def state(self) -> MicroscopeState:
        """Read the instrument."""
        self._enter("state")
        return self.reads(
            MicroscopeState(
                tip=self.tip,
                position=self.position,
                bias=self.bias,
                drive=self.drive,
                z_position=0.5,
                time=self.clock.now(),
                scanning=self.scanning,
            )
        )

    def close(self) -> None:
        """Lift and give the connection back."""
        self._enter("close")
        if self.tip is TipState.ENGAGED:
            self.tip = TipState.PARKED

    def _lift(self, to: TipState) -> None:
        self.scanning, self.tip = False, to
        if self.feedback is Feedback.CURRENT:
            self.bias = self.drive = 0.0

    def _touch(self) -> None:
        if self.tip is TipState.WITHDRAWN:
            raise SafetyStop("the tip is withdrawn; a person has to clear it")
        self.tip = TipState.ENGAGED
        if self.feedback is Feedback.CURRENT:
            self.bias = 0.1

    def _enter(self, name: str) -> None:
        self.calls.append(Call(name, self.bias, self.drive, self.tip, self.scanning))
        failure = self.fails(len(self.calls), name)
        if failure is not None:
            raise failure

    def _switch_on(self, drive: Drive | None) -> None:
        if drive is not None:
            self.bias, self.drive = drive.dc_bias, drive.amplitude
        elif self.feedback is not Feedback.CURRENT:
            self.drive = 1.0

    def _line(self, request: ScanRequest, row: int, direction: Direction) -> ScanLine:
        self.clock.sleep(0.5 / request.line_rate)
        ends = line_ends(request.region, request.shape, row)
        return self._pass(ends, (row, direction), request, request.shape[1])

    def _pass(
        self,
        ends: tuple[Point, Point],
        which: tuple[int, Direction],
        request: ScanRequest | PathRequest,
        pixels: int,
    ) -> ScanLine:
        start, end = ends
        index, direction = which
        self.position = end if direction is Direction.TRACE else start
        channels = {
            "height": np.linspace(start[0], end[0], pixels).astype(np.float32),
            "amplitude": np.linspace(start[1], end[1], pixels).astype(np.float32),
        }
        if self.current is not None:
            channels["current"] = np.full(pixels, self.current, np.float32)
        if request.channels is not None:
            channels = {name: channels[name] for name in request.channels}
        return ScanLine(index, direction, start, end, channels, self.clock.now())


def failing_at(call: int, failure: BaseException) -> Callable[[int, str], BaseException | None]:
    """Return a `fails` for `FakeMicroscope` that breaks one call, counted from 1."""
    return lambda number, _: failure if number == call else None


def failing_from(call: int, failure: BaseException) -> Callable[[int, str], BaseException | None]:
    """Return a `fails` for `FakeMicroscope` that breaks every call from one on: a dead link."""
    return lambda number, _: failure if number >= call else None


def blind(state: MicroscopeState) -> MicroscopeState:
    """Return a reading without bias and drive, for `FakeMicroscope.reads`."""
    return replace(state, bias=None, drive=None)


def garbled(state: MicroscopeState) -> MicroscopeState:
    """Return a reading whose bias is NaN, for `FakeMicroscope.reads`."""
    return replace(state, bias=math.nan)
