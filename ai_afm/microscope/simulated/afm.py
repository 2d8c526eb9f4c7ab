"""The twin as an instrument: a `Microscope` with clock, limits, faults and a memory."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

import numpy as np

from ai_afm.errors import InstrumentError, LinkLost, SafetyStop
from ai_afm.geometry import line_ends
from ai_afm.image.instrument_time import move_seconds, probe_seconds
from ai_afm.microscope.base import AppliedStroke, Capabilities, MicroscopeState, R, TipState
from ai_afm.microscope.simulated import options as opt
from ai_afm.microscope.simulated.bias import BiasSource
from ai_afm.microscope.simulated.capabilities import capabilities_of
from ai_afm.microscope.simulated.clock import Clock
from ai_afm.microscope.simulated.faults import FaultKind
from ai_afm.microscope.simulated.frame_scan import FrameScan
from ai_afm.microscope.simulated.instrument import Instrument
from ai_afm.microscope.simulated.limits import check_path, check_probe, check_scan, check_write
from ai_afm.microscope.simulated.noise import WANDER_PERIODS
from ai_afm.microscope.simulated.path_scan import PathScan
from ai_afm.microscope.simulated.probing import measure_at
from ai_afm.microscope.simulated.scanner import Scanner
from ai_afm.microscope.simulated.settings import DeviceSettings, measurement_of
from ai_afm.microscope.simulated.surface import Sample
from ai_afm.microscope.simulated.writing import write_stroke
from ai_afm.types import (
    Drive,
    Measurement,
    PathRequest,
    Point,
    ProbeRequest,
    ScanLine,
    ScanRequest,
    SlowDirection,
    Spectrum,
    WriteRequest,
)


class SimulatedAfm:
    """The digital twin of an AFM.

    `scan` and `probe` are called from one thread; `stop`, `park`, `withdraw` and `state` from any:
    they end a scan after the pass under way.
    """

    def __init__(self, sample: Sample, settings: DeviceSettings, clock: Clock) -> None:
        imaging = settings.imaging
        rng = np.random.default_rng([settings.seed, 0])
        phases = rng.uniform(0, 2 * np.pi, (3, len(WANDER_PERIODS)))
        self._capabilities = capabilities_of(settings)
        self._instrument = Instrument(
            sample=sample,
            imaging=imaging,
            scanner=Scanner(imaging.scanner),
            source=BiasSource(settings.bias_file),
            clock=clock,
            pending=list(settings.faults),
            line_timeout=settings.line_timeout,
            times=self._capabilities.times,
            lifts_to_move=settings.lifts_to_move,
            phases=phases,
            memory_file=settings.memory_file,
        )
        self._settings = settings
        self._tip = TipState.PARKED
        self._position: Point = (0.0, 0.0)
        self._scans = self._probes = 0
        self._busy = self._latched = False

    @property
    def capabilities(self) -> Capabilities:
        """What the instrument can do."""
        return self._capabilities

    @property
    def sample(self) -> Sample:
        """The sample under the tip, with its history and its truth."""
        return self._instrument.sample

    def true_position(self, believed: Point) -> Point:
        """Return where the tip truly is (m) when believed at `believed`; only tests may know."""
        return self._instrument.scanner.true_position(believed, self._instrument.clock.now())

    def accept(self, request: R) -> R:
        """Return what the instrument would really do; nothing moves.

        Raises
        ------
        InstrumentError
            When it cannot do it at all.
        """
        can, imaging = self._capabilities, self._instrument.imaging
        if isinstance(request, ScanRequest):
            check_scan(request, can, request.drive or imaging.drive)
            multiple = self._settings.pixel_multiple
            pixels = -(-request.shape[1] // multiple) * multiple
            return cast(R, replace(request, shape=(request.shape[0], pixels)))
        if isinstance(request, PathRequest):
            check_path(request, can, request.drive or imaging.drive)
            return request
        if isinstance(request, ProbeRequest):
            check_probe(request, can)
            return request
        if isinstance(request, WriteRequest):
            check_write(request, can)
            return request
        raise InstrumentError(f"the twin takes no {type(request).__name__}")

    def measurement(self) -> Measurement:
        """Return the conditions of the next scan."""
        settings = self._instrument.imaging
        return replace(
            measurement_of(settings),
            contact_path=settings.tip.contact_path,
            pulses=self._probes,
            sample=self._settings.sample_name,
        )

    def scan(self, request: ScanRequest) -> Iterator[ScanLine]:
        """Scan a frame: yield trace and retrace of each line, in order of arrival.

        Bias and drive are on from the first line on, and zero when the iterator ends or is closed.

        Raises
        ------
        SafetyStop
            When the tip is withdrawn, or the bias does not read back as zero at the end.
        LinkLost, ScanTimeout
            When the instrument does not answer or sends no line in time.
        """
        request = self.accept(request)
        frame = FrameScan(request, *self._begin(request.drive))
        down = request.slow_direction is SlowDirection.DOWN
        row = 0 if down else request.shape[0] - 1
        return self._run(frame, line_ends(request.region, request.shape, row)[0])

    def path(self, request: PathRequest) -> Iterator[ScanLine]:
        """Follow a path: yield the passes of its sweeps, in order of arrival.

        Raises
        ------
        SafetyStop, LinkLost, ScanTimeout
            Like `scan`.
        InstrumentError
            When the twin plays an instrument that takes no paths.
        """
        request = self.accept(request)
        path = PathScan(request, *self._begin(request.drive))
        return self._run(path, request.sweeps[0].start)

    def _begin(
        self, drive: Drive | None
    ) -> tuple[int, Instrument, tuple[float, float], np.random.Generator]:
        """Return number, instrument, (DC, AC) in V and chance of the next frame or path."""
        self._make_ready()
        self._scans += 1
        drive = drive or self._settings.imaging.drive
        rng = np.random.default_rng([self._settings.seed, 1, self._scans])
        return self._scans, self._instrument, (drive.dc_bias, drive.amplitude), rng

    def _run(self, scan: FrameScan | PathScan, first: Point) -> Iterator[ScanLine]:
        self._travel(first)
        if self._instrument.abort.is_set():
            return
        self._busy, self._tip = True, TipState.ENGAGED
        try:
            self._instrument.source.apply(*scan.voltages)
            for line in scan.lines():
                self._position = line.end if line.direction == "trace" else line.start
                yield line
        finally:
            self._busy = False
            self._quiet()

    def probe(self, request: ProbeRequest) -> Spectrum:
        """Measure at a point; bias and drive are zero (read back) when it returns or raises."""
        request = self.accept(request)
        self._make_ready()
        self._travel(request.position)
        self._busy, self._tip = True, TipState.ENGAGED
        self._probes += 1
        instrument = self._instrument
        try:
            self._happen(0.0 if request.waveform is None else request.waveform.duration)
            if request.waveform is not None:
                instrument.source.apply(request.waveform.amplitude, request.waveform.drive)
            rng = np.random.default_rng([self._settings.seed, 2, self._probes])
            spectrum = measure_at(instrument, request, self.measurement(), rng)
            instrument.wait(max(float(spectrum.time[-1]), probe_seconds(request, instrument.times)))
            instrument.keep_memory()
        finally:
            self._busy = False
            self._quiet()
        if self._instrument.abort.is_set():
            raise InstrumentError(
                "the probe was stopped before its end; the sample may have changed"
            )
        return spectrum

    def write(self, request: WriteRequest) -> Iterator[AppliedStroke]:
        """Write: yield each stroke when it is done, then rest as long as the request says.

        Raises
        ------
        SafetyStop, LinkLost
            Like `scan`.
        InstrumentError
            When the twin plays an instrument without a bias on its tip.
        """
        request = self.accept(request)
        self._make_ready()
        return self._strokes(request)

    def _strokes(self, request: WriteRequest) -> Iterator[AppliedStroke]:
        instrument = self._instrument
        self._busy = True
        try:
            for index, stroke in enumerate(request.strokes):
                self._travel(stroke.start)
                if instrument.abort.is_set():
                    return
                self._tip = TipState.ENGAGED
                self._probes += stroke.length == 0
                self._happen(stroke.seconds)
                applied = write_stroke(instrument, index, stroke)
                self._position = stroke.end
                yield applied
            instrument.wait(request.rest)
        finally:
            self._busy = False
            self._quiet()

    def stop(self) -> None:
        """Stop scan and waveform, set bias and drive to 0 and read them back; the tip stays."""
        self._instrument.abort.set()
        self._quiet()

    def park(self) -> None:
        """`stop`, then a small lift that a recipe may leave again."""
        self.stop()
        if self._tip is not TipState.WITHDRAWN:
            self._tip = TipState.PARKED

    def withdraw(self) -> None:
        """Stop the waveform, bias and drive to 0, read back, then withdraw; latched until `clear`.

        Raises
        ------
        SafetyStop
            When the bias does not read back as zero: then the tip stays down and nothing moves any
            more.
        """
        self._instrument.abort.set()
        self._latched = True
        self._quiet()
        self._tip = TipState.WITHDRAWN

    def clear(self) -> None:
        """Release the latch of `withdraw`, which a person must ask for."""
        self._latched = False
        if self._tip is TipState.WITHDRAWN:
            self._tip = TipState.PARKED

    def state(self) -> MicroscopeState:
        """Read the instrument.

        Raises
        ------
        LinkLost
            While it does not answer.
        """
        instrument = self._instrument
        instrument.check_link()
        z = {TipState.ENGAGED: 0.5, TipState.PARKED: 0.3, TipState.WITHDRAWN: 0.0}[self._tip]
        source = instrument.source
        return MicroscopeState(
            self._tip,
            self._position,
            source.bias,
            source.drive,
            z,
            instrument.clock.now(),
            self._busy,
        )

    def close(self) -> None:
        """Park the tip and give the connection back."""
        self.park()

    def _make_ready(self) -> None:
        self._instrument.check_link()
        if self._latched:
            raise SafetyStop("the tip is withdrawn; a person has to look and clear the latch first")
        self._instrument.abort.clear()

    def _travel(self, to: Point) -> None:
        """Lift, move and settle in the time of the cost model; the scanner remembers."""
        clock = self._instrument.clock
        dx, dy = to[0] - self._position[0], to[1] - self._position[1]
        clock.now()
        self._instrument.wait(move_seconds(math.hypot(dx, dy), self._instrument.times))
        self._position = to
        self._instrument.scanner.move((dx, dy), clock.now())

    def _happen(self, seconds: float) -> None:
        """Let the faults that are due at a probe or stroke happen (those that make sense there)."""
        now = self._instrument.clock.now()
        for fault in self._instrument.take_due(0, 0, now + seconds):
            if fault.kind is FaultKind.LINK_LOST:
                self._instrument.link_back = now + fault.size
                raise LinkLost("no answer from the simulated instrument at a probe or stroke")
            if fault.kind is FaultKind.BIAS_STUCK:
                self._instrument.source.stuck = True

    def _quiet(self) -> None:
        """Bias and drive to zero, and read them back."""
        self._instrument.check_link()
        source = self._instrument.source
        source.apply(0.0, 0.0)
        if source.bias or source.drive:
            raise SafetyStop(
                f"the bias source still reads {source.bias:g} V DC and {source.drive:g} V AC after "
                "it was set to zero; the tip was not lifted: take the bias off by hand"
            )


def open_simulated(options: Mapping[str, object], clock: Clock) -> SimulatedAfm:
    """Build world, sample and instrument from plain options (see `options.SimulatedOptions`).

    Raises
    ------
    ConfigError
        When an option is unknown or out of bounds.
    """
    return SimulatedAfm(*opt.assembled(opt.read_options(options), clock))
