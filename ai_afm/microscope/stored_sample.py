"""A stored scan as the sample under a tip: what a pass anywhere inside it would have read."""

from dataclasses import dataclass, replace

import numpy as np

from ai_afm.errors import BadInput
from ai_afm.geometry import (
    FloatArray,
    line_ends,
    pixel_to_sample,
    sample_ends,
    sample_to_pixel,
    sweep_points,
)
from ai_afm.image.channels import is_phase
from ai_afm.image.instrument_time import PathSchedule
from ai_afm.image.resample import Resampler
from ai_afm.types import (
    Direction,
    FloatImage,
    Frame,
    LineFlag,
    PathRequest,
    Point,
    ScanLine,
    ScanRequest,
)


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """What is added to a stored scan.

    Parameters
    ----------
    noise
        Standard deviation of white noise, as a share of each channel's own variation (of the median
        response for amplitude and phase, which get it as one complex signal); 0 adds none.
    drift
        Velocity (x, y) with which the sample moves under the tip, m/s.
    seed
        Of the noise; the same requests in the same order give the same lines.
    name
        What the instrument calls itself.
    """

    noise: float = 0.0
    drift: Point = (0.0, 0.0)
    seed: int = 0
    name: str = "replay of a stored scan"


class StoredSample:
    """The images of a stored frame, one set a direction, with added noise and drift.

    A direction that the frame does not have is read from the other one.

    Parameters
    ----------
    frame
        The stored scan.
    settings
        Noise and drift.
    origin
        Instrument time at which the drift begins, s.
    """

    def __init__(self, frame: Frame, settings: ReplaySettings, origin: float) -> None:
        self._frame = frame
        self._settings = settings
        self._origin = origin
        self._images = {d: _resampler(frame, d) for d in Direction}

    def line(
        self, request: ScanRequest, which: tuple[int, int, Direction], span: tuple[float, float]
    ) -> ScanLine:
        """Return one pass.

        Parameters
        ----------
        request
            The frame that is scanned.
        which
            Number of the scan, row, direction.
        span
            When the pass began and how long it takes, s.
        """
        number, index, direction = which
        begun, seconds = span
        pixels = request.shape[1]
        column = np.arange(pixels, dtype=np.float64)
        x, y = pixel_to_sample(request.region, request.shape, np.full(pixels, index), column)
        done = (column + 0.5) / pixels
        along = done if direction is Direction.TRACE else 1 - done
        planes = self._read(direction, (x, y), begun + seconds * along - self._origin)
        images = self._images[direction]
        if self._settings.noise > 0:
            way = 0 if direction is Direction.TRACE else 1
            rng = np.random.default_rng([self._settings.seed, number, index, way])
            scale = self._settings.noise * images.scales[:, np.newaxis]
            planes = planes + scale * rng.standard_normal(planes.shape)
        wanted = request.channels
        channels = {
            name: values
            for name, values in images.channels(planes).items()
            if wanted is None or name in wanted
        }
        ends = line_ends(request.region, request.shape, index)
        return replace(_line((index, direction), ends, channels), time=begun + seconds)

    def sweeps(
        self,
        request: PathRequest,
        which: tuple[int, range],
        begins: FloatArray,
        schedule: PathSchedule,
    ) -> list[list[ScanLine]]:
        """Return the passes of some sweeps of a path, with the times at which they end.

        Parameters
        ----------
        request
            The path.
        which
            Number of the scan, and which sweeps.
        begins, schedule
            When these sweeps begin, s, and how long all of them take.
        """
        number, chosen = which
        parts = [request.sweeps[i] for i in chosen]
        pixels = np.array([s.pixels for s in parts])
        points = [np.concatenate(axis) for axis in zip(*map(sweep_points, parts), strict=True)]
        within = np.arange(pixels.sum()) - np.repeat(np.cumsum(pixels) - pixels, pixels)
        share = (within + 0.5) / np.repeat(pixels, pixels)
        passes = schedule.passes[chosen.start : chosen.stop]
        starts = [begins, begins + passes + schedule.turns[chosen.start : chosen.stop]]
        found: list[list[ScanLine]] = [[] for _ in parts]
        for way, direction in enumerate(tuple(Direction)[: schedule.ways]):
            along = share if way == 0 else 1 - share
            times = np.repeat(starts[way], pixels) + np.repeat(passes, pixels) * along
            channels = self._channels(direction, (points[0], points[1]), times, (number, chosen))
            cuts = np.cumsum(pixels).tolist()
            wanted = request.channels
            for k, (part, stop) in enumerate(zip(parts, cuts, strict=True)):
                own = {
                    name: values[stop - part.pixels : stop]
                    for name, values in channels.items()
                    if wanted is None or name in wanted
                }
                found[k].append(_line((chosen[k], direction), sample_ends(part), own))
        return found

    def _channels(
        self,
        direction: Direction,
        at: tuple[FloatArray, FloatArray],
        times: FloatArray,
        which: tuple[int, range],
    ) -> dict[str, FloatImage]:
        """Return all channels at points (n,) read at times (n,), s."""
        images = self._images[direction]
        planes = self._read(direction, at, times - self._origin)
        if self._settings.noise > 0:
            way = 0 if direction is Direction.TRACE else 1
            number, chosen = which
            rng = np.random.default_rng([self._settings.seed, number, chosen.start, way, 1])
            scale = self._settings.noise * images.scales[:, np.newaxis]
            planes = planes + scale * rng.standard_normal(planes.shape)
        return images.channels(planes)

    def _read(
        self, direction: Direction, at: tuple[FloatArray, FloatArray], elapsed: FloatArray
    ) -> FloatArray:
        # The sample has moved by v t, so under the tip is what lay v t before it at the start.
        vx, vy = self._settings.drift
        row, column = sample_to_pixel(
            self._frame.region, self._frame.shape, at[0] - vx * elapsed, at[1] - vy * elapsed
        )
        return self._images[direction].sample(row, column)


def _line(
    which: tuple[int, Direction], ends: tuple[Point, Point], channels: dict[str, FloatImage]
) -> ScanLine:
    """Return a line that says so where it has gaps; its time is still to come."""
    whole = all(np.isfinite(values).all() for values in channels.values())
    flags = LineFlag.GOOD if whole else LineFlag.NON_FINITE
    return ScanLine(*which, *ends, channels, 0.0, flags)


def _resampler(frame: Frame, direction: Direction) -> Resampler:
    other = Direction.RETRACE if direction is Direction.TRACE else Direction.TRACE
    images = {}
    for channel in frame.channels:
        image = frame.get(channel.name, direction)
        image = frame.get(channel.name, other) if image is None else image
        # A channel of a band-excitation scan has a third axis, which no single line could show.
        if image is None or image.ndim != 2:
            raise BadInput(f"channel {channel.name!r} is no image (lines, pixels); leave it out")
        images[channel.name] = image
    phases = {c.name for c in frame.channels if is_phase(c.name) and c.unit == "rad"}
    return Resampler(images, frozenset(phases))
