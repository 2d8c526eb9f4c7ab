"""Reading an image between its pixels: bilinear, the response as one complex signal, NaN kept.

A phase is an angle: the mean of 179 and -179 degrees is 180, not 0. So amplitude and phase are
interpolated together as amplitude * exp(i phase), as a tip between two domains would mix them.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import FloatImage

FloatArray = NDArray[np.float64]


class Resampler:
    """The images of one scan and direction, readable anywhere inside it.

    Parameters
    ----------
    images
        Channel name -> (lines, pixels), NaN where nothing was scanned.
    phases
        Which of them are phases in rad. Each goes with the amplitude of the same name and number
        (``phase_2`` with ``amplitude_2``), or alone as a unit vector.

    Examples
    --------
    >>> images = {"height": np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], np.float32)}
    >>> r = Resampler(images)
    >>> r.channels(r.sample(np.array([0.5]), np.array([0.5])))["height"]
    array([1.5], dtype=float32)
    """

    def __init__(
        self, images: Mapping[str, FloatImage], phases: frozenset[str] = frozenset()
    ) -> None:
        self._names = tuple(images)
        planes: list[FloatArray] = []
        scales: list[float] = []
        self._scalar: dict[str, int] = {}
        self._complex: dict[str, tuple[str | None, int]] = {}
        paired = {name.replace("phase", "amplitude") for name in phases}
        for name, image in images.items():
            if name in phases:
                partner = name.replace("phase", "amplitude")
                amplitude = images.get(partner)
                self._complex[name] = (None if amplitude is None else partner, len(planes))
                length = 1.0 if amplitude is None else amplitude.astype(np.float64)
                response = length * np.exp(1j * image.astype(np.float64))
                planes += [response.real, response.imag]
                scales += [_median(np.abs(response))] * 2
            elif name not in paired:
                self._scalar[name] = len(planes)
                planes.append(image.astype(np.float64))
                scales.append(_spread(planes[-1]))
        self._planes = np.stack(planes)
        self.scales: FloatArray = np.array(scales)
        """(planes,): typical size of each plane's variation, the unit of added noise."""

    def sample(self, row: FloatArray, column: FloatArray) -> FloatArray:
        """Return all planes at fractional pixels, (planes, n); NaN outside the image."""
        return bilinear(self._planes, row, column)

    def channels(self, planes: FloatArray) -> dict[str, FloatImage]:
        """Turn sampled planes (planes, n) into channels (n,) float32, phases in -pi..pi."""
        found = {name: planes[i] for name, i in self._scalar.items()}
        for name, (partner, i) in self._complex.items():
            response = planes[i] + 1j * planes[i + 1]
            found[name] = np.angle(response)
            if partner is not None:
                found[partner] = np.abs(response)
        return {name: found[name].astype(np.float32) for name in self._names}


def bilinear(stack: FloatArray, row: FloatArray, column: FloatArray) -> FloatArray:
    """Interpolate images at fractional pixels.

    Parameters
    ----------
    stack
        (planes, lines, pixels).
    row, column
        (n,); 0 is the centre of the first pixel.

    Returns
    -------
    (planes, n) float64
        NaN more than half a pixel outside, and wherever a pixel that takes part is NaN. Within the
        outer half of an edge pixel it has that pixel's value.
    """
    _, lines, pixels = stack.shape
    # A corner of the full frame may come out a rounding error beyond the edge.
    slack = 0.5 + 1e-6
    outside = (row < -slack) | (row > lines - 1 + slack) | np.isnan(row)
    outside |= (column < -slack) | (column > pixels - 1 + slack) | np.isnan(column)
    r = np.clip(np.where(outside, 0.0, row), 0, lines - 1)
    c = np.clip(np.where(outside, 0.0, column), 0, pixels - 1)
    r0, c0 = np.floor(r).astype(np.intp), np.floor(c).astype(np.intp)
    r1, c1 = np.minimum(r0 + 1, lines - 1), np.minimum(c0 + 1, pixels - 1)
    fr, fc = r - r0, c - c0
    total = np.zeros((len(stack), row.size))
    for rows, columns, weight in (
        (r0, c0, (1 - fr) * (1 - fc)),
        (r0, c1, (1 - fr) * fc),
        (r1, c0, fr * (1 - fc)),
        (r1, c1, fr * fc),
    ):
        # A neighbour with no weight takes no part, even if it is NaN.
        total += np.where(weight > 0, stack[:, rows, columns] * weight, 0.0)
    total[:, outside] = np.nan
    return total


def _median(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else 0.0


def _spread(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.std()) if finite.size else 0.0
