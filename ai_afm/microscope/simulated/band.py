"""Band excitation: a chirp in each pixel, and the contact resonance read from its spectrum.

All frequencies of a band are excited at once, and the response is known at as many bins as band and
chirp make. A drive whose peak is shared by n bins excites each with 1 / sqrt(n) of it, so the noise
of a bin, with the response referred to the drive, is sqrt(n) times that of a single frequency read
for as long.

References
----------
S. Jesse, S. V. Kalinin, R. Proksch, A. P. Baddorf, B. J. Rodriguez, Nanotechnology 18, 435503
(2007), doi:10.1088/0957-4484/18/43/435503
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import InstrumentError
from ai_afm.image.sho_fit import fit_sho
from ai_afm.microscope.simulated.electromechanics import (
    ContactMechanics,
    Motion,
    transfer,
)
from ai_afm.microscope.simulated.noise import NoiseSettings
from ai_afm.microscope.simulated.surface import Array

Spectra: TypeAlias = NDArray[np.complex64]

LOCK_IN = 0.5e-3
"""Time constant (s) of the lock-in whose readings `NoiseSettings.shot` and `thermal` describe."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is excited.

    Parameters
    ----------
    center, width
        Middle and width of the band, Hz.
    chirp
        Length of one chirp, s: its inverse is the distance of the bins, and no pixel is shorter.
    """

    center: float = 350e3
    width: float = 64e3
    chirp: float = 1e-3

    @property
    def bins(self) -> int:
        """Number of frequencies at which the response is known."""
        return max(1, round(self.width * self.chirp))

    @property
    def frequencies(self) -> Array:
        """Those frequencies, (bins,) Hz."""
        share = (np.arange(self.bins) + 0.5) / self.bins - 0.5
        return np.asarray(self.center + share * self.width)

    def chirps(self, seconds: float) -> int:
        """Return how many whole chirps a pixel of `seconds` holds; their spectra are averaged.

        Raises
        ------
        InstrumentError
            When there is not room for one.
        """
        count = int(seconds / self.chirp * (1 + 1e-6))  # rounding of line rates
        if count < 1:
            raise InstrumentError(
                f"a pixel of {seconds:.3g} s is shorter than the chirp of {self.chirp:.3g} s; "
                "scan slower or with fewer pixels"
            )
        return count


def excited(
    motion: Motion, band: Band, seconds: float, settings: NoiseSettings, rng: np.random.Generator
) -> Spectra:
    """Return the spectrum of each sample, (passes, samples, bins) complex64, m.

    The response is in the steady state of the chirp, which holds where the chirp is much longer
    than the ring-down Q / (pi f_cr).

    Parameters
    ----------
    motion
        What is driven.
    band
        At which frequencies.
    seconds
        Time of a sample, s.
    settings, rng
        Size and chance of the noise.

    Raises
    ------
    InstrumentError
        When a sample is shorter than a chirp.
    """
    frequencies = band.frequencies
    noise = bin_noise(band, seconds, motion, settings)
    spectra = np.empty((*motion.static.shape, band.bins), np.complex64)
    for i in range(len(spectra)):  # pass by pass: it all stays in the cache
        h = transfer(frequencies, motion.resonance[i, :, None], motion.quality[i, :, None])
        spectra[i] = motion.static[i, :, None] * h + motion.background[i, :, None]
        if noise.any():
            drawn = rng.standard_normal((*spectra[i].shape, 2), np.float32)
            spectra[i] += drawn.view(np.complex64)[..., 0] * noise.astype(np.float32)
    return spectra


def channels(
    motion: Motion, band: Band, seconds: float, settings: NoiseSettings, rng: np.random.Generator
) -> dict[str, Array]:
    """Return what is recorded of the response: the fit's numbers and the spectra themselves.

    Returns
    -------
    channels
        Name -> (passes, samples), NaN where the fit is not believed, but (passes, samples, bins)
        for the real and the imaginary part of the spectra.
    """
    spectra = excited(motion, band, seconds, settings, rng)
    fit = fit_sho(band.frequencies, spectra)
    # The electronics turn the phase, and may run it the other way.
    sense, offset = (-1.0 if settings.phase_inverted else 1.0), settings.phase_offset
    seen = (spectra.conj() if sense < 0 else spectra) * np.complex64(np.exp(1j * offset))
    return {
        "amplitude": fit.amplitude,
        "phase": np.angle(np.exp(1j * (sense * fit.phase + offset))),
        "frequency": fit.frequency,
        "quality": fit.quality,
        "fit_r2": fit.r2,
        "response_real": seen.real,
        "response_imag": seen.imag,
    }


def bin_noise(band: Band, seconds: float, motion: Motion, settings: NoiseSettings) -> Array:
    """Return the rms of each quadrature of each bin, (bins,) m.

    A sample averages noise of the density d (m/sqrt(Hz), each quadrature) over its chirps, T s in
    all, which leaves d / sqrt(2 T); thermal motion is amplified as by a resonance of the mean f_cr
    and Q.
    """
    where = float(motion.resonance.mean()), float(motion.quality.mean())
    gain = np.abs(transfer(band.frequencies, *where))
    total = band.chirp * band.chirps(seconds)
    density = quadrature_density(gain, settings)
    return np.asarray(density * math.sqrt(band.bins / (2 * total)))


def quadrature_density(gain: Array, settings: NoiseSettings) -> Array:
    """Return the noise density of each quadrature (m/sqrt(Hz)) where |H| is `gain`.

    A lock-in's one-pole filter of time constant t passes it with rms d / (2 sqrt(t)).
    """
    rms = np.hypot(settings.shot, settings.thermal * gain) / math.sqrt(2)
    return np.asarray(rms * 2 * math.sqrt(LOCK_IN))


def matched_density(band: Band, mechanics: ContactMechanics, settings: NoiseSettings) -> float:
    """Return the noise density of the fitted amplitude at a resonance that is known, m/sqrt(Hz).

    All bins are weighted by the resonance: rms(A) = rms(bin) / sqrt(sum |H|^2).
    """
    gain = np.abs(transfer(band.frequencies, mechanics.resonance, mechanics.quality))
    density = quadrature_density(gain, settings)
    if not density.all():
        return 0.0
    return math.sqrt(band.bins / float(((gain / density) ** 2).sum()))
