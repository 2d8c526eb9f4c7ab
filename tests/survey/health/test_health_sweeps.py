"""Sweeps of a path, cut as each detector needs them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_passes import relief

from ai_afm.image.path_table import directions_of, table_request
from ai_afm.survey.health.agreement import check_agreement
from ai_afm.survey.health.check import Verdict
from ai_afm.survey.health.contact import check_contact, check_saturation, held_by
from ai_afm.survey.health.passes import passes_of, without_mains
from ai_afm.survey.health.ringing import check_ringing
from ai_afm.survey.health.sweeps import Form, first_of, looks_of, sweeps_of
from ai_afm.types import Channel, Direction, Frame, Measurement, Mode, PathRequest, Sweep

STEP = 4e-9
SPEED = 4e-6
NAMES = ("height", "deflection", "amplitude")


def sweep(row, left, pixels, speed=SPEED):
    y = -row * STEP
    return Sweep((left * STEP, y), ((left + pixels) * STEP, y), speed, pixels)


def strip(widths, lefts, both_ways=True):
    rows = enumerate(zip(lefts, widths, strict=True))
    return PathRequest(tuple(sweep(r, a, n) for r, (a, n) in rows), both_ways=both_ways)


def table(path, images):
    """Return the table of a path that runs over images: name -> (trace, retrace), each 2-D."""
    request = table_request(path)
    data = {}
    for name, ways in images.items():
        for way, image in zip(directions_of(path), ways, strict=False):
            rows = np.full(request.shape, np.nan, np.float32)
            for row, s in enumerate(path.sweeps):
                left = round(s.start[0] / STEP)
                rows[row, : s.pixels] = image[row, left : left + s.pixels]
            data[name, way] = rows
    scanned = {way: np.ones(request.shape[0], bool) for way in directions_of(path)}
    channels = tuple(Channel(name, "m") for name in images)
    return Frame(request, data, channels, scanned, Measurement(mode=Mode.PFM_OFF_RESONANCE))


def seen(path, form, span=None, **channels):
    span = span or (0, len(path.sweeps))
    return sweeps_of(table(path, channels), path, span, form)


def twice(image, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(image + rng.normal(0, noise, image.shape) for _ in range(2))


SURFACE = relief(1, 3.0, (48, 200))
SLANTED = strip([32] * 48, [2 * row for row in range(48)])


@given(widths=st.lists(st.integers(1, 300), min_size=1, max_size=300))
def test_the_detectors_look_in_order_and_never_beyond_the_path(widths):
    path = strip(widths, [0] * len(widths))
    marks = looks_of(path)
    assert list(marks) == sorted(set(marks))
    for mark in marks:
        first = first_of(path, mark)
        assert 0 <= first < mark <= len(widths)
        assert mark - first >= min(8, mark)


def test_long_sweeps_are_looked_at_every_16_and_short_ones_when_they_are_512_samples():
    assert looks_of(strip([64] * 50, [0] * 50)) == (16, 32, 48)
    assert looks_of(strip([8] * 130, [0] * 130)) == (64, 128)
    assert looks_of(strip([8] * 100, [0] * 100)) == (64, 100)
    assert looks_of(strip([8] * 10, [0] * 10)) == ()


def test_a_look_at_the_rest_goes_back_as_far_as_any():
    path = strip([8] * 100, [0] * 100)
    assert first_of(path, 100) == 36
    assert first_of(path, 100, 32, 1024) == 0


def test_all_samples_are_counted_and_none_invented():
    path = strip([20, 30] * 20, [5] * 40)
    passes = seen(path, Form.SAMPLES, height=twice(SURFACE))
    assert passes.trace["height"].size == passes.retrace["height"].size == 1000
    assert np.isfinite(passes.trace["height"]).all()


def test_a_sweep_with_a_gap_is_left_out():
    holes = SURFACE.copy()
    holes[7, 10] = np.nan
    path = strip([40] * 48, [0] * 48)
    passes = seen(path, Form.SAMPLES, height=twice(holes))
    assert passes.trace["height"].size == 47 * 40


def test_of_a_path_one_way_every_other_sweep_stands_for_the_way_back():
    path = strip([40] * 48, [0] * 48, both_ways=False)
    passes = seen(path, Form.SAMPLES, height=twice(SURFACE))
    total = passes.trace["height"].size + passes.retrace["height"].size
    assert total == 48 * 40
    for form in (Form.NEIGHBOURS, Form.LONG):
        assert seen(path, form, height=twice(SURFACE)) is None


def test_one_short_sweep_does_not_thin_the_others():
    path = strip([6] + [40] * 40, [0] * 41)
    passes = seen(path, Form.EACH, height=twice(SURFACE))
    assert passes.shape == (40, 40)


def test_too_few_samples_tell_nothing():
    assert seen(strip([20] * 12, [0] * 12), Form.SAMPLES, height=twice(SURFACE)) is None
    assert seen(strip([200] * 7, [0] * 7), Form.SAMPLES, height=twice(SURFACE)) is None


def test_clipped_sweeps_are_saturated_and_whole_ones_are_not():
    good = seen(SLANTED, Form.SAMPLES, height=twice(SURFACE), amplitude=twice(SURFACE, 1e-10))
    assert check_saturation(good).score == 0.0
    clipped = np.minimum(SURFACE, np.quantile(SURFACE, 0.7))
    bad = seen(SLANTED, Form.SAMPLES, height=twice(SURFACE), amplitude=twice(clipped))
    assert check_saturation(bad).score > 0.2


def test_a_strip_that_loses_contact_is_told():
    error = relief(3, size=1e-10, shape=SURFACE.shape)
    good = seen(SLANTED, Form.EACH, height=twice(SURFACE), deflection=twice(error, 1e-11))
    held = held_by(good)
    assert check_contact(good, held).verdict is Verdict.GOOD
    gone = np.linspace(0, -1e-6, 200) * np.ones(SURFACE.shape)
    away = np.full(SURFACE.shape, -40e-9)
    off = seen(SLANTED, Form.EACH, height=twice(gone), deflection=twice(away))
    assert check_contact(off, held).score == 1.0


def test_neighbours_are_put_where_they_lie():
    passes = seen(SLANTED, Form.NEIGHBOURS, height=twice(SURFACE))
    image = passes.trace["height"]
    assert image.shape == (48, 2 * 47 + 32)
    for row in (0, 20, 47):
        assert image[row, 2 * row : 2 * row + 32] == pytest.approx(
            SURFACE[row, 2 * row : 2 * row + 32], rel=1e-6
        )
        assert np.isnan(image[row]).sum() == image.shape[1] - 32


def test_a_strip_both_of_whose_ways_agree_is_good_and_a_shifted_way_back_is_not():
    agree = seen(SLANTED, Form.NEIGHBOURS, height=twice(SURFACE, 1e-11))
    assert check_agreement(agree).verdict is Verdict.GOOD
    late = SURFACE, np.roll(SURFACE, 8, axis=1)
    assert check_agreement(seen(SLANTED, Form.NEIGHBOURS, height=late)).score > 0.05


def test_sweeps_that_lie_far_apart_are_no_neighbours():
    far = replace(
        SLANTED, sweeps=tuple(sweep(5 * r, 2 * r, 32) for r in range(len(SLANTED.sweeps)))
    )
    rows = table(SLANTED, {"height": twice(SURFACE)})
    assert sweeps_of(rows, far, (0, 48), Form.NEIGHBOURS) is None


def test_narrow_strips_do_not_tell_whether_the_ways_agree():
    narrow = strip([16] * 48, [2 * row for row in range(48)])
    assert seen(narrow, Form.NEIGHBOURS, height=twice(SURFACE)) is None


def test_a_chain_that_begins_anew_elsewhere_is_kept_apart():
    first = [sweep(r, 10, 32) for r in range(24)]
    second = [sweep(r, 120, 32) for r in range(24, 48)]
    path = PathRequest(tuple(first + second))
    image = seen(path, Form.NEIGHBOURS, height=twice(SURFACE)).trace["height"]
    assert image.shape[0] == 49
    assert np.isnan(image[24]).all()


def test_sweeps_that_go_to_and_fro_are_turned_to_one_way():
    """The trace of a sweep to the left is a way back, read from its far end."""
    late = SURFACE, np.roll(SURFACE, 1, axis=1)
    one_way = strip([40] * 48, [20] * 48)
    rows = table(one_way, {"height": late})
    back = [replace(s, start=s.end, end=s.start) if i % 2 else s
            for i, s in enumerate(one_way.sweeps)]  # fmt: skip
    flipped = {
        (name, way): np.where(np.arange(48)[:, None] % 2, other[:, ::-1], own)
        for (name, way), own in rows.data.items()
        for other in [rows.data[name, Direction.RETRACE if way is Direction.TRACE
                                else Direction.TRACE]]
    }  # fmt: skip
    turned = sweeps_of(
        replace(rows, data=flipped), replace(one_way, sweeps=tuple(back)), (0, 48), Form.NEIGHBOURS
    )
    straight = sweeps_of(rows, one_way, (0, 48), Form.NEIGHBOURS)
    for mine, other in ((turned.trace, straight.trace), (turned.retrace, straight.retrace)):
        assert np.array_equal(mine["height"], other["height"])


def test_ringing_is_looked_for_in_long_sweeps_of_one_speed_only():
    long = strip([160] * 20 + [180] * 20, [0] * 40)
    passes = seen(long, Form.LONG, height=twice(SURFACE), deflection=twice(SURFACE))
    assert passes.shape == (40, 160)
    assert passes.dwell == pytest.approx(STEP / SPEED)
    assert check_ringing(passes).verdict is not Verdict.CANNOT_TELL
    assert seen(SLANTED, Form.LONG, height=twice(SURFACE)) is None
    faster = replace(long, sweeps=(*long.sweeps[:20], *(
        replace(s, speed=2 * SPEED) for s in long.sweeps[20:])))  # fmt: skip
    rows = table(long, {"height": twice(SURFACE)})
    assert sweeps_of(rows, faster, (0, 40), Form.LONG).shape == (20, 160)


@given(lefts=st.lists(st.integers(0, 60), min_size=20, max_size=20))
def test_wherever_the_sweeps_lie_each_form_holds_only_what_was_read(lefts):
    path = strip([30] * 20, lefts)
    for form in Form:
        passes = seen(path, form, height=twice(SURFACE))
        if passes is not None:
            read = passes.trace["height"]
            assert np.isfinite(read).sum() == 600


def test_in_band_excitation_a_bad_fit_is_no_gap():
    """Phase and amplitude are NaN where no resonance is found; height is not."""
    path = strip([40] * 20, [0] * 20)
    unknown = np.full(SURFACE.shape, np.nan)
    rows = table(path, {"height": twice(SURFACE), "amplitude": twice(unknown)})
    assert sweeps_of(rows, path, (0, 20), Form.SAMPLES) is None
    fitted = replace(rows, measurement=Measurement(mode=Mode.PFM_BAND_EXCITATION))
    passes = sweeps_of(fitted, path, (0, 20), Form.SAMPLES)
    assert list(passes.trace) == ["height"]
    assert passes.trace["height"].size == 800
    of_lines = passes_of(fitted)
    assert of_lines.shape == (20, 40)
    assert Direction.RETRACE in {way for _, way in fitted.data}


def test_the_mains_are_taken_out_of_strips_too():
    """50 Hz on top of all that both ways share, each sweep at another phase."""
    dwell, wide = STEP / SPEED, strip([80] * 48, [row // 2 for row in range(48)])
    rng = np.random.default_rng(4)
    time = dwell * np.arange(SURFACE.shape[1])
    phase = np.repeat(rng.uniform(0, 2 * np.pi, (2, 6, 1)), 8, axis=1)
    hum = 3e-9 * np.sin(2 * np.pi * 50 * time + phase)
    ways = SURFACE + hum[0], SURFACE + hum[1]
    passes = seen(wide, Form.NEIGHBOURS, height=ways)
    assert 80 * dwell * 50 > 1
    assert check_agreement(passes).verdict is Verdict.GOOD
    assert check_agreement(replace(passes, dwell=np.nan)).verdict is Verdict.SUSPECT


def test_in_strips_too_short_for_the_mains_nothing_is_taken_out():
    rows = np.full((20, 60), np.nan)
    rows[:, 10:40] = relief(8, shape=(20, 30))
    kept = without_mains(rows, 1e-5)
    assert np.array_equal(kept, rows, equal_nan=True)
    longer = without_mains(rows, 1e-3)
    assert np.array_equal(np.isnan(longer), np.isnan(rows))
    assert np.nanstd(longer) < np.nanstd(rows)
