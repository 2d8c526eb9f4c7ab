import numpy as np
import pytest

from ai_afm.errors import ConfigError
from ai_afm.microscope.simulated.faults import (
    Fault,
    FaultKind,
    Limits,
    due,
    parse_fault,
    spoil_line,
)
from ai_afm.types import LineFlag

LIMITS = Limits(z=2e-6, response=50e-9, deflection=200e-9, noise=3e-12)


def line():
    ramp = np.linspace(1, 2, 7, dtype=np.float32)
    return {
        "height": ramp * 1e-9,
        "amplitude": ramp * 1e-10,
        "phase": ramp,
        "deflection": ramp * 1e-11,
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nan_line@2:17", Fault(FaultKind.NAN_LINE, scan=2, line=17)),
        ("tip_change@1", Fault(FaultKind.TIP_CHANGE, scan=1, line=0)),
        ("line_stall@12.5s=40", Fault(FaultKind.LINE_STALL, time=12.5, value=40.0)),
        ("saturate@3:4x5", Fault(FaultKind.SATURATE, scan=3, line=4, lines=5)),
    ],
)
def test_faults_are_written_as_kind_at_place(text, fault):
    assert parse_fault(text) == fault


@pytest.mark.parametrize("text", ["", "nan_line", "sneeze@1:2", "nan_line@x", "nan_line@1:2=big"])
def test_an_unreadable_fault_is_refused(text):
    with pytest.raises(ConfigError):
        parse_fault(text)


def test_a_fault_sets_in_at_its_line_or_in_the_line_of_its_time():
    faults = (parse_fault("nan_line@1:3"), parse_fault("tip_change@10.2s"))
    assert due(faults, 1, 2, 10.1) == ()
    assert due(faults, 2, 3, 10.1) == ()
    assert due(faults, 1, 3, 10.1) == faults[:1]
    assert due(faults, 1, 9, 10.3) == faults[1:]


def test_a_line_without_readings_is_nan_and_the_instrument_does_not_notice():
    channels, flag = spoil_line(
        line(), frozenset({FaultKind.NAN_LINE}), LIMITS, np.random.default_rng()
    )
    assert all(np.isnan(v).all() for v in channels.values())
    assert flag is LineFlag.GOOD


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("saturate", "amplitude", 50e-9),
        ("z_rail", "height", 2e-6),
        ("z_rail", "deflection", 200e-9),
    ],
)
def test_what_runs_into_full_scale_is_flagged(kind, name, value):
    channels, flag = spoil_line(
        line(), frozenset({FaultKind(kind)}), LIMITS, np.random.default_rng()
    )
    assert channels[name] == pytest.approx(value)
    assert flag & LineFlag.SATURATED


def test_without_contact_z_runs_out_and_only_noise_is_left():
    rng = np.random.default_rng(0)
    channels, _ = spoil_line(line(), frozenset({FaultKind.LOST_CONTACT}), LIMITS, rng)
    assert channels["height"][-1] - channels["height"][0] == pytest.approx(-2e-6)
    assert channels["amplitude"].max() < 20e-12
    assert {v.dtype for v in channels.values()} == {np.dtype(np.float32)}


def test_spoiling_leaves_the_original_alone():
    before = line()
    spoil_line(before, frozenset(FaultKind), LIMITS, np.random.default_rng(0))
    assert all((before[k] == v).all() for k, v in line().items())
