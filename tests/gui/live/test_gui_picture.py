"""Images in colours: only new rows are worked out, what was not scanned stays blank."""

import numpy as np
import pytest
from test_gui_channels import frame

from ai_afm.types import Direction
from ai_afm_gui.live.channels import Choice, Levelling, Map
from ai_afm_gui.live.picture import Picture, Tint, packed, veil

GREY = packed(np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1))
TABLES = dict.fromkeys(Map, GREY)


def scan(seen, row, values):
    seen.data["height", Direction.TRACE][row] = values
    seen.scanned[Direction.TRACE][row] = True


@pytest.fixture
def seen():
    made = frame("height", shape=(20, 30))
    made.data["height", Direction.TRACE][:] = np.nan
    return made


def test_rows_that_were_not_scanned_are_blank(seen):
    picture = Picture(seen, Choice("height"), TABLES)
    assert not picture.update()
    scan(seen, 0, np.linspace(0, 1, 30))
    scan(seen, 7, np.linspace(0, 1, 30))
    assert picture.update()
    scanned = picture.pixels.any(axis=1)
    assert np.flatnonzero(scanned).tolist() == [0, 7]
    assert (picture.pixels[7] >> 24 == 255).all()


def test_nothing_is_done_where_nothing_is_new(seen):
    picture = Picture(seen, Choice("height"), TABLES)
    scan(seen, 0, np.linspace(0, 1, 30))
    assert picture.update()
    assert not picture.update()


@pytest.mark.parametrize("levelling", list(Levelling))
def test_a_frame_that_came_row_by_row_looks_like_one_that_came_at_once(seen, levelling):
    image = np.random.default_rng(2).normal(size=(20, 30)).cumsum(axis=1).astype(np.float32)
    slow = Picture(seen, Choice("height", levelling=levelling), TABLES)
    for row in range(20):
        scan(seen, row, image[row])
        slow.update()
    once = Picture(seen, Choice("height", levelling=levelling), TABLES)
    once.update()
    assert slow.complete
    assert slow.limits == once.limits
    np.testing.assert_array_equal(slow.pixels, once.pixels)


def test_a_pixel_without_a_value_is_blank_within_its_row(seen):
    values = np.linspace(0, 1, 30)
    values[4] = np.nan
    scan(seen, 3, values)
    picture = Picture(seen, Choice("height"), TABLES)
    picture.update()
    assert np.flatnonzero(picture.pixels[3] == 0).tolist() == [4]


def test_doubt_is_laid_over_the_image_only_where_there_is_some():
    doubt = np.array([[0.0, 0.05, 0.3, 0.9, np.nan]], np.float32)
    alpha = veil(doubt, Tint(200, 40, 40)) >> 24
    assert alpha[0, [0, 1, 4]].tolist() == [0, 0, 0]
    assert 0 < alpha[0, 2] < alpha[0, 3]


def test_the_colour_of_doubt_is_premultiplied():
    pixels = int(veil(np.array([[0.3]], np.float32), Tint(200, 40, 40))[0, 0])
    alpha, red = pixels >> 24, pixels >> 16 & 255
    assert red == pytest.approx(200 * alpha / 255, abs=1.5)
