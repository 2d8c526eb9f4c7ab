import numpy as np
import pytest

from ai_afm.survey.roughness import roughness
from ai_afm.types import ScanRegion

LINES, PIXELS = 200, 256
REGION = ScanRegion((1e-6, 0.0), (2.56e-6, 2e-6), 0.3)


def surface(rng, hurst, longest=None, size=512):
    """A periodic self-affine surface of rms 1 nm; no waves longer than `longest` px stand out."""
    k = np.fft.fftfreq(size)
    k = np.hypot(k[:, None], k)
    k[0, 0] = np.inf
    if longest is not None:
        k = np.where(np.isfinite(k), np.maximum(k, 1 / longest), k)
    height = np.fft.ifft2(np.fft.fft2(rng.standard_normal((size, size))) * k ** -(1 + hurst)).real
    return height / height.std() * 1e-9


def frames(rng, hurst, count, longest=None):
    """Corners of surfaces that go on outside the frame."""
    for _ in range(count):
        yield surface(rng, hurst, longest)[:LINES, :PIXELS].astype(np.float32)


@pytest.mark.parametrize("hurst", [0.2, 0.5, 0.8])
def test_the_exponent_of_self_affine_surfaces_is_unbiased(hurst):
    rng = np.random.default_rng(1)
    found = [roughness(h, REGION).hurst for h in frames(rng, hurst, 12)]
    assert np.mean([f.value for f in found]) == pytest.approx(hurst, abs=0.05)
    assert sum(f.covers(hurst) for f in found) >= 9


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("hurst", [0.2, 0.35, 0.5, 0.65, 0.8, 0.9])
def test_95_percent_of_200_intervals_hold_the_exponent(hurst):
    rng = np.random.default_rng(2)
    results = [roughness(h, REGION).hurst for h in frames(rng, hurst, 200)]
    found = [f for f in results if f is not None]
    assert len(found) >= 190
    assert np.mean([f.value for f in found]) == pytest.approx(hurst, abs=0.05)
    assert np.mean([f.covers(hurst) for f in found]) >= 0.9


def test_tilt_and_offsets_of_lines_are_not_roughness():
    rng = np.random.default_rng(3)
    height = surface(rng, 0.6)[:LINES, :PIXELS]
    tilted = height + 3e-8 * np.linspace(0, 1, PIXELS) + 1e-8 * np.linspace(0, 1, LINES)[:, None]
    stepped = height + 0.3e-9 * rng.standard_normal((LINES, 1))
    plain, *others = (roughness(h.astype(np.float32), REGION) for h in (height, tilted, stepped))
    assert others[0].rms.value == pytest.approx(plain.rms.value, rel=1e-3)
    for other in others:
        assert other.hurst.value == pytest.approx(plain.hurst.value, abs=0.03)


def test_turning_the_scan_keeps_rms_and_exponent():
    height = surface(np.random.default_rng(4), 0.6)[:LINES, :PIXELS].astype(np.float32)
    plain = roughness(height, REGION)
    turned = roughness(
        np.ascontiguousarray(np.rot90(height)), ScanRegion((0.0, 0.0), (2e-6, 2.56e-6))
    )
    assert turned.rms.value == pytest.approx(plain.rms.value, rel=1e-4)
    assert turned.hurst.value == pytest.approx(plain.hurst.value, abs=0.05)


def test_scaling_lengths_and_heights_scales_range_and_rms_only():
    height = surface(np.random.default_rng(5), 0.4)[:LINES, :PIXELS].astype(np.float32)
    plain = roughness(height, REGION)
    large = roughness(7 * height, ScanRegion((0.0, 0.0), (2.56e-5, 2e-5)))
    assert large.rms.value == pytest.approx(7 * plain.rms.value, rel=1e-4)
    assert large.hurst.value == pytest.approx(plain.hurst.value, abs=1e-3)
    assert large.valid == pytest.approx(tuple(10 * x for x in plain.valid))


def test_the_range_stays_between_tip_and_a_fifth_of_the_frame():
    height = surface(np.random.default_rng(6), 0.6)[:LINES, :PIXELS].astype(np.float32)
    shortest, longest = roughness(height, REGION, tip_radius=40e-9).valid
    assert shortest >= 80e-9
    assert longest <= 2e-6 / 5 * (1 + 1e-9)


def test_waves_longer_than_the_surface_has_are_left_out():
    rng = np.random.default_rng(7)
    found = [roughness(h, REGION) for h in frames(rng, 0.7, 6, longest=25)]
    assert np.mean([f.hurst.value for f in found if f.hurst]) == pytest.approx(0.7, abs=0.08)


def test_rms_of_a_short_waved_surface_is_honest():
    rng = np.random.default_rng(8)
    found = [roughness(h, REGION).rms for h in frames(rng, 0.7, 25, longest=20)]
    assert np.mean([f.value for f in found]) == pytest.approx(1e-9, rel=0.02)
    assert sum(f.covers(1e-9) for f in found) >= 20


def test_what_is_not_self_affine_has_no_exponent():
    rng = np.random.default_rng(9)
    x = np.arange(PIXELS) * np.ones((LINES, 1))
    grating = 1e-8 * np.sign(np.sin(x / 3)) + 1e-11 * rng.standard_normal(x.shape)
    noise = 1e-9 * rng.standard_normal(x.shape)
    for height in (grating, noise, np.zeros(x.shape)):
        assert roughness(height.astype(np.float32), REGION).hurst is None


def test_a_small_frame_or_one_without_lines_has_no_exponent():
    rng = np.random.default_rng(10)
    small = surface(rng, 0.5)[:30, :40].astype(np.float32)
    assert roughness(small, REGION).hurst is None
    empty = roughness(np.full((8, 12), np.nan, np.float32), REGION)
    assert (empty.rms, empty.hurst, empty.valid) == (None, None, None)


def test_lines_that_were_not_scanned_are_left_out():
    height = surface(np.random.default_rng(11), 0.5)[:LINES, :PIXELS].astype(np.float32)
    height[150:] = np.nan
    part = roughness(height, REGION)
    alone = roughness(height[:150], ScanRegion((1e-6, 0.0), (2.56e-6, 1.5e-6), 0.3))
    assert part.hurst.value == pytest.approx(alone.hurst.value)
    assert part.rms.value == pytest.approx(alone.rms.value, rel=1e-5)
