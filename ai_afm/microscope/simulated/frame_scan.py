"""A frame under way: lines imaged in blocks, paced by the clock, spoilt by faults."""

import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import LinkLost, ScanTimeout
from ai_afm.geometry import pixel_to_sample
from ai_afm.microscope.simulated import faults as wrong
from ai_afm.microscope.simulated.bias import BiasSource
from ai_afm.microscope.simulated.clock import Clock
from ai_afm.microscope.simulated.contact import IMAGED_SHARE, LineBlock
from ai_afm.microscope.simulated.faults import Fault, FaultKind, Limits
from ai_afm.microscope.simulated.imaging import BLOCK, ImagedLines, image_lines
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.memory_file import Memory, save_memory
from ai_afm.microscope.simulated.noise import LineEvents, draw_events
from ai_afm.microscope.simulated.scanner import Scanner
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.surface import Array, Sample
from ai_afm.microscope.simulated.tip import SecondTip, worn
from ai_afm.types import (
    Direction,
    FloatImage,
    LineFlag,
    Point,
    ScanLine,
    ScanRequest,
    SlowDirection,
)


@dataclass
class Instrument:
    """The parts that a scan uses and changes: tip (in `imaging`), scanner, bias, clock, sample.

    `link_back` is the time at which a lost link answers again, `phases` those of the slow drifts,
    `memory_file` where the sample's history is kept, `pending` the faults that will happen, `abort`
    is set by whoever wants the scan to end.
    """

    sample: Sample
    imaging: ImagingSettings
    scanner: Scanner
    source: BiasSource
    clock: Clock
    pending: list[Fault]
    line_timeout: float
    turn_min: float
    phases: Array
    link_back: float = -math.inf
    memory_file: Path | None = None
    abort: threading.Event = field(default_factory=threading.Event)

    def check_link(self) -> None:
        """Raise `LinkLost` while the link is down."""
        if self.link_back > (now := self.clock.now()):
            left = self.link_back - now
            raise LinkLost(f"the simulated instrument does not answer (for another {left:.3g} s)")

    def wait(self, seconds: float) -> bool:
        """Let time pass, in slices; return False as soon as another thread asks to stop."""
        slices = max(1, math.ceil(seconds / 0.25))
        for _ in range(slices):
            if self.abort.is_set():
                return False
            self.clock.sleep(seconds / slices)
        return not self.abort.is_set()

    def take_due(self, scan: int, line: int, end: float) -> tuple[Fault, ...]:
        """Return the faults that set in at a line or probe; they do not happen again."""
        happening = wrong.due(self.pending, scan, line, end)
        self.pending = [fault for fault in self.pending if fault not in happening]
        return happening

    def keep_memory(self) -> None:
        """Write what was done to sample and tip to `memory_file`, where there is one."""
        if self.memory_file is not None and isinstance(self.sample, SwitchingSample):
            path = self.imaging.tip.contact_path
            memory = Memory(self.clock.now(), path, self.sample.to_json())
            save_memory(self.memory_file, memory)


@dataclass
class FrameScan:
    """One frame being scanned.

    Parameters
    ----------
    request, number
        What, as accepted, and the how-manyth scan of the session, from 1.
    instrument
        With what.
    voltages
        (DC bias, AC amplitude), V.
    rng
        Where its noise comes from.
    """

    request: ScanRequest
    number: int
    instrument: Instrument
    voltages: tuple[float, float]
    rng: np.random.Generator
    _active: list[tuple[FaultKind, int]] = field(default_factory=list)
    _last: dict[Direction, FloatImage] = field(default_factory=dict)
    _step: float = 0.0

    @property
    def pass_seconds(self) -> float:
        """Time from the start of a trace to the start of its retrace, s."""
        turn = max(self.instrument.turn_min, (1 - IMAGED_SHARE) / 2 / self.request.line_rate)
        return IMAGED_SHARE / (2 * self.request.line_rate) + turn

    def lines(self) -> Iterator[ScanLine]:
        """Yield trace and retrace of each line in order of arrival."""
        rows = np.arange(self.request.shape[0])
        if self.request.slow_direction is SlowDirection.UP:
            rows = rows[::-1]
        events = draw_events(rows, self.instrument.imaging.noise, self.rng)
        start = 0
        while start < len(rows):
            self._set_in(start)
            stop = self._block_end(start, len(rows))
            block = self._block(rows[start:stop], events)
            yield from self._emit(block, start)
            if self.instrument.abort.is_set():
                return
            start = stop

    def _block_end(self, start: int, lines: int) -> int:
        """Return where a block that begins at `start` ends: at the next fault at the latest."""
        now, seconds = self.instrument.clock.now(), 2 * self.pass_seconds
        for line in range(start + 1, min(start + BLOCK, lines)):
            end = now + (line - start + 1) * seconds
            if wrong.due(self.instrument.pending, self.number, line, end):
                return line
        return min(start + BLOCK, lines)

    def _block(self, rows: NDArray[np.int_], events: LineEvents) -> LineBlock:
        request, instrument = self.request, self.instrument
        times = instrument.clock.now() + 2 * self.pass_seconds * np.arange(len(rows), dtype=float)
        if self._step:
            events = replace(events, offset=events.offset + self._step)
        shift = instrument.scanner.displacement(times)
        return LineBlock(request.region, request.shape, request.line_rate, rows, times, shift,
                         self.voltages, events, instrument.phases)  # fmt: skip

    def _emit(self, block: LineBlock, start: int) -> Iterator[ScanLine]:
        """Yield the lines of a block; sample and tip remember those really scanned."""
        instrument = self.instrument
        imaged = image_lines(instrument.sample, block, instrument.imaging, self.rng)
        rows, ends = block.rows.tolist(), self._ends(block.rows)
        done = 0
        try:
            for i in range(len(block.rows)):
                for way, direction in enumerate(Direction):
                    if not instrument.wait(self.pass_seconds):
                        return
                    instrument.check_link()
                    done = i + 1
                    channels, flags = self._record(imaged, i, way, direction)
                    now = instrument.clock.now()
                    yield ScanLine(rows[i], direction, *ends[i], channels, now, flags)
                self._active = [(kind, end) for kind, end in self._active if end > start + i + 1]
        finally:
            self._remember(block, done)

    def _ends(self, rows: NDArray[np.int_]) -> list[tuple[Point, Point]]:
        """Return the believed positions of the first and the last pixel of rows."""
        columns = np.array([0, self.request.shape[1] - 1])
        x, y = pixel_to_sample(
            self.request.region, self.request.shape, rows[:, None], columns[None, :]
        )
        pairs = zip(x.tolist(), y.tolist(), strict=True)
        return [((xs[0], ys[0]), (xs[1], ys[1])) for xs, ys in pairs]

    def _record(
        self, imaged: ImagedLines, i: int, way: int, direction: Direction
    ) -> tuple[Mapping[str, FloatImage], LineFlag]:
        """Return channels and quality of a pass of the `i`-th imaged line, as faults leave it."""
        channels: Mapping[str, FloatImage]
        channels = {name: values[way, i] for name, values in imaged.channels.items()}
        flags = LineFlag.SATURATED if imaged.saturated[way, i] else LineFlag.GOOD
        if self._active:
            kinds = frozenset(kind for kind, _ in self._active)
            channels, more = wrong.spoil_line(channels, kinds, self._limits(), self.rng)
            flags |= more
            if FaultKind.FROZEN_CHANNEL in kinds and direction in self._last:
                channels = {**channels, "amplitude": self._last[direction]}
        self._last[direction] = channels["amplitude"]
        if self.request.channels is not None:
            channels = {name: channels[name] for name in self.request.channels}
        return channels, flags

    def _remember(self, block: LineBlock, lines: int) -> None:
        if not lines:
            return
        instrument, pixels = self.instrument, self.request.shape[1]
        rows = block.rows[:lines, None]
        x, y = pixel_to_sample(block.region, block.shape, rows, np.arange(pixels)[None, :])
        x, y = x + block.displacement[:lines, :1], y + block.displacement[:lines, 1:]
        bias, drive = self.voltages
        instrument.sample.expose(x, y, bias, drive, 2 * block.dwell, float(block.times[lines - 1]))
        path = 2 * lines * block.region.size[0] / IMAGED_SHARE
        instrument.imaging = replace(instrument.imaging, tip=worn(instrument.imaging.tip, path))
        instrument.keep_memory()

    def _limits(self) -> Limits:
        s = self.instrument.imaging
        return Limits(s.scanner.z_limit, s.noise.response_limit, s.noise.deflection_limit,
                      max(s.noise.shot, 1e-12))  # fmt: skip

    def _set_in(self, line: int) -> None:
        """Let the faults that are due at a line happen."""
        instrument, now = self.instrument, self.instrument.clock.now()
        for fault in instrument.take_due(self.number, line, now + 2 * self.pass_seconds):
            if fault.kind is FaultKind.LINK_LOST:
                instrument.link_back = now + fault.size
                raise LinkLost(
                    f"no answer from the simulated instrument at line {line} of scan {self.number}"
                )
            if fault.kind is FaultKind.LINE_STALL:
                self._stall(fault.size, line)
            elif fault.kind is FaultKind.DRIFT_JUMP:
                angle = self.rng.uniform(0, 2 * math.pi)
                jump = (fault.size * math.cos(angle), fault.size * math.sin(angle))
                instrument.scanner.jump(jump, now)
            elif fault.kind is FaultKind.BIAS_STUCK:
                instrument.source.stuck = True
            elif fault.kind in (FaultKind.TIP_CHANGE, FaultKind.DOUBLE_TIP):
                self._change_tip(fault)
            else:
                self._active.append((fault.kind, line + fault.lines))

    def _stall(self, seconds: float, line: int) -> None:
        timeout = self.instrument.line_timeout
        self.instrument.clock.sleep(min(seconds, timeout))
        if seconds >= timeout:
            raise ScanTimeout(f"no line {line} of scan {self.number} within {timeout:g} s")

    def _change_tip(self, fault: Fault) -> None:
        instrument, tip = self.instrument, self.instrument.imaging.tip
        if fault.kind is FaultKind.DOUBLE_TIP:
            tip = replace(tip, second=SecondTip())
        else:
            # A piece of the apex breaks off or sticks: blunter, another height, less response.
            self._step += (fault.size - 1) * tip.radius * 0.1
            tip = replace(tip, radius=tip.radius * fault.size, coating=tip.coating * 0.8)
        instrument.imaging = replace(instrument.imaging, tip=tip)
