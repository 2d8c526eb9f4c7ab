"""The sample remembers dots, moved walls, charge, ions, dose; nothing where nothing was done."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from switching_worlds import FlatWorld

from ai_afm.errors import BadInput, InstrumentError
from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.exposure import DoseMap
from ai_afm.microscope.simulated.history import ChargeSpot, WallShift, WrittenDomain
from ai_afm.microscope.simulated.loops import ProbeNoise, TipProperties, measure
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.switching import SwitchingSettings
from ai_afm.types import ProbeKind, ProbeRequest, ScanRegion, Waveform

REGION = ScanRegion((0.0, 0.0), (300e-9, 200e-9))
SHAPE = (40, 60)
PULSE = Waveform(9.0, 10, 1, on_time=0.1, off_time=0.01, envelope="step")


def image(sample: SwitchingSample, time: float = 1e3, region: ScanRegion = REGION):
    return sample.surface(*pixel_grid(region, SHAPE), time)


def pulse(sample: SwitchingSample, position=(20e-9, -30e-9), waveform=PULSE, time: float = 10.0):
    request = ProbeRequest(ProbeKind.RELAXATION, position, waveform)
    return measure(sample, request, TipProperties(), ProbeNoise(), np.random.default_rng(0), time)


def expose(sample, bias, region=REGION, shape=SHAPE, drive=1.0, seconds=1e-3, time=0.0):
    sample.expose(*pixel_grid(region, shape), bias, drive, seconds, time)


def test_a_pristine_sample_hands_on_the_arrays_of_its_world():
    world = FlatWorld(wall=3e-8)
    x, y = pixel_grid(REGION, SHAPE)
    surface = world.surface(x, y)

    class OneSurface(FlatWorld):
        def surface(self, x, y):
            return surface

    sample = SwitchingSample(OneSurface(), 0)
    sample.remember([WrittenDomain((1e-6, 0.0), (1e-6, 0.0), 3e-8, -1, 4e-9, 0.0)])
    assert sample.surface(x, y, 5.0) is surface


def test_an_image_after_a_pulse_shows_the_dot_that_was_written():
    sample = SwitchingSample(FlatWorld(), 4)
    before = image(sample, 0.0).piezo
    pulse(sample)
    after = image(sample).piezo
    assert np.all(before == 40e-12)
    (dot,) = sample.written
    pixel = (300e-9 / 60) * (200e-9 / 40)
    assert np.count_nonzero(after < 0) * pixel == pytest.approx(math.pi * dot.radius**2, rel=0.1)
    rows, columns = np.nonzero(after < 0)
    # Centre (20, -30) nm: 4 pixels right of the middle of 60 columns, 6 rows below that of 40.
    assert columns.mean() == pytest.approx(33.5, abs=0.3)
    assert rows.mean() == pytest.approx(25.5, abs=0.3)
    assert np.abs(after).max() == pytest.approx(40e-12)


def test_the_rim_of_a_dot_is_a_wall_of_the_settings_width():
    sample = SwitchingSample(FlatWorld(), 4)
    sample.remember([WrittenDomain((0.0, 0.0), (0.0, 0.0), 50e-9, -1, 4e-9, 0.0)])
    x = np.linspace(30e-9, 70e-9, 41)
    piezo = sample.surface(x, 0 * x, 1.0).piezo
    np.testing.assert_allclose(piezo, 40e-12 * np.tanh((x - 50e-9) / 4e-9), atol=1e-14)


def test_a_domain_written_over_a_native_wall_leaves_no_seam():
    sample = SwitchingSample(FlatWorld(wall=0.0), 4)
    sample.remember([WrittenDomain((0.0, 0.0), (0.0, 0.0), 60e-9, -1, 4e-9, 0.0)])
    x = np.linspace(-30e-9, 30e-9, 61)
    np.testing.assert_allclose(sample.surface(x, 0 * x, 1.0).piezo, -40e-12, rtol=1e-3)


def test_a_later_domain_covers_an_earlier_one_and_the_earlier_is_forgotten():
    sample = SwitchingSample(FlatWorld(), 4)
    small = WrittenDomain((0.0, 0.0), (0.0, 0.0), 20e-9, -1, 4e-9, 0.0)
    sample.remember([small, replace(small, radius=40e-9, sign=1, time=1.0)])
    assert [d.sign for d in sample.written] == [1]
    np.testing.assert_allclose(image(sample).piezo, 40e-12)


def test_a_second_probe_reads_what_the_first_has_written():
    sample = SwitchingSample(FlatWorld(), 4)
    first = pulse(sample)
    small = replace(PULSE, amplitude=0.1)
    second = pulse(sample, waveform=small, time=2000.0)
    assert first.response.real[-1] < 0
    assert second.response.real[0] == pytest.approx(-40e-12, rel=0.05)


def test_a_pulse_beside_a_wall_displaces_it_for_good():
    sample = SwitchingSample(FlatWorld(wall=0.0), 4, SwitchingSettings(injection=0.0))
    pulse(sample, (12e-9, 0.0), replace(PULSE, amplitude=2.0))
    (shift,) = (i for i in sample.history if isinstance(i, WallShift))
    assert sample.written == ()
    # The tip sits in the up domain; positive bias lets the down domain (on the left) grow to the
    # right.
    x = np.linspace(-20e-9, 80e-9, 4001)
    piezo = sample.surface(x, 0 * x, 1e5).piezo
    zero = x[np.argmax(piezo > 0)]
    assert zero == pytest.approx(-shift.fixed, abs=0.3e-9)
    assert zero > 3e-9
    far = sample.surface(x, 0 * x + 500e-9, 1e5).piezo
    np.testing.assert_array_equal(far, FlatWorld(wall=0.0).surface(x, 0 * x).piezo)


def test_the_elastic_part_of_a_wall_goes_back_after_the_pulse():
    sample = SwitchingSample(FlatWorld(wall=0.0), 4, SwitchingSettings(injection=0.0))
    pulse(sample, (12e-9, 0.0), replace(PULSE, amplitude=2.0, off_time=1e-5), time=0.0)
    (shift,) = (i for i in sample.history if isinstance(i, WallShift))
    end = shift.time
    relaxed = shift.displacement(end) - shift.displacement(end + 0.2)
    assert relaxed == pytest.approx(shift.elastic * (1 - math.exp(-1)), rel=1e-6)
    assert shift.elastic / (shift.fixed + shift.elastic) == pytest.approx(0.3, rel=1e-3)


def test_injected_charge_raises_the_potential_decays_and_spreads():
    spot = ChargeSpot((0.0, 0.0), 0.5, 30e-9, 10.0, 20.0, 5e-18)
    sample = SwitchingSample(FlatWorld(potential=0.1), 4)
    sample.remember([spot])
    origin = np.zeros(1)
    now, later = (float(sample.surface(origin, origin, t).potential[0]) for t in (10.0, 50.0))
    assert now == pytest.approx(0.6)
    variance = 30e-9**2 + 2 * 5e-18 * 40
    assert later == pytest.approx(0.1 + 0.5 * math.exp(-2) * 30e-9**2 / variance)


def test_charge_that_has_decayed_is_dropped_from_the_history():
    sample = SwitchingSample(FlatWorld(), 4)
    sample.remember([ChargeSpot((0.0, 0.0), 0.5, 30e-9, 10.0, 20.0, 5e-18)])
    sample.remember([WrittenDomain((0.0, 0.0), (0.0, 0.0), 2e-8, -1, 4e-9, 1e4)])
    assert [type(i) for i in sample.history] == [WrittenDomain]


def test_a_loop_at_an_ionic_place_leaves_a_change_that_relaxes():
    world = FlatWorld(ferroelectric=False, piezo=0.0, ionic=10e-12)
    sample = SwitchingSample(world, 4)
    pulse(sample, (0.0, 0.0), replace(PULSE, off_time=1e-4), time=0.0)
    origin = np.zeros(1)
    ionic = [float(sample.surface(origin, origin, 1.0 + t).ionic[0]) for t in (0.001, 0.3, 300.0)]
    assert ionic[0] > ionic[1] > ionic[2]
    assert ionic[2] == pytest.approx(10e-12, rel=1e-3)
    assert sample.written == ()


def test_imaging_is_counted_as_dose():
    sample = SwitchingSample(FlatWorld(), 4)
    for time in (0.0, 10.0, 20.0):
        expose(sample, 0.0, drive=2.0, seconds=1e-3, time=time)
    pixels = SHAPE[0] * SHAPE[1]
    assert sample.dose_map.total(0) == pytest.approx(3 * pixels * 1e-3)
    assert sample.dose_map.total(1) == pytest.approx(3 * pixels * 2e-3)
    contact, volts = sample.dose(*pixel_grid(replace(REGION, size=(1e-7, 5e-8)), (3, 4)))
    # A 20 nm cell holds 4 x 4 pixels of 5 nm.
    np.testing.assert_allclose(contact, 3 * 16 * 1e-3)
    np.testing.assert_allclose(volts, 3 * 16 * 2e-3)
    assert sample.history == ()


def test_the_dose_map_counts_the_same_in_one_call_or_many():
    region = ScanRegion((1.2e-6, -0.7e-6), (3.1e-6, 2.3e-6), 0.6)
    x, y = pixel_grid(region, (50, 70))
    whole, rows = DoseMap(20.0), DoseMap(20.0)
    whole.add(x, y, 1e-3, 2.0)
    for i in range(50):
        rows.add(x[i], y[i], 1e-3, 2.0)
    assert whole.tiles.keys() == rows.tiles.keys()
    for key, layers in whole.tiles.items():
        np.testing.assert_allclose(layers, rows.tiles[key])


@pytest.mark.parametrize("bias", [0.0, 0.7], ids=["no bias", "small bias"])
def test_imaging_below_the_threshold_writes_nothing(bias):
    sample = SwitchingSample(FlatWorld(), 4)
    expose(sample, bias, drive=2.0)
    assert sample.written == ()
    np.testing.assert_array_equal(image(sample).piezo, 40e-12)


def test_imaging_above_the_coercive_bias_switches_like_lithography():
    sample = SwitchingSample(FlatWorld(), 4)
    box = ScanRegion((-50e-9, 20e-9), (120e-9, 90e-9))
    expose(sample, 6.0, box, (18, 24))
    piezo = image(sample).piezo
    x, y = pixel_grid(REGION, SHAPE)
    inside = (np.abs(x + 50e-9) < 55e-9) & (np.abs(y - 20e-9) < 40e-9)
    outside = (np.abs(x + 50e-9) > 85e-9) | (np.abs(y - 20e-9) > 70e-9)
    assert np.all(piezo[inside] < -39e-12)
    assert np.all(piezo[outside] > 39e-12)


def test_writing_the_same_box_again_adds_nothing_to_the_history():
    sample = SwitchingSample(FlatWorld(), 4)
    for time in (0.0, 1.0, 2.0):
        expose(sample, 6.0, time=time)
        if time == 0.0:
            first = len(sample.written)
    assert 0 < len(sample.written) == first


def test_an_opposite_bias_erases_what_was_written():
    sample = SwitchingSample(FlatWorld(), 4)
    expose(sample, 6.0, replace(REGION, size=(100e-9, 60e-9)), (12, 20))
    expose(sample, -6.0, replace(REGION, size=(200e-9, 140e-9)), (28, 40), time=5.0)
    assert np.all(image(sample).piezo > 39e-12)


def test_imaging_with_bias_leaves_a_charge_that_decays():
    sample = SwitchingSample(FlatWorld(ferroelectric=False), 4)
    expose(sample, 1.0, seconds=0.05, time=100.0)
    inner = replace(REGION, size=(100e-9, 80e-9))
    now = image(sample, 100.0, inner).potential
    later = image(sample, 140.0, inner).potential
    np.testing.assert_allclose(now, 0.1, rtol=1e-3)  # 16 pixels a cell: injection is complete
    np.testing.assert_allclose(later, now * math.exp(-2))


def test_wear_lowers_the_surface_where_the_tip_was():
    sample = SwitchingSample(FlatWorld(), 4, SwitchingSettings(wear_rate=1e-9))
    expose(sample, 0.0, seconds=1e-3)
    inner = image(sample, 1.0, replace(REGION, size=(100e-9, 80e-9))).height
    np.testing.assert_allclose(inner, -16e-12)


def test_a_full_memory_refuses_rather_than_forgets():
    sample = SwitchingSample(FlatWorld(), 4, max_items=3)
    dots = [WrittenDomain((i * 1e-7, 0.0), (i * 1e-7, 0.0), 2e-8, -1, 4e-9, 0.0) for i in range(4)]
    with pytest.raises(InstrumentError, match="memory"):
        sample.remember(dots)
    assert sample.history == ()


def test_a_history_comes_back_from_its_json_and_goes_on_in_the_same_way():
    original = SwitchingSample(FlatWorld(wall=0.0), 4)
    expose(original, 4.0, replace(REGION, size=(50e-9, 20e-9)), (4, 10))
    pulse(original, (25e-9, 10e-9))
    copy = SwitchingSample(FlatWorld(wall=0.0), 99)
    copy.replay(original.to_json())
    one, same = image(original, 20.0), image(copy, 20.0)
    np.testing.assert_array_equal(one.piezo, same.piezo)
    np.testing.assert_array_equal(one.potential, same.potential)
    assert original.dose_map.total(1) == copy.dose_map.total(1)
    loop = Waveform(8.0, 16, 1)
    after = [pulse(s, (-60e-9, 30e-9), loop, 50.0).response for s in (original, copy)]
    np.testing.assert_array_equal(after[0], after[1])


@pytest.mark.parametrize("text", ["", "{}", '{"world": 1}', "[1, 2]"])
def test_a_text_that_is_no_history_is_refused(text):
    with pytest.raises(BadInput):
        SwitchingSample(FlatWorld(), 0).replay(text)


def test_the_history_of_another_world_is_refused():
    text = SwitchingSample(FlatWorld(name="other"), 0).to_json()
    assert json.loads(text)["world"] == "other"
    with pytest.raises(BadInput, match="other"):
        SwitchingSample(FlatWorld(), 0).replay(text)
