"""What a probe did, from images before and after: on the twin, with the truth beside it."""

import numpy as np
import pytest

from ai_afm import geometry
from ai_afm.bench.probe.segments import bulk_sites, look
from ai_afm.bench.probe.station import Build, open_station
from ai_afm.bench.probe.trial import SIGN
from ai_afm.errors import BadInput
from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.switching_state import SwitchingSettings
from ai_afm.survey.patch import read_patch, scale_of, wall_near
from ai_afm.survey.probe_events import EventKind, Registration, event
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    ProbeKind,
    ScanRegion,
    ScanRequest,
    Waveform,
)

REGION = ScanRegion((1e-6, -5e-7), (2.6e-7, 2.4e-7), 0.4)
SHAPE = (32, 40)
SITE = REGION.center
REACH = 9e-8


def image(signed, noise=0.03, seed=0, region=REGION) -> Frame:
    """A frame whose response is `signed(x, y)` times a complex gain, trace and retrace."""
    rng = np.random.default_rng(seed)
    x, y = pixel_grid(region, SHAPE)
    data = {}
    for direction in Direction:
        z = signed(x - SITE[0], y - SITE[1]).astype(complex)
        z += noise * (rng.standard_normal(SHAPE) + 1j * rng.standard_normal(SHAPE))
        z = 3e-9 * z * np.exp(1.1j) + (2e-10 - 3e-10j)
        data["amplitude", direction] = np.abs(z).astype(np.float32)
        data["phase", direction] = np.angle(z).astype(np.float32)
    rows = {d: np.ones(SHAPE[0], bool) for d in Direction}
    channels = (Channel("amplitude", "m"), Channel("phase", "rad"))
    request = ScanRequest(region, SHAPE, 1.0)
    return Frame(request, data, channels, rows, Measurement())


def wall(x, y):
    """A wall through the site, up on the right of x = 0."""
    return np.tanh(x / 8e-9)


def moved(by):
    return lambda x, y: np.tanh((x - by * np.exp(-(y**2) / (2 * 5e-8**2))) / 8e-9)


def dot(radius, background=1.0, center=(0.0, 0.0)):
    def signed(x, y):
        away = np.hypot(x - center[0], y - center[1])
        return background * np.tanh((away - radius) / 8e-9)

    return signed


def up(x, y):
    return np.ones_like(x)


def test_noise_alone_is_nothing():
    found = event(image(wall), image(wall, seed=1), SITE, REACH)
    assert found is not None
    assert found.kind is EventKind.NOTHING
    assert found.area == 0
    assert found.displacement is not None
    assert found.displacement.covers(0.0)


@pytest.mark.parametrize("way", [-30e-9, -12e-9, 5e-9, 25e-9])
def test_a_wall_that_moved_is_measured_with_its_interval(way):
    found = event(image(wall), image(moved(way), seed=1), SITE, REACH)
    assert found is not None
    assert found.kind is EventKind.WALL_MOVED
    assert found.displacement is not None
    # up is positive: a wall that moves to the right moves towards the side that was up
    assert abs(found.displacement.value) == pytest.approx(abs(way), abs=3e-9)
    assert found.displacement.covers(np.copysign(way, found.displacement.value))


def test_the_sign_of_a_displacement_is_that_of_the_positive_side():
    scale = scale_of(image(wall))
    assert scale is not None
    patch = read_patch(image(wall), scale)
    row, column = geometry.sample_to_pixel(patch.region, patch.shape, SITE[0] + 5e-8, SITE[1])
    right = patch.mean[round(float(row)), round(float(column))]
    found = event(image(wall), image(moved(2e-8), seed=1), SITE, REACH, None, scale)
    assert found is not None
    assert found.displacement is not None
    assert np.sign(found.displacement.value) == np.sign(right)


def test_a_dot_in_a_domain_is_a_new_domain_with_its_radius():
    found = event(image(up), image(dot(35e-9), seed=1), SITE, REACH)
    assert found is not None
    assert found.kind is EventKind.NEW_DOMAIN
    assert found.radius == pytest.approx(35e-9, rel=0.1)
    assert found.displacement is None


def test_a_domain_that_is_gone_was_erased():
    found = event(image(dot(35e-9)), image(up, seed=1), SITE, REACH)
    assert found is not None
    assert found.kind is EventKind.ERASED


def test_a_change_beyond_reach_is_not_the_probes():
    far = dot(2e-8, center=(9.5e-8, 0.0))
    found = event(image(wall), image(lambda x, y: wall(x, y) * far(x, y), seed=1), SITE, 5e-8)
    assert found is not None
    assert found.kind is EventKind.NOTHING


def test_drift_that_was_measured_is_no_displacement():
    drifted = image(lambda x, y: wall(x - 6e-9, y), seed=1)
    found = event(image(wall), drifted, SITE, REACH, Registration((6e-9, 0.0), 0.5e-9))
    unknown = event(image(wall), drifted, SITE, REACH)
    assert found is not None
    assert unknown is not None
    assert found.kind is EventKind.NOTHING
    assert unknown.kind is EventKind.WALL_MOVED


def test_one_polarity_in_both_images_says_nothing():
    assert event(image(up), image(up, seed=1), SITE, REACH) is None


def test_an_image_without_a_response_is_refused():
    frame = image(wall)
    with pytest.raises(BadInput, match="amplitude"):
        scale_of(Frame(frame.request, {}, (), frame.scanned, frame.measurement))


def test_the_nearest_wall_is_found_between_the_pixels():
    scale = scale_of(image(wall))
    assert scale is not None
    found = wall_near(read_patch(image(wall), scale), (SITE[0] + 2.3e-8, SITE[1]))
    assert found is not None
    assert abs(found.distance) == pytest.approx(2.3e-8, abs=1.5e-9)
    assert abs(found.normal[0]) == pytest.approx(1.0, abs=0.05)


def test_lines_that_were_not_scanned_are_no_wall():
    whole = image(up)
    scale = scale_of(image(wall))
    assert scale is not None
    cut = {
        key: np.where(np.arange(SHAPE[0])[:, None] < 20, v, np.nan) for key, v in whole.data.items()
    }
    data = {key: v.astype(np.float32) for key, v in cut.items()}
    frame = Frame(whole.request, data, whole.channels, whole.scanned, whole.measurement)
    assert wall_near(read_patch(frame, scale), SITE) is None
    found = event(frame, frame, SITE, REACH, None, scale)
    assert found is not None
    assert found.kind is EventKind.NOTHING


def test_a_scale_keeps_its_positive_side():
    first = scale_of(image(wall))
    assert first is not None
    flipped = type(first)(first.middle, -first.half)
    again = scale_of(image(wall, seed=4), like=flipped)
    assert again is not None
    assert (again.half * flipped.half.conjugate()).real > 0


def test_the_twin_shows_all_four_kinds_of_event():
    station = open_station(Build(161, SwitchingSettings(), extent=6e-6))
    seen = look(station, ScanRegion((0.0, 0.0), (1e-6, 1e-6)), None)
    assert seen is not None
    places = bulk_sites(seen, SIGN, (0.0, 0.0), 0.0)
    place = places[0]

    def happens(at, volts, kind=ProbeKind.RELAXATION):
        region = ScanRegion(at, (2.8e-7, 2.6e-7))
        before = station.image(region, (36, 40), 10.0)
        shape, steps = ("step", 1) if kind is ProbeKind.RELAXATION else ("triangle", 80)
        pulse = Waveform(abs(volts), steps, 1, 0.1, 0.01, 0.0, int(np.sign(volts)), 1.0, shape)
        station.probe(at, pulse, kind)
        after = station.image(region, (36, 40), 10.0)
        found = event(before, after, at, 1e-7, None, seen.scale)
        assert found is not None
        return found.kind

    kinds = [happens(place, volts) for volts in (1.5, -1.5, 9.0, -9.0, 9.0, -9.0)]
    # one polarity writes, the other takes it away; which is which nobody knows beforehand
    assert kinds[:2] == [EventKind.NOTHING, EventKind.NOTHING]
    written = kinds.index(EventKind.NEW_DOMAIN)
    assert kinds[written + 1] is EventKind.ERASED
    edge = wall_near(seen.patch, (0.0, 0.0))
    assert edge is not None
    moved = happens(edge.at, 9.0, ProbeKind.HYSTERESIS_LOOP)
    assert moved is EventKind.WALL_MOVED
