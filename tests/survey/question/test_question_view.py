"""What an image says about its domains: walls to a fraction of a pixel, A and B kept apart."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm import geometry
from ai_afm.errors import BadInput
from ai_afm.survey.question.view import GRID, read_notes, view_of
from ai_afm.types import Channel, Direction, Frame, Measurement, ScanRegion, ScanRequest

REGION = ScanRegion((3e-7, -2e-7), (9e-7, 7e-7), 0.3)
SHAPE = (48, 60)


GAIN = 3e-9 * np.exp(0.8j)


def image(signed, seed=0, gain=GAIN, shape=SHAPE):
    rng = np.random.default_rng(seed)
    x, y = geometry.pixel_grid(REGION, shape)
    z = gain * signed(x - REGION.center[0], y - REGION.center[1]).astype(complex)
    data = {}
    for direction in Direction:
        noisy = z + 1e-10 * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
        data["amplitude", direction] = np.abs(noisy).astype(np.float32)
        data["phase", direction] = np.angle(noisy).astype(np.float32)
    rows = {d: np.ones(shape[0], bool) for d in Direction}
    channels = (Channel("amplitude", "m"), Channel("phase", "rad"))
    return Frame(ScanRequest(REGION, shape, 1.0), data, channels, rows, Measurement())


def straight(angle, offset=0.0):
    """A wall through the middle; positive on its left."""

    def signed(x, y):
        return np.tanh((-np.sin(angle) * x + np.cos(angle) * y - offset) / 1e-8)

    return signed


@settings(deadline=None, max_examples=20)
@given(angle=st.floats(0, 2 * np.pi), offset=st.floats(-1e-7, 1e-7))
def test_a_wall_is_found_where_it_is_with_one_domain_on_its_left(angle, offset):
    frame = image(straight(angle, offset))
    view = view_of(frame)
    points = np.concatenate(view.walls) - REGION.center
    away = -np.sin(angle) * points[:, 0] + np.cos(angle) * points[:, 1] - offset
    assert np.median(np.abs(away)) < 2e-9
    along = np.gradient(view.walls[0], axis=0)
    left = np.stack([-along[:, 1], along[:, 0]], axis=1)
    middle = view.walls[0] + 4e-8 * left / np.hypot(*left.T)[:, None]
    rows, columns = geometry.sample_to_pixel(REGION, view.domains.shape, *middle.T)
    inside = (rows > 0) & (rows < SHAPE[0] - 1) & (columns > 0) & (columns < SHAPE[1] - 1)
    seen = view.domains[np.round(rows[inside]).astype(int), np.round(columns[inside]).astype(int)]
    assert (seen == 1).mean() > 0.95


def test_what_was_a_stays_a_when_the_polarity_of_the_next_image_looks_the_other_way():
    first = view_of(image(straight(0.4)))
    turned = image(straight(0.4), seed=1, gain=3e-9 * np.exp(0.95j))
    again = view_of(turned, first.scale)
    assert (first.domains * again.domains).sum() > 0.9 * np.abs(first.domains).sum()
    opposite = view_of(image(straight(0.4 + np.pi), seed=2), first.scale)
    assert (first.domains * opposite.domains).sum() < -0.9 * np.abs(first.domains).sum()


def test_a_view_survives_the_journal():
    view = view_of(image(straight(1.1)))
    stored = json.loads(json.dumps(view.notes(), allow_nan=False))
    again = read_notes(stored, REGION)
    assert np.array_equal(again.domains, view.domains)
    assert again.scale == view.scale
    for one, two in zip(view.walls, again.walls, strict=True):
        assert np.abs(one - two).max() < 1e-10


def test_a_large_image_is_stored_on_a_grid_that_fits_into_a_row():
    view = view_of(image(straight(0.2), shape=(90, 200)))
    assert view.domains.shape == (GRID, GRID)
    assert len(json.dumps(view.notes())) < 16_000


def test_one_polarity_only_shows_no_wall():
    assert view_of(image(lambda x, y: np.ones_like(x))) is None


def test_an_image_without_a_response_is_refused():
    frame = image(straight(0.0))
    height = {("height", Direction.TRACE): np.zeros(SHAPE, np.float32)}
    bare = Frame(frame.request, height, (Channel("height", "m"),), frame.scanned, Measurement())
    with pytest.raises(BadInput):
        view_of(bare)
