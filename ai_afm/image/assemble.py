"""Scan lines -> frame: one buffer a channel and direction, filled as the lines arrive."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.types import (
    Channel,
    ChannelKey,
    Direction,
    FloatImage,
    Frame,
    Measurement,
    ScanLine,
    ScanRequest,
)

BOTH = (Direction.TRACE, Direction.RETRACE)


class Assembler:
    """The buffers of one frame; `frame` is a read-only view of them that grows with each `add`.

    Parameters
    ----------
    request
        What the instrument is really doing (after `accept`).
    channels
        What it records.
    measurement
        How it measures.
    bins
        Length of the trailing axis of channels that have one (band excitation).
    directions
        Passes that a line consists of.

    Examples
    --------
    >>> from ai_afm.types import ScanRegion
    >>> request = ScanRequest(ScanRegion((0.0, 0.0), (3.0, 2.0)), (2, 3), 1.0)
    >>> assembler = Assembler(request, (Channel("height", "m"),), Measurement())
    >>> row = np.arange(3, dtype=np.float32)
    >>> line = ScanLine(1, Direction.TRACE, (-1.0, -0.5), (1.0, -0.5), {"height": row}, 0.5)
    >>> assembler.add(line)
    >>> assembler.frame.data["height", Direction.TRACE].tolist()
    [[nan, nan, nan], [0.0, 1.0, 2.0]]
    """

    def __init__(
        self,
        request: ScanRequest,
        channels: tuple[Channel, ...],
        measurement: Measurement,
        bins: Mapping[str, int] | None = None,
        directions: Iterable[Direction] = BOTH,
    ) -> None:
        self._shapes = row_shapes(request, channels, bins)
        lines = request.shape[0]
        directions = tuple(directions)
        self._images: dict[ChannelKey, FloatImage] = {
            (name, d): np.full((lines, *shape), np.nan, np.float32)
            for name, shape in self._shapes.items()
            for d in directions
        }
        self._scanned: dict[Direction, NDArray[np.bool_]] = {
            d: np.zeros(lines, np.bool_) for d in directions
        }
        self._frame = Frame(
            request,
            {key: read_only(image) for key, image in self._images.items()},
            channels,
            {d: read_only(rows) for d, rows in self._scanned.items()},
            measurement,
        )

    @property
    def frame(self) -> Frame:
        """What has arrived so far: always the same views, NaN where nothing was scanned."""
        return self._frame

    def add(self, line: ScanLine) -> None:
        """Put a line into its row.

        Raises
        ------
        BadInput
            When the line does not fit the request or its row has arrived before; nothing is
            changed.
        """
        check_fits(line, self._shapes, self._frame.shape[0])
        scanned = self._scanned.get(line.direction)
        if scanned is None:
            raise BadInput(f"a {line.direction} line came; the frame has no such direction")
        if scanned[line.index]:
            raise BadInput(
                f"row {line.index} ({line.direction}) came twice; scanned rows never change"
            )
        for name in self._shapes:
            self._images[name, line.direction][line.index] = line.channels[name]
        scanned[line.index] = True


def row_shapes(
    request: ScanRequest, channels: tuple[Channel, ...], bins: Mapping[str, int] | None = None
) -> dict[str, tuple[int, ...]]:
    """Return the shape of one row of each channel, (pixels,) or (pixels, bins)."""
    lines, pixels = request.shape
    names = [c.name for c in channels]
    bins = bins or {}
    if lines < 1 or pixels < 1 or not names:
        raise BadInput(f"a frame of {lines} lines, {pixels} px and {len(names)} channels is empty")
    if len(set(names)) != len(names):
        raise BadInput(f"channel names occur twice: {', '.join(names)}")
    unknown = set(bins) - set(names)
    if unknown:
        raise BadInput(
            f"bins are given for channels that do not exist: {', '.join(sorted(unknown))}"
        )
    return {n: (pixels, bins[n]) if n in bins else (pixels,) for n in names}


def check_fits(line: ScanLine, shapes: Mapping[str, tuple[int, ...]], lines: int) -> None:
    """Raise `BadInput` unless a line lies in a frame of `lines` rows and has these channels."""
    if not 0 <= line.index < lines:
        raise BadInput(f"row {line.index} lies outside a frame of {lines} lines")
    if line.channels.keys() != shapes.keys():
        raise BadInput(
            f"row {line.index} has the channels {', '.join(sorted(line.channels))} "
            f"instead of {', '.join(sorted(shapes))}"
        )
    for name, shape in shapes.items():
        if line.channels[name].shape != shape:
            raise BadInput(
                f"row {line.index}, {name}: shape {line.channels[name].shape} instead of {shape}"
            )


def read_only(array: NDArray) -> NDArray:  # type: ignore[type-arg]
    """Return a view of an array that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view
