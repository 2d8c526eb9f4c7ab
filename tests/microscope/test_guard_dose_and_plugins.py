"""Dose by hand, consent by hand, and adapters by name."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ai_afm.config import ConsentSettings, InstrumentSettings, LimitSettings
from ai_afm.errors import ConfigError, LinkLost, StoreError
from ai_afm.microscope import plugins
from ai_afm.microscope.consent import forbidden_overlap, pieces, zone_at
from ai_afm.microscope.dose import DoseMap, request_dose
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.plugins import Earlier, list_plugins, open_microscope
from ai_afm.testing.fake import FakeMicroscope, bias_everywhere, wide_limits
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Drive,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Waveform,
)

# 4 lines, 400 nm long, 25 nm apart, inside one row of cells: each cell is crossed 4 x 2 times.
FRAME = ScanRequest(ScanRegion((2e-7, 5e-8), (4e-7, 1e-7)), (4, 11), 2.0, drive=Drive(math.sqrt(2)))
EVERYWHERE = ScanRegion((0.0, 0.0), (2e-5, 1e-5))


def guarded(fake: FakeMicroscope) -> GuardedMicroscope:
    return GuardedMicroscope(fake, wide_limits(), bias_everywhere(), fake.clock)


def test_each_line_crosses_each_cell_twice():
    dose = request_dose(FRAME, volts=1.0, load_scale=1.0)
    assert dose.at((1.5e-7, 5e-8)) == pytest.approx((8.0, 0.5, 0.0))
    assert len(dose.cells) == 4


def test_load_multiplies_passes_but_not_volts():
    dose = request_dose(FRAME, volts=1.0, load_scale=2.5)
    assert dose.at((1.5e-7, 5e-8)) == pytest.approx((20.0, 0.5, 0.0))


def test_a_turned_frame_has_the_same_total():
    turned = replace(FRAME, region=replace(FRAME.region, angle=0.7))
    total = request_dose(turned, 1.0, 1.0).values.sum(axis=0)
    assert total == pytest.approx([32.0, 2.0, 0.0])


def test_a_finished_scan_is_counted_once():
    guard = guarded(FakeMicroscope())
    list(guard.scan(FRAME))
    assert guard.dose.at((1.5e-7, 5e-8)) == pytest.approx((8.0, 0.5, 0.0))


def test_a_scan_broken_off_counts_the_row_that_had_begun():
    guard = guarded(FakeMicroscope())
    lines = guard.scan(FRAME)
    next(lines)
    lines.close()
    assert guard.dose.at((1.5e-7, 5e-8))[0] == pytest.approx(4.0)


def test_a_scan_that_nobody_iterates_costs_nothing():
    guard = guarded(FakeMicroscope())
    guard.scan(FRAME)
    assert len(guard.dose.cells) == 0


def test_a_broken_probe_counts_in_full():
    request = ProbeRequest(
        ProbeKind.HYSTERESIS_LOOP, (5e-8, 5e-8), Waveform(4.0, 8, 1, 0.1, 0.1, 1.0, 1, 0.0)
    )
    fake = FakeMicroscope()
    guard = guarded(fake)
    fake.fails = lambda n, name: LinkLost("gone") if name == "waveform" else None
    with pytest.raises(LinkLost):
        guard.probe(request)
    # 8 steps: mean of 2 V for 0.1 s on field, 1 V for 0.1 s off field.
    assert guard.dose.at((5e-8, 5e-8)) == pytest.approx((0.0, 8 * (0.2 + 0.1), 1.0))


def test_dose_survives_a_restart_bit_for_bit():
    dose = request_dose(replace(FRAME, region=replace(FRAME.region, angle=0.7)), 1.0 / 3, 1.1)
    again = DoseMap.from_json(dose.to_json())
    assert (again.cells == dose.cells).all()
    assert (again.values == dose.values).all()


NAN_ROW = '{"format": "ai-afm dose 1", "cell": 1e-7, "rows": [[0, 0, NaN, 0, 0]]}'


@pytest.mark.parametrize("text", ["", "{}", "[]", NAN_ROW])
def test_a_dose_map_that_cannot_be_read_is_an_error_not_an_empty_one(text):
    with pytest.raises(StoreError):
        DoseMap.from_json(text)


def test_later_zones_override_earlier_ones():
    outer = ConsentZone(ScanRegion((0.0, 0.0), (4e-6, 2e-6)), ConsentLevel.FORBIDDEN)
    window = ConsentZone(ScanRegion((1e-6, 0.0), (1e-6, 1e-6)), ConsentLevel.IMAGE)
    consent = Consent((outer, window))
    assert zone_at(consent, (0.0, 0.0)) is outer
    assert zone_at(consent, (1e-6, 0.0)) is window
    assert zone_at(consent, (9e-6, 0.0)) is None
    assert forbidden_overlap(consent, window.region) == 0.0
    wide = ScanRegion((1e-6, 0.0), (2e-6, 1e-6))
    assert forbidden_overlap(consent, wide) == pytest.approx(1e-12)


def test_pieces_cover_a_turned_region_exactly_once():
    rng = np.random.default_rng(4)
    places, sizes = rng.uniform(-1e-6, 1e-6, (5, 2)), rng.uniform(1e-7, 2e-6, (5, 2))
    turned = zip(places, sizes, rng.uniform(-3, 3, 5), strict=True)
    regions = [ScanRegion(tuple(place), tuple(size), angle) for place, size, angle in turned]
    zones = tuple(ConsentZone(region, ConsentLevel.BIAS) for region in regions)
    region = ScanRegion((1e-7, 2e-7), (2e-6, 1e-6), 0.6)
    area = sum(
        abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
        for x, y in (p.outline.T for p in pieces(Consent(zones), region))
    )
    assert area == pytest.approx(2e-12, rel=1e-6)


class FakeEntry:
    def __init__(self, name, factory, dist=None):
        self.name, self.value, self.dist, self._factory = name, f"somewhere:{name}", dist, factory

    def load(self):
        if isinstance(self._factory, Exception):
            raise self._factory
        return self._factory


def open_plain(options, clock):
    return FakeMicroscope(clock=clock)


@pytest.fixture
def third_parties(monkeypatch):
    entries = [FakeEntry("plain", open_plain), FakeEntry("bad", ImportError("no vendor library"))]
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)


def opened(kind: str, clock: str = "real", **table) -> GuardedMicroscope:
    instrument = InstrumentSettings(kind=kind, clock=clock, **table)
    return open_microscope(instrument, LimitSettings(), ConsentSettings(), 3600.0)


def test_a_broken_plugin_is_listed_and_the_others_work(third_parties):
    found = {plugin.name: plugin.broken for plugin in list_plugins()}
    assert found["plain"] is None
    assert "no vendor library" in found["bad"]
    assert isinstance(opened("plain"), GuardedMicroscope)


def test_an_unknown_adapter_is_refused_with_the_known_names(third_parties):
    with pytest.raises(ConfigError, match="bad, plain, replay, simulated"):
        opened("nanoscope")


def test_a_broken_adapter_that_is_asked_for_is_an_error(third_parties):
    with pytest.raises(ConfigError, match="no vendor library"):
        opened("bad")


@pytest.mark.parametrize("clock", ["instant", "accelerated"])
def test_a_real_instrument_runs_in_real_time_only(third_parties, clock):
    with pytest.raises(ConfigError, match="real instrument"):
        opened("plain", clock)


def test_the_twin_opens_guarded_on_an_instant_clock_and_goes_on_after_a_restart():
    dose = request_dose(FRAME, 1.0, 1.0)
    microscope = open_microscope(
        InstrumentSettings(kind="simulated", clock="instant"),
        LimitSettings(),
        ConsentSettings(),
        100.0,
        Earlier(dose, spent=99.0),
    )
    assert microscope.dose is dose
    assert "run time" in microscope.verdict(FRAME).message


def test_a_zone_with_a_nan_is_refused_rather_than_ignored():
    fake = FakeMicroscope()
    zone = ConsentZone(ScanRegion((math.nan, 0.0), (1e-6, 2e-6)), ConsentLevel.FORBIDDEN)
    with pytest.raises(ConfigError, match="not finite"):
        GuardedMicroscope(fake, wide_limits(), Consent((zone,)), fake.clock)
