"""What a reader is, what it hands over, and how that becomes a `Frame`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.image.assemble import read_only
from ai_afm.image.channels import is_phase, map_channels, phase_in_radians
from ai_afm.types import (
    Channel,
    ChannelKey,
    Direction,
    FloatImage,
    Frame,
    Measurement,
    Point,
    ScanRegion,
    ScanRequest,
    SlowDirection,
)
from ai_afm.types.codec import loads

# A file may declare any size; nothing is read or allocated beyond this.
MAX_BYTES = 2 * 1024**3
NAN = float("nan")


@runtime_checkable
class Reader(Protocol):
    """Reads one file format; plug-ins offer one under the entry point `ai_afm.readers`."""

    @property
    def name(self) -> str:
        """Name of the format, for people."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Tell from the first 512 bytes whether a file is of this format."""
        ...

    def read(self, path: Path) -> Frame:
        """Read a file.

        Raises
        ------
        BadInput
            When the file cannot be used; the text is one line for the person.
        """
        ...


@dataclass(frozen=True, slots=True)
class RawChannel:
    """One image of a file, in image order: row 0 at the top, column 0 at the left.

    Parameters
    ----------
    name
        As the file calls it.
    unit
        SI unit, "deg" allowed for a phase, "arb" where unknown.
    image
        (lines, pixels), NaN where nothing was scanned.
    direction
        What the file says apart from the name, `None` where it says nothing.
    """

    name: str
    unit: str
    image: NDArray[np.floating]
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class RawScan:
    """What a reader found in a file.

    Parameters
    ----------
    channels
        At least one.
    size
        Extent from the outer edge of the first pixel to that of the last, along the fast and the
        slow axis, m; NaN where the file does not say.
    measurement
        How it was measured.
    center, angle
        As in `ScanRegion`.
    slow_direction
        Order in which the lines were recorded.
    line_rate
        Hz, NaN where unknown.
    """

    channels: tuple[RawChannel, ...]
    size: tuple[float, float]
    measurement: Measurement
    center: Point = (0.0, 0.0)
    angle: float = 0.0
    slow_direction: SlowDirection = SlowDirection.DOWN
    line_rate: float = NAN


def make_frame(raw: RawScan, path: Path) -> Frame:
    """Turn what a reader found into a frame with canonical channels; phases become rad.

    Raises
    ------
    BadInput
        When the channels are missing, empty, of different shapes, or hold no reading at all.
    """
    shape = _common_shape(raw.channels, path)
    _check_geometry(raw, path)
    mapped = map_channels([c.name for c in raw.channels], [c.direction for c in raw.channels])
    data: dict[ChannelKey, FloatImage] = {}
    described: dict[str, Channel] = {}
    for channel, target in zip(raw.channels, mapped, strict=True):
        # inf is no reading either, nor is a value that float32 cannot hold.
        with np.errstate(over="ignore", invalid="ignore"):
            image = np.array(channel.image, np.float32)
        image[~np.isfinite(image)] = np.nan
        unit = channel.unit
        if is_phase(target.name):
            image, unit = phase_in_radians(image, unit)
        data[target.name, target.direction] = read_only(image)
        described.setdefault(target.name, Channel(target.name, unit, target.original_name))
    if all(np.isnan(image).all() for image in data.values()):
        raise bad(
            path,
            f"all {len(data)} channels of {shape[0]} x {shape[1]} px are empty (NaN); "
            "the scan was stopped before its first line, scan again",
        )
    region = ScanRegion(raw.center, raw.size, raw.angle)
    request = ScanRequest(
        region, shape, raw.line_rate, raw.slow_direction, tuple(described), reason=path.name
    )
    return Frame(request, data, tuple(described.values()), _scanned(data, shape), raw.measurement)


def _common_shape(channels: Sequence[RawChannel], path: Path) -> tuple[int, int]:
    if not channels:
        raise bad(path, "the file holds no image; export an image channel")
    for channel in channels:
        if channel.image.ndim != 2 or 0 in channel.image.shape:
            raise bad(
                path,
                f"channel {channel.name!r} has the shape {channel.image.shape}, "
                "an image (lines, pixels) is needed",
            )
    shapes = sorted({c.image.shape for c in channels})
    if len(shapes) > 1:
        raise bad(
            path,
            f"the channels have different shapes ({', '.join(map(str, shapes))}); "
            "export channels of one scan only",
        )
    lines, pixels = shapes[0]
    return int(lines), int(pixels)


def _check_geometry(raw: RawScan, path: Path) -> None:
    width, height = raw.size
    if not (width > 0 or math.isnan(width)) or not (height > 0 or math.isnan(height)):
        raise bad(
            path,
            f"the header gives a scan size of {width:g} x {height:g} m, "
            "it must be positive; correct the header",
        )
    if not all(math.isfinite(v) for v in (*raw.center, raw.angle)) or math.inf in raw.size:
        raise bad(
            path,
            f"the header places the scan at {raw.center} m, {raw.angle:g} rad, size "
            f"{raw.size} m; finite numbers are needed, correct the header",
        )


def _scanned(
    data: dict[ChannelKey, FloatImage], shape: tuple[int, int]
) -> dict[Direction, NDArray[np.bool_]]:
    rows: dict[Direction, NDArray[np.bool_]] = {}
    for (_, direction), image in data.items():
        arrived = rows.get(direction, np.zeros(shape[0], np.bool_))
        rows[direction] = arrived | ~np.isnan(image).all(axis=1)
    return {d: read_only(r) for d, r in rows.items()}


def placed_by_request(raw: RawScan, text: str) -> RawScan:
    """Return the scan as the request places it that our own exports carry as JSON.

    Foreign formats lose angle, slow direction and line rate; the request keeps all of them exactly.
    """
    try:
        request = loads(text)
    except BadInput:
        return raw
    if not isinstance(request, ScanRequest) or request.shape != raw.channels[0].image.shape:
        return raw
    region = request.region
    return replace(
        raw,
        size=region.size,
        center=region.center,
        angle=region.angle,
        slow_direction=request.slow_direction,
        line_rate=request.line_rate,
    )


def read_bytes(path: Path) -> bytes:
    """Return a whole file.

    Raises
    ------
    BadInput
        When it is larger than `MAX_BYTES` or cannot be read.
    """
    try:
        size = path.stat().st_size
        check_size(path, size, "is")
        return path.read_bytes()
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read ({exc.strerror or exc}); check the path") from exc


def check_size(path: Path, size: int, verb: str = "declares") -> None:
    """Refuse a size (bytes) that is beyond what this program reads."""
    if size > MAX_BYTES:
        raise bad(
            path,
            f"the file {verb} {size / 1e9:.3g} GB of data, the limit is "
            f"{MAX_BYTES / 1e9:.3g} GB; export a smaller region",
        )


def bad(path: Path, text: str) -> BadInput:
    """Return the error that says what is wrong with a file and what to do."""
    return BadInput(f"{path.name}: {text}")


def truncated(path: Path, need: int, have: int, what: str) -> BadInput:
    """Return the error for a file that ends too early."""
    return bad(
        path,
        f"{what} needs {need} bytes, the file has {have} left: it is truncated or "
        "damaged; copy it again from the instrument",
    )


def number(text: object, default: float = NAN) -> float:
    """Return a header's number (a unit behind it is ignored), `default` where there is none."""
    words = str(text).replace(",", ".").split() if text is not None else []
    try:
        return float(words[0]) if words else default
    except ValueError:
        return default


def finite_or_none(text: object) -> float | None:
    """Return a header's number, `None` where it is missing, no number, or not finite."""
    value = number(text)
    return value if math.isfinite(value) else None
