import math

import numpy as np
import pytest
from made_passes import relief

from ai_afm.geometry import is_inside, to_region
from ai_afm.survey.health.reference import reference_places, reference_spots
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    Mode,
    ScanRegion,
    ScanRequest,
)

SHAPE = (64, 120)
REGION = ScanRegion((2e-6, -1e-6), (2.4e-6, 1.28e-6), 0.4)
PATCH = (400e-9, 200e-9)


def frame(height, response=None, noise=2e-11, rows=None):
    rng = np.random.default_rng(5)
    data, channels = {}, [Channel("height", "m")]
    for way in Direction:
        data["height", way] = (height + rng.normal(0, noise, SHAPE)).astype(np.float32)
        if response is not None:
            data["amplitude", way] = np.abs(response).astype(np.float32)
            data["phase", way] = np.angle(response).astype(np.float32)
        if rows is not None:
            data["height", way][rows:] = np.nan
    if response is not None:
        channels += [Channel("amplitude", "m"), Channel("phase", "rad")]
    known = np.ones(SHAPE[0], bool)
    return Frame(
        ScanRequest(REGION, SHAPE, 1.0),
        data,
        tuple(channels),
        dict.fromkeys(Direction, known),
        Measurement(mode=Mode.PFM_OFF_RESONANCE),
    )


def rough_right(loud=3e-9):
    """Return a surface that is rough in its lower right only, m."""
    image = relief(1, 1.5, SHAPE, loud)
    image[:, :80] *= 0.01
    image[:36] *= 0.01
    return image


def test_the_patch_goes_to_the_edges_and_not_to_the_noise():
    image = rough_right()
    rng = np.random.default_rng(6)
    loud_noise = np.zeros(SHAPE)
    loud_noise[:, :30] = 2e-9
    seen = frame(image, noise=2e-11)
    data = {k: v + (loud_noise * rng.normal(size=SHAPE)).astype(np.float32)
            for k, v in seen.data.items()}  # fmt: skip
    x, y, worth = reference_places(Frame(seen.request, data, *_rest(seen)), PATCH)[0]
    u, v = to_region(REGION, x, y)
    assert u > 0.3e-6
    assert v < 0
    assert worth > 1


def _rest(seen):
    return seen.channels, seen.scanned, seen.measurement


def test_patches_lie_within_the_frame_and_apart():
    found = reference_places(frame(relief(2, 1.5, SHAPE)), PATCH)
    assert len(found) > 3
    for i, (x, y, _) in enumerate(found):
        assert is_inside(REGION, x, y, margin=90e-9)
        for a, b, _ in found[:i]:
            du, dv = np.abs(np.subtract(to_region(REGION, x, y), to_region(REGION, a, b)))
            assert du > 0.95 * PATCH[0] or dv > 0.9 * PATCH[1]


def test_a_frame_that_is_not_whole_or_smaller_than_the_patch_has_no_place():
    assert reference_places(frame(rough_right(), rows=40), PATCH) == []
    assert reference_places(frame(rough_right()), (3e-6, 1e-7)) == []


def test_spots_lie_in_one_domain_and_apart():
    up = np.ones(SHAPE)
    up[:, :70] = -1
    spots = reference_spots(frame(relief(3, 2, SHAPE), 30e-12 * up + 5e-12), 150e-9)
    assert len(spots) >= 20
    for i, (x, y) in enumerate(spots):
        assert to_region(REGION, x, y)[0] < 70 * 20e-9 - 1.2e-6
        assert all(math.dist((x, y), other) >= 0.999 * 150e-9 for other in spots[:i])


def test_without_a_response_there_are_no_spots():
    assert reference_spots(frame(relief(4, 2, SHAPE)), 1e-7) == []


@pytest.mark.parametrize("apart", [3e-6])
def test_a_domain_without_room_has_no_spots(apart):
    response = 30e-12 * np.ones(SHAPE) + 1e-13 * relief(7, 2, SHAPE, 1.0)
    assert len(reference_spots(frame(relief(4, 2, SHAPE), response), apart)) <= 1
