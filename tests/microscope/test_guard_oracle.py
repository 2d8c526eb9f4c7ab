"""The guard accepts a request if and only if an independent oracle says that it is legal."""

from dataclasses import replace

import numpy as np
import pytest
from guard_oracle import Setting, is_legal
from guard_requests import SCANNER, a_case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.dose import DoseMap, pass_dose, path_passes, request_dose
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.testing.fake import FakeMicroscope, bias_everywhere, wide_limits
from ai_afm.types import Consent, Drive, PathRequest, ScanRegion, ScanRequest


class Instrument(FakeMicroscope):
    """A fake whose scanner lies where the setting says."""

    scanner = SCANNER
    lifts = False
    ends = True

    @property
    def capabilities(self) -> Capabilities:
        return replace(
            FakeMicroscope.capabilities.fget(self),
            scanner_range=self.scanner,
            lifts_to_move=self.lifts,
            current_limit=self.ends,
        )


def guard_for(setting: Setting) -> GuardedMicroscope:
    instrument = Instrument()
    instrument.scanner, instrument.lifts = setting.scanner, setting.lifts
    instrument.ends = setting.current_limit
    instrument.position = (setting.position.real, setting.position.imag)
    dose = DoseMap()
    for request in setting.earlier:
        drive = getattr(request, "drive", None) or Drive(setting.own_drive)
        volts = float(np.hypot(drive.dc_bias, drive.amplitude / np.sqrt(2)))
        load = max(1.0, getattr(request, "setpoint", None) or 1.0)
        if isinstance(request, PathRequest):
            times = instrument.capabilities.times
            dose += pass_dose(path_passes(request, times, lifts=setting.lifts), volts, load)
            continue
        dose += request_dose(request, volts, load)
    consent = Consent(setting.zones)
    return GuardedMicroscope(instrument, setting.limits, consent, instrument.clock, dose)


def disagreement(seed: int) -> tuple[bool, str | None]:
    """Return whether a seeded case is legal, and a text where the guard thinks otherwise."""
    request, setting = a_case(np.random.default_rng(seed))
    legal = is_legal(request, setting)
    verdict = guard_for(setting).verdict(request)
    if verdict.legal == legal:
        return legal, None
    return legal, f"seed {seed}: oracle {legal}, guard {verdict}: {request}"


def check_many(seeds: range) -> None:
    outcomes = [disagreement(seed) for seed in seeds]
    wrong = [text for _, text in outcomes if text is not None]
    assert not wrong, (len(wrong), wrong[:4])
    share = np.mean([legal for legal, _ in outcomes])
    assert 0.2 < share < 0.8, "cases must be of both kinds"


@pytest.mark.timeout(300)
def test_ten_thousand_seeded_requests_are_accepted_if_and_only_if_legal():
    check_many(range(10_000))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_seeded_requests_are_accepted_if_and_only_if_legal():
    check_many(range(100_000))


numbers = st.one_of(st.floats(), st.floats(-1e-5, 1e-5), st.integers(-(2**70), 2**70))
regions = st.builds(ScanRegion, st.tuples(numbers, numbers), st.tuples(numbers, numbers), numbers)
scans = st.builds(
    ScanRequest,
    region=regions,
    shape=st.tuples(st.integers(-2, 40), st.integers(-2, 5000)),
    line_rate=numbers,
    drive=st.none() | st.builds(Drive, numbers, st.none() | numbers, numbers),
    setpoint=st.none() | numbers,
)
WIDE = Setting(wide_limits(), SCANNER, bias_everywhere().zones, (), 0j)
QUICK = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
FULL = settings(QUICK, max_examples=2000, derandomize=False)


def agrees_on_any_numbers(request: ScanRequest) -> None:
    assert guard_for(WIDE).verdict(request).legal == is_legal(request, WIDE)


def agrees_on_seed(seed: int) -> None:
    assert disagreement(seed)[1] is None


test_any_numbers_are_refused_unless_legal = QUICK(given(scans)(agrees_on_any_numbers))
test_any_seed_agrees = QUICK(given(st.integers(0, 2**60))(agrees_on_seed))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_thousand_examples_of_any_numbers_agree():
    FULL(given(scans)(agrees_on_any_numbers))()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_thousand_examples_of_any_seed_agree():
    FULL(given(st.integers(0, 2**60))(agrees_on_seed))()
