import math

import numpy as np
import pytest
from made_passes import SHAPE, passes, relief

from ai_afm.survey.health.check import Verdict
from ai_afm.survey.health.contact import (
    Engaged,
    check_contact,
    check_saturation,
    held_by,
    wandered,
)
from ai_afm.types import Mode


def test_a_signal_within_its_scale_is_not_saturated():
    check = check_saturation(passes({"amplitude": relief(1), "height": relief(2)}))
    assert check.score == 0.0


def test_a_clipped_channel_is_named_with_its_share():
    image = relief(3)
    clipped = np.minimum(image, np.quantile(image, 0.9))
    check = check_saturation(passes({"amplitude": clipped, "height": relief(4)}))
    assert check.score == pytest.approx(0.1, abs=0.01)
    assert check.advice.startswith("amplitude")


def test_the_lower_rail_counts_as_well():
    image = relief(5)
    check = check_saturation(passes({"deflection": np.maximum(image, np.quantile(image, 0.2))}))
    assert check.score == pytest.approx(0.2, abs=0.01)


def test_coarse_digits_are_no_saturation():
    steps = np.round(relief(6) / 0.5e-9) * 0.5e-9
    assert check_saturation(passes({"height": steps})).verdict is Verdict.GOOD


def test_a_channel_that_never_changes_is_suspect():
    assert check_saturation(passes({"deflection": np.zeros(SHAPE)})).score == 1.0


def test_a_scan_at_constant_height_is_none():
    assert math.isnan(check_saturation(passes({"height": np.zeros(SHAPE)})).score)


def test_channels_without_a_full_scale_cannot_tell():
    assert math.isnan(check_saturation(passes({"phase": relief(7)})).score)


@pytest.mark.parametrize("free", [-40e-9, 25e-9])
def test_a_tip_off_the_surface_reads_its_free_level(free):
    off = passes({"deflection": np.full(SHAPE, free) + relief(8, size=1e-10)})
    check = check_contact(off, Engaged(0.0, free))
    assert check.score == 1.0
    assert "approach again" in check.advice


def test_passes_that_fly_from_end_to_end_tell_how_many():
    error = relief(9, size=1e-9)
    error[:8] = -40e-9
    check = check_contact(passes({"deflection": error}), Engaged(0.0, -40e-9))
    assert check.score == 0.25
    assert "25 %" in check.advice


def test_a_tip_that_flies_behind_every_step_has_not_lost_contact():
    error = relief(9, size=1e-9)
    error[:, :120] = -40e-9
    check = check_contact(passes({"deflection": error}), Engaged(0.0, -40e-9))
    assert check.verdict is Verdict.GOOD


def on_the_surface(seed=11, zero=0.0, step=0.0):
    channels = {"deflection": relief(seed, size=1e-10) + zero, "height": relief(12) + step}
    return passes(channels)


def test_without_an_approach_the_lines_before_tell():
    held = held_by(on_the_surface())
    gone = np.linspace(0, -1e-6, SHAPE[1]) * np.ones(SHAPE)
    off = passes({"deflection": np.full(SHAPE, -40e-9), "height": gone})
    assert check_contact(off, held).score == 1.0
    assert check_contact(on_the_surface(13), held).score == 0.0


@pytest.mark.parametrize(("zero", "step"), [(2e-9, 0.0), (0.0, 1e-7)], ids=["zero", "step"])
def test_a_zero_that_drifts_or_a_step_alone_is_no_lost_contact(zero, step):
    held = held_by(on_the_surface())
    assert check_contact(on_the_surface(14, zero, step), held).verdict is Verdict.GOOD


def test_what_was_held_needs_height_and_an_error_signal_that_changes():
    assert held_by(passes({"deflection": relief(1)})) is None
    assert held_by(passes({"deflection": np.zeros(SHAPE), "height": relief(1)})) is None


def test_errors_at_steps_are_no_lost_contact():
    error = relief(10, size=6e-9)
    check = check_contact(passes({"deflection": error}), Engaged(0.0, -40e-9))
    assert check.verdict is Verdict.GOOD


def test_in_tapping_the_free_amplitude_tells():
    free = passes({"amplitude": np.full(SHAPE, 20e-9)}, mode=Mode.TAPPING)
    assert check_contact(free, Engaged(15e-9, 20e-9)).verdict is Verdict.SUSPECT


def test_without_the_levels_of_an_approach_nothing_is_said():
    assert math.isnan(check_contact(passes({"deflection": np.zeros(SHAPE)}), None).score)


def test_a_line_off_the_surface_among_good_ones_does_not_teach_what_is_usual():
    """One pass in 16 is no lost contact yet; its height would make all later ones look right."""
    before = held_by(on_the_surface())
    mixed = on_the_surface(15)
    gone = np.linspace(0, -1e-6, SHAPE[1])
    height, error = (mixed.trace[n].copy() for n in ("height", "deflection"))
    height[-1], error[-1] = gone, -40e-9
    mixed = passes({"deflection": error, "height": height})
    assert check_contact(mixed, before).verdict is Verdict.GOOD
    off = passes({"deflection": np.full(SHAPE, -40e-9), "height": gone * np.ones(SHAPE)})
    assert check_contact(off, held_by(mixed, before)).score == 1.0
    assert held_by(off, before) is None


def test_the_sweeps_of_a_path_keep_the_heights_of_all_places_before():
    low, high = held_by(on_the_surface()), held_by(on_the_surface(16, step=5e-8))
    both = wandered(low, high)
    assert both.error == high.error
    assert both.height == (low.height[0], high.height[1])
    assert wandered(None, high) is high
    assert wandered(low, None) is None
