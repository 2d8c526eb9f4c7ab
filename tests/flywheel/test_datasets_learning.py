"""From corrections to the crops that a network learns from."""

from dataclasses import replace

import dataset_factory as make
import lab_factory as factory
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.flywheel.crops import CLASSES, IGNORED, example, target
from ai_afm.flywheel.datasets.freeze import Split, freeze
from ai_afm.flywheel.datasets.learning import (
    _tiles,
    crops_of,
    one_pixel_lines,
    training_crops,
)
from ai_afm.flywheel.datasets.manifest import Entry, Side
from ai_afm.flywheel.records import Window
from ai_afm.image.normalise import PLANES
from ai_afm.types import ClassCode, SlowDirection

SHAPE = (130, 150)
CHANNELS = ("height", "amplitude", "phase")
COLUMN = 70


def an_entry(window):
    return Entry(
        "f" * 64, window, 1, "0" * 64, "Ann", "A", "", "twin", "pfm", (0, 2), False, Side.TRAIN
    )


def a_wall(**more):
    """A frame with an upright wall: a dip of the amplitude where the phase turns."""
    x = np.arange(SHAPE[1]) - COLUMN
    relief = np.broadcast_to(np.tanh(x / 2.0), SHAPE).astype(np.float32)
    return make.a_frame(1, noise=0.03, relief=relief, **more)


def wall_label(window, code=2, column=COLUMN):
    return make.a_label(window.shape, code, column - window.left)


WHOLE = Window(0, 8, 128, 128)


def a_crop(window=WHOLE, code=2, size=128, **more):
    return crops_of(a_wall(**more), an_entry(window), wall_label(window, code), size)[0]


def test_a_crop_is_what_a_network_learns_from():
    crop = a_crop()
    assert crop.label.shape == crop.visible.shape == crop.ignore.shape == (128, 128)
    assert (crop.label > 0).sum(axis=1).max() == 1  # a line of one pixel
    assert not crop.ignore.any()
    assert (crop.visible[crop.label > 0] == 7).mean() > 0.9  # seen in all three channels
    assert np.abs(crop.channels["height"]).max() < 10
    assert np.median(crop.channels["amplitude"]) == pytest.approx(1.0, rel=0.01)
    planes, asked = example(crop, np.random.default_rng(1))
    assert planes.shape == (len(PLANES), 128, 128)
    assert asked.shape == (128, 128)


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
def test_the_network_is_asked_for_the_class_that_the_person_has_drawn(code):
    asked = target(a_crop(code=code), CHANNELS)
    band = asked[20:108, COLUMN - 8]
    assert (band == CLASSES.index(code)).mean() > 0.9
    assert set(np.unique(asked[:, :40])) == {0}


@pytest.mark.parametrize("kept", [("height",), ("phase",), ("amplitude",), ("height", "phase")])
def test_a_wall_of_unknown_type_is_never_asked_for_as_a_typed_one(kept):
    asked = set(np.unique(target(a_crop(code=1), kept)).tolist())
    assert asked <= {0, CLASSES.index(ClassCode.WALL), -1, -2}


def test_a_wall_of_unknown_type_that_only_the_phase_shows_is_asked_for():
    asked = target(a_crop(code=1, channels=("phase",)), CHANNELS)
    assert (asked[20:108, COLUMN - 8] == CLASSES.index(ClassCode.WALL)).mean() > 0.9


def test_nothing_is_asked_where_the_person_could_not_tell():
    window = Window(0, 8, 128, 128)
    label = wall_label(window)
    label[:40] = 255
    crop = crops_of(a_wall(), an_entry(window), label)[0]
    assert (target(crop, CHANNELS)[:40] == IGNORED).all()
    assert not crop.ignore[40:].any()


def test_rows_come_in_order_of_arrival():
    window = Window(2, 8, 128, 128)
    label = wall_label(window)
    label[:50] = 0
    ways = SlowDirection.DOWN, SlowDirection.UP
    down, up = (crops_of(a_wall(slow=way), an_entry(window), label)[0] for way in ways)
    np.testing.assert_array_equal(up.label, down.label[::-1])
    np.testing.assert_array_equal(up.channels["phase"], down.channels["phase"][::-1])


def test_a_channel_that_was_not_recorded_is_unknown_not_zero():
    crop = a_crop(channels=("height",))
    assert np.isnan(crop.channels["phase"]).all()
    assert set(np.unique(crop.visible)) <= {0, 1}
    for seed in range(8):
        planes, _ = example(crop, np.random.default_rng(seed))
        assert np.isfinite(planes).all()


def test_a_small_window_is_filled_up_with_what_is_not_asked():
    crop = a_crop(Window(10, 40, 60, 90))
    assert crop.label.shape == (128, 128)
    assert crop.ignore[60:].all()
    assert crop.ignore[:, 90:].all()
    assert not crop.ignore[:60, :90].any()
    assert np.isnan(crop.channels["height"][60:]).all()


def test_a_frame_without_a_usable_channel_is_refused():
    frame = a_wall(channels=("height",))
    renamed = {("friction", d): image for (_, d), image in frame.data.items()}
    window = Window(0, 0, 64, 64)
    with pytest.raises(BadInput, match="to learn from"):
        crops_of(replace(frame, data=renamed), an_entry(window), wall_label(window))


@given(st.integers(1, 300), st.integers(1, 300), st.integers(16, 128))
def test_tiles_cover_a_window_and_stay_in_it(lines, pixels, size):
    covered = np.zeros((lines, pixels), bool)
    for tile in _tiles((lines, pixels), size):
        assert tile.fits((lines, pixels))
        assert tile.shape == (min(size, lines), min(size, pixels))
        tile.of(covered)[...] = True
    assert covered.all()


def test_lines_of_any_width_become_one_pixel_wide():
    label = make.a_label((30, 44), 2, 12)
    label[:, 25:32] = 4
    thin = one_pixel_lines(label)
    np.testing.assert_array_equal((thin > 0).sum(axis=1), 2)
    assert (thin[:, 12] == 2).all()
    assert (thin[:, 27:30] == 4).any(axis=1).all()
    np.testing.assert_array_equal(one_pixel_lines(thin), thin)


def test_a_strip_of_few_pixels_is_thinned_too():
    assert one_pixel_lines(make.a_label((4, 20), 2, 9)).sum() == 4 * 2


def test_the_crops_of_a_dataset_are_those_of_its_side(tmp_path):
    with factory.open_lab(tmp_path) as store:
        for number in range(3):
            make.a_sample(store, number, frames=1)
        dataset = freeze(store, "t", Split(1, 0.34)).dataset
        # windows of 128 x 136 px: two tiles of 128 px each
        assert len(training_crops(store, dataset)) == 2 * len(dataset.of(Side.TRAIN)) == 4
        assert len(training_crops(store, dataset, Side.VALIDATION)) == 2
        first, again = (training_crops(store, dataset)[0] for _ in range(2))
        np.testing.assert_array_equal(first.channels["height"], again.channels["height"])
