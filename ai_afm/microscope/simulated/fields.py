"""Random fields on a periodic lattice: synthesised once, looked up anywhere, exactly bilinear.

A field is kept as four float32 coefficients a cell (16 bytes), so one gather of a `complex128`
yields value and gradient at a point. OpenCV's `remap` is three times faster but rounds positions to
1/32 cell, which shows as stairs in a 1 nm frame.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from ai_afm.errors import BadInput

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

LARGEST_LATTICE = 2048
"""Cells along a side; finer worlds repeat within their extent instead of taking more memory."""


@dataclass(frozen=True, slots=True)
class Places:
    """Points on a lattice: flat index of the cell and position inside it (0 to 1), each (n,)."""

    index: NDArray[np.intp]
    s: Float32
    t: Float32


@dataclass(frozen=True, slots=True)
class Lattice:
    """A periodic lattice of `cells` x `cells` nodes (a power of two), `pitch` m apart."""

    cells: int
    pitch: float
    origin: float = 0.0

    @property
    def period(self) -> float:
        """After how many metres everything repeats."""
        return self.cells * self.pitch

    def places(self, x: Float64, y: Float64) -> Places:
        """Return where points (n,) in m lie."""
        u, v = (x - self.origin) / self.pitch, (y - self.origin) / self.pitch
        column, row = np.floor(u), np.floor(v)
        mask = self.cells - 1
        index = (row.astype(np.intp) & mask) * self.cells + (column.astype(np.intp) & mask)
        return Places(index, (u - column).astype(np.float32), (v - row).astype(np.float32))


def lattice_for(extent: float, pitch: float) -> Lattice:
    """Return the lattice of a pitch (m) whose period covers `extent` (m), centred on the origin.

    Where more than `LARGEST_LATTICE` cells would be needed the period is shorter: the world
    repeats.
    """
    if not (extent > 0 and pitch > 0):
        raise BadInput(f"extent {extent:g} m and pitch {pitch:g} m of a field must be positive")
    cells = 32
    while cells * pitch < extent and cells < LARGEST_LATTICE:
        cells *= 2
    return Lattice(cells, pitch, -cells * pitch / 2)


@dataclass(frozen=True, slots=True)
class PeriodicField:
    """A real function of the plane, bilinear between the nodes of its lattice.

    Parameters
    ----------
    lattice
        Where the nodes are.
    nodes
        (cells, cells) float32, row = y, column = x.
    coefficients
        (cells * cells,) complex128 that holds four float32: value, d/ds, d/dt, d2/dsdt of the cell.
    """

    lattice: Lattice
    nodes: Float32
    coefficients: NDArray[np.complex128]

    def at(self, places: Places) -> Float32:
        """Return the values, (n,) float32."""
        c = self.coefficients[places.index].view(np.float32).reshape(-1, 4)
        value: Float32 = c[:, 0] + c[:, 1] * places.s + (c[:, 2] + c[:, 3] * places.s) * places.t
        return value

    def with_gradient(self, places: Places) -> tuple[Float32, Float32, Float32]:
        """Return values and their derivatives along x and y (per m), each (n,) float32."""
        c = self.coefficients[places.index].view(np.float32).reshape(-1, 4)
        along_s = c[:, 1] + c[:, 3] * places.t
        along_t = c[:, 2] + c[:, 3] * places.s
        value = c[:, 0] + c[:, 1] * places.s + along_t * places.t
        scale = np.float32(1 / self.lattice.pitch)
        return value, along_s * scale, along_t * scale

    def value(self, x: ArrayLike, y: ArrayLike) -> Float32:
        """Return the values at points of any shape, m."""
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        return self.at(self.lattice.places(x.ravel(), y.ravel())).reshape(x.shape)


def periodic_field(lattice: Lattice, nodes: NDArray[np.floating]) -> PeriodicField:
    """Make a field of its values at the nodes, (cells, cells)."""
    a = np.ascontiguousarray(nodes, np.float32)
    b, c = np.roll(a, -1, axis=1), np.roll(a, -1, axis=0)
    d = np.roll(c, -1, axis=1)
    packed = np.stack([a, b - a, c - a, d - b - c + a], axis=-1)
    return PeriodicField(lattice, a, packed.reshape(-1).view(np.complex128))


def wave_numbers(cells: int) -> tuple[Float32, Float32]:
    """Return (kx, ky), cycles a cell, of the half plane that `rfft2` uses."""
    kx = fft.rfftfreq(cells).astype(np.float32)[None, :]
    ky = fft.fftfreq(cells).astype(np.float32)[:, None]
    return kx, ky


def filtered_noise(rng: np.random.Generator, cells: int, spectrum: Float32) -> Float32:
    """Return noise of an amplitude spectrum (cells, cells // 2 + 1); zero mean, unit spread."""
    white = rng.standard_normal((cells, cells), dtype=np.float32)
    return unit(filtered(white, spectrum))


def filtered(nodes: Float32, spectrum: Float32) -> Float32:
    """Return a periodic image (cells, cells) with its components multiplied by a spectrum."""
    product: Float32 = fft.irfft2(fft.rfft2(nodes) * spectrum, s=nodes.shape)
    return product


def unit(nodes: Float32) -> Float32:
    """Return the image with zero mean and unit spread."""
    centred = nodes - nodes.mean()
    scaled: Float32 = centred / centred.std()
    return scaled


def smooth_spectrum(cells: int, length: float) -> Float32:
    """Return the amplitude spectrum of Gaussian-correlated noise, correlation length in cells.

    The autocorrelation is exp(-(r / length)^2).
    """
    kx, ky = wave_numbers(cells)
    k2 = kx**2 + ky**2
    spectrum: Float32 = np.exp(-k2 * np.float32(np.pi**2 * length**2 / 2))
    return spectrum


def fractal_spectrum(cells: int, hurst: float) -> Float32:
    """Return the amplitude spectrum k^-(1 + H) of a self-affine surface, no mean."""
    kx, ky = wave_numbers(cells)
    k2 = kx**2 + ky**2
    k2[0, 0] = np.inf
    spectrum: Float32 = k2 ** np.float32(-(1 + hurst) / 2)
    return spectrum


def smooth_field(rng: np.random.Generator, extent: float, length: float) -> PeriodicField:
    """Return a smooth random field, zero mean, unit spread, correlation length in m."""
    lattice = lattice_for(max(extent, 4 * length), length / 6)
    nodes = filtered_noise(rng, lattice.cells, smooth_spectrum(lattice.cells, 6.0))
    return periodic_field(lattice, nodes)
