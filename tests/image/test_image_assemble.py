"""Lines -> frame."""

import numpy as np
import pytest

from ai_afm.errors import BadInput
from ai_afm.image.assemble import Assembler
from ai_afm.types import Channel, Direction, Measurement, ScanLine, ScanRegion, ScanRequest

REQUEST = ScanRequest(ScanRegion((0.0, 0.0), (3e-6, 1e-6)), (4, 6), 1.0)
CHANNELS = (Channel("height", "m"), Channel("phase", "rad"))
TRACE, RETRACE = Direction


def line(row=1, direction=RETRACE, **values):
    channels = {"height": np.arange(6, dtype="f4"), "phase": np.ones(6, "f4")} | values
    return ScanLine(row, direction, (0.0, 0.0), (1.0, 0.0), channels, 0.0)


def test_a_line_fills_its_row_of_its_direction_only():
    assembler = Assembler(REQUEST, CHANNELS, Measurement())
    assembler.add(line())
    frame = assembler.frame
    np.testing.assert_array_equal(frame.data["height", RETRACE][1], np.arange(6))
    assert np.isnan(frame.data["height", RETRACE][[0, 2, 3]]).all()
    assert np.isnan(frame.data["height", TRACE]).all()
    assert frame.scanned[RETRACE].tolist() == [False, True, False, False]
    assert frame.unit("phase") == "rad"


def test_the_frame_is_a_view_that_grows_and_cannot_be_written():
    assembler = Assembler(REQUEST, CHANNELS, Measurement())
    frame = assembler.frame
    assembler.add(line(row=3))
    assert frame is assembler.frame
    assert frame.scanned[RETRACE][3]
    with pytest.raises(ValueError, match="read-only"):
        frame.data["phase", RETRACE][3] = 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param(line(row=4), "outside", id="row below"),
        pytest.param(line(row=-1), "outside", id="row above"),
        pytest.param(line(height=np.zeros(5, "f4")), "shape", id="short"),
        pytest.param(line(extra=np.zeros(6, "f4")), "instead of", id="channel too many"),
        pytest.param(line(row=0), "twice", id="row twice"),
    ],
)
def test_a_line_that_does_not_fit_changes_nothing(wrong, message):
    assembler = Assembler(REQUEST, CHANNELS, Measurement())
    assembler.add(line(row=0))
    with pytest.raises(BadInput, match=message):
        assembler.add(wrong)
    assert assembler.frame.scanned[RETRACE].sum() == 1


@pytest.mark.parametrize(
    ("shape", "channels", "bins"),
    [
        pytest.param((0, 6), CHANNELS, None, id="no lines"),
        pytest.param((4, 6), (), None, id="no channels"),
        pytest.param((4, 6), (CHANNELS[0], CHANNELS[0]), None, id="same name"),
        pytest.param((4, 6), CHANNELS, {"current": 3}, id="bins of nothing"),
    ],
)
def test_a_frame_of_nothing_is_refused(shape, channels, bins):
    request = ScanRequest(REQUEST.region, shape, 1.0)
    with pytest.raises(BadInput):
        Assembler(request, channels, Measurement(), bins)
