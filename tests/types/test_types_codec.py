"""Requests and measurements as JSON: the same value comes back, anything else is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.types import (
    Channel,
    Drive,
    Measurement,
    Mode,
    PathRequest,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Stroke,
    Sweep,
    Waveform,
    WriteRequest,
)
from ai_afm.types.codec import decode, dumps, encode, loads

number = st.floats(allow_nan=False, allow_infinity=False)
maybe = st.none() | number
point = st.tuples(number, number)
count = st.integers(1, 10_000)
text = st.text(max_size=20)
region = st.builds(ScanRegion, point, point, number)
drive = st.builds(Drive, number, maybe, number)
channels = st.none() | st.lists(text, max_size=3).map(tuple)
scan = st.builds(
    ScanRequest,
    region,
    st.tuples(count, count),
    number,
    st.sampled_from(SlowDirection),
    channels,
    st.none() | drive,
    maybe,
    st.sampled_from(Role),
    st.none() | text,
    text,
)
sweeps = st.lists(st.builds(Sweep, point, point, number, count), max_size=3).map(tuple)
path = st.builds(
    PathRequest, sweeps, channels, st.none() | drive, st.booleans(), maybe, st.sampled_from(Role)
)
waveform = st.builds(
    Waveform, number, count, count, number, number, number, st.sampled_from([1, -1])
)
probe = st.builds(ProbeRequest, st.sampled_from(ProbeKind), point, st.none() | waveform, maybe)
strokes = st.lists(st.builds(Stroke, point, point, number, number), max_size=3).map(tuple)
write = st.builds(WriteRequest, region, strokes, number, st.none() | text, text)
measurement = st.builds(
    Measurement,
    st.sampled_from(Mode),
    started=text,
    drive_frequencies=st.lists(number, max_size=3).map(tuple),
    phase_calibrated=st.booleans(),
    pulses=st.none() | count,
    extra=st.lists(st.tuples(text, text), max_size=3).map(tuple),
)
channel = st.builds(Channel, text, text, text)


@settings(max_examples=150, deadline=None)
@given(st.one_of(scan, path, probe, write, measurement, channel, region))
def test_each_value_comes_back_exactly(value):
    back = loads(dumps(value))
    assert back == value
    assert type(back) is type(value)
    assert repr(back) == repr(value)


@pytest.mark.parametrize(
    "row", [[0.0, 0.0, 1e-6, 0.0, 1e-6], [0.0, 0.0, 1e-6, 0.0, 1e-6, 9.0], {"type": "Sweep"}, None]
)
def test_a_sweep_that_is_not_six_numbers_is_refused(row):
    stored = encode(PathRequest((Sweep((0.0, 0.0), (1e-6, 0.0), 1e-6, 9),)))
    assert stored["sweeps"] == [[0.0, 0.0, 1e-6, 0.0, 1e-6, 9]]
    with pytest.raises(BadInput, match="sweep"):
        decode(stored | {"sweeps": [row]})


REGION = ScanRegion((1e-7, -2e-7), (2e-6, 1e-6), 0.1)
SCAN = ScanRequest(REGION, (12, 20), 2.0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: s.pop("reason"), id="missing key"),
        pytest.param(lambda s: s.update(speed=1.0), id="unknown key"),
        pytest.param(lambda s: s.update(shape=[12, 20, 3]), id="too many lines"),
        pytest.param(lambda s: s.update(shape=[12.5, 20]), id="float for int"),
        pytest.param(lambda s: s.update(line_rate="2.0"), id="text for number"),
        pytest.param(lambda s: s.update(line_rate=True), id="bool for number"),
        pytest.param(lambda s: s.update(line_rate=10**400), id="absurd integer"),
        pytest.param(lambda s: s.update(slow_direction="left"), id="unknown word"),
        pytest.param(lambda s: s.update(region=None), id="nothing for region"),
        pytest.param(lambda s: s["region"].update(type="Drive"), id="wrong class inside"),
        pytest.param(lambda s: s.update(type="os.system"), id="unknown class"),
        pytest.param(lambda s: s.pop("type"), id="no class"),
    ],
)
def test_anything_else_is_refused(change):
    stored = encode(SCAN)
    change(stored)
    with pytest.raises(BadInput):
        decode(stored)


@pytest.mark.parametrize("stored", ["", "[]", "null", '{"type": 3}', "{" * 5000, "[" * 200_000])
def test_text_that_is_no_stored_value_is_refused(stored):
    with pytest.raises(BadInput):
        loads(stored)


def test_numbers_that_are_none_are_refused_both_ways():
    with pytest.raises(BadInput, match="finite"):
        encode(ScanRequest(REGION, (12, 20), float("nan")))
    with pytest.raises(BadInput, match="NaN"):
        loads(json.dumps(encode(SCAN) | {"line_rate": float("nan")}))
    with pytest.raises(BadInput, match="finite"):
        loads(dumps(SCAN).replace('"line_rate": 2.0', '"line_rate": 1e999'))


def test_other_classes_are_not_stored():
    with pytest.raises(BadInput, match="a dict cannot be stored"):
        encode({"a": 1})


def test_a_waveform_stored_before_there_were_current_limits_has_none():
    wave = Waveform(2.0, compliance=1e-9)
    stored = encode(wave)
    assert decode(stored) == wave
    del stored["compliance"]
    assert decode(stored) == Waveform(2.0)
    del stored["amplitude"]
    with pytest.raises(BadInput, match="'amplitude' is missing"):
        decode(stored)
