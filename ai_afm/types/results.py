"""What comes back and what is made of it: lines, frames, segmentations, spectra."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.types.metadata import Channel, Measurement
from ai_afm.types.proposals import Proposal
from ai_afm.types.requests import (
    Point,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    SlowDirection,
)
from ai_afm.types.vectors import WallNetwork

FloatImage: TypeAlias = NDArray[np.float32]
ChannelKey: TypeAlias = "tuple[str, Direction]"


class Direction(StrEnum):
    """Whether a line was recorded on the way out or on the way back."""

    TRACE = "trace"
    RETRACE = "retrace"


class ClassCode(IntEnum):
    """Codes of a label image, for ever; "domain wall" means codes 1, 2 and 3."""

    BACKGROUND = 0
    WALL = 1
    WALL_180 = 2
    WALL_FERROELASTIC = 3
    GRAIN_BOUNDARY = 4
    TOPOGRAPHY_EDGE = 5
    IGNORE = 255


DOMAIN_WALL_CODES = (ClassCode.WALL, ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC)


class LineFlag(IntFlag):
    """Quality of a scan line; 0 is a good line."""

    GOOD = 0
    PARTIAL = 1
    SATURATED = 2
    NON_FINITE = 4
    FROZEN = 8
    RETRIED = 16
    LATE = 32


@dataclass(frozen=True, slots=True)
class ScanLine:
    """One pass, in image order (pixel 0 at the left, for trace and retrace alike).

    Parameters
    ----------
    index
        Row of the frame, 0 at the top.
    direction
        Trace or retrace.
    start, end
        Positions of pixel 0 and of the last pixel in the sample frame, m, drift included.
    channels
        Name -> (pixels,) or (pixels, bins) float32; NaN where there is no reading.
    time
        Instrument clock at the end of the pass, s.
    flags
        Quality.
    """

    index: int
    direction: Direction
    start: Point
    end: Point
    channels: Mapping[str, FloatImage]
    time: float
    flags: LineFlag = LineFlag.GOOD


@dataclass(frozen=True, slots=True)
class Frame:
    """What a request has yielded so far: a read-only view, never a copy.

    Parameters
    ----------
    request
        What the instrument was really doing (after `accept`).
    data
        (channel name, direction) -> (lines, pixels) float32, NaN where nothing was scanned.
    channels
        Unit and original name of each channel.
    scanned
        Direction -> (lines,) bool: rows that have arrived. Such rows never change.
    measurement
        How it was measured.
    """

    request: ScanRequest
    data: Mapping[ChannelKey, FloatImage]
    channels: tuple[Channel, ...]
    scanned: Mapping[Direction, NDArray[np.bool_]]
    measurement: Measurement

    @property
    def region(self) -> ScanRegion:
        """Where the frame lies."""
        return self.request.region

    @property
    def shape(self) -> tuple[int, int]:
        """(lines, pixels)."""
        return self.request.shape

    def get(self, name: str, direction: Direction = Direction.TRACE) -> FloatImage | None:
        """Return a channel's image, (lines, pixels) float32, `None` where it was not recorded."""
        return self.data.get((name, direction))

    def unit(self, name: str) -> str | None:
        """Return the unit of a channel, or `None` where it was not recorded."""
        return next((c.unit for c in self.channels if c.name == name), None)


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What a model sees in a frame.

    Parameters
    ----------
    probability
        (classes, lines, pixels) float32, sums to 1; NaN in rows that were not scanned.
    classes
        Class code of each plane of `probability`.
    label
        (lines, pixels) uint8 class codes; 255 in rows that were not scanned.
    uncertainty
        (lines, pixels) float32 in 0..1: 1 - the largest probability.
    model
        "name@version" of the model.
    model_sha256
        Hash of its weights.
    settled
        Number of rows, in order of arrival, that will not change any more.
    slow_direction
        Order of arrival.
    ood_score
        Distance from the training data, `None` where the model cannot tell.
    ood
        Whether that distance is beyond the model's limit.
    """

    probability: FloatImage
    classes: tuple[int, ...]
    label: NDArray[np.uint8]
    uncertainty: FloatImage
    model: str
    model_sha256: str
    settled: int
    slow_direction: SlowDirection = SlowDirection.DOWN
    ood_score: float | None = None
    ood: bool = False

    def probability_of(self, *codes: int) -> FloatImage:
        """Return the summed probability of the given class codes, (lines, pixels) float32."""
        planes = [p for c, p in zip(self.classes, self.probability, strict=True) if c in codes]
        if not planes:
            return np.zeros(self.label.shape, np.float32)
        total: FloatImage = np.sum(planes, axis=0, dtype=np.float32)
        return total


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A finished point measurement; every cycle and raw complex sample is kept.

    Parameters
    ----------
    request
        What was asked.
    time
        (samples,) float64, s since the start of the probe.
    bias
        (samples,) float32, V applied while the sample was read.
    response
        (samples,) complex64, lock-in signal, unit `response_unit`; NaN where nothing was read.
    on_field
        (samples,) bool: read with the write bias on.
    cycle
        (samples,) int32, 0 for the first, i.e. the only one that starts from the native state.
    write_bias
        (samples,) float32: the last bias that was written before the sample, V.
    response_unit
        Unit of `response`.
    extra
        Further arrays of the same length by name (height m, deflection m, force N, frequency Hz).
    fit
        Results of a named fit with units in the names, as (key, value).
    stopped
        Why the instrument ended it before the end of its waveform, empty where it did not.
    """

    request: ProbeRequest
    time: NDArray[np.float64]
    bias: NDArray[np.float32]
    response: NDArray[np.complex64]
    on_field: NDArray[np.bool_]
    cycle: NDArray[np.int32]
    write_bias: NDArray[np.float32]
    response_unit: str
    measurement: Measurement
    extra: Mapping[str, NDArray[np.float32]]
    fit: tuple[tuple[str, float], ...] = ()
    stopped: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AreaMap:
    """What a map of an area shows a policy.

    Parameters
    ----------
    covered
        (lines, pixels) bool: scanned as slowly as by the full raster.
    lines
        (lines, pixels) float32: probability of any wall or boundary.
    kinds
        Class code -> its share of all line probability.
    """

    covered: NDArray[np.bool_]
    lines: FloatImage
    kinds: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Observation:
    """What one request brought: a frame's segmentation and walls, or a spectrum.

    Parameters
    ----------
    number
        Number of the scan, path, map or probe in the run, from 1 (each counts apart).
    request
        What caused it (as accepted).
    lines
        Rows or sweeps that arrived (scan and path only).
    network
        Walls of the frame or map, `None` for a spectrum or where no segmentation could be had.
    segmentation, spectrum
        The results themselves, `None` where they do not apply or are not kept in memory.
    finished
        False where the scan was stopped early or broke off.
    seconds
        Instrument time from leaving the previous place to the end, s.
    offset
        (dx, dy), m: measured shift of what the frame shows against earlier frames of the place.
    notes
        Further small facts (JSON values) that controllers and the report use.
    area
        What the map shows (map only).
    """

    number: int
    request: Proposal
    lines: int = 0
    network: WallNetwork | None = None
    segmentation: Segmentation | None = None
    spectrum: Spectrum | None = None
    finished: bool = True
    seconds: float = 0.0
    offset: Point | None = None
    notes: Mapping[str, Any] | None = None
    area: AreaMap | None = None
