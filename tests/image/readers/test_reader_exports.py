"""What we export comes back: place, angle, direction, units, and rows that were not scanned."""

import math
from pathlib import Path

import numpy as np
import pytest
from reader_files import height_image

from ai_afm.image.export.gsf import write_gsf
from ai_afm.image.export.gwy import write_gwy
from ai_afm.image.export.npz import write_npz
from ai_afm.image.readers import read_file
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    Mode,
    ScanRegion,
    ScanRequest,
    SlowDirection,
)


def partial_frame() -> Frame:
    height = height_image()
    height[:2] = np.nan
    phase = np.linspace(-3, 3, 35, dtype=np.float32).reshape(5, 7)
    phase[:2] = np.nan
    rows = np.array([False, False, True, True, True])
    region = ScanRegion((1e-6, -4e-6), (7e-6, 10e-6), math.radians(20))
    return Frame(
        ScanRequest(region, (5, 7), 2.0, SlowDirection.UP),
        {
            ("height", Direction.TRACE): height,
            ("height", Direction.RETRACE): height + np.float32(1e-9),
            ("phase", Direction.TRACE): phase,
        },
        (Channel("height", "m"), Channel("phase", "rad")),
        {Direction.TRACE: rows, Direction.RETRACE: rows},
        Measurement(mode=Mode.PFM_DART, extra=(("key", "text"),)),
    )


@pytest.mark.parametrize("ending", ["gwy", "npz"])
def test_a_partial_rotated_frame_survives_export_and_reading(ending: str, tmp_path: Path) -> None:
    frame = partial_frame()
    path = tmp_path / f"scan.{ending}"
    {"gwy": write_gwy, "npz": write_npz}[ending](path, frame)
    back = read_file(path)
    assert back.data.keys() == frame.data.keys()
    for key, image in frame.data.items():
        np.testing.assert_allclose(back.data[key], image, rtol=1e-6)
    np.testing.assert_allclose(back.region.center, frame.region.center)
    np.testing.assert_allclose(back.region.size, frame.region.size)
    assert back.region.angle == pytest.approx(frame.region.angle)
    assert back.request.slow_direction is SlowDirection.UP
    assert back.request.line_rate == 2.0
    assert (back.unit("height"), back.unit("phase")) == ("m", "rad")


def test_a_simple_field_survives_export_and_reading(tmp_path: Path) -> None:
    frame = partial_frame()
    write_gsf(tmp_path / "scan.gsf", frame, "height", Direction.RETRACE)
    back = read_file(tmp_path / "scan.gsf")
    key = ("height", Direction.RETRACE)
    np.testing.assert_array_equal(back.data[key], frame.data[key])
    np.testing.assert_allclose(back.region.center, frame.region.center)
    assert back.region.angle == pytest.approx(frame.region.angle)


def test_the_conditions_of_measurement_survive_in_an_archive(tmp_path: Path) -> None:
    write_npz(tmp_path / "scan.npz", partial_frame())
    assert read_file(tmp_path / "scan.npz").measurement == partial_frame().measurement
