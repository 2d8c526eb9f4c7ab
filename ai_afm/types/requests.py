"""What the microscope can be asked to measure: regions, scans, paths, probes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""Position (x, y) in the sample frame, m: x right, y up, origin at the scanner's centre."""


class SlowDirection(StrEnum):
    """Order in which the lines of a frame arrive: `DOWN` starts at row 0, the top of the image."""

    DOWN = "down"
    UP = "up"


class Role(StrEnum):
    """What a request is for; it lets a controller without memory see how far a run has come."""

    OVERVIEW = "overview"
    ZOOM = "zoom"
    FOLLOW = "follow"
    RASTER = "raster"
    AREA = "area"
    MAP = "map"
    SEQUENCE = "sequence"
    WISH = "wish"
    CHECK = "check"
    BEFORE = "before"
    AFTER = "after"
    WALL = "wall"
    BULK = "bulk"
    REFERENCE = "reference"


class ProbeKind(StrEnum):
    """Kinds of point measurement."""

    HYSTERESIS_LOOP = "hysteresis_loop"
    RELAXATION = "relaxation"
    FORCE_CURVE = "force_curve"
    CURRENT_VOLTAGE = "current_voltage"


@dataclass(frozen=True, slots=True)
class ScanRegion:
    """A rotated rectangle in the sample frame.

    Parameters
    ----------
    center
        (x, y), m.
    size
        Extent along the fast and the slow axis, m.
    angle
        Direction of the fast axis, rad, counter-clockwise from x.

    Examples
    --------
    >>> ScanRegion((0.0, 0.0), (2e-6, 1e-6)).angle
    0.0
    """

    center: Point
    size: tuple[float, float]
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Drive:
    """The AC excitation of a response channel.

    Parameters
    ----------
    amplitude
        Peak AC voltage, V.
    frequency
        Hz; `None` leaves the instrument's setting.
    dc_bias
        DC bias while imaging, V.
    """

    amplitude: float
    frequency: float | None = None
    dc_bias: float = 0.0


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """A frame to be scanned; `None` leaves the instrument's setting.

    Parameters
    ----------
    region
        Where.
    shape
        (lines, pixels).
    line_rate
        Lines per second, Hz; one line is a trace and a retrace.
    slow_direction
        Order in which the lines arrive.
    channels
        Names of the channels to record, `None` for all that the instrument has.
    drive, setpoint
        Excitation and feedback setpoint (V).
    role, target, reason
        What the frame is for, which target (or wish) it belongs to, and a sentence that says why.
    """

    region: ScanRegion
    shape: tuple[int, int]
    line_rate: float
    slow_direction: SlowDirection = SlowDirection.DOWN
    channels: tuple[str, ...] | None = None
    drive: Drive | None = None
    setpoint: float | None = None
    role: Role = Role.RASTER
    target: str | None = None
    reason: str = ""

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Distance of pixel centres (along a line, between lines), m."""
        return self.region.size[0] / self.shape[1], self.region.size[1] / self.shape[0]

    @property
    def tip_speed(self) -> float:
        """Mean speed of the tip along the fast axis, m/s, with 10 % of a line spent in turning."""
        return 2 * self.region.size[0] * self.line_rate / 0.9


@dataclass(frozen=True, slots=True)
class Sweep:
    """One straight pass of a path.

    Parameters
    ----------
    start, end
        Outer edges of the first and the last sample, m: like the rows of a frame, a sweep of n
        samples is cut into n equal parts, and each sample is read in the middle of its part.
    speed
        Of the tip, m/s.
    pixels
        Number of samples.
    """

    start: Point
    end: Point
    speed: float
    pixels: int


@dataclass(frozen=True, slots=True)
class PathRequest:
    """A sequence of passes: zig-zags, transects, lines of variable speed.

    Parameters
    ----------
    sweeps
        In order; between two of them the tip moves straight.
    channels, drive
        As in `ScanRequest`.
    both_ways
        Whether each sweep is recorded there and back (trace and retrace). If not, each is recorded
        once, and a sweep that begins where the one before ends and goes straight on needs no
        turn-around: so a line of variable speed is made.
    travel_speed
        Of moves between sweeps, m/s; `None` for the instrument's own.
    role, target, reason
        As in `ScanRequest`.
    """

    sweeps: tuple[Sweep, ...]
    channels: tuple[str, ...] | None = None
    drive: Drive | None = None
    both_ways: bool = True
    travel_speed: float | None = None
    role: Role = Role.RASTER
    target: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Waveform:
    """The bias that a probe applies, as steps that are each held on field and then off field.

    Parameters
    ----------
    amplitude
        Largest |bias|, V.
    steps
        Bias steps a cycle (a multiple of 4).
    cycles
        Number of cycles.
    on_time, off_time
        Seconds on field and off field at each step.
    read_bias
        Bias while off field, V.
    first_polarity
        +1 or -1: the sign of the first half-cycle.
    drive
        AC amplitude that reads the response, V.
    envelope
        "triangle": 0, +max, 0, -max, 0 in each cycle. "step": one step to `amplitude` and back
        (relaxation): `steps` samples on field, then `steps` off field.
    compliance
        Current-voltage curves only: largest |current|, A. The instrument itself ends the sweep
        there, with the bias back at zero; what was measured before is kept.
    """

    amplitude: float
    steps: int = 64
    cycles: int = 3
    on_time: float = 0.01
    off_time: float = 0.01
    read_bias: float = 0.0
    first_polarity: int = 1
    drive: float = 1.0
    envelope: str = "triangle"
    compliance: float | None = None

    @property
    def duration(self) -> float:
        """How long the waveform takes, s."""
        return self.cycles * self.steps * (self.on_time + self.off_time)


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """A point measurement with its full waveform (`None` for a force curve).

    Parameters
    ----------
    kind
        What is measured.
    position
        (x, y), m.
    waveform
        Bias against time; `None` only for a force curve, which applies none.
    indentation
        Force curve only: largest load above contact, N.
    role, target, site, reason
        `Role.WALL` or `Role.BULK`, the target it belongs to, the name of the site (used once), and
        why.
    """

    kind: ProbeKind
    position: Point
    waveform: Waveform | None = None
    indentation: float | None = None
    role: Role = Role.WALL
    target: str | None = None
    site: str | None = None
    reason: str = ""
