"""Neighbouring lines, out and back, as the detectors look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.types import Direction, FloatImage, Frame, Mode

Rows: TypeAlias = NDArray[np.float64]

IMAGED_SHARE = 0.9
"""Share of a line's time in which pixels are recorded, as in `ScanRequest.tip_speed`."""

MAINS = (50.0, 60.0)
"""Hz."""

_SHOWN = 2.0
"""Periods of the mains in a line from which they can be told from the sample."""
_TOLD = 1e-2
"""Share of the largest singular value below which two waves are the same in a line."""
UNFITTED = ("height", "deflection")
"""Channels that no fit has to make."""

FEWEST = 8
"""Complete lines below which nothing is said."""


@dataclass(frozen=True, slots=True)
class Passes:
    """Neighbouring lines, complete: both ways, every channel, no gap (NaN), but see `sweeps`.

    Parameters
    ----------
    trace, retrace
        Channel -> (lines, pixels) float32 in image order, rows from the top.
    pixel_size
        (along a line, between lines), m; NaN where not known.
    dwell
        Time of a pixel, s; NaN where the line rate is not known.
    mode
        Detection mode.
    frequencies
        Those of the drive, Hz, as the measurement names them.
    quality
        Q of the contact resonance, `None` where not known.
    """

    trace: Mapping[str, FloatImage]
    retrace: Mapping[str, FloatImage]
    pixel_size: tuple[float, float]
    dwell: float
    mode: Mode
    frequencies: tuple[float, ...] = ()
    quality: float | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(lines, pixels)."""
        image = next(iter(self.trace.values()))
        return image.shape[0], image.shape[1]

    def both(self, name: str) -> tuple[FloatImage, FloatImage] | None:
        """Return a channel's trace and retrace, `None` where it was not recorded."""
        if name not in self.trace:
            return None
        return self.trace[name], self.retrace[name]


def passes_of(frame: Frame, first: int = 0, last: int | None = None) -> Passes | None:
    """Cut lines `first` up to (not including) `last` out of a frame, rows counted from the top.

    Lines that have not come both ways, or have a gap in a channel, are left out.

    Returns
    -------
    Passes or None
        `None` where fewer than 8 complete lines are left, or one direction was not recorded.

    Raises
    ------
    BadInput
        When the rows do not lie in the frame.
    """
    lines, pixels = frame.shape
    last = lines if last is None else last
    if not 0 <= first < last <= lines:
        raise BadInput(f"rows {first} to {last} do not lie in a frame of {lines} lines")
    names = one_value_a_pixel(frame, tuple(Direction))
    if not names:
        return None
    trace, retrace = (
        {name: frame.data[name, direction][first:last] for name in names} for direction in Direction
    )
    complete = np.ones(last - first, bool)
    for image in (*trace.values(), *retrace.values()):
        # one sum a line is the cheapest test for a gap
        complete &= np.isfinite(image.sum(axis=1))
    if np.count_nonzero(complete) < FEWEST:
        return None
    trace, retrace = _only(trace, complete), _only(retrace, complete)
    how = frame.measurement
    return Passes(
        trace,
        retrace,
        pixel_size=frame.request.pixel_size,
        dwell=IMAGED_SHARE / (2 * pixels * frame.request.line_rate),
        mode=how.mode,
        frequencies=how.drive_frequencies,
        quality=how.quality_factor,
    )


def one_value_a_pixel(frame: Frame, ways: Sequence[Direction]) -> list[str]:
    """Return the channels that a detector can use: one value a pixel, recorded in all `ways`.

    In band excitation response, phase and frequency come from a fit, which gives NaN where there
    is no resonance to be found: that is no gap in the record, so only what needs no fit is left.
    """
    fitted = frame.measurement.mode is Mode.PFM_BAND_EXCITATION
    return [
        c.name
        for c in frame.channels
        if all(frame.get(c.name, d) is not None for d in ways)
        and frame.data[c.name, ways[0]].ndim == 2
        and not (fitted and c.name not in UNFITTED)
    ]


def _only(images: dict[str, FloatImage], lines: NDArray[np.bool_]) -> dict[str, FloatImage]:
    if lines.all():
        return images
    return {name: image[lines] for name, image in images.items()}


def levelled(image: FloatImage | Rows) -> Rows:
    """Return lines (lines, pixels) without their own mean and slope, float64; NaN stays NaN."""
    rows = np.asarray(image, np.float64)
    x = np.linspace(-1.0, 1.0, rows.shape[1])
    read = np.isfinite(rows)
    if not read.all():
        return _levelled_where(rows, read, x)
    slope = rows @ x / float(x @ x)
    levels: Rows = rows - rows.mean(axis=1, keepdims=True) - slope[:, None] * x
    return levels


def _levelled_where(rows: Rows, read: NDArray[np.bool_], x: NDArray[np.float64]) -> Rows:
    """Return lines without mean and slope of the samples that were read."""
    count = np.maximum(read.sum(axis=1), 1)
    known = np.where(read, rows, 0.0)
    middle = known.sum(axis=1) / count
    centred = np.where(read, x - (read * x).sum(axis=1, keepdims=True) / count[:, None], 0.0)
    steep = (centred * known).sum(axis=1) / np.maximum((centred**2).sum(axis=1), 1e-300)
    left: Rows = np.where(read, rows - middle[:, None] - steep[:, None] * centred, np.nan)
    return left


def without_mains(rows: Rows, dwell: float) -> Rows:
    """Return lines (lines, pixels) without what the mains (and twice their frequency) put in.

    The mains run on from line to line: where the line rate divides them they stand in the image
    like structure, though trace and retrace do not share it. Where `dwell` (s) is not known (NaN)
    nothing can be taken out. Of lines that are short, with NaN beside them, see `_short_lines`.
    """
    if not np.isfinite(dwell):
        return rows
    if not np.isfinite(rows).all():
        return _short_lines(rows, dwell)
    angle = 2 * np.pi * dwell * np.arange(rows.shape[1])
    waves = [f(n * hertz * angle) for hertz in MAINS for n in (1, 2) for f in (np.sin, np.cos)]
    basis, _ = np.linalg.qr(np.stack(waves, axis=1))
    left: Rows = rows - (rows @ basis) @ basis.T
    return left


def _short_lines(rows: Rows, dwell: float) -> Rows:
    """Return lines, each one run of samples with NaN beside it, without the mains.

    A frequency of which less than two periods fit into a line is left in: there it looks like the
    sample, and so would the sample go with it.
    """
    left = rows.copy()
    read = np.isfinite(rows)
    counts = read.sum(axis=1)
    for count in np.unique(counts[counts > 0]).tolist():
        own = counts == count
        angle = 2 * np.pi * dwell * np.arange(count)
        waves = [
            f(n * hertz * angle)
            for hertz in MAINS
            for n in (1, 2)
            if count * dwell * n * hertz >= _SHOWN
            for f in (np.sin, np.cos)
        ]
        if not waves:
            continue
        steady = [np.ones(count), np.linspace(-1.0, 1.0, count)]
        basis, sizes, _ = np.linalg.svd(np.stack([*steady, *waves], axis=1), full_matrices=False)
        basis = basis[:, sizes > _TOLD * sizes[0]]
        samples = rows[own][read[own]].reshape(-1, count)
        part = left[own]
        part[read[own]] = (samples - (samples @ basis) @ basis.T).ravel()
        left[own] = part
    return left


def responses(passes: Passes) -> tuple[NDArray[np.complex128], NDArray[np.complex128]] | None:
    """Return the complex response out and back, `None` where amplitude or phase is missing.

    In tapping the two channels are no response of the sample to a voltage: `None`.
    """
    amplitude, phase = passes.both("amplitude"), passes.both("phase")
    if amplitude is None or phase is None or passes.mode is Mode.TAPPING:
        return None
    return (
        amplitude[0] * np.exp(1j * phase[0].astype(np.float64)),
        amplitude[1] * np.exp(1j * phase[1].astype(np.float64)),
    )
