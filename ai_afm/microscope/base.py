"""What every microscope can do: the protocol behind instruments, twin and replay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from ai_afm.image.instrument_time import TURNING, InstrumentTimes
from ai_afm.types import (
    Channel,
    Measurement,
    PathRequest,
    Point,
    ProbeRequest,
    Request,
    ScanLine,
    ScanRegion,
    ScanRequest,
    Spectrum,
    WriteRequest,
)

R = TypeVar("R", bound=Request)


class Feedback(StrEnum):
    """What the z loop keeps constant; it decides the order of making safe."""

    CONTACT = "contact"
    TAPPING = "tapping"
    CURRENT = "current"
    UNKNOWN = "unknown"


class TipState(StrEnum):
    """Where the tip is: a recipe may leave `PARKED`, only a person clears `WITHDRAWN`."""

    ENGAGED = "engaged"
    PARKED = "parked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an instrument can do and how long it takes.

    Parameters
    ----------
    name
        Model name.
    scanner_range
        The rectangle that the scanner can reach, sample frame.
    channels
        What it records in a scan.
    feedback
        Feedback mode.
    paths, variable_speed, probes, writes
        Whether it takes `PathRequest`, lines of variable speed, `ProbeRequest`, `WriteRequest`.
    current_limit
        Whether it ends a current-voltage curve by itself at the `compliance` of its waveform.
    max_bias, max_line_rate, max_pixels
        V, Hz, pixels in a line.
    turn_around_min, command_latency, settle, settle_per_range, travel_speed, recovery, speed_change
        Times of the cost model, see `InstrumentTimes`; `times` gives them as one value.
    closed_loop
        Whether position sensors straighten its scans; without, it has hysteresis and creep.
    pixel_time
        Least time of a pixel, s (a chirp of band excitation); 0 where the line rate alone counts.
    bins
        (channel, length of its trailing axis) of channels with a spectrum in each pixel.
    lifts_to_move
        Whether it lifts the tip for the moves between the sweeps of a path. If not, they are moves
        in contact, and the limits of contact hold for them.
    """

    name: str
    scanner_range: ScanRegion
    channels: tuple[Channel, ...]
    feedback: Feedback
    paths: bool = False
    variable_speed: bool = False
    probes: bool = True
    writes: bool = False
    current_limit: bool = False
    max_bias: float = 10.0
    max_line_rate: float = 100.0
    max_pixels: int = 4096
    turn_around_min: float = 0.005
    command_latency: float = 0.05
    settle: float = 0.02
    settle_per_range: float = 0.05
    travel_speed: float = 2e-5
    recovery: float = 0.005
    speed_change: float = 0.003
    lifts_to_move: bool = False
    closed_loop: bool = True
    pixel_time: float = 0.0
    bins: tuple[tuple[str, int], ...] = ()

    def fastest_line_rate(self, pixels: int) -> float:
        """Return the highest line rate, Hz, at which each of so many pixels has its least time."""
        if not self.pixel_time:
            return self.max_line_rate
        return min(self.max_line_rate, (0.5 - TURNING) / (pixels * self.pixel_time))

    def bins_of(self, channels: Iterable[Channel]) -> dict[str, int]:
        """Return the length of the trailing axis of those of the channels that have one."""
        names = {channel.name for channel in channels}
        return {name: count for name, count in self.bins if name in names}

    @property
    def times(self) -> InstrumentTimes:
        """The times of the cost model."""
        return InstrumentTimes(
            turn_around_min=self.turn_around_min,
            command_latency=self.command_latency,
            settle=self.settle,
            settle_per_range=self.settle_per_range,
            travel_speed=self.travel_speed,
            travel_range=max(self.scanner_range.size),
            recovery=self.recovery,
            speed_change=self.speed_change,
        )

    def with_times(self, times: InstrumentTimes) -> "Capabilities":
        """Return the same instrument with other times, measured ones say."""
        return replace(
            self,
            turn_around_min=times.turn_around_min,
            command_latency=times.command_latency,
            settle=times.settle,
            settle_per_range=times.settle_per_range,
            travel_speed=times.travel_speed,
            recovery=times.recovery,
            speed_change=times.speed_change,
        )


@dataclass(frozen=True, slots=True)
class MicroscopeState:
    """A reading of the instrument; `None` where a value could not be read, never a zero.

    Parameters
    ----------
    tip
        Where the tip is.
    position
        (x, y), m.
    bias, drive
        DC bias and AC amplitude at the tip, V, read back.
    z_position
        Position in the z range, 0..1.
    time
        Instrument clock, s.
    scanning
        Whether a scan or probe is under way.
    """

    tip: TipState
    position: Point | None
    bias: float | None
    drive: float | None
    z_position: float | None
    time: float
    scanning: bool = False


@dataclass(frozen=True, slots=True)
class AppliedStroke:
    """What an instrument has really done of a write.

    Parameters
    ----------
    index
        Number of the stroke in the request, from 0.
    bias
        DC bias at the tip, read back while it was on, V.
    seconds
        How long it was on, s; shorter than asked where somebody stopped it.
    time
        Instrument clock at its end, s.
    """

    index: int
    bias: float
    seconds: float
    time: float


class Microscope(Protocol):
    """An instrument that scans, probes and writes on request."""

    @property
    def capabilities(self) -> Capabilities:
        """What the instrument can do."""
        ...

    def accept(self, request: R) -> R:
        """Return what the instrument would really do for a request; nothing moves.

        Raises
        ------
        InstrumentError
            When it cannot do anything like it.
        """
        ...

    def measurement(self) -> Measurement:
        """Return the conditions under which the next scan is measured."""
        ...

    def scan(self, request: ScanRequest) -> Iterator[ScanLine]:
        """Scan a frame: yield trace and retrace of each line, in order of arrival.

        Closing the iterator stops the scan with feedback on. Raises `LinkLost` or `ScanTimeout`.
        """
        ...

    def path(self, request: PathRequest) -> Iterator[ScanLine]:
        """Follow a path: yield the passes of its sweeps, in order of arrival.

        The index of a line is the number of its sweep, from 0. Trace and retrace of a sweep are
        both in the order from its start to its end; `start` and `end` of a line are its first and
        last sample. A path that is not recorded both ways has traces only. Otherwise like `scan`.

        Raises
        ------
        InstrumentError
            When the instrument takes no paths (`capabilities.paths`).
        """
        ...

    def probe(self, request: ProbeRequest) -> Spectrum:
        """Measure at a point; bias and drive are zero (read back) when it returns or raises.

        A current-voltage curve ends before the first sample whose |current| is beyond the
        `compliance` of its waveform (`capabilities.current_limit`); the spectrum keeps what was
        measured and says so in `stopped`.
        """
        ...

    def write(self, request: WriteRequest) -> Iterator[AppliedStroke]:
        """Write: yield each stroke when it is done, then rest as long as the request says.

        The drive is off all the time, and the bias between strokes; both are zero (read back) when
        the iterator ends, is closed or raises. Stopped from another thread, it ends after the
        stroke under way, which is then shorter.

        Raises
        ------
        InstrumentError
            When the instrument does not write (`capabilities.writes`).
        """
        ...

    def stop(self) -> None:
        """Stop scan and waveform, set DC bias and drive to 0 and read them back; the tip stays."""
        ...

    def park(self) -> None:
        """`stop`, then a small lift that a recipe may leave again."""
        ...

    def withdraw(self) -> None:
        """Make safe in the order of the feedback mode and withdraw; latched until `clear`."""
        ...

    def clear(self) -> None:
        """Release the latch of `withdraw`, in the name of a person."""
        ...

    def state(self) -> MicroscopeState:
        """Read the instrument."""
        ...

    def close(self) -> None:
        """Give the connection back; the tip is parked before."""
        ...
