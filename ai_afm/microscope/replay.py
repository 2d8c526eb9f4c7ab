"""A stored scan as a microscope: any region inside it can be "scanned", for autonomy on real data.

What was not measured cannot be replayed: there is no bias physics, no other drive or setpoint, and
nothing outside the stored frame.
"""

import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from ai_afm.errors import BadInput, ConfigError, InstrumentError, SafetyStop
from ai_afm.geometry import line_ends
from ai_afm.image.instrument_time import line_seconds, move_seconds, path_schedule
from ai_afm.image.readers import read_file
from ai_afm.microscope.base import (
    AppliedStroke,
    Capabilities,
    Feedback,
    MicroscopeState,
    R,
    TipState,
)
from ai_afm.microscope.replay_limits import check_frame, check_path
from ai_afm.microscope.simulated.clock import Clock
from ai_afm.microscope.stored_sample import ReplaySettings, StoredSample
from ai_afm.types import (
    Direction,
    Frame,
    Measurement,
    Mode,
    PathRequest,
    Point,
    ProbeRequest,
    ScanLine,
    ScanRequest,
    SlowDirection,
    Spectrum,
    WriteRequest,
)

__all__ = ["ReplayMicroscope", "ReplayOptions", "ReplaySettings", "open_replay"]

BLOCK = 256
"""Sweeps of a path that are read together."""


class ReplayMicroscope:
    """A `Microscope` whose sample is a stored scan.

    The scanner's range is the rectangle of the stored frame, where the file's header places it.
    Scan lines are read between the stored pixels (`ai_afm.image.resample`); rows that were never
    scanned stay NaN. Each direction is read from its own stored image, or from the other one where
    the file has only that. `scan` is called from one thread; `stop`, `park`, `withdraw` and `state`
    from any.

    Parameters
    ----------
    frame
        The stored scan; its size must be known.
    settings
        Noise and drift.
    clock
        Instrument time.

    Raises
    ------
    BadInput
        When the frame does not say how large it is.
    """

    def __init__(self, frame: Frame, settings: ReplaySettings, clock: Clock) -> None:
        if not all(math.isfinite(v) and v > 0 for v in frame.region.size):
            raise BadInput(
                f"the stored scan does not say how large it is ({frame.region.size} m); "
                "give a file with a scan size"
            )
        self._frame = frame
        self._settings = settings
        self._clock = clock
        self._capabilities = Capabilities(
            name=settings.name,
            scanner_range=frame.region,
            channels=frame.channels,
            feedback=_feedback(frame.measurement.mode),
            paths=True,
            variable_speed=True,
            probes=False,
            lifts_to_move=True,
        )
        self._times = self._capabilities.times
        self._sample = StoredSample(frame, settings, clock.now())
        self._position: Point = frame.region.center
        self._tip = TipState.PARKED
        self._scans = 0
        self._busy = False
        self._abort = threading.Event()

    @property
    def capabilities(self) -> Capabilities:
        """What the replay can do: frames and paths inside the stored frame, nothing else."""
        return self._capabilities

    def accept(self, request: R) -> R:
        """Return what the replay would really do; nothing moves.

        Drive and setpoint of a stored scan cannot be changed: the accepted request leaves them.

        Raises
        ------
        OutOfRange
            When a corner, or the end of a sweep, lies outside the stored frame.
        InstrumentError
            When it cannot do it at all: probes, writes, a DC bias, an unknown channel.
        """
        if isinstance(request, ScanRequest):
            check_frame(request, self._capabilities)
            return replace(request, drive=None, setpoint=None)
        if isinstance(request, PathRequest):
            check_path(request, self._capabilities)
            return replace(request, drive=None)
        raise InstrumentError(
            f"a stored scan takes no {type(request).__name__}: an image does not know what a "
            "bias would have done; use the twin or an instrument"
        )

    def measurement(self) -> Measurement:
        """Return the conditions of the stored scan, marked as a replay."""
        stored = self._frame.measurement
        source = self._frame.request.reason or "a stored scan"
        note = f"of {source}, noise {self._settings.noise:g}, drift {self._settings.drift} m/s"
        return replace(stored, extra=(*stored.extra, ("replay", note)))

    def scan(self, request: ScanRequest) -> Iterator[ScanLine]:
        """Scan a frame: yield trace and retrace of each line, in order of arrival.

        Raises
        ------
        SafetyStop
            When the tip is withdrawn.
        OutOfRange, InstrumentError
            As `accept`.
        """
        request = self.accept(request)
        self._begin()
        return self._lines(request, self._scans)

    def path(self, request: PathRequest) -> Iterator[ScanLine]:
        """Follow a path: yield the passes of its sweeps, in order of arrival; else like `scan`."""
        request = self.accept(request)
        self._begin()
        return self._sweeps(request, self._scans)

    def probe(self, request: ProbeRequest) -> Spectrum:
        """Refuse: a stored image has no bias physics.

        Raises
        ------
        InstrumentError
            Always.
        """
        raise InstrumentError(
            f"no {request.kind} at {request.position} m: a stored image does not know how the "
            "sample answers a bias or a force; probe on the twin or on an instrument"
        )

    def write(self, request: WriteRequest) -> Iterator[AppliedStroke]:
        """Refuse: a stored image cannot be changed, and does not change while one waits.

        Raises
        ------
        InstrumentError
            Always.
        """
        raise InstrumentError(
            "nothing can be written on a stored image, and it does not change with time; write on "
            "the twin or on an instrument"
        )

    def stop(self) -> None:
        """End the scan after the pass under way; there is no bias or drive to take away."""
        self._abort.set()

    def park(self) -> None:
        """`stop`, then lift."""
        self.stop()
        if self._tip is not TipState.WITHDRAWN:
            self._tip = TipState.PARKED

    def withdraw(self) -> None:
        """`stop`, then withdraw; latched until `clear`."""
        self.stop()
        self._tip = TipState.WITHDRAWN

    def clear(self) -> None:
        """Release the latch of `withdraw`, as a person's command."""
        if self._tip is TipState.WITHDRAWN:
            self._tip = TipState.PARKED

    def state(self) -> MicroscopeState:
        """Return where the tip is; bias and drive are zero because a replay has none."""
        return MicroscopeState(
            self._tip, self._position, 0.0, 0.0, None, self._clock.now(), self._busy
        )

    def close(self) -> None:
        """Park."""
        self.park()

    def _begin(self) -> None:
        if self._tip is TipState.WITHDRAWN:
            raise SafetyStop("the tip is withdrawn; a person has to look and clear the latch first")
        self._abort.clear()
        self._scans += 1

    def _lines(self, request: ScanRequest, number: int) -> Iterator[ScanLine]:
        lines, _ = request.shape
        down = request.slow_direction is SlowDirection.DOWN
        order = range(lines) if down else range(lines - 1, -1, -1)
        first, _ = line_ends(request.region, request.shape, order[0])
        self._wait(move_seconds(math.dist(self._position, first), self._times))
        if self._abort.is_set():
            return
        self._busy, self._tip, self._position = True, TipState.ENGAGED, first
        period = line_seconds(request.line_rate, self._times)
        try:
            for index in order:
                for direction in Direction:
                    begun = self._clock.now()
                    self._clock.sleep(period / 2)
                    line = self._sample.line(
                        request, (number, index, direction), (begun, period / 2)
                    )
                    self._position = line.end if direction is Direction.TRACE else line.start
                    yield line
                    if self._abort.is_set():
                        return
        finally:
            self._busy = False

    def _sweeps(self, request: PathRequest, number: int) -> Iterator[ScanLine]:
        self._wait(move_seconds(math.dist(self._position, request.sweeps[0].start), self._times))
        if self._abort.is_set():
            return
        self._busy, self._tip, self._position = True, TipState.ENGAGED, request.sweeps[0].start
        schedule = path_schedule(request, self._times)
        durations, waits = schedule.durations, schedule.waits
        try:
            for first in range(0, len(durations), BLOCK):
                chosen = range(first, min(first + BLOCK, len(durations)))
                spent = np.cumsum(durations[first : chosen.stop]) - durations[first : chosen.stop]
                begins = self._clock.now() + spent
                block = self._sample.sweeps(request, (number, chosen), begins, schedule)
                for lines, times in zip(block, waits[first : chosen.stop].tolist(), strict=True):
                    for line, seconds in zip(lines, times, strict=False):
                        self._wait(seconds)
                        trace = line.direction is Direction.TRACE
                        self._position = line.end if trace else line.start
                        yield replace(line, time=self._clock.now())
                        if self._abort.is_set():
                            return
                    self._wait(times[-1])
        finally:
            self._busy = False

    def _wait(self, seconds: float) -> None:
        """Let time pass in slices, so that a stop from another thread need not wait for the end."""
        slices = max(1, math.ceil(seconds / 0.1))
        for _ in range(slices):
            if self._abort.is_set():
                return
            self._clock.sleep(seconds / slices)


class ReplayOptions(BaseModel, extra="forbid", frozen=True, allow_inf_nan=False):
    """Options of the replay microscope."""

    file: Path
    """The stored scan, any format that `ai_afm.image.readers` reads."""
    noise: float = Field(0.0, ge=0, le=10)
    """Added noise as a share of each channel's own variation."""
    drift_nm_per_s: tuple[float, float] = (0.0, 0.0)
    """Drift of the sample (x, y)."""
    seed: int = Field(0, ge=0)
    """Seed of the noise."""


def open_replay(options: Mapping[str, object], clock: Clock) -> ReplayMicroscope:
    """Open a stored scan as a microscope.

    Parameters
    ----------
    options
        As `ReplayOptions`: `file`, `noise`, `drift_nm_per_s`, `seed`.
    clock
        Instrument time.

    Raises
    ------
    ConfigError
        When an option is unknown, missing or out of bounds.
    BadInput
        When the file cannot be used.
    """
    try:
        checked = ReplayOptions.model_validate(dict(options))
    except ValidationError as exc:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise ConfigError(f"options of the replay microscope: {problems}") from exc
    vx, vy = checked.drift_nm_per_s
    settings = ReplaySettings(
        checked.noise, (vx * 1e-9, vy * 1e-9), checked.seed, f"replay of {checked.file.name}"
    )
    return ReplayMicroscope(read_file(checked.file), settings, clock)


def _feedback(mode: Mode) -> Feedback:
    # A replay has no tip that the wrong order could harm; a file that does not say its mode is
    # treated as contact, whose order (bias off, then lift) suits a tip without bias.
    if mode is Mode.STM:
        return Feedback.CURRENT
    return Feedback.TAPPING if mode is Mode.TAPPING else Feedback.CONTACT
