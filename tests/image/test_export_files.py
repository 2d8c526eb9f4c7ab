"""Exports: what other programs' libraries read back, orientation, units and position included."""

import json
import math
from dataclasses import replace

import gsffile
import gwyfile
import numpy as np
import pytest

from ai_afm.errors import BadInput, StoreError
from ai_afm.image.assemble import Assembler
from ai_afm.image.export.geojson import write_geojson
from ai_afm.image.export.gsf import write_gsf
from ai_afm.image.export.gwy import write_gwy
from ai_afm.image.export.npz import write_npz
from ai_afm.image.readers import read_file
from ai_afm.image.readers.gwy import GwyReader
from ai_afm.image.readers.npz import NpzReader
from ai_afm.types import (
    Channel,
    Direction,
    Measurement,
    Mode,
    ScanLine,
    ScanRegion,
    ScanRequest,
    Segmentation,
    SlowDirection,
    Wall,
    WallNetwork,
)

TRACE, RETRACE = Direction
REQUEST = ScanRequest(ScanRegion((1e-6, 3e-6), (4e-6, 1.5e-6), 0.25), (3, 8), 2.0, SlowDirection.UP)
CHANNELS = (Channel("height", "m", "ZSensor"), Channel("amplitude", "arb", "Amplitude1"))


def value(row, column, channel, direction):
    return 1e-9 * (100 * row + column + 1000 * channel + (0.5 if direction is RETRACE else 0))


@pytest.fixture
def frame():
    """Row 0, the top, has not been scanned yet; the scan goes up."""
    measurement = Measurement(Mode.PFM_DART, temperature=295.0, extra=(("Note", "a=b\0c"),))
    assembler = Assembler(REQUEST, CHANNELS, measurement)
    for row in (2, 1):
        for direction in Direction:
            rows = {
                c.name: np.array([value(row, j, i, direction) for j in range(8)], "f4")
                for i, c in enumerate(CHANNELS)
            }
            assembler.add(ScanLine(row, direction, (0.0, 0.0), (1.0, 0.0), rows, 0.0))
    return assembler.frame


def segmentation():
    probability = np.full((2, 3, 8), 0.25, "f4")
    probability[0] = 0.75
    probability[:, 0] = np.nan
    label = np.zeros((3, 8), np.uint8)
    label[0], label[2, 5] = 255, 1
    return Segmentation(probability, (0, 1), label, probability[1], "twin@1", "cd" * 32, 2)


def test_gwyddion_gets_every_channel_and_direction_the_right_way_up(tmp_path, frame):
    write_gwy(tmp_path / "scan.gwy", frame)
    container = gwyfile.load(str(tmp_path / "scan.gwy"))
    titles = [container[f"/{n}/data/title"] for n in range(4)]
    assert titles == ["height trace", "height retrace", "amplitude trace", "amplitude retrace"]
    field = container["/1/data"]
    assert field.data.shape == (3, 8)
    assert field.data[2, 5] == pytest.approx(value(2, 5, 0, RETRACE), rel=1e-6)
    assert (field.xreal, field.yreal) == (4e-6, 1.5e-6)
    assert field.si_unit_xy.unitstr == "m"
    assert field.si_unit_z.unitstr == "m"
    assert container["/2/data"].si_unit_z.unitstr == ""


def test_gwyddion_sees_neighbouring_frames_where_they_lie(tmp_path, frame):
    write_gwy(tmp_path / "scan.gwy", frame)
    field = gwyfile.load(str(tmp_path / "scan.gwy"))["/0/data"]
    center_right = field.xoff + field.xreal / 2
    center_down = field.yoff + field.yreal / 2
    assert (center_right, center_down) == (pytest.approx(1e-6), pytest.approx(-3e-6))


def test_gwyddion_gets_a_mask_where_nothing_was_scanned(tmp_path, frame):
    write_gwy(tmp_path / "scan.gwy", frame)
    container = gwyfile.load(str(tmp_path / "scan.gwy"))
    field, mask = container["/0/data"].data, container["/0/mask"].data
    assert np.isfinite(field).all()
    np.testing.assert_array_equal(mask[:, 0], [1, 0, 0])
    assert field[0, 0] == pytest.approx(np.nanmean(frame.data["height", TRACE]))
    meta = container["/0/meta"]
    assert meta["mode"] == "pfm_dart"
    assert meta["unit"] == "m"
    assert meta["Note"] == "a=b\N{SYMBOL FOR NULL}c"
    assert json.loads(meta["request"])["slow_direction"] == "up"


def test_gwyddion_gets_what_the_model_saw(tmp_path, frame):
    write_gwy(tmp_path / "scan.gwy", frame, segmentation())
    container = gwyfile.load(str(tmp_path / "scan.gwy"))
    assert container["/5/data/title"] == "probability of wall (twin@1)"
    assert container["/5/data"].data[1, 1] == 0.25
    assert np.argwhere(container["/5/mask"].data).tolist() == [[2, 5]]
    assert container["/5/meta"]["model_sha256"] == "cd" * 32


def test_our_own_reader_gets_the_same_frame_back_from_gwy(tmp_path, frame):
    write_gwy(tmp_path / "scan.gwy", frame)
    back = GwyReader().read(tmp_path / "scan.gwy")
    np.testing.assert_allclose(
        back.data["height", RETRACE], frame.data["height", RETRACE], rtol=1e-6
    )
    assert np.isnan(back.data["height", RETRACE][0]).all()
    assert back.region.center == pytest.approx(frame.region.center)
    assert back.region.size == pytest.approx(frame.region.size)


def test_a_simple_field_holds_one_image_with_its_units(tmp_path, frame):
    write_gsf(tmp_path / "height.gsf", frame, "height", RETRACE)
    image, header = gsffile.read_gsf(tmp_path / "height.gsf")
    np.testing.assert_array_equal(image, frame.data["height", RETRACE])
    assert (float(header["XReal"]), float(header["YReal"])) == (4e-6, 1.5e-6)
    assert (header["XYUnits"], header["ZUnits"], header["Title"]) == ("m", "m", "height retrace")
    assert float(header["YOffset"]) == pytest.approx(-3e-6 - 0.75e-6)


def test_a_simple_field_of_a_channel_that_is_not_there_is_refused(tmp_path, frame):
    with pytest.raises(BadInput, match="the frame has height trace"):
        write_gsf(tmp_path / "x.gsf", frame, "phase")
    with pytest.raises(BadInput, match=r"ends in \.gsf"):
        write_gsf(tmp_path / "x.txt", frame, "height")
    assert list(tmp_path.iterdir()) == []


def test_an_archive_has_the_keys_of_the_reference_maps(tmp_path, frame):
    write_npz(tmp_path / "scan.npz", frame, segmentation())
    with np.load(tmp_path / "scan.npz", allow_pickle=False) as archive:
        assert archive["channels"].shape == (4, 3, 8)
        names = ["height_trace", "height_retrace", "amplitude_trace", "amplitude_retrace"]
        assert archive["channel_names"].tolist() == names
        assert archive["pixel_size_m"].tolist() == [0.5e-6, 0.5e-6]
        np.testing.assert_array_equal(archive["channels"][1], frame.data["height", RETRACE])
        assert archive["label"][2, 5] == 1


def test_our_own_reader_gets_the_same_frame_back_from_npz(tmp_path, frame):
    write_npz(tmp_path / "scan.npz", frame)
    back = NpzReader().read(tmp_path / "scan.npz")
    assert back.data.keys() == frame.data.keys()
    np.testing.assert_array_equal(back.data["amplitude", RETRACE], frame.data["amplitude", RETRACE])
    assert back.region == frame.region
    assert back.request.slow_direction is SlowDirection.UP
    assert back.unit("height") == "m"


@pytest.mark.parametrize("write", [write_gwy, write_npz])
def test_an_export_that_fails_leaves_the_older_file(tmp_path, frame, monkeypatch, write):
    path = tmp_path / f"scan{'.gwy' if write is write_gwy else '.npz'}"
    path.write_bytes(b"older")

    def fails(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ai_afm.image.export.target.os.replace", fails)
    with pytest.raises(StoreError, match="No space left"):
        write(path, frame)
    assert path.read_bytes() == b"older"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_segmentation_of_another_frame_is_refused(tmp_path, frame):
    other = segmentation()
    with pytest.raises(BadInput, match="differ"):
        write_gwy(
            tmp_path / "x.gwy",
            frame,
            Segmentation(
                other.probability[:, :2],
                (0, 1),
                other.label[:2],
                other.uncertainty[:2],
                "m",
                "0",
                0,
            ),
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_gwy, write_npz], ids=["gwy", "npz"])
def test_a_line_rate_that_nobody_knows_stays_unknown(tmp_path, frame, write):
    frame = replace(frame, request=replace(frame.request, line_rate=float("nan")))
    path = tmp_path / f"scan.{write.__name__[-3:]}"
    write(path, frame)
    again = read_file(path)
    assert math.isnan(again.request.line_rate)
    assert again.region.size == pytest.approx(frame.region.size)


def test_vectors_in_geojson_have_widths_in_metres_and_null_where_none_was_measured(tmp_path):
    points = np.array([[0.0, 1e-7], [2e-7, 1e-7], [2e-7, 3e-7]])
    measured = Wall(points, 2, 0.75, 3e-8, closed=True, width_error=2e-9)
    network = WallNetwork(REQUEST.region, (measured, Wall(points, 4)))
    write_geojson(tmp_path / "walls.geojson", network)
    ring, line = json.loads((tmp_path / "walls.geojson").read_text())["features"]
    assert ring["properties"] == {
        "kind": "wall_180", "code": 2, "probability": 0.75,
        "apparent_width_m": 3e-8, "width_error_m": 2e-9,
    }  # fmt: skip
    assert ring["geometry"]["coordinates"] == [*points.tolist(), [0.0, 1e-7]]
    assert line["geometry"]["coordinates"] == points.tolist()
    unknown = ("probability", "apparent_width_m", "width_error_m")
    assert [line["properties"][name] for name in unknown] == [None] * 3
