"""JPK movies of high-speed AFM (.h5-jpk): HDF5 files, one column per frame.

Each channel and direction is a dataset (lines x pixels, frames) of integers, x fastest, the first
line the lowest one unless the grid is reflected; trace and retrace are stored alike. The
``net-encoder`` attributes scale it to the channel's default unit.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from ai_afm.image.readers.base import (
    NAN,
    RawChannel,
    RawScan,
    bad,
    check_size,
    finite_or_none,
    make_frame,
    number,
)
from ai_afm.image.readers.jpk import NAMES, iso_time
from ai_afm.image.readers.units import to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, Mode, SlowDirection

_FORMAT = "file-format-info"
_GRID = "position-pattern.grid."
_SCALING = "net-encoder.scaling."
_MAX_CHANNELS = 100
_PLAIN = "Sfiub"  # kinds of attributes that are stored in place


@dataclass(frozen=True, slots=True)
class _Stored:
    """A channel in the file, not yet read, and how its integers become SI."""

    dataset: h5py.Dataset
    name: str
    direction: Direction
    times: float
    plus: float
    unit: str


def is_movie(file: h5py.File) -> bool:
    """Tell whether an open HDF5 file says that it is a JPK scan."""
    return _text(file, _FORMAT) == "JPK SCAN"


def read_movie(file: h5py.File, path: Path) -> Iterator[Frame]:
    """Yield the frames of a movie, the oldest first.

    Parameters
    ----------
    file
        Open for reading.
    path
        Names the file in errors.

    Raises
    ------
    BadInput
        When channels are missing, damaged, or too large.
    """
    measurement = _group(file, "Measurement_000")
    if measurement is None:
        raise bad(path, "the JPK file holds no measurement; save the movie again")
    shape = (_count(measurement, "jlength", path), _count(measurement, "ilength", path))
    channels = [_stored(g, path) for g in _channel_groups(measurement)]
    if not channels:
        raise bad(path, "the JPK movie holds no channel; save it again")
    frames = _frames(channels, shape, path)
    about = _measurement(measurement)
    reflected = _text(measurement, f"{_GRID}reflect") == "true"
    for index in range(frames):
        images = tuple(_image(c, index, shape, reflected) for c in channels)
        facts = (*about.extra, ("frame", f"{index + 1} of {frames}"))
        yield make_frame(_scan(measurement, images, about, facts), path)


def _scan(
    measurement: h5py.Group,
    images: tuple[RawChannel, ...],
    about: Measurement,
    facts: tuple[tuple[str, str], ...],
) -> RawScan:
    def grid(key: str, default: float) -> float:
        value = number(_text(measurement, _GRID + key))
        return value if math.isfinite(value) else default

    in_metres = _text(measurement, f"{_GRID}unit.unit") == "m"
    size = (grid("ulength", NAN), grid("vlength", NAN)) if in_metres else (NAN, NAN)
    center = (grid("xcenter", 0.0), grid("ycenter", 0.0)) if in_metres else (0.0, 0.0)
    return RawScan(
        images,
        size,
        Measurement(
            mode=about.mode,
            instrument=about.instrument,
            software=about.software,
            started=about.started,
            line_rate=about.line_rate,
            extra=facts,
        ),
        center,
        grid("theta", 0.0),
        # The order in which the lines are stored; the file does not say how they were scanned.
        SlowDirection.UP,
        about.line_rate or NAN,
    )


def _channel_groups(measurement: h5py.Group) -> Iterator[h5py.Group]:
    names = sorted(n for n in measurement if n.startswith("Channel_"))
    for name in names[:_MAX_CHANNELS]:
        group = _group(measurement, name)
        if group is not None:
            yield group


def _group(parent: h5py.Group, name: str) -> h5py.Group | None:
    # A link out of the file could read any file of the computer; it is never followed.
    if not isinstance(parent.get(name, getlink=True), h5py.HardLink):
        return None
    item = parent[name]
    return item if isinstance(item, h5py.Group) else None


def _stored(group: h5py.Group, path: Path) -> _Stored:
    short = _text(group, "channel.name")
    name = NAMES.get(short, short) or _text(group, "channel.fancy-name") or "channel"
    times, plus = (number(_text(group, _SCALING + k)) for k in ("multiplier", "offset"))
    kind = _text(group, f"{_SCALING}type")
    if kind != "linear" or not math.isfinite(times) or not math.isfinite(plus):
        raise bad(
            path,
            f"channel {name!r} is scaled by {kind!r} ({times:g}, {plus:g}), only linear scaling is "
            "known; export it in another calibration",
        )
    factor, unit = to_si(_text(group, f"{_SCALING}unit.unit"))
    way = Direction.RETRACE if _text(group, "retrace") == "true" else Direction.TRACE
    return _Stored(_dataset(group, name, path), name, way, times * factor, plus * factor, unit)


def _dataset(group: h5py.Group, name: str, path: Path) -> h5py.Dataset:
    for key in sorted(group):
        if key == "thumbnail" or not isinstance(group.get(key, getlink=True), h5py.HardLink):
            continue
        item = group[key]
        if isinstance(item, h5py.Dataset) and item.ndim == 2 and item.dtype.kind in "iuf":
            outside = item.is_virtual or item.id.get_create_plist().get_external_count()
            if outside:
                raise bad(path, f"channel {name!r} is stored in another file; copy the data in")
            return item
    raise bad(path, f"channel {name!r} holds no frames; save the movie again")


def _frames(channels: list[_Stored], shape: tuple[int, int], path: Path) -> int:
    check_size(path, sum(int(c.dataset.nbytes) for c in channels))
    stored = {c.dataset.shape for c in channels}
    pixels, frames = channels[0].dataset.shape
    if len(stored) > 1 or pixels != shape[0] * shape[1] or frames < 1:
        raise bad(
            path,
            f"the channels have the shapes {sorted(stored)} (pixels, frames) for frames of "
            f"{shape[0]} x {shape[1]} px; save the movie again",
        )
    return int(frames)


def _image(stored: _Stored, index: int, shape: tuple[int, int], reflected: bool) -> RawChannel:
    image = np.asarray(stored.dataset[:, index], np.float64).reshape(shape)
    image = (image if reflected else image[::-1]) * stored.times + stored.plus
    return RawChannel(stored.name, stored.unit, image, stored.direction)


def _count(measurement: h5py.Group, key: str, path: Path) -> int:
    value = number(_text(measurement, _GRID + key))
    if not (1 <= value <= 2**20 and value.is_integer()):
        raise bad(path, f"the grid's {key} is {value:g}, a number of pixels is needed; save again")
    return int(value)


def _text(group: h5py.Group | h5py.File, key: str) -> str:
    """Return an attribute as text, "" where it is missing or not a plain one.

    For texts of variable length HDF5 follows pointers into its heap, which a damaged file can make
    very long; JPK writes none of them.
    """
    if key not in group.attrs:
        return ""
    stored = group.attrs.get_id(key)
    if stored.shape != () or stored.dtype.kind not in _PLAIN:
        return ""
    value = group.attrs[key]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _measurement(measurement: h5py.Group) -> Measurement:
    facts = tuple((str(key), _text(measurement, key)) for key in measurement.attrs)
    rate = finite_or_none(_text(measurement, "timing-settings.scanRate"))
    oscillating = _text(measurement, "environment.feedback-mode.name").startswith("ac")
    return Measurement(
        mode=Mode.TAPPING if oscillating else Mode.UNKNOWN,
        instrument=f"JPK {_text(measurement, 'description.instrument')}".strip(),
        software=f"JPK {_text(measurement, 'description.source-software') or UNKNOWN}",
        started=iso_time(_text(measurement, "start-time")),
        line_rate=rate if rate is not None and rate > 0 else None,
        extra=facts,
    )
