"""Training: the same seed gives the same model, and only what can be seen is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import ModelError
from ai_afm.flywheel.crops import (
    CLASSES,
    IGNORED,
    SHORTEST_SIDE,
    SOME_LINE,
    TrainingCrop,
    example,
    target,
    window,
)
from ai_afm.flywheel.fit import TrainSettings
from ai_afm.flywheel.mishaps import RawCrop, smooth_field, spoiled, spoiled_as_seen
from ai_afm.flywheel.train import make_crops, train
from ai_afm.flywheel.training_world import finished, twin_crops, visible_lines
from ai_afm.image.normalise import PLANES, RAISED
from ai_afm.segment.model_file import OUTSIDE, load_model
from ai_afm.segment.outside import judge_from

TINY = TrainSettings(
    name="tiny", version="0.0.1", seed=5, worlds=2, crops_per_world=3, validation_worlds=1,
    validation_crops=2, steps=3, batch=2, judge_steps=2,
    width=4, processes=1,
)  # fmt: skip


def drawn_crop(seed: int, world: int, count: int) -> list[TrainingCrop]:
    """Return crops of 32 x 48 with one 180-degree wall each: a stand-in that needs no twin."""
    rng = np.random.default_rng([seed, world])
    crops = []
    for _ in range(count):
        x = np.arange(48)[None, :].repeat(32, 0)
        place = int(rng.integers(8, 40))
        response = np.tanh((x - place) / 1.5) + 0.05 * rng.standard_normal((32, 48)) + 0.02j
        label = np.where(x == place, 2, 0).astype(np.uint8)
        height = rng.standard_normal((32, 48))
        crops.append(finished(RawCrop(height, response, label, np.zeros((32, 48), bool)), rng))
    return crops


def weights(folder: Path, version: str = "0.0.1") -> bytes:
    return (folder / "tiny" / version / "weights.safetensors").read_bytes()


def test_three_steps_give_the_same_model_twice(tmp_path: Path) -> None:
    first = train(TINY, tmp_path / "a", [drawn_crop])
    second = train(TINY, tmp_path / "b", [drawn_crop])
    assert first == second
    assert weights(tmp_path / "a") == weights(tmp_path / "b")


def test_another_seed_gives_another_model(tmp_path: Path) -> None:
    train(TINY, tmp_path / "a", [drawn_crop])
    train(TrainSettings(**{**_fields(TINY), "seed": 6}), tmp_path / "b", [drawn_crop])
    assert weights(tmp_path / "a") != weights(tmp_path / "b")


def _fields(settings: TrainSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__slots__}


def test_the_model_is_written_with_a_card_that_says_how(tmp_path: Path) -> None:
    metrics = train(TINY, tmp_path, [drawn_crop])
    model = load_model("tiny@0.0.1", [tmp_path])
    assert model.card.metrics == metrics
    assert model.card.command == TINY.command
    assert "--steps 3" in model.card.command
    assert model.card.network.classes == CLASSES
    assert judge_from(model.arrays, OUTSIDE) is not None
    with pytest.raises(ModelError, match="never changes"):
        train(TINY, tmp_path, [drawn_crop])


def test_the_card_names_the_planes_that_were_seen(tmp_path: Path) -> None:
    settings = TrainSettings(**{**_fields(TINY), "raised": True, "version": "0.0.2"})
    for one, inputs in ((TINY, PLANES), (settings, RAISED)):
        train(one, tmp_path, [drawn_crop])
        card = load_model(f"tiny@{one.version}", [tmp_path]).card
        assert card.network.inputs == inputs
        assert ("--raised" in card.command) == one.raised
        assert f"--judge-steps {one.judge_steps}" in card.command
    assert weights(tmp_path) != weights(tmp_path, "0.0.2")


def test_a_judge_of_other_planes_is_not_kept(tmp_path: Path) -> None:
    train(TINY, tmp_path, [drawn_crop])
    asked = {"raised": True, "version": "0.0.2", "parent": "tiny@0.0.1", "judge_steps": 0}
    with pytest.raises(ModelError, match="knows other planes"):
        train(TrainSettings(**{**_fields(TINY), **asked}), tmp_path, [drawn_crop])


def test_a_child_starts_from_its_parents_weights(tmp_path: Path) -> None:
    train(TINY, tmp_path, [drawn_crop])
    changes = {
        "version": "0.0.2",
        "parent": "tiny@0.0.1",
        "learning_rate": 1e-9,
        "steps": 1,
        "judge_steps": 0,
    }
    train(TrainSettings(**{**_fields(TINY), **changes}), tmp_path, [drawn_crop])
    parent, child = (load_model(f"tiny@0.0.{i}", [tmp_path]) for i in (1, 2))
    assert child.card.parents == ("tiny@0.0.1",)
    name = "network.down.0.conv1.weight"
    assert np.allclose(child.arrays[name], parent.arrays[name], atol=1e-6)
    judge = [name for name in parent.arrays if name.startswith(OUTSIDE)]
    assert judge
    assert all(np.array_equal(child.arrays[name], parent.arrays[name]) for name in judge)


def test_a_model_may_be_the_mean_of_its_training_and_those_before(tmp_path: Path) -> None:
    train(TINY, tmp_path, [drawn_crop])
    changes = {"version": "0.0.2", "parent": "tiny@0.0.1", "judge_steps": 0}
    train(TrainSettings(**{**_fields(TINY), **changes}), tmp_path, [drawn_crop])
    changes |= {"version": "0.0.3", "mean_with": "tiny@0.0.1"}
    train(TrainSettings(**{**_fields(TINY), **changes}), tmp_path, [drawn_crop])
    first, last, mean = (load_model(f"tiny@0.0.{i}", [tmp_path]) for i in (1, 2, 3))
    name = "network.down.0.conv1.weight"
    middle = (first.arrays[name].astype(float) + last.arrays[name]) / 2
    assert np.array_equal(mean.arrays[name], middle.astype(np.float32))
    assert not np.array_equal(first.arrays[name], last.arrays[name])
    assert mean.card.parents == ("tiny@0.0.1",)
    assert "--mean-with tiny@0.0.1" in mean.card.command


def test_there_is_no_mean_of_networks_of_two_shapes(tmp_path: Path) -> None:
    train(TINY, tmp_path, [drawn_crop])
    changes = {"version": "0.0.2", "width": 8, "mean_with": "tiny@0.0.1"}
    with pytest.raises(ModelError, match=r"tiny@0\.0\.1 \(width 4.*width 8"):
        train(TrainSettings(**{**_fields(TINY), **changes}), tmp_path, [drawn_crop])


def test_a_judge_cannot_be_kept_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="name a parent"):
        train(TrainSettings(**{**_fields(TINY), "judge_steps": 0}), tmp_path, [drawn_crop])


def test_crops_of_the_twin_depend_on_seed_and_world_only() -> None:
    (one,), (again,), (other,) = (twin_crops(3, 4, 1), twin_crops(3, 4, 1), twin_crops(3, 5, 1))
    for name, image in one.channels.items():
        assert np.array_equal(image, again.channels[name])
        assert np.isfinite(image).all()
    assert not np.array_equal(one.channels["phase"], other.channels["phase"])
    assert set(np.unique(one.label)) <= {0, 1, 2, 3, 4, 5}


def test_crops_come_in_the_order_of_their_worlds() -> None:
    crops: Sequence[TrainingCrop] = make_crops(drawn_crop, 1, 3, 2, processes=1)
    again = drawn_crop(1, 2, 2)
    assert np.array_equal(crops[5].label, again[1].label)


def test_a_wall_is_seen_in_the_response_and_not_in_the_height() -> None:
    (crop,) = drawn_crop(0, 0, 1)
    bits = crop.visible[crop.label > 0]
    assert (bits & 2).all()
    assert (bits & 4).all()
    assert (bits & 1).mean() < 0.2


def test_what_the_kept_channels_do_not_show_is_not_asked_for() -> None:
    (crop,) = drawn_crop(0, 0, 1)
    everything = target(crop, ("height", "amplitude", "phase"))
    blind = target(crop, ("height",))
    wall = crop.label > 0
    assert (everything[wall] == CLASSES.index(2)).all()
    assert (blind[wall] == IGNORED).mean() > 0.8
    assert (everything == CLASSES.index(2)).sum() == pytest.approx(3 * wall.sum(), rel=0.05)


def test_the_faint_part_of_a_line_that_stands_out_is_some_line() -> None:
    (crop,) = drawn_crop(0, 0, 1)
    visible = crop.visible.copy()
    visible[12:18] = 0
    expected = target(replace(crop, visible=visible), ("amplitude", "phase"))
    faint = (crop.label > 0) & (visible == 0)
    assert faint.any()
    assert (expected[13:17][faint[13:17]] == SOME_LINE).all()
    assert (expected[20:][crop.label[20:] > 0] == CLASSES.index(2)).all()


def test_without_the_phase_nobody_is_asked_for_the_type_of_a_wall() -> None:
    (crop,) = drawn_crop(0, 0, 1)
    wall = crop.label > 0
    assert (target(crop, ("height", "amplitude"))[wall] == CLASSES.index(1)).all()


def test_a_ferroelastic_wall_is_asked_for_where_height_or_amplitude_show_it() -> None:
    (crop,) = drawn_crop(0, 0, 1)
    twin = replace(crop, label=np.where(crop.label == 2, 3, 0).astype(np.uint8))
    wall = twin.label > 0
    assert (target(twin, ("amplitude", "phase"))[wall] == CLASSES.index(3)).all()
    assert (target(twin, ("height", "amplitude"))[wall] == CLASSES.index(1)).all()


@given(st.integers(0, 10_000), st.sampled_from([(9, 48), (32, 9), (32, 48), (20, 31)]))
@settings(max_examples=10, deadline=None)
def test_an_example_is_as_large_as_the_window_that_it_is_cut_to(
    seed: int, shape: tuple[int, int]
) -> None:
    (crop,) = drawn_crop(1, 0, 1)
    planes, expected = example(crop, np.random.default_rng(seed), shape)
    assert planes.shape == (7, *shape)
    assert expected.shape == shape


def test_the_window_of_a_batch_is_never_narrower_than_a_band() -> None:
    rng = np.random.default_rng(1)
    shapes = [window(rng, (64, 80)) for _ in range(500)]
    assert min(min(s) for s in shapes) >= SHORTEST_SIDE
    assert np.mean([s == (64, 80) for s in shapes]) == pytest.approx(0.88, abs=0.05)


def test_a_line_that_changes_nothing_is_invisible() -> None:
    rng, line, shares = np.random.default_rng(2), np.zeros((96, 112), bool), []
    line[:, 33] = True
    for _ in range(12):
        channels = {
            "height": rng.standard_normal(line.shape).astype(np.float32),
            "amplitude": np.abs(rng.normal(1, 0.1, line.shape)).astype(np.float32),
            "phase": rng.normal(0, 0.1, line.shape).astype(np.float32),
        }
        seen = visible_lines(channels, line, np.zeros_like(line)) > 0
        shares.append(seen.sum() / line.sum())
    assert np.mean(shares) < 0.1


def test_examples_are_finite_whatever_mishaps_there_are() -> None:
    rng = np.random.default_rng(8)
    for _ in range(15):
        shape = (40, 56)
        response = smooth_field(rng, shape, 12) + 1j * smooth_field(rng, shape, 30)
        label = (smooth_field(rng, shape, 9) > 2).astype(np.uint8) * 2
        raw = RawCrop(smooth_field(rng, shape, 20), response, label, np.zeros(shape, bool))
        planes, expected = example(finished(spoiled(raw, rng), rng), rng)
        assert np.isfinite(planes).all()
        assert planes.shape == (7, 40, 56)
        assert expected.min() >= SOME_LINE
        assert expected.max() < len(CLASSES)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), contrast=st.floats(0.002, 0.02))
def test_mishaps_leave_what_a_tapping_tip_shows(seed: int, contrast: float) -> None:
    rng = np.random.default_rng(seed)
    pattern = smooth_field(rng, (48, 48), 6)
    response = 3e-9 * (1 + contrast * pattern) * np.exp(1j * (1 + contrast * pattern))
    nothing = np.zeros((48, 48), np.uint8)
    raw = RawCrop(smooth_field(rng, (48, 48), 9), response, nothing, nothing > 0)

    after = spoiled_as_seen(raw, rng)

    off = np.log(np.abs(after.response) / 3e-9)
    # the largest mishaps are several times a piezoresponse: several times the contrast, here
    assert np.percentile(np.abs(off), 90) < 40 * contrast
    assert np.isfinite(after.response).all()


def test_crops_keep_what_half_floats_would_lose() -> None:
    rng = np.random.default_rng(4)
    step = np.repeat([[1.0] * 24 + [1.0004] * 24], 32, axis=0)
    nothing = np.zeros((32, 48), np.uint8)
    crop = finished(RawCrop(rng.standard_normal((32, 48)), step + 0j, nothing, nothing > 0), rng)
    amplitude = crop.channels["amplitude"]
    assert amplitude[:, 30].mean() - amplitude[:, 10].mean() > 0.0001
