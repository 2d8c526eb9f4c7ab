import numpy as np
import pytest
from scipy import ndimage

from ai_afm import geometry
from ai_afm.survey.drift import register
from ai_afm.types import Direction, Frame, Measurement, ScanRegion, ScanRequest

EXTENT = 6e-6
COARSE = ScanRegion((0.0, 0.0), (5e-6, 4.6e-6))


def smooth_field(seed, sigma):
    field = np.random.default_rng(seed).normal(size=(500, 500))
    field = ndimage.gaussian_filter(field, sigma, mode="wrap")
    return field / field.std()


DOMAINS, HILLS = smooth_field(1, 8), smooth_field(2, 5)
FLAT = np.zeros((500, 500))
STRIPES = np.sin(np.arange(500) / 500 * 2 * np.pi * 30)[None, :] * np.ones((500, 1))


def look(field, x, y):
    place = [(0.5 - y / EXTENT) * 500, (x / EXTENT + 0.5) * 500]
    return ndimage.map_coordinates(field, place, order=1, mode="wrap")


def frame(region, shape, seed, drift=(0.0, 0.0), domains=DOMAINS, hills=HILLS, **how):
    """A noisy frame of drifted domains and hills; `phase` turns the response as a whole."""
    rng = np.random.default_rng(seed)
    x, y = geometry.pixel_grid(region, shape)
    x, y = x - drift[0], y - drift[1]
    data = {}
    noise = how.get("noise", 0.2)
    if how.get("response", True):
        z = np.tanh(look(domains, x, y) / 0.15) * np.exp(1j * how.get("phase", 0.0))
        z = z + noise * (rng.normal(size=shape) + 1j * rng.normal(size=shape))
        data["amplitude", Direction.TRACE] = np.abs(z).astype(np.float32)
        data["phase", Direction.TRACE] = np.angle(z).astype(np.float32)
    if how.get("height", True):
        height = 1e-9 * (look(hills, x, y) + noise * rng.normal(size=shape)) + 3e-3 * x
        data["height", Direction.TRACE] = height.astype(np.float32)
    for image in data.values():
        image[how.get("rows", shape[0]) :] = np.nan
    scanned = {Direction.TRACE: np.arange(shape[0]) < how.get("rows", shape[0])}
    return Frame(ScanRequest(region, shape, 1.0), data, (), scanned, Measurement())


@pytest.mark.parametrize("angle", [0.0, 0.4])
@pytest.mark.parametrize("channels", [{}, {"height": False}, {"response": False}])
def test_the_drift_of_a_closer_frame_is_found_within_a_quarter_of_the_coarse_pixel(angle, channels):
    reference = frame(COARSE, (120, 128), 3, **channels)
    closer = ScanRegion((0.4e-6, -0.7e-6), (1.3e-6, 1.2e-6), angle)
    found = register(reference, frame(closer, (96, 128), 4, (60e-9, -95e-9), phase=1.0, **channels))
    assert found is not None
    assert np.hypot(found.dx - 60e-9, found.dy + 95e-9) < 10e-9
    assert 0 < found.uncertainty < 10e-9


def test_two_frames_of_one_size_are_registered_to_a_tenth_of_a_pixel_or_so():
    region = ScanRegion((0.2e-6, 0.1e-6), (1e-6, 0.8e-6))
    found = register(frame(region, (100, 128), 5), frame(region, (100, 128), 6, (23e-9, 41e-9)))
    assert found is not None
    assert np.hypot(found.dx - 23e-9, found.dy - 41e-9) < 1.5e-9


def test_an_unfinished_frame_is_registered_by_its_rows():
    region = ScanRegion((0.2e-6, 0.1e-6), (1.2e-6, 1e-6))
    found = register(
        frame(COARSE, (120, 128), 3), frame(region, (96, 128), 6, (-40e-9, 30e-9), rows=70)
    )
    assert found is not None
    assert np.hypot(found.dx + 40e-9, found.dy - 30e-9) < 15e-9


def test_noise_has_no_drift():
    region = ScanRegion((0.0, 0.0), (1e-6, 0.8e-6))
    pairs = [
        (frame(region, (48, 60), s, domains=FLAT, hills=FLAT, noise=1.0) for s in (i, i + 100))
        for i in range(20)
    ]
    assert [register(*pair) for pair in pairs] == [None] * 20


def test_frames_of_different_places_are_not_matched():
    region = ScanRegion((0.0, 0.0), (1e-6, 0.8e-6))
    reference = frame(region, (48, 60), 1)
    others = [frame(region, (48, 60), 2, (1.5e-6, 1.3e-6 + i * 5e-8)) for i in range(12)]
    assert [register(reference, other) for other in others] == [None] * 12


def test_stripes_do_not_tell_along_which_way_they_moved():
    region = ScanRegion((0.0, 0.0), (1e-6, 0.8e-6))
    a = frame(region, (60, 80), 1, domains=STRIPES, hills=FLAT)
    b = frame(region, (60, 80), 2, (2e-8, 0.0), domains=STRIPES, hills=FLAT)
    assert register(a, b) is None


def test_a_featureless_surface_without_noise_tells_nothing():
    region = ScanRegion((0.0, 0.0), (1e-6, 0.8e-6))
    a = frame(region, (60, 80), 1, hills=FLAT, noise=0.0, response=False)
    assert register(a, a) is None


def test_frames_that_do_not_overlap_tell_nothing():
    a = frame(ScanRegion((-1e-6, 0.0), (1e-6, 0.8e-6)), (60, 80), 1)
    b = frame(ScanRegion((2e-6, 0.0), (1e-6, 0.8e-6)), (60, 80), 2)
    assert register(a, b) is None
