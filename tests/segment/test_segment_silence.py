"""The shipped model on scans that show nothing: it draws nothing, or says that it does not know."""

import numpy as np
import pytest
from tiny_model import frame_of

from ai_afm.flywheel.foreign import foreign_crop
from ai_afm.segment.decide import DRAWN_CODES
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import UnetSegmenter, segment_frame

SHAPE = (128, 192)
MOST_CALLED = 0.01


def rng():
    return np.random.default_rng(12)


def flat_noise():
    """A featureless film: the instrument's noise and nothing else."""
    r = rng()
    height = 1e-10 * r.standard_normal(SHAPE)
    z = 1 + 0.05 * (r.standard_normal(SHAPE) + 1j * r.standard_normal(SHAPE))
    return height, np.abs(z), np.angle(z)


def lock_in_noise():
    """No response at all: the lock-in returns noise."""
    r = rng()
    z = r.standard_normal(SHAPE) + 1j * r.standard_normal(SHAPE)
    return 1e-10 * r.standard_normal(SHAPE), np.abs(z), np.angle(z)


def single_domain():
    """One domain on a smooth, tilted surface."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    height, amplitude, phase = flat_noise()
    return height + 1e-10 * (x + 2 * y), amplitude, phase


def tip_that_jumps():
    """A loop that cannot lock: the height falls from rail to rail along the lines."""
    r = rng()
    steps = (r.random(SHAPE) < 0.02) * r.standard_normal(SHAPE) * 3
    _, amplitude, phase = lock_in_noise()
    return 1e-8 * np.clip(np.cumsum(steps, axis=1), -4, 4), amplitude, phase


def constant():
    """Every reading the same."""
    return tuple(np.full(SHAPE, v) for v in (1e-9, 0.5, 0.3))


SCANS = {
    f.__name__: f for f in (flat_noise, lock_in_noise, single_domain, tip_that_jumps, constant)
}
FOREIGN = ("noise", "nothing", "letters", "bumps", "unlocked", "loose_lines")
"""Families of foreign frames of which the shipped model brings no lines that would be acted on."""

SETS = {
    "all": ("height", "amplitude", "phase"),
    "no_phase": ("height", "amplitude"),
    "height": ("height",),
}


@pytest.fixture(scope="module")
def segmenter():
    return UnetSegmenter(load_model())


def is_silent_or_flagged(segmenter, images):
    seen = segment_frame(frame_of(images, (1e-8, 1e-8)), segmenter)
    return seen.ood or np.isin(seen.label, DRAWN_CODES).mean() <= MOST_CALLED


@pytest.mark.parametrize("channels", SETS)
@pytest.mark.parametrize("scan", SCANS)
def test_a_scan_that_shows_nothing_brings_no_lines(segmenter, scan, channels):
    images = dict(zip(SETS["all"], SCANS[scan](), strict=True))
    known = {n: images[n].astype(np.float32) for n in SETS[channels]}
    assert is_silent_or_flagged(segmenter, known)


@pytest.mark.parametrize("channels", SETS)
@pytest.mark.parametrize("family", FOREIGN)
def test_a_foreign_frame_brings_no_lines_or_is_flagged(segmenter, family, channels):
    images = foreign_crop(np.random.default_rng(7), SHAPE, family).channels
    known = {n: images[n].astype(np.float32) for n in SETS[channels]}
    assert is_silent_or_flagged(segmenter, known)
