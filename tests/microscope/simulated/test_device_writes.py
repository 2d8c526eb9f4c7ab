"""Writing with the twin: thresholds, growth with bias and time, rims, and what comes back."""

import math
import threading
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from switching_worlds import FlatWorld

from ai_afm.errors import InstrumentError, LinkLost
from ai_afm.geometry import pixel_grid
from ai_afm.microscope.patterns import box, dots
from ai_afm.microscope.simulated.afm import SimulatedAfm, open_simulated
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.history import ChargeSpot, WrittenDomain
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.settings import DeviceSettings, ImagingSettings
from ai_afm.microscope.simulated.switching import SwitchingSettings
from ai_afm.types import ScanRegion, Stroke, WriteRequest

AREA = ScanRegion((0.0, 0.0), (9e-7, 7e-7))
THRESHOLD = 3.0
"""Coercive bias of the flat world, V; it is up everywhere, or to the right of its wall."""
SURE = SwitchingSettings(attempt_time=1e-30)


def twin(settings=None, wall=None, seed=3):
    sample = SwitchingSample(FlatWorld(wall=wall), seed, settings)
    return SimulatedAfm(sample, DeviceSettings(ImagingSettings(), extent=4e-6), InstantClock())


def write(afm, *strokes, rest=0.0):
    return list(afm.write(WriteRequest(AREA, strokes, rest)))


def dot(bias, seconds=0.1, at=(1e-7, -5e-8)):
    return Stroke(at, at, bias, seconds)


def radius(afm):
    found = [d.at(afm.state().time) for d in afm.sample.written]
    return [d.radius for d in found if d is not None]


def growths(change):
    """Return mean radius of 16 dots far apart for each change of the dose."""
    means = []
    for bias, seconds in change:
        afm = twin()
        for index in range(16):
            at = (-1.5e-6 + (index % 4) * 4e-7, -9e-7 + (index // 4) * 4e-7)
            write(afm, dot(bias, seconds, at))
        means.append(sum(radius(afm)) / 16)
    return means


def test_below_the_threshold_nothing_is_written_however_long():
    afm = twin()
    write(afm, dot(0.45 * THRESHOLD, 60.0))
    assert afm.sample.written == ()


def test_a_bigger_bias_writes_a_bigger_dot():
    found = growths([(1.4 * THRESHOLD, 0.1), (1.8 * THRESHOLD, 0.1), (2.4 * THRESHOLD, 0.1)])
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_a_longer_pulse_writes_a_bigger_dot():
    found = growths([(1.8 * THRESHOLD, 0.03), (1.8 * THRESHOLD, 0.3), (1.8 * THRESHOLD, 3.0)])
    # the growth law is logarithmic in time
    assert np.diff(found) == pytest.approx(8e-9 * 1.8 * np.ones(2), rel=0.25)


def test_the_sign_of_a_dot_is_that_of_its_bias():
    afm = twin(SURE)
    against, along = -3 * THRESHOLD, 3 * THRESHOLD
    # a positive tip bias pushes the polarization down: where it is up, that is a new domain
    write(afm, dot(-against))
    write(afm, dot(-along, at=(-2e-7, 1e-7)))
    assert [d.sign for d in afm.sample.written] == [-1]


def test_a_pulse_on_a_dot_lets_its_rim_creep_on():
    afm = twin(SURE)
    sizes = []
    for seconds in (0.1, 1.0, 10.0):
        write(afm, dot(2 * THRESHOLD, seconds))
        sizes.append(max(radius(afm)))
    assert sizes[0] < sizes[1] < sizes[2]
    assert len({d.sign for d in afm.sample.written}) == 1


def test_an_opposite_pulse_takes_back_what_was_written():
    afm = twin(replace(SURE, retraction=1.0))
    write(afm, dot(2 * THRESHOLD, 0.1))
    x, y = pixel_grid(ScanRegion((1e-7, -5e-8), (2e-7, 1.6e-7)), (32, 40))
    written = (afm.sample.surface(x, y, 1e3).piezo < 0).mean()
    write(afm, dot(-2 * THRESHOLD, 20.0))
    assert written > 0.01
    assert (afm.sample.surface(x, y, 1e3).piezo < 0).mean() < written / 4


def test_a_dot_switches_back_with_the_logarithm_of_time_until_it_is_gone():
    fresh = WrittenDomain((0.0, 0.0), (0.0, 0.0), 3e-8, -1, 4e-9, 100.0, fade=5e-9)
    later = [fresh.at(100.0 + 10**k - 1) for k in (1, 2, 3)]
    assert [d.radius for d in later] == pytest.approx([2.5e-8, 2e-8, 1.5e-8])
    assert fresh.at(100.0 + 1e6) is None


def test_a_rest_lets_a_dot_shrink():
    afm = twin(replace(SURE, back_switching=2e-9))
    write(afm, dot(2 * THRESHOLD, 1.0))
    before = radius(afm)[0]
    write(afm, rest=1000.0)
    assert before - radius(afm)[0] == pytest.approx(2e-9 * math.log10(1001), rel=0.1)


def test_a_box_is_filled_and_its_corners_are_round():
    afm = twin(SURE)
    region = ScanRegion((0.0, 0.0), (3e-7, 2e-7))
    write(afm, *box(region, 2.5 * THRESHOLD, 1.5e-8, 1e-6))
    x, y = pixel_grid(ScanRegion((0.0, 0.0), (5e-7, 4e-7)), (160, 200))
    new = afm.sample.surface(x, y, 1e3).piezo < 0
    assert new[(np.abs(x) < 1.45e-7) & (np.abs(y) < 0.9e-7)].all()
    reach = max(d.radius for d in afm.sample.written)
    assert not new[(np.abs(x) > 1.5e-7 + 1.2 * reach) | (np.abs(y) > 1e-7 + 1.2 * reach)].any()
    wide = new.any(axis=0) * 1.0
    corner = new[(np.abs(x) > 1.5e-7 + 0.8 * reach) & (np.abs(y) > 1e-7 + 0.8 * reach - 1e-8)]
    assert wide.sum() > 0
    assert not corner.any()


def test_a_dot_beside_a_wall_pushes_the_wall():
    afm = twin(wall=1.4e-7)
    write(afm, dot(2 * THRESHOLD, 1.0, at=(1e-7, 0.0)))
    x = np.linspace(1e-7, 2.4e-7, 200)
    profile = afm.sample.surface(x, np.zeros(200), 1e3).piezo
    assert x[np.argmax(profile > 0)] > 1.45e-7


def test_bias_is_on_during_a_stroke_and_off_between_and_after():
    afm = open_simulated({"seed": 103, "extent_nm": 3000.0}, InstantClock())
    request = WriteRequest(AREA, dots(ScanRegion((0, 0), (3e-7, 1.5e-7)), (5.0, 0.1), 1.5e-7))
    for applied in afm.write(request):
        assert applied.bias == 5.0
        assert (afm.state().bias, afm.state().drive) == (0.0, 0.0)
    assert (afm.state().bias, afm.state().drive) == (0.0, 0.0)
    assert not afm.state().scanning
    assert afm.measurement().pulses == 2


def test_a_stop_from_another_thread_cuts_the_stroke_short_and_ends_the_write():
    class Stopping(InstantClock):
        afm = None

        def sleep(self, seconds):
            super().sleep(seconds)
            if self.afm is not None and self.afm.state().bias and self.now() > 2.0:
                thread = threading.Thread(target=self.afm.stop)
                thread.start()
                thread.join()

    clock = Stopping()
    afm = open_simulated({"seed": 103, "extent_nm": 3000.0}, clock)
    clock.afm = afm
    applied = list(afm.write(WriteRequest(AREA, (dot(5.0, 60.0), dot(5.0, 60.0)))))
    assert len(applied) == 1
    assert applied[0].seconds < 5.0
    assert afm.state().bias == 0.0


def test_a_write_that_is_closed_leaves_no_bias_and_what_is_done_stays_done():
    afm = twin(SURE)
    bias = 3 * THRESHOLD
    strokes = (dot(bias), dot(bias, at=(-2e-7, 1e-7)))
    with closing(afm.write(WriteRequest(AREA, strokes))) as under_way:
        next(under_way)
    assert len(afm.sample.written) == 1
    assert afm.state().bias == 0.0


def test_what_is_written_lies_where_the_drift_has_taken_the_tip():
    afm = open_simulated(
        {"seed": 103, "extent_nm": 3000.0, "drift_nm_per_s": 1.0, "noise": 0.0}, InstantClock()
    )
    write(afm, rest=100.0)
    write(afm, *[dot(s * 9.0, 1.0, (1e-7, 1e-7)) for s in (1, -1)])
    true = afm.true_position((1e-7, 1e-7))
    assert math.dist(true, (1e-7, 1e-7)) > 5e-8
    # whether it wrote a dot or pulled a wall over the place: the charge lies where the tip was
    charged = [i for i in afm.sample.history if isinstance(i, ChargeSpot)]
    assert all(math.dist(c.center, true) < 1e-8 for c in charged)
    assert charged


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ((dot(11.0),), "the limit is 10"),
        ((dot(5.0, 0.0),), "not above 0"),
        ((dot(5.0, at=(1e-3, 0.0)),), "outside the scanner"),
    ],
    ids=["volts", "time", "place"],
)
def test_the_twin_refuses_what_it_cannot_do(strokes, words):
    with pytest.raises(InstrumentError, match=words):
        twin().accept(WriteRequest(AREA, strokes))


def test_a_tapping_twin_does_not_write():
    afm = open_simulated({"seed": 3, "mode": "tapping"}, InstantClock())
    with pytest.raises(InstrumentError, match="cannot write in tapping mode"):
        afm.write(WriteRequest(AREA, (dot(5.0),)))


def test_a_link_lost_at_a_stroke_is_said():
    afm = open_simulated({"seed": 3, "faults": ("link_lost@0.5s=60",)}, InstantClock())
    strokes = afm.write(WriteRequest(AREA, (dot(5.0, 1.0), dot(5.0, 1.0))))
    with pytest.raises(LinkLost):
        list(strokes)


def shaken_wall(drive, imprint, passes=1, share=1.0):
    """Return by how much a wall has moved to the left (up grows), m, after passes of an image."""
    world = FlatWorld(wall=2e-8, imprint=imprint)
    sample = SwitchingSample(world, 3, SwitchingSettings(ac_share=share))
    x, y = pixel_grid(ScanRegion((0.0, 0.0), (4e-7, 1e-7)), (20, 80))
    for _ in range(passes):
        sample.expose(x, y, 0.0, drive, 5e-3, 0.0)
    line = np.linspace(-1e-7, 1e-7, 2001)
    piezo = sample.surface(line, np.zeros(2001), 10.0).piezo
    return 2e-8 - float(np.interp(0.0, piezo, line)), sample


@pytest.mark.parametrize(("drive", "share"), [(1.0, 1.0), (4.0, 0.0)])
def test_a_drive_below_pinning_or_one_that_only_reads_moves_no_wall(drive, share):
    assert shaken_wall(drive, 0.2, 5, share)[0] == pytest.approx(0.0, abs=1e-12)


def test_a_large_drive_moves_walls_the_way_of_the_imprint_less_with_each_pass():
    moved = [shaken_wall(2.5, 0.3, passes)[0] for passes in (1, 2, 3, 4)]
    assert moved[0] > 1e-9
    assert np.all(np.diff(moved) > 0)
    assert np.all(np.diff(np.diff(moved)) < 0)
    assert shaken_wall(2.5, -0.3)[0] == pytest.approx(-moved[0], rel=1e-3)


def test_what_the_drive_has_moved_is_remembered():
    moved, sample = shaken_wall(2.5, 0.3, 3)
    copy = SwitchingSample(sample.world, 9, sample.settings)
    copy.replay(sample.to_json())
    x = np.linspace(-1e-7, 1e-7, 301)
    assert np.array_equal(copy.surface(x, 0 * x, 1.0).piezo, sample.surface(x, 0 * x, 1.0).piezo)
    assert moved > 0
