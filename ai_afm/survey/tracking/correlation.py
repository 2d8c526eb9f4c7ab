"""Normalised cross-correlation of images that are not known everywhere."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Image = NDArray[np.complex128]
Real = NDArray[np.float64]


def masked_correlation(template: Image, scene: Image, overlap: float) -> Real:
    """Return the normalised cross-correlation of a template with all places of a scene, with masks.

    Parameters
    ----------
    template, scene
        Complex, NaN where unknown; the scene is larger.
    overlap
        Least share of the template's known pixels in common; NaN below.
    """
    size = [fft.next_fast_len(n) for n in scene.shape]
    out = tuple(s - t + 1 for s, t in zip(scene.shape, template.shape, strict=True))

    def spectrum(image: Image) -> Image:
        return np.asarray(fft.fft2(image, size))

    def correlate(a: Image, b: Image) -> Image:
        full = np.asarray(fft.ifft2(np.conj(a) * b))
        return full[: out[0], : out[1]]

    t_mask, s_mask = np.isfinite(template), np.isfinite(scene)
    if not t_mask.any() or not s_mask.any():
        return np.full(out, np.nan)
    # only differences count; a common offset would cost digits
    t = np.where(t_mask, template - template[t_mask].mean(), 0)
    s = np.where(s_mask, scene - scene[s_mask].mean(), 0)
    scale = (
        np.sqrt((np.abs(s) ** 2).sum() / s_mask.sum()),
        np.sqrt((np.abs(t) ** 2).sum() / t_mask.sum()),
    )
    if not min(scale) > 0:
        return np.full(out, np.nan)
    s, t = s / scale[0], t / scale[1]
    ft, fs = spectrum(t), spectrum(s)
    mt, ms = spectrum(t_mask.astype(complex)), spectrum(s_mask.astype(complex))
    count = np.maximum(correlate(mt, ms).real, 1e-9)
    mean_s, mean_t = correlate(mt, fs), np.conj(correlate(ft, ms))
    cross = correlate(ft, fs) - mean_s * np.conj(mean_t) / count
    power_s = correlate(mt, spectrum(np.abs(s) ** 2 + 0j)).real - np.abs(mean_s) ** 2 / count
    power_t = correlate(spectrum(np.abs(t) ** 2 + 0j), ms).real - np.abs(mean_t) ** 2 / count
    enough = (count >= overlap * t_mask.sum()) & (power_s > 1e-6 * count) & (power_t > 1e-6 * count)
    result = np.full(out, np.nan)
    # the phase of a response may have changed as a whole, the sign of a height may not
    top = np.abs(cross) if np.iscomplexobj(t) and np.abs(t.imag).any() else cross.real
    result[enough] = top[enough] / np.sqrt(power_s[enough] * power_t[enough])
    return result
