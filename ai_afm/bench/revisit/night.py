"""The night that the tracker has to stand: drift that wanders, creep, jumps; and its truth."""

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.geometry import line_ends
from ai_afm.image.assemble import Assembler
from ai_afm.image.instrument_time import move_seconds, scan_seconds
from ai_afm.microscope.simulated.afm import SimulatedAfm
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.options import (
    build_sample,
    device_of,
    imaging_of,
    read_options,
)
from ai_afm.microscope.simulated.scanner import ScannerSettings, Wander
from ai_afm.types import Direction, Frame, Point, ScanRequest

SLOWEST, FASTEST = 1e-9 / 60, 5e-9 / 60
"""Bounds of the drift, m/s."""
TURNING = 1.0 / 3600.0
"""rms rate at which the drift turns, rad/s."""
SMALLEST, LARGEST = 50e-9, 300e-9
"""Bounds of the jumps, m."""
STAGE_CREEP = (20e-9, 80e-9)
"""Bounds of the coarse stage's creep, m per decade of time."""
JUMP_CREEP = 0.03
"""Creep after a jump, per decade of time, as a share of it."""
EXTENT = 12e-6
"""Side of the world, m."""


@dataclass(frozen=True, slots=True)
class NightSpec:
    """What happens in a night.

    Parameters
    ----------
    seconds
        How long it lasts.
    seed
        Of world, noise, drift and jumps.
    open_loop
        Whether the scanner has hysteresis and creep.
    world
        Kind of sample.
    jumps
        How many.
    turning
        rms rate at which the drift turns, rad/s.
    still
        Nothing drifts, creeps or jumps.
    """

    seconds: float
    seed: int
    open_loop: bool = False
    world: str = "film"
    jumps: int = 3
    turning: float = TURNING
    still: bool = False


Watch = Callable[[Frame, float], bool]
"""Sees a frame under way and the time (s) after each line; False stops it."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A frame, and the truth that only the score may know.

    Parameters
    ----------
    frame, time
        The frame and its middle time, s (of the whole frame, even where it was stopped).
    begun, travelled
        When the move before it had ended, s, and the move, m.
    tip
        Where the tip is afterwards, m.
    reached
        Whether the frame's centre was scanned.
    true
        Where the tip truly was (or would have been) at the frame's centre, m: when the middle
        line came, or else at the end.
    """

    frame: Frame
    time: float
    begun: float
    travelled: Point
    tip: Point
    reached: bool
    true: Point


class Instrument:
    """The twin as the tracker sees it: frames with their times; the truth apart."""

    def __init__(self, spec: NightSpec) -> None:
        scanner = draw_scanner(spec)
        options = read_options({
            "world": spec.world, "seed": spec.seed, "noise_seed": spec.seed,
            "extent_nm": EXTENT * 1e9, "scanner": "open" if spec.open_loop else "closed",
        })  # fmt: skip
        imaging = replace(imaging_of(options), scanner=scanner)
        self.clock = InstantClock()
        self.jumps = scanner.jumps
        self._afm = SimulatedAfm(build_sample(options), device_of(options, imaging), self.clock)
        self.tip: Point = (0.0, 0.0)
        self.times = self._afm.capabilities.times

    def look(self, request: ScanRequest, watch: Watch | None = None) -> Look:
        """Scan a frame, unless whoever watches it stops it."""
        request = self._afm.accept(request)
        lines, center = request.shape[0], request.region.center
        first, _ = line_ends(request.region, request.shape, 0)
        travelled = first[0] - self.tip[0], first[1] - self.tip[1]
        begun = self.clock.now() + move_seconds(math.hypot(*travelled), self.times)
        assembler = Assembler(request, self._afm.capabilities.channels, self._afm.measurement())
        passes, true = 0, self._afm.true_position(center)
        scan = self._afm.scan(request)
        for line in scan:
            assembler.add(line)
            passes += 1
            if passes <= lines:
                true = self._afm.true_position(center)
            whole = line.direction is Direction.RETRACE
            if whole and watch is not None and not watch(assembler.frame, line.time):
                break
        if isinstance(scan, Generator):
            scan.close()
        self.tip, _ = line_ends(request.region, request.shape, (passes - 1) // 2)
        middle = begun + 0.5 * scan_seconds(request, self.times)
        return Look(assembler.frame, middle, begun, travelled, self.tip, passes >= lines, true)

    def truth(self, believed: Point) -> Point:
        """Return where the tip would truly be now, m; for the score only."""
        return self._afm.true_position(believed)


def draw_scanner(spec: NightSpec) -> ScannerSettings:
    """Draw drift, creep and jumps of a night."""
    rng = np.random.default_rng([spec.seed, 77])
    angle, size = rng.uniform(0, 2 * math.pi), rng.uniform(*STAGE_CREEP)
    base = ScannerSettings(closed_loop=not spec.open_loop)
    if spec.still:
        return base
    return replace(
        base,
        bow=40.0 if spec.open_loop else 0.0,
        hysteresis=rng.uniform(0.02, 0.04),
        creep=rng.uniform(0.005, 0.015),
        creep_time=float(math.exp(rng.uniform(math.log(0.05), math.log(0.2)))),
        wander=Wander(SLOWEST, FASTEST, spec.turning, spec.seed),
        stage_creep=(size * math.cos(angle), size * math.sin(angle)),
        stage_rest=rng.uniform(300.0, 900.0),
        jumps=tuple(_jumps(spec, rng)),
        jump_creep=JUMP_CREEP,
    )


def _jumps(spec: NightSpec, rng: np.random.Generator) -> Iterator[tuple[float, Point]]:
    # the ladder to the target takes 15 minutes
    begun = min(1500.0, 0.5 * spec.seconds)
    for when in sorted(rng.uniform(begun, 0.98 * spec.seconds, spec.jumps)):
        size = math.exp(rng.uniform(math.log(SMALLEST), math.log(LARGEST)))
        angle = rng.uniform(0, 2 * math.pi)
        yield float(when), (size * math.cos(angle), size * math.sin(angle))
