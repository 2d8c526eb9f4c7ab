"""Foreign frames, and a judge that learns to tell them from the model's own world."""

import numpy as np
import pytest

from ai_afm.bench.quality.outside import PATTERNS
from ai_afm.flywheel.foreign import (
    FAMILIES,
    GRAINLIKE,
    PERIODIC,
    SIDE,
    SIGNALLESS,
    foreign_crop,
    foreign_crops,
)
from ai_afm.flywheel.outside import fit_judge
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.image.normalise import normalise, start_state
from ai_afm.segment.outside import all_pieces


@pytest.mark.parametrize("family", FAMILIES)
def test_a_foreign_frame_has_all_channels_and_no_line(family):
    crop = foreign_crop(np.random.default_rng(2), (72, 100), family)
    assert set(crop.channels) == {"height", "amplitude", "phase"}
    assert all(c.shape == (72, 100) and np.isfinite(c).all() for c in crop.channels.values())
    assert crop.channels["amplitude"].min() >= 0
    assert not crop.label.any()


def test_a_seed_gives_one_frame():
    first, again = (foreign_crop(np.random.default_rng(5), (64, 80)) for _ in range(2))
    np.testing.assert_array_equal(first.channels["height"], again.channels["height"])


def test_the_benchmark_keeps_its_families_for_itself():
    assert not set(FAMILIES) & set(PATTERNS)
    assert set(PERIODIC) | set(SIGNALLESS) <= set(FAMILIES)


def test_crops_to_be_silent_on_have_no_line_and_depend_on_their_seed():
    crops, again = (foreign_crops(3, 1, 5) for _ in range(2))
    for crop, same in zip(crops, again, strict=True):
        assert crop.label.shape == (SIDE, SIDE)
        assert not crop.label.any()
        for name, image in crop.channels.items():
            assert np.isfinite(image).all()
            np.testing.assert_array_equal(image, same.channels[name])
    assert set(GRAINLIKE) < set(FAMILIES)


@pytest.fixture(scope="module")
def crops():
    return painted_crops(3, 0, 16, (72, 80))


def odds(judge, crops):
    means = []
    for crop in crops:
        channels = {n: c.astype(np.float32) for n, c in crop.channels.items()}
        means.append(judge.odds(all_pieces(normalise(channels, start_state(channels))[0])).mean())
    return np.array(means)


def test_a_judge_learns_to_tell_foreign_frames_apart(crops):
    judge = fit_judge(crops[:12], crops[12:], seed=1, steps=50)
    rng = np.random.default_rng(9)
    foreign = [foreign_crop(rng, (72, 80), name) for name in FAMILIES]
    assert odds(judge, foreign).mean() > odds(judge, crops).mean()
    assert np.isfinite(judge.limit).all()


def test_a_judge_depends_on_its_seed_alone(crops):
    first, again = (fit_judge(crops[:6], crops[6:9], seed=4, steps=3) for _ in range(2))
    for name, array in first.arrays("").items():
        np.testing.assert_array_equal(array, again.arrays("")[name])
