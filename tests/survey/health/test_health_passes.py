import numpy as np
import pytest
from made_passes import passes

from ai_afm.errors import BadInput
from ai_afm.survey.health.passes import levelled, passes_of, responses
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    Mode,
    ScanRegion,
    ScanRequest,
)

SHAPE = (24, 40)


def frame(image, ways=tuple(Direction), shape=SHAPE):
    request = ScanRequest(ScanRegion((0.0, 0.0), (80e-9, 24e-9)), shape, 2.0)
    data = {("height", way): np.asarray(image, np.float32) for way in ways}
    scanned = dict.fromkeys(ways, np.ones(shape[0], bool))
    how = Measurement(mode=Mode.PFM_DART, drive_frequencies=(1.0, 2.0), quality_factor=80.0)
    return Frame(request, data, (Channel("height", "m"),), scanned, how)


def test_lines_of_a_frame_are_cut_out_in_order():
    image = np.arange(24 * 40.0).reshape(SHAPE)
    found = passes_of(frame(image), 4, 20)
    np.testing.assert_array_equal(found.trace["height"], image[4:20].astype(np.float32))
    assert found.shape == (16, 40)
    assert found.pixel_size == (2e-9, 1e-9)
    assert found.dwell == pytest.approx(0.9 / (2 * 40 * 2.0))
    assert found.mode is Mode.PFM_DART
    assert found.frequencies == (1.0, 2.0)


def test_lines_that_have_not_come_or_have_a_gap_are_left_out():
    image = np.ones(SHAPE)
    image[3] = np.nan
    image[7, 5] = np.nan
    assert passes_of(frame(image)).shape == (22, 40)


def test_too_few_lines_or_one_direction_only_are_none():
    image = np.full(SHAPE, np.nan)
    image[:7] = 1.0
    assert passes_of(frame(image)) is None
    assert passes_of(frame(np.ones(SHAPE), (Direction.TRACE,))) is None


@pytest.mark.parametrize("rows", [(-1, 10), (10, 10), (5, 25)])
def test_rows_outside_the_frame_are_refused(rows):
    with pytest.raises(BadInput, match="24 lines"):
        passes_of(frame(np.ones(SHAPE)), *rows)


def test_levelling_takes_mean_and_slope_of_each_line_and_nothing_else():
    rng = np.random.default_rng(1)
    x = np.linspace(-1, 1, 40)
    bend = np.broadcast_to(x**2 - (x**2).mean(), SHAPE)
    tilted = bend + rng.normal(size=(24, 1)) + rng.normal(size=(24, 1)) * x
    np.testing.assert_allclose(levelled(tilted), bend, atol=1e-12)


def test_amplitude_and_phase_of_tapping_are_no_response():
    channels = {"amplitude": np.ones(SHAPE), "phase": np.zeros(SHAPE)}
    assert responses(passes(channels, mode=Mode.TAPPING)) is None
    out, back = responses(passes(channels))
    np.testing.assert_allclose(out, 1.0)
    np.testing.assert_allclose(back, 1.0)
