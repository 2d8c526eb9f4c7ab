"""What `[probe]`, `[spectra]` and `[limits]` say about signs, partners and currents."""

import pytest

from ai_afm.config import RunConfig
from ai_afm.config.load import narrowed, parse_config
from ai_afm.errors import ConfigError
from ai_afm.microscope.bounds import check_limits, wider
from ai_afm.types import ScanRegion

RANGE = ScanRegion((0.0, 0.0), (2e-6, 1e-6))


def probe(text=""):
    return parse_config(f"[probe]\n{text}").probe


@pytest.mark.parametrize(
    ("text", "opposes", "sign"),
    [
        ("", False, 1),
        ('plan = "transect"', True, 1),
        ('first_polarity = "native"', True, 1),
        ('plan = "along"\nfirst_polarity = "negative"', False, -1),
        ('first_polarity = "negative"', False, -1),
        ('plan = "star"\nfirst_polarity = "positive"', False, 1),
    ],
)
def test_fixed_plans_begin_against_the_native_state_and_pairs_as_they_always_did(
    text, opposes, sign
):
    assert probe(text).opposes_native is opposes
    assert probe(text).waveform.first_polarity == sign


def test_tolerances_of_partners_have_defaults_and_are_positive():
    assert (probe().slope_tolerance, probe().resonance_tolerance_khz) == (0.03, 1.0)
    with pytest.raises(ConfigError, match="slope_tolerance"):
        probe("slope_tolerance = 0.0")


def test_a_sweep_has_a_limit_of_its_own_or_that_of_the_run():
    settings = parse_config('[spectra]\nkind = "current_voltage"\nmax_current_na = 5.0\n').spectra
    assert settings.waveform.compliance == pytest.approx(5e-9)
    plain = parse_config('[spectra]\nkind = "current_voltage"\n').spectra
    assert plain.waveform.compliance is None


def test_only_a_person_allows_currents_that_nothing_limits():
    strict = RunConfig().limits.limits(RANGE, 60.0)
    open_ = parse_config("[limits]\nallow_unlimited_current = true").limits.limits(RANGE, 60.0)
    check_limits(open_)
    assert (strict.unlimited_current, open_.unlimited_current) == (False, True)
    assert wider(open_, strict) == "unlimited_current from no to yes"
    assert wider(strict, open_) is None
    assert narrowed(open_, {"allow_unlimited_current": False}) == strict
