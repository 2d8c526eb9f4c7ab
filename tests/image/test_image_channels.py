"""Messy names become canonical ones by one rule."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.image.channels import (
    describe_mapping,
    map_channels,
    parse_name,
    phase_in_radians,
    pick,
)
from ai_afm.types import Channel, Direction, Frame, Measurement, ScanRegion, ScanRequest


@pytest.mark.parametrize(
    ("original", "name", "direction"),
    [
        ("PhaseRetrace", "phase", "retrace"),
        ("Phase1Retracece", "phase", "retrace"),
        ("Phase2Retraceace", "phase", "retrace"),
        ("TopographyFwd", "height", "trace"),
        ("ZSensor", "height", "trace"),
        ("Z Height (retrace)", "height", "retrace"),
        ("Z (m)", "height", "trace"),
        ("Current [bwd]", "current", "retrace"),
        ("Amplitude1Trace", "amplitude", "trace"),
        ("NapPhaseRetrace", "nap_phase", "retrace"),
        ("Frequency_Shift", "frequency", "trace"),
        ("UserIn0Retrace", "user_in_0", "retrace"),
        ("Lateral Amplitude", "lateral_amplitude", "trace"),
        ("Friction", "lateral", "trace"),
        ("LI Demod 1 X (A)", "li_demod_1_x", "trace"),
        ("Amplitude Error", "error", "trace"),
        ("Iprobe", "current", "trace"),
        ("??", "channel", "trace"),
    ],
)
def test_a_messy_name_is_read(original: str, name: str, direction: str) -> None:
    (mapped,) = map_channels([original])
    assert (mapped.name, mapped.direction) == (name, direction)


def test_the_servo_height_comes_before_the_sensor_and_the_lower_number_first() -> None:
    names = ["ZSensorTrace", "HeightTrace", "Amplitude2Trace", "Amplitude1Trace"]
    assert [c.name for c in map_channels(names)] == [
        "height_2",
        "height",
        "amplitude_2",
        "amplitude",
    ]


def test_trace_and_retrace_of_a_channel_share_their_name() -> None:
    names = ["ZSensorRetrace", "ZSensorTrace", "HeightRetrace"]
    assert [c.name for c in map_channels(names)] == ["height_2", "height_2", "height"]


def test_the_same_name_twice_is_two_channels() -> None:
    assert [c.name for c in map_channels(["Height", "Height"])] == ["height", "height_2"]


def test_what_the_file_says_about_the_direction_counts_more_than_nothing() -> None:
    mapped = map_channels(["Z", "Z"], [Direction.TRACE, Direction.RETRACE])
    assert [(c.name, c.direction) for c in mapped] == [("height", "trace"), ("height", "retrace")]


@given(st.lists(st.text(max_size=12) | st.sampled_from(["foo", "foo 2", "Foo_2", "Z", "height_2"])))
def test_no_two_channels_get_the_same_name_and_direction(names: list[str]) -> None:
    mapped = map_channels(names)
    assert len({(c.name, c.direction) for c in mapped}) == len(names)


@given(st.permutations(["height", "height_2", "amplitude", "amplitude_2", "phase", "nap_phase"]))
def test_canonical_names_stay_as_they_are(names: list[str]) -> None:
    assert [c.name for c in map_channels(names)] == names


def test_a_unit_in_brackets_is_taken_off() -> None:
    assert parse_name("Deflection [V]").unit == "V"


@pytest.mark.parametrize(
    ("degrees", "unit"), [(170.0, "deg"), (3.0, "°"), (170.0, "m"), (170.0, "rad"), (10.0, "arb")]
)
def test_degrees_are_known_by_their_unit_or_by_their_size(degrees: float, unit: str) -> None:
    phase, new_unit = phase_in_radians(np.array([[degrees, np.nan, 0.0]], np.float32), unit)
    assert new_unit == "rad"
    assert phase[0, 0] == pytest.approx(math.radians(degrees))


def test_radians_and_volts_are_left_alone() -> None:
    phase = np.array([[3.0, -3.0, 6.9]], np.float32)
    for unit in ("rad", "V"):
        same, said = phase_in_radians(phase, unit)
        assert said == unit
        np.testing.assert_array_equal(same, phase)


def test_the_mapping_is_told_to_people_and_the_only_direction_is_picked() -> None:
    image = np.ones((2, 3), np.float32)
    frame = Frame(
        ScanRequest(ScanRegion((0.0, 0.0), (3.0, 2.0)), (2, 3), 1.0),
        {("amplitude", Direction.RETRACE): image},
        (Channel("amplitude", "m", "Amplitude1Retrace"),),
        {},
        Measurement(),
    )
    assert describe_mapping(frame) == ("amplitude [m] <- Amplitude1Retrace (retrace)",)
    assert pick(frame, "amplitude") is image
    assert pick(frame, "phase") is None
