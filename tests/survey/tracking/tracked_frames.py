"""Synthetic frames of a known pattern for the tests of the tracker."""

import numpy as np
from scipy import ndimage

from ai_afm import geometry
from ai_afm.types import Direction, Frame, Measurement, ScanRegion, ScanRequest

EXTENT = 4e-6
POINTS = 500


def smooth_field(seed, sigma):
    field = np.random.default_rng(seed).normal(size=(POINTS, POINTS))
    field = ndimage.gaussian_filter(field, sigma, mode="wrap")
    return field / field.std()


DOMAINS, HILLS = smooth_field(1, 9), smooth_field(2, 5)
OTHERS = smooth_field(11, 9), smooth_field(12, 5)
FLAT = np.zeros((POINTS, POINTS))
STRIPES = np.sin(np.arange(POINTS) / POINTS * 2 * np.pi * 20)[None, :] * np.ones((POINTS, 1))
ONE_WALL = np.where(np.arange(POINTS) < POINTS / 2, -1.0, 1.0)[None, :] * np.ones((POINTS, 1))


def look(field, x, y):
    place = [(0.5 - y / EXTENT) * POINTS, (x / EXTENT + 0.5) * POINTS]
    return ndimage.map_coordinates(field, place, order=1, mode="wrap")


def frame(center, size, shape, seed=0, **how):
    """A noisy frame, trace and retrace.

    `moved` is where features have moved to in the middle of the frame (m), `rate` how fast they go
    on (m/s), `lag` by how much each way lags behind (m), `hysteresis` the share of a line.
    """
    region = ScanRegion(center, size, how.get("angle", 0.0))
    request = ScanRequest(region, shape, how.get("line_rate", 1.0))
    domains, hills = how.get("domains", DOMAINS), how.get("hills", HILLS)
    rng = np.random.default_rng(seed)
    late = (np.arange(shape[0]) - (shape[0] - 1) / 2)[:, None] / request.line_rate
    rate, moved, noise = how.get("rate", (0, 0)), how.get("moved", (0, 0)), how.get("noise", 0.1)
    data = {}
    for way, sign in ((Direction.TRACE, 1.0), (Direction.RETRACE, -1.0)):
        column = np.arange(shape[1])[None, :] + np.zeros((shape[0], 1))
        u = 2 * (column - (shape[1] - 1) / 2) / shape[1]
        column = column + sign * how.get("hysteresis", 0.0) * shape[1] * (1 - u**2)
        row = np.arange(shape[0])[:, None] + np.zeros((1, shape[1]))
        x, y = geometry.pixel_to_sample(region, shape, row, column)
        x = x - moved[0] - rate[0] * late - sign * how.get("lag", 0.0)
        y = y - moved[1] - rate[1] * late
        z = np.tanh(look(domains, x, y) / 0.15)
        z = z + noise * (rng.normal(size=shape) + 1j * rng.normal(size=shape))
        height = look(hills, x, y) + noise * rng.normal(size=shape) + rng.normal(size=(shape[0], 1))
        data["amplitude", way] = np.abs(z).astype(np.float32)
        data["phase", way] = np.angle(z * np.exp(1j * how.get("phase", 0.0))).astype(np.float32)
        data["height", way] = (1e-9 * height).astype(np.float32)
    scanned = {way: np.ones(shape[0], bool) for way in Direction}
    return Frame(request, data, (), scanned, Measurement())
