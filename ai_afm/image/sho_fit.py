"""Spectra of a contact resonance read out: a damped harmonic oscillator fitted to each pixel.

z(f) = A f0^2 / (f0^2 - f^2 + i f f0 / Q), with a complex A. What is linear is solved for: a first
guess of f0 and Q comes in closed form from the equation multiplied by its denominator, and a few
Gauss-Newton steps in f0 and Q, with A projected out, do the rest. All pixels are fitted at once.

References
----------
S. Jesse, S. V. Kalinin, R. Proksch, A. P. Baddorf, B. J. Rodriguez, Nanotechnology 18, 435503
(2007), doi:10.1088/0957-4484/18/43/435503 (band excitation).
G. H. Golub, V. Pereyra, SIAM J. Numer. Anal. 10, 413 (1973), doi:10.1137/0710036 (variable
projection).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.errors import BadInput

Array: TypeAlias = NDArray[np.float64]
ComplexArray: TypeAlias = NDArray[np.complex128]

STEPS = 2
"""Gauss-Newton steps; a fit that needs more is fitting noise, and is judged as it stands."""

CHUNK = 256
"""Pixels fitted together: their spectra stay in the cache."""

MIN_R2 = 0.4
"""A fit that explains less of the variance is not believed: thermal motion alone, which has the
shape of the resonance itself, reaches it in 6 of 1000 spectra (64 bins, seed 111),"""

NOISE_R2 = 12.0
"""... nor one that explains less than this divided by the number of bins: of spectra of noise
alone, one in a thousand reaches 8 (16 to 128 bins; seed 110, 20,000 spectra each)."""

MIN_QUALITY = 3.0
"""A resonance wider than this is no peak in any band that is used."""

FEWEST_BINS = 16
"""Bins below which four numbers cannot be told from noise."""


@dataclass(frozen=True, slots=True)
class ShoFit:
    """What the spectra say; arrays of one shape, NaN where the fit is not believed (`r2` apart).

    Parameters
    ----------
    amplitude
        |A|: response below the resonance, free of its gain, unit of the spectra.
    phase
        arg A, rad, -pi to pi: 0 where the response follows the drive below the resonance.
    frequency
        f0, Hz.
    quality
        Q.
    r2
        Share of a spectrum's variance that the fit explains; NaN where there is no spectrum.
    """

    amplitude: Array
    phase: Array
    frequency: Array
    quality: Array
    r2: Array

    @property
    def response(self) -> ComplexArray:
        """A, complex; NaN where the fit is not believed."""
        return np.asarray(self.amplitude * np.exp(1j * self.phase), np.complex128)


def fit_sho(frequency: ArrayLike, response: ArrayLike) -> ShoFit:
    """Fit the oscillator to spectra.

    A fit is believed where it explains more of the variance than noise can (`MIN_R2`, `NOISE_R2`),
    its resonance lies inside the band, and its width is neither less than a bin nor more than a
    third of the frequency.

    Parameters
    ----------
    frequency
        (bins,) Hz, rising and evenly spaced.
    response
        (..., bins) complex, phases falling as the frequency passes the resonance; a spectrum with
        NaN is not fitted.

    Returns
    -------
    fit
        Arrays of shape (...).

    Raises
    ------
    BadInput
        When there are fewer than 16 bins, or frequencies and spectra do not fit together.

    Examples
    --------
    >>> f = np.linspace(330e3, 370e3, 41)
    >>> z = 2e-12j * 350e3**2 / (350e3**2 - f**2 + 1j * f * 350e3 / 80)
    >>> fit = fit_sho(f, z)
    >>> round(float(fit.quality), 6), round(float(fit.frequency), 3)
    (80.0, 350000.0)
    """
    f = np.asarray(frequency, np.float64)
    z = np.asarray(response)
    if f.ndim != 1 or len(f) < FEWEST_BINS or (np.diff(f) <= 0).any() or f[0] <= 0:
        raise BadInput(f"a fit needs {FEWEST_BINS} rising frequencies above 0 or more, not {f}")
    if z.shape[-1:] != f.shape:
        raise BadInput(f"spectra of shape {z.shape} do not fit {len(f)} frequencies")
    flat, middle = z.reshape(-1, len(f)), float(f[len(f) // 2])
    found = np.empty((5, len(flat)))
    for start in range(0, len(flat), CHUNK):
        part = slice(start, start + CHUNK)
        found[:, part] = _fitted(f / middle, flat[part])
    amplitude, phase, f0, damping, r2 = found
    quality = 1 / damping
    finest = 1 / float(f[1] - f[0])
    good = (r2 >= max(MIN_R2, NOISE_R2 / len(f))) & (f0 * middle >= f[0]) & (f0 * middle <= f[-1])
    good &= (quality >= MIN_QUALITY) & (quality <= f0 * middle * finest)
    shape = z.shape[:-1]
    values = [np.where(good, v, np.nan) for v in (amplitude, phase, f0 * middle, quality)]
    return ShoFit(*(v.reshape(shape) for v in (*values, r2)))


def _fitted(u: Array, spectra: NDArray[np.complexfloating]) -> Array:
    """Return |A|, arg A, f0 (in the unit of `u`), 1/Q and R2 of spectra, (5, pixels)."""
    finite = np.isfinite(spectra).all(axis=1)
    z = np.where(finite[:, None], spectra, 0.0).astype(np.complex128)
    scale = np.abs(z).max(axis=1)
    finite &= scale > 0
    z /= np.where(finite, scale, 1.0)[:, None]
    f0, damping = _first_guess(u, z)
    best = _Best.of(u, z, f0, damping)
    for _ in range(STEPS):
        f0, damping = best.next_guess(u)
        best = best.better(_Best.of(u, z, f0, damping))
    mean = z.mean(axis=1)
    spread = (np.abs(z) ** 2).sum(axis=1) - len(u) * np.abs(mean) ** 2
    r2 = 1 - best.misfit / np.where(spread > 0, spread, np.nan)
    found = np.stack([np.abs(best.a) * scale, np.angle(best.a), best.f0, best.damping, r2])
    return np.where(finite, found, np.nan)


def _first_guess(u: Array, z: ComplexArray) -> tuple[Array, Array]:
    """Return f0 and 1/Q from z (f0^2 - f^2 + i f f0 / Q) = A f0^2, weighted by |z|^2.

    The weight makes up for what the denominator does to the noise (Sanathanan and Koerner, IEEE
    Trans. Autom. Control 8, 56 (1963)). With y = (f^2 - 1) z the unknowns are those of
    y = (f0^2 - 1) z + (f0 / Q) i f z - A f0^2, and the sums that mix z and i f z vanish.
    """
    power = z.real**2 + z.imag**2
    away = u * u - 1
    total = power.sum(axis=1)
    first, second, third = ((power * z) @ np.stack([np.ones_like(u), u, away], axis=1)).T
    second = 1j * second
    pp, qq, py = (power * power @ np.stack([np.ones_like(u), u * u, away], axis=1)).T

    def mixed(a: ComplexArray, b: ComplexArray) -> Array:
        return np.asarray((a.conj() * b).real / np.where(total > 0, total, 1.0))

    pp, qq, pq = pp - mixed(first, first), qq - mixed(second, second), -mixed(first, second)
    py, qy = py - mixed(first, third), -mixed(second, third)
    det = pp * qq - pq * pq
    with np.errstate(divide="ignore", invalid="ignore"):
        square, product = 1 + (py * qq - qy * pq) / det, (qy * pp - py * pq) / det
        f0 = np.sqrt(square)
        damping = product / f0
    # Where that is no resonance in the band, the highest bin and a peak of a few bins are tried.
    bin_width = u[1] - u[0]
    lost = ~((f0 > u[0]) & (f0 < u[-1]) & (damping > 0.5 * bin_width) & (damping < 1 / MIN_QUALITY))
    f0 = np.where(lost, u[power.argmax(axis=1)], f0)
    return f0, np.where(lost, 4 * bin_width, damping)


@dataclass(frozen=True, slots=True)
class _Best:
    """A guess with what follows from it: A, residual (pixels, bins), H and its misfit."""

    f0: Array
    damping: Array
    a: ComplexArray
    h: ComplexArray
    residual: ComplexArray
    misfit: Array

    @classmethod
    def of(cls, u: Array, z: ComplexArray, f0: Array, damping: Array) -> "_Best":
        square = (f0 * f0)[:, None]
        denominator = square - u * u + 1j * (u * (f0 * damping)[:, None])
        h = np.asarray(square / denominator, np.complex128)
        a = _inner(h, z) / _norm(h)
        residual = np.asarray(z - a[:, None] * h, np.complex128)
        return cls(f0, damping, a, h, residual, _norm(residual))

    def next_guess(self, u: Array) -> tuple[Array, Array]:
        """Return f0 and 1/Q after a Gauss-Newton step, at most half a width and a factor of 2."""
        # dH/df0 and dH/dln(1/Q) without what is along H, which A takes up.
        f0, damping = self.f0, self.damping
        square = self.h * self.h
        by_damping = square * u * (-1j * (damping / f0))[:, None]
        by_f0 = (-2 / f0)[:, None] * square + by_damping / f0[:, None]
        norm = _norm(self.h)
        by_f0 -= (_inner(self.h, by_f0) / norm)[:, None] * self.h
        by_damping -= (_inner(self.h, by_damping) / norm)[:, None] * self.h
        m11, m22 = _norm(by_f0), _norm(by_damping)
        m12 = _inner(by_f0, by_damping).real
        turned = self.residual * self.a.conj()[:, None]
        g1, g2 = _inner(by_f0, turned).real, _inner(by_damping, turned).real
        det = (m11 * m22 - m12 * m12) * np.abs(self.a) ** 2
        det = np.where(det > 0, det, np.inf)
        half = 0.5 * damping * f0
        df0 = np.clip((g1 * m22 - g2 * m12) / det, -half, half)
        dlog = np.clip((g2 * m11 - g1 * m12) / det, -0.7, 0.7)
        return f0 + df0, damping * np.exp(dlog)

    def better(self, other: "_Best") -> "_Best":
        """Return, pixel by pixel, the guess of smaller misfit."""
        wins = other.misfit <= self.misfit
        if wins.all():
            return other
        row = wins[:, None]
        return _Best(
            np.where(wins, other.f0, self.f0),
            np.where(wins, other.damping, self.damping),
            np.where(wins, other.a, self.a),
            np.where(row, other.h, self.h),
            np.where(row, other.residual, self.residual),
            np.where(wins, other.misfit, self.misfit),
        )


def _inner(a: ComplexArray, b: ComplexArray) -> ComplexArray:
    return np.asarray(np.einsum("pb,pb->p", a.conj(), b))


def _norm(a: ComplexArray) -> Array:
    parts = a.view(np.float64)
    return np.asarray(np.einsum("pb,pb->p", parts, parts))
