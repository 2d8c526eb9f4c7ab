"""A frame under way: lines imaged in blocks, paced by the clock, spoilt by faults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import pixel_to_sample
from ai_afm.microscope.simulated.contact import IMAGED_SHARE, LineBlock
from ai_afm.microscope.simulated.imaging import BLOCK, ImagedLines, image_lines
from ai_afm.microscope.simulated.instrument import Instrument
from ai_afm.microscope.simulated.noise import LineEvents, draw_events
from ai_afm.microscope.simulated.tip import worn
from ai_afm.microscope.simulated.troubles import Troubles
from ai_afm.types import (
    Direction,
    FloatImage,
    LineFlag,
    Point,
    ScanLine,
    ScanRequest,
    SlowDirection,
)

__all__ = ["FrameScan", "Instrument"]


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
    _troubles: Troubles = field(init=False)

    def __post_init__(self) -> None:
        """Begin without trouble."""
        self._troubles = Troubles(self.instrument, self.number, self.rng)

    @property
    def pass_seconds(self) -> float:
        """Time from the start of a trace to the start of its retrace, s."""
        shortest = self.instrument.times.turn_around_min
        turn = max(shortest, (1 - IMAGED_SHARE) / 2 / self.request.line_rate)
        return IMAGED_SHARE / (2 * self.request.line_rate) + turn

    def lines(self) -> Iterator[ScanLine]:
        """Yield trace and retrace of each line in order of arrival."""
        rows = np.arange(self.request.shape[0])
        if self.request.slow_direction is SlowDirection.UP:
            rows = rows[::-1]
        events = draw_events(rows, self.instrument.imaging.noise, self.rng)
        start = 0
        while start < len(rows):
            self._troubles.set_in(start, 2 * self.pass_seconds)
            stop = self._block_end(start, len(rows))
            block = self._block(rows[start:stop], events)
            yield from self._emit(block, start)
            if self.instrument.abort.is_set():
                return
            start = stop

    def _block_end(self, start: int, lines: int) -> int:
        """Return where a block that begins at `start` ends: at the next fault at the latest."""
        now, seconds = self.instrument.clock.now(), 2 * self.pass_seconds
        ahead = range(start + 1, min(start + BLOCK, lines))
        return self._troubles.first_at(ahead, [now + (i - start + 1) * seconds for i in ahead])

    def _block(self, rows: NDArray[np.int_], events: LineEvents) -> LineBlock:
        request, instrument = self.request, self.instrument
        times = instrument.clock.now() + 2 * self.pass_seconds * np.arange(len(rows), dtype=float)
        if self._troubles.step:
            events = replace(events, offset=events.offset + self._troubles.step)
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
                self._troubles.line_done(start + i)
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
        channels, flags = self._troubles.spoil(channels, flags, direction)
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
