"""Passes made by hand, for the tests of the health detectors."""

import numpy as np
from scipy import ndimage

from ai_afm.survey.health.passes import Passes
from ai_afm.types import Mode

SHAPE = (32, 160)
PIXEL = 4e-9
DWELL = 1e-3


def relief(seed, smooth=2.0, shape=SHAPE, size=2e-9):
    """Return a rough surface, (lines, pixels) m, of rms `size`."""
    rough = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), smooth)
    return size * rough / rough.std()


def passes(trace, retrace=None, mode=Mode.PFM_OFF_RESONANCE, **how):
    """Return passes of the given channels; the retrace is the trace where none is given."""
    retrace = trace if retrace is None else retrace

    def f32(images):
        return {name: np.asarray(image, np.float32) for name, image in images.items()}

    return Passes(f32(trace), f32(retrace), (PIXEL, PIXEL), how.pop("dwell", DWELL), mode, **how)


def noisy(image, size, seed, name="height"):
    """Return passes of one channel, with white noise of its own in each direction."""
    rng = np.random.default_rng(seed)
    ways = [{name: image + rng.normal(0, size, image.shape)} for _ in range(2)]
    return passes(*ways)


def responding(z, seed=0, size=0.0, mode=Mode.PFM_SINGLE_FREQUENCY):
    """Return passes of a complex response (m), with noise of rms `size` in each quadrature."""
    rng = np.random.default_rng(seed)
    ways = []
    for _ in range(2):
        read = z + rng.normal(0, size, z.shape) + 1j * rng.normal(0, size, z.shape)
        ways.append({"amplitude": np.abs(read), "phase": np.angle(read)})
    return passes(*ways, mode=mode)
