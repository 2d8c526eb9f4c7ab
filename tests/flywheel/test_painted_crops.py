"""Painted crops: the same seed gives the same crops, a quarter of which show nothing."""

import numpy as np
import pytest

from ai_afm.flywheel.crops import CropMaker, TrainingCrop, example
from ai_afm.flywheel.painted import painted_crops
from ai_afm.flywheel.painted.crops import SCENES, painted
from ai_afm.flywheel.painted.scenes import Scene, nothing

SHAPE = (48, 80)


def same(first: TrainingCrop, second: TrainingCrop) -> bool:
    """Return whether two crops are the same in all they hold."""
    return (
        all(np.array_equal(image, second.channels[n]) for n, image in first.channels.items())
        and np.array_equal(first.label, second.label)
        and np.array_equal(first.visible, second.visible)
        and np.array_equal(first.ignore, second.ignore)
    )


def test_painted_crops_are_what_training_takes() -> None:
    maker: CropMaker = painted_crops
    (crop,) = maker(3, 7, 1)
    planes, target = example(crop, np.random.default_rng(0))
    assert planes.shape == (7, 128, 128)
    assert np.isfinite(planes).all()
    assert target.shape == (128, 128)


def test_seed_and_world_determine_the_crops() -> None:
    first, again = painted_crops(3, 7, 6, SHAPE), painted_crops(3, 7, 6, SHAPE)
    assert all(same(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(("seed", "world"), [(4, 7), (3, 8)])
def test_another_seed_or_world_gives_other_crops(seed: int, world: int) -> None:
    assert not same(painted_crops(3, 7, 1, SHAPE)[0], painted_crops(seed, world, 1, SHAPE)[0])


def test_a_longer_list_begins_with_the_shorter_one() -> None:
    short, longer = painted_crops(5, 0, 2, SHAPE), painted_crops(5, 0, 4, SHAPE)
    assert all(same(a, b) for a, b in zip(short, longer, strict=False))


def test_crops_hold_only_what_a_network_can_take() -> None:
    for crop in painted_crops(11, 2, 40, SHAPE):
        assert set(crop.channels) == {"height", "amplitude", "phase"}
        for image in crop.channels.values():
            assert image.shape == SHAPE
            assert np.isfinite(image).all()
        assert set(np.unique(crop.label)) <= {0, 2, 3, 4, 5}
        assert crop.label.shape == crop.visible.shape == crop.ignore.shape == SHAPE
        assert not crop.visible[crop.label == 0].any()


def test_the_shares_of_the_scenes_are_whole() -> None:
    assert sum(share for share, _ in SCENES) == pytest.approx(1)
    assert {scene: share for share, scene in SCENES}[nothing] >= 0.15


def test_every_class_is_painted_and_some_crops_have_none() -> None:
    labels = [painted(np.random.default_rng([1, n]), SHAPE).label for n in range(200)]
    for code in (2, 3, 4, 5):
        assert np.mean([(label == code).any() for label in labels]) > 0.1
    without = np.mean([not np.isin(label, (2, 3, 4)).any() for label in labels])
    assert 0.15 < without < 0.4


@pytest.mark.parametrize("scene", [s for _, s in SCENES], ids=lambda s: s.__name__)
def test_a_scene_can_be_painted_in_any_shape(scene: Scene) -> None:
    for seed in range(15):
        raw = scene(np.random.default_rng(seed), (33, 70))
        assert raw.height.shape == raw.response.shape == raw.label.shape == (33, 70)
        assert np.isfinite(raw.height).all()
        assert np.isfinite(raw.response).all()
        assert raw.response.dtype == np.complex128
        assert raw.label.dtype == np.uint8
