import numpy as np
import pytest
from tracked_frames import FLAT, ONE_WALL, frame

from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey.tracking.contrast import Contrast, contrast
from ai_afm.survey.tracking.patches import CheckFrames, choose
from ai_afm.survey.tracking.planes import Sight
from ai_afm.types import ScanRegion

PIXEL = 8e-9
FRAMES = CheckFrames(PIXEL, widths=(24, 32), lines=(16, 32), distance=400e-9, margin=100e-9)
TIMES = InstrumentTimes()
REGION = ScanRegion((1e-6, -2e-6), (160 * PIXEL, 140 * PIXEL), 0.3)


def ground(*parts):
    """Contrast with (rows, columns, xx, xy, yy) of each part, per pixel."""
    tensor = np.zeros((3, 140, 160))
    for rows, columns, *values in parts:
        tensor[:, rows, columns] = np.array(values)[:, None, None]
    return Contrast(REGION, tensor / PIXEL**2, PIXEL)


WALL = (slice(0, 140), slice(78, 82), 5.0, 0.0, 0.0)
CORNER = (slice(60, 76), slice(40, 60), 3.0, 0.5, 3.0)


def test_a_corner_is_chosen_although_a_wall_is_nearer_and_stronger():
    patch = choose(ground(WALL, CORNER), REGION.center, 2e-9, FRAMES, TIMES)
    assert patch is not None
    c, s = np.cos(0.3), np.sin(0.3)
    dx, dy = patch.region.center[0] - 1e-6, patch.region.center[1] + 2e-6
    u, v = c * dx + s * dy, -s * dx + c * dy
    assert u == pytest.approx(-30 * PIXEL, abs=12 * PIXEL)
    assert v == pytest.approx(2 * PIXEL, abs=12 * PIXEL)
    assert patch.region.angle == 0.3


def test_the_cheapest_patch_that_is_sure_enough_is_taken():
    rich = ground((slice(0, 140), slice(0, 160), 1.0, 0.0, 1.0))
    easy = choose(rich, REGION.center, 3e-9, FRAMES, TIMES)
    hard = choose(rich, REGION.center, PIXEL / np.sqrt(16 * 32 + 1), FRAMES, TIMES)
    assert easy is not None
    assert hard is not None
    assert easy.shape[0] == 16
    assert hard.shape[0] == 32
    assert easy.seconds < hard.seconds
    assert hard.uncertainty == pytest.approx(PIXEL / np.sqrt(32 * 32), rel=0.2)


def test_where_none_is_sure_enough_the_surest_is_taken():
    patch = choose(ground(CORNER), REGION.center, 1e-12, FRAMES, TIMES)
    assert patch is not None
    assert patch.uncertainty > 1e-12
    assert patch.shape[0] == 32


def test_no_patch_is_taken_where_nothing_tells_of_two_directions():
    assert choose(ground(WALL), REGION.center, 2e-9, FRAMES, TIMES) is None


def test_patches_stay_near_the_target_and_away_from_the_edge():
    far = (slice(4, 20), slice(4, 20), 50.0, 0.0, 50.0)
    assert choose(ground(far), REGION.center, 2e-9, FRAMES, TIMES) is None


def test_a_single_wall_has_contrast_across_itself_alone():
    seen = frame((0.0, 0.0), (0.6e-6, 0.5e-6), (62, 75), domains=ONE_WALL, hills=FLAT, noise=0.02)
    xx, xy, yy = contrast(Sight(seen), PIXEL).tensor.sum(axis=(1, 2))
    assert xx > 20 * yy
    assert abs(xy) < 0.2 * xx
    noisy = frame((0.0, 0.0), (0.6e-6, 0.5e-6), (62, 75), domains=ONE_WALL, hills=FLAT, noise=0.2)
    assert contrast(Sight(noisy), PIXEL).tensor[0].sum() < 0.2 * xx
