from dataclasses import replace

import numpy as np
import pytest

from ai_afm.bench.quality.frames import SCORED, pose
from ai_afm.bench.quality.outside import PATTERNS, outside_frames, real_frames
from ai_afm.bench.quality.shifts import SHIFTS, shifted
from ai_afm.bench.quality.worlds import FAMILIES, PIXEL_SIZES, SIDES, draw_scene
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.microscope.simulated.noise import QUIET
from ai_afm.types import ClassCode, Direction, Mode


def test_a_scene_is_determined_by_seed_and_number():
    assert draw_scene(3, 5) == draw_scene(3, 5)
    assert draw_scene(3, 5).spec != draw_scene(4, 5).spec
    assert draw_scene(3, 5).spec != draw_scene(3, 16).spec


def test_scenes_stay_in_the_ranges_of_the_document():
    for number in range(33):
        scene = draw_scene(11, number)
        lines, pixels = scene.request.shape
        assert {lines, pixels} <= set(SIDES)
        assert lines != pixels
        assert PIXEL_SIZES[0] <= scene.pixel <= PIXEL_SIZES[1]
        assert scene.spec.seed >= 2**31
        assert scene.given[0] == "height"


def test_every_family_goes_through_all_its_modes():
    seen = {name: set() for name in FAMILIES}
    for number in range(4 * len(FAMILIES)):
        scene = draw_scene(2, number)
        seen[scene.family].add(scene.mode)
    assert seen == {name: set(family.modes) for name, family in FAMILIES.items()}


def test_no_training_stream_grows_a_world_of_the_benchmark():
    ours = np.random.default_rng([1, 7, 71_057, 1]).random(4)
    theirs = np.random.default_rng([1, 7]).random(4)
    assert not np.isin(ours, theirs).any()
    assert len(twin_crops(1, 7, 1)) == 1


def test_a_clear_wall_is_asked_for_and_nothing_else():
    exam = pose(draw_scene(5, 0))
    assert exam.asked.sum() > 0.9 * (exam.label == ClassCode.WALL_180).sum()
    assert not (exam.asked & ~np.isin(exam.label, SCORED)).any()
    assert not (exam.asked & exam.ignore).sum() > 0.1 * exam.asked.sum()


def test_a_bare_sample_asks_for_nothing():
    exam = pose(draw_scene(5, 10))
    assert exam.scene.family == "bare"
    assert not exam.asked.any()
    assert not exam.ignore.any()


def test_a_wall_drowned_in_noise_is_not_asked_for_but_ignored():
    scene = draw_scene(5, 0)
    noise = replace(scene.settings.noise, shot=300 * scene.settings.noise.shot)
    exam = pose(replace(scene, settings=replace(scene.settings, noise=noise)))
    wall = exam.label == ClassCode.WALL_180
    assert not exam.asked[wall].any()
    assert exam.ignore[wall].all()


def test_less_noise_never_hides_a_wall():
    scene = draw_scene(5, 4)
    quiet = replace(QUIET, phase_offset=scene.settings.noise.phase_offset,
                    response_limit=scene.settings.noise.response_limit)  # fmt: skip
    loud, still = pose(scene), pose(replace(scene, settings=replace(scene.settings, noise=quiet)))
    assert still.asked.sum() >= loud.asked.sum()


def test_a_wall_of_180_degrees_cannot_be_seen_in_height_alone():
    scene = replace(draw_scene(5, 3), given=("height",))
    assert scene.family == "labyrinth"
    assert not pose(scene).true(ClassCode.WALL_180).any()


@pytest.mark.parametrize("name", SHIFTS)
def test_a_shift_changes_the_scan_but_not_the_family(name):
    scene = draw_scene(5, 2)
    moved = shifted(scene, name)
    assert moved.family == scene.family
    assert (moved.settings, moved.spec, moved.request) != (
        scene.settings, scene.spec, scene.request,
    )  # fmt: skip
    assert moved == shifted(scene, name)


def test_the_tapping_loop_of_the_twin_cannot_ring():
    tapping = next(s for s in (draw_scene(5, n) for n in range(44)) if s.mode is Mode.TAPPING)
    assert shifted(tapping, "gain_ringing") is None


def test_under_drift_the_truth_goes_with_the_sample():
    scene = draw_scene(5, 0)
    moved = pose(shifted(scene, "drift_shear"))
    assert moved.asked.sum() > 0.8 * (moved.label == ClassCode.WALL_180).sum()
    assert (moved.label != pose(scene).label).any()
    amplitude = moved.frame.get("amplitude", Direction.TRACE)
    walls = moved.true(ClassCode.WALL_180)
    # the amplitude dips where the labels say that the wall was
    assert np.median(amplitude[walls]) < 0.7 * np.median(amplitude)


def test_unseen_patterns_are_no_constant_and_come_in_turn():
    frames = outside_frames(3, 2 * len(PATTERNS))
    assert [name for name, _ in frames] == 2 * list(PATTERNS)
    for _, frame in frames:
        height = frame.get("height")
        assert height.shape[0] != height.shape[1]
        assert np.isfinite(height).all()
        assert height.std() > 0


def test_real_files_without_walls_are_read_or_listed(real_data):
    frames, unread = real_frames(real_data)
    assert "chip.gsf" in [name for name, _ in frames]
    assert not {name for name, _ in frames} & set(unread)
