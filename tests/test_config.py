"""One TOML per run: every key checked, every unit named."""

import math
from pathlib import Path

import pytest

from ai_afm.config import RunConfig, load_config, narrowed, parse_config, parse_region, to_toml
from ai_afm.errors import ConfigError
from ai_afm.types import ConsentLevel, ScanRegion

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.toml"))
RANGE = ScanRegion((0.0, 0.0), (20e-6, 10e-6))


def test_a_misspelt_key_is_refused_by_its_name():
    with pytest.raises(ConfigError, match=r"unknown key 'overview\.line_rate'"):
        parse_config("[overview]\nsize_nm = [5000, 4000]\nline_rate = 2.0\n")


@pytest.mark.parametrize(
    "text",
    [
        "[run]\nbudget_min = -1\n",
        "[run]\nbudget_min = nan\n",
        "[run]\nbudget_min = inf\n",
        '[run]\nauthority = "god"\n',
        "[probe]\nsteps = 30\n",
        "[overview]\nsize_nm = [0, 100]\n",
        "not toml",
    ],
    ids=["negative", "nan", "infinite", "authority", "steps", "no size", "no toml"],
)
def test_a_value_out_of_bounds_is_refused(text):
    with pytest.raises(ConfigError):
        parse_config(text)


def test_nanometres_and_degrees_become_si():
    config = parse_config(
        "[overview]\ncenter_nm = [100, -50]\nsize_nm = [3000, 1000]\nangle_deg = 90\n"
    )
    region = config.overview.region
    assert region.center == (pytest.approx(1e-7), pytest.approx(-5e-8))
    assert region.size == (pytest.approx(3e-6), pytest.approx(1e-6))
    assert region.angle == pytest.approx(math.pi / 2)


def test_a_resolved_configuration_says_the_same_when_it_is_read_again():
    config = RunConfig.model_validate(
        {
            "run": {"sample": 'a "quoted" name\\ with\nbreak', "seed": 7},
            "instrument": {"options": {"world": "film", "faults": ["nan_line@1:3"], "a": 1.5}},
            "consent": {
                "zones": [
                    {"size_nm": [100, 200], "level": "bias", "max_bias_v": 3, "max_pulses": 2},
                    {"size_nm": [10, 20], "level": "forbidden"},
                ]
            },
        }
    )
    assert parse_config(to_toml(config)) == config


def test_whatever_a_text_or_a_key_holds_is_written_as_toml():
    options = {"a\tb": "tab\tbell\x07del\x7f\r\n", "two words": {"a.b": [1, "x"]}, "µ": [{"k": 1}]}
    config = RunConfig.model_validate({"instrument": {"options": options}})
    assert parse_config(to_toml(config)).instrument.options == options


def test_zones_keep_their_order_and_level():
    text = '[[consent.zones]]\nsize_nm=[9,8]\nlevel="bias"\nmax_bias_v=2\nmax_pulses=1\n'
    text += '[[consent.zones]]\nsize_nm=[5,4]\nlevel="forbidden"\n'
    zones = parse_config(text).consent.consent.zones
    assert [z.level for z in zones] == [ConsentLevel.BIAS, ConsentLevel.FORBIDDEN]
    assert zones[0].max_bias == 2


def test_limits_default_to_the_range_of_the_scanner():
    limits = RunConfig().limits.limits(RANGE, 60.0)
    assert limits.region == RANGE
    assert limits.max_run_time == 60.0


def test_narrowing_changes_the_given_keys_only():
    limits = RunConfig().limits.limits(RANGE, 60.0)
    new = narrowed(limits, {"max_bias_v": 2.5})
    assert new.max_bias == 2.5
    assert new.max_drive == limits.max_drive
    with pytest.raises(ConfigError, match="unknown key"):
        narrowed(limits, {"max_bias": 2.5})


def test_a_region_from_outside_is_checked():
    assert parse_region({"size_nm": [300, 200]}).size[1] == pytest.approx(2e-7)
    with pytest.raises(ConfigError):
        parse_region({"size_nm": [300, -200]})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_is_a_valid_configuration(path):
    assert load_config(path).run.controller


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot read the configuration"):
        load_config(tmp_path / "none.toml")
