"""A path under way: sweeps imaged in blocks, paced by the clock, spoilt by faults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ai_afm.geometry import sample_ends
from ai_afm.microscope.simulated.contact import IMAGED_SHARE
from ai_afm.microscope.simulated.instrument import Instrument
from ai_afm.microscope.simulated.noise import LineEvents, draw_events
from ai_afm.microscope.simulated.surface import Array
from ai_afm.microscope.simulated.sweeps import ImagedSweeps, SweepBlock, image_sweeps
from ai_afm.microscope.simulated.tip import worn
from ai_afm.microscope.simulated.track import BLOCK, Indices, Track, plan_block, track_of
from ai_afm.microscope.simulated.troubles import Troubles
from ai_afm.types import Direction, FloatImage, LineFlag, PathRequest, ScanLine

LINE_SECONDS = 1.0
"""What a line of a frame usually takes, s: scars and jumps, whose rates are given a line, come in
proportion to it on shorter sweeps."""


@dataclass
class PathScan:
    """One path being followed.

    Parameters
    ----------
    request, number
        What, as accepted, and the how-manyth scan (frame or path) of the session, from 1.
    instrument
        With what.
    voltages
        (DC bias, AC amplitude), V.
    rng
        Where its noise comes from.
    """

    request: PathRequest
    number: int
    instrument: Instrument
    voltages: tuple[float, float]
    rng: np.random.Generator
    _track: Track = field(init=False)
    _troubles: Troubles = field(init=False)

    def __post_init__(self) -> None:
        """Lay the path out in time; begin without trouble."""
        self._track = track_of(self.request, self.instrument)
        self._troubles = Troubles(self.instrument, self.number, self.rng)

    def lines(self) -> Iterator[ScanLine]:
        """Yield the passes of each sweep in order of arrival."""
        schedule, total = self._track.schedule, len(self.request.sweeps)
        events = self._events()
        first = 0
        while first < total:
            self._troubles.set_in(first, float(schedule.durations[first]))
            begins = self._begins(first, min(first + BLOCK, total))
            window = self._window_end(first, begins)
            shift = self.instrument.scanner.displacement(begins[: window - first])
            count, lattice = plan_block(self._track, first, shift, self.instrument.imaging)
            block = SweepBlock(self._track, np.arange(first, first + count), begins[:count],
                               shift[:count], self.voltages, self._stepped(events))  # fmt: skip
            imaged = image_sweeps(block, lattice, self.instrument, self.rng)
            yield from self._emit(block, imaged)
            if self.instrument.abort.is_set():
                return
            first += count

    def _events(self) -> LineEvents:
        """Draw what happens to the sweeps: a short one meets less of it than a whole line."""
        settings, passes = self.instrument.imaging.noise, self._track.schedule.passes
        share = min(1.0, self._track.ways * float(passes.mean()) / LINE_SECONDS)
        jumps, scars = settings.jump_rate * share, settings.scar_rate * share
        settings = replace(settings, jump_rate=jumps, scar_rate=scars)
        return draw_events(np.arange(len(passes)), settings, self.rng)

    def _stepped(self, events: LineEvents) -> LineEvents:
        step = self._troubles.step
        return replace(events, offset=events.offset + step) if step else events

    def _begins(self, first: int, stop: int) -> Array:
        """Return when the sweeps from `first` to `stop` will begin, (stop - first,) s."""
        durations = self._track.schedule.durations[first : stop - 1]
        return self.instrument.clock.now() + np.concatenate([[0.0], np.cumsum(durations)])

    def _window_end(self, first: int, begins: Array) -> int:
        """Return where a block that starts at `first` ends at the latest: at a fault or creep."""
        stop = first + len(begins)
        if not self.instrument.imaging.scanner.closed_loop:
            moved = np.flatnonzero(self._track.schedule.moved[first : stop - 1])
            stop = first + int(moved[0]) + 1 if len(moved) else stop
        ends = begins + self._track.schedule.durations[first : first + len(begins)]
        ahead = range(first + 1, stop)
        return self._troubles.first_at(ahead, ends[1 : stop - first].tolist())

    def _emit(
        self, block: SweepBlock, imaged: list[tuple[Indices, ImagedSweeps]]
    ) -> Iterator[ScanLine]:
        """Yield the passes of a block; sample and tip remember those really made."""
        instrument, ways = self.instrument, tuple(Direction)[: self._track.ways]
        place = {int(i): (g, k) for g, (group, _) in enumerate(imaged) for k, i in enumerate(group)}
        waits, done = self._track.schedule.waits[block.sweeps].tolist(), 0
        try:
            for i, sweep in enumerate(block.sweeps.tolist()):
                ends = sample_ends(self.request.sweeps[sweep])
                group, k = place[i]
                for way, direction in enumerate(ways):
                    if not instrument.wait(waits[i][way]):
                        return
                    instrument.check_link()
                    done = i + 1
                    row = k * len(ways) + way
                    channels, flags = self._record(imaged[group][1], row, sweep, direction)
                    now = instrument.clock.now()
                    yield ScanLine(sweep, direction, *ends, channels, now, flags)
                self._troubles.line_done(sweep)
                if not self._go_on(sweep, waits[i][-1]):
                    return
        finally:
            self._remember(block, done)

    def _go_on(self, sweep: int, seconds: float) -> bool:
        """Let the rest of the way to the next sweep pass; return False when asked to stop."""
        schedule, instrument = self._track.schedule, self.instrument
        if seconds > 0 and not instrument.wait(seconds):
            return False
        if schedule.moved[sweep] and not instrument.imaging.scanner.closed_loop:
            at, to = self.request.sweeps[sweep], self.request.sweeps[sweep + 1].start
            start = at.start if self.request.both_ways else at.end
            instrument.scanner.move((to[0] - start[0], to[1] - start[1]), instrument.clock.now())
        return True

    def _record(
        self, imaged: ImagedSweeps, row: int, sweep: int, direction: Direction
    ) -> tuple[Mapping[str, FloatImage], LineFlag]:
        """Return channels and quality of a pass, as faults leave it."""
        pixels = self.request.sweeps[sweep].pixels
        channels: Mapping[str, FloatImage]
        channels = {name: values[row, :pixels] for name, values in imaged.channels.items()}
        flags = LineFlag.SATURATED if imaged.saturated[row] else LineFlag.GOOD
        channels, flags = self._troubles.spoil(channels, flags, direction)
        if self.request.channels is not None:
            channels = {name: channels[name] for name in self.request.channels}
        return channels, flags

    def _remember(self, block: SweepBlock, sweeps: int) -> None:
        if not sweeps:
            return
        instrument, track = self.instrument, self._track
        made = block.part(np.arange(sweeps))
        bias, drive = self.voltages
        for group in made.groups():
            part = made.part(group)
            for pixels in np.unique(track.pixels[part.sweeps]):
                some = part.part(np.flatnonzero(track.pixels[part.sweeps] == pixels))
                x, y = some.true(some.shares(overscan=False))
                seconds = track.ways * float(track.dwell[some.sweeps[0]])
                instrument.sample.expose(x, y, bias, drive, seconds, float(some.times[-1]))
        instrument.imaging = replace(
            instrument.imaging, tip=worn(instrument.imaging.tip, self._slid(made))
        )
        instrument.keep_memory()

    def _slid(self, made: SweepBlock) -> float:
        """Return the path in contact of sweeps, m: passes with their turns, and ways between."""
        schedule, sweeps = self._track.schedule, made.sweeps
        path = self._track.ways * float(self._track.length[sweeps].sum()) / IMAGED_SHARE
        in_contact = ~schedule.moved[sweeps] | (not self.instrument.lifts_to_move)
        return path + float(schedule.hops[sweeps][in_contact].sum())
