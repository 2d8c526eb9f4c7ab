"""A stored scan as the sample under a tip: what a pass anywhere inside it would have read."""

from dataclasses import dataclass

import numpy as np

from ai_afm.errors import BadInput
from ai_afm.geometry import FloatArray, line_ends, pixel_to_sample, sample_to_pixel
from ai_afm.image.channels import is_phase
from ai_afm.image.resample import Resampler
from ai_afm.types import Direction, Frame, LineFlag, Point, ScanLine, ScanRequest


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
        whole = all(np.isfinite(values).all() for values in channels.values())
        start, end = line_ends(request.region, request.shape, index)
        flags = LineFlag.GOOD if whole else LineFlag.NON_FINITE
        return ScanLine(index, direction, start, end, channels, begun + seconds, flags)

    def _read(
        self, direction: Direction, at: tuple[FloatArray, FloatArray], elapsed: FloatArray
    ) -> FloatArray:
        # The sample has moved by v t, so under the tip is what lay v t before it at the start.
        vx, vy = self._settings.drift
        row, column = sample_to_pixel(
            self._frame.region, self._frame.shape, at[0] - vx * elapsed, at[1] - vy * elapsed
        )
        return self._images[direction].sample(row, column)


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
