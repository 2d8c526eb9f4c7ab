"""Instrument makers' formats: the image comes out upright, in SI units, with its size."""

import math
from pathlib import Path

import numpy as np
import pytest
from vendor_files import (
    FRAMES,
    LINES,
    PIXELS,
    WRITERS,
    steps,
    write_asd,
    write_jpk,
    write_jpk_movie,
    write_keysight,
    write_mdt,
    write_nanoscope,
    write_nanosurf,
    write_old_mdt,
    write_park,
    write_wsxm,
)

from ai_afm.image.channels import pick
from ai_afm.image.readers import read_file
from ai_afm.image.readers.frames import read_frames
from ai_afm.types import Direction, Mode, SlowDirection


def levels_in_metres(offset: int) -> np.ndarray:
    """Heights of `steps` behind a bipolar 5 V converter of 12 bits, 45 nm/V and a gain of 2."""
    return (5 - 10 * steps(offset).astype(float) / 4096) * 90e-9


@pytest.mark.parametrize("name", WRITERS)
def test_each_vendor_file_is_told_by_its_content_and_has_its_size(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "scan.bin"
    WRITERS[name](path)
    frame = read_file(path)
    assert frame.shape == (LINES, PIXELS)
    np.testing.assert_allclose(frame.region.size, (7e-6, 10e-6), rtol=1e-12)
    assert frame.unit("height") == "m"


@pytest.mark.parametrize("name", WRITERS)
def test_a_vendor_image_comes_out_upright_and_not_mirrored(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "scan")
    image = pick(read_file(tmp_path / "scan"), "height")
    # A recorded level of a high-speed movie falls with the height.
    order = -image if name == "asd" else image
    rank = order.ravel().argsort().argsort().reshape(order.shape)
    np.testing.assert_array_equal(rank, np.arange(LINES * PIXELS).reshape(LINES, PIXELS))


@pytest.mark.parametrize("name", ["nanoscope", "jpk", "jpk movie", "park", "keysight", "nanosurf"])
def test_vendor_headers_place_the_scan(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "scan")
    frame = read_file(tmp_path / "scan")
    assert frame.region.center == pytest.approx((2e-6, -3e-6))
    assert frame.region.angle == pytest.approx(0.5)
    assert frame.request.slow_direction is SlowDirection.UP
    rate = frame.request.line_rate
    assert rate == pytest.approx(40.0 if name == "jpk movie" else 1.25)


@pytest.mark.parametrize(
    ("version", "bits"), [("0x05310001", 16), ("0x09100000", 16), ("0x09300201", 16)]
)
def test_a_nanoscope_step_is_the_hard_value_over_the_range_times_the_soft_scale(
    version: str, bits: int, tmp_path: Path
) -> None:
    write_nanoscope(tmp_path / "scan.spm", version)
    frame = read_file(tmp_path / "scan.spm")
    metres = steps() * (10.0 * 20e-9 / 2**bits)
    np.testing.assert_allclose(frame.get("height", Direction.TRACE), metres, rtol=1e-6)
    phase = np.deg2rad(steps(100) * (360.0 / 2**bits))
    np.testing.assert_allclose(frame.get("phase", Direction.RETRACE), phase, rtol=1e-6)
    assert frame.unit("phase") == "rad"


def test_nanoscope_conditions_come_from_the_header(tmp_path: Path) -> None:
    write_nanoscope(tmp_path / "scan.spm")
    measurement = read_file(tmp_path / "scan.spm").measurement
    assert measurement.mode is Mode.TAPPING
    assert measurement.drive_frequencies == (300e3,)
    assert measurement.drive_amplitude == 0.5
    assert measurement.instrument == "Bruker D3100"
    assert dict(measurement.extra)["image 2: Line direction"] == "Retrace"


def test_a_nanoscope_signal_without_a_listed_scale_stays_in_volts(tmp_path: Path) -> None:
    write_nanoscope(tmp_path / "scan.spm", scale="V [Sens. Nothing] (0.006 mV/LSB) 500.0 mV")
    frame = read_file(tmp_path / "scan.spm")
    assert frame.unit("height") == "V"
    np.testing.assert_allclose(pick(frame, "height"), steps() * (0.5 / 2**16), rtol=1e-6)


def test_nanoscope_units_that_do_not_cancel_are_arbitrary(tmp_path: Path) -> None:
    write_nanoscope(tmp_path / "scan.spm", soft="V 20.00000 nm/A")
    assert read_file(tmp_path / "scan.spm").unit("height") == "arb"


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("\\Aspect Ratio: 7:10\r\n\\Scan size: 7 ~m", (7e-6, 10e-6)),
        ("\\Aspect Ratio: 1:1\r\n\\Scan size: 7000 nm", (7e-6, 7e-6)),
        ("\\Scan size: 7 ~m", (7e-6, math.nan)),
        ("\\Scan size: wide", (math.nan, math.nan)),
    ],
    ids=["ratio", "square", "no ratio", "no number"],
)
def test_a_nanoscope_slow_axis_without_a_size_follows_the_aspect_ratio_or_is_unknown(
    written: str, size: tuple[float, float], tmp_path: Path
) -> None:
    write_nanoscope(tmp_path / "scan.spm", size=written)
    found = read_file(tmp_path / "scan.spm").region.size
    np.testing.assert_allclose(found, size, rtol=1e-12)


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ('S [InterleaveOffMode] "Disabled"', "height"),
        ('S [LiftMode] "Lift"', "nap_height"),
    ],
    ids=["third buffer", "lift pass"],
)
def test_interleaved_nanoscope_lines_are_another_channel_only_when_they_were_a_pass(
    mode: str, name: str, tmp_path: Path
) -> None:
    write_nanoscope(tmp_path / "scan.spm", line="\\Scan line: Interleave", interleave=mode)
    assert read_file(tmp_path / "scan.spm").get(name) is not None


@pytest.mark.parametrize("reflected", [0, 1])
@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
def test_a_jpk_scan_is_upright_in_both_byte_orders_reflected_or_not(
    reflected: int, order: str, tmp_path: Path
) -> None:
    write_jpk(tmp_path / "scan.jpk", reflected, order)
    frame = read_file(tmp_path / "scan.jpk")
    for way, offset in ((Direction.TRACE, 0), (Direction.RETRACE, 100)):
        metres = steps(offset) * 2e-9 + 1e-6
        np.testing.assert_allclose(frame.get("height", way), metres, rtol=1e-6)
    assert frame.measurement.started == "2017-01-16T16:00:32.334000+00:00"
    assert frame.measurement.mode is Mode.CONTACT


def test_a_jpk_movie_has_its_frames_in_order(tmp_path: Path) -> None:
    write_jpk_movie(tmp_path / "film.h5-jpk")
    frames = list(read_frames(tmp_path / "film.h5-jpk"))
    assert len(frames) == FRAMES
    for number, frame in enumerate(frames):
        metres = steps(100 * number) * 2e-9
        np.testing.assert_allclose(pick(frame, "height"), metres, rtol=1e-6)
        assert dict(frame.measurement.extra)["frame"] == f"{number + 1} of {FRAMES}"
    assert frames[0].measurement.started == "2025-05-28T14:41:58.548000+01:00"
    assert frames[0].unit("phase") == "rad"


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_high_speed_movie_passes_over_frames_that_were_not_recorded(
    version: int, tmp_path: Path
) -> None:
    write_asd(tmp_path / "film.asd", version)
    frames = list(read_frames(tmp_path / "film.asd"))
    assert [dict(f.measurement.extra)["frame"] for f in frames] == ["2 of 3", "3 of 3"]
    for frame, offset in zip(frames, (0, 100), strict=True):
        np.testing.assert_allclose(pick(frame, "height"), levels_in_metres(offset), rtol=1e-6)
    assert frames[0].request.line_rate == pytest.approx(LINES / 0.020)


def test_a_high_speed_phase_without_sensitivity_stays_in_volts(tmp_path: Path) -> None:
    write_asd(tmp_path / "volts.asd")
    assert read_file(tmp_path / "volts.asd").unit("phase") == "V"
    write_asd(tmp_path / "degrees.asd", phase=-2.0)
    frame = read_file(tmp_path / "degrees.asd")
    volts = 5 - 10 * steps(1000).astype(float) / 4096
    assert frame.unit("phase") == "rad"
    np.testing.assert_allclose(pick(frame, "phase"), np.deg2rad(2 * volts), rtol=1e-5)


def test_lines_that_a_high_speed_movie_did_not_record_are_nan(tmp_path: Path) -> None:
    write_asd(tmp_path / "film.asd")
    content = bytearray((tmp_path / "film.asd").read_bytes())
    image = steps().astype("<i2").tobytes()
    at = content.index(image)
    content[at : at + 2 * PIXELS] = bytes(2 * PIXELS)
    (tmp_path / "film.asd").write_bytes(bytes(content))
    partial = next(read_frames(tmp_path / "film.asd")).get("height")
    np.testing.assert_array_equal(np.isnan(partial).all(axis=1), np.arange(LINES) == 0)
    # One frame alone: the first that is whole.
    assert dict(read_file(tmp_path / "film.asd").measurement.extra)["frame"] == "3 of 3"


@pytest.mark.parametrize("kind", ["short", "integer", "float", "double"])
def test_wsxm_integers_span_the_z_amplitude_and_floats_are_in_its_unit(
    kind: str, tmp_path: Path
) -> None:
    write_wsxm(tmp_path / "scan.top", kind)
    frame = read_file(tmp_path / "scan.top")
    span = 1.0 if kind in {"float", "double"} else 100.0 / float(steps().max() - steps().min())
    image = frame.get("height", Direction.RETRACE)
    np.testing.assert_allclose(image, steps() * span * 1e-9, rtol=1e-6)
    assert frame.measurement.setpoint == pytest.approx(-0.372)
    assert frame.measurement.setpoint_unit == "V"
    assert frame.region.angle == pytest.approx(math.pi / 2)
    assert frame.region.center == pytest.approx((-712.919e-9, 0.0))


@pytest.mark.parametrize(("version", "kind"), [(1, 0), (2, 0), (2, 1), (2, 2)])
def test_a_park_value_is_gain_times_scaled_and_shifted_number(
    version: int, kind: int, tmp_path: Path
) -> None:
    write_park(tmp_path / "scan.tiff", version, kind=kind)
    frame = read_file(tmp_path / "scan.tiff")
    metres = 0.5 * (4e-3 * steps() + 1.0) * 1e-6
    np.testing.assert_allclose(frame.get("height", Direction.TRACE), metres, rtol=1e-6)
    assert frame.measurement.drive_frequencies == ((288e3,) if version == 2 else ())
    assert frame.measurement.setpoint == pytest.approx(13.5e-9)


def test_a_park_scan_backward_is_a_retrace(tmp_path: Path) -> None:
    write_park(tmp_path / "scan.tiff", forward=0)
    assert read_file(tmp_path / "scan.tiff").get("height", Direction.RETRACE) is not None


@pytest.mark.parametrize(("kind", "steps_per_range"), [("BINARY", 2**15), ("BINARY_32", 2**31)])
def test_a_keysight_range_is_what_the_largest_integer_means(
    kind: str, steps_per_range: int, tmp_path: Path
) -> None:
    write_keysight(tmp_path / "scan.mi", kind)
    frame = read_file(tmp_path / "scan.mi")
    metres = steps() * (2e-6 / steps_per_range)
    np.testing.assert_allclose(frame.get("height", Direction.TRACE), metres, rtol=1e-6)
    volts = steps(100) * (10.0 / steps_per_range)
    np.testing.assert_allclose(frame.get("lateral", Direction.RETRACE), volts, rtol=1e-6)


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("sign", ["Signed", "Unsigned"])
def test_nanosurf_integers_span_the_range_of_their_channel(
    bits: int, sign: str, tmp_path: Path
) -> None:
    write_nanosurf(tmp_path / "scan.nid", bits, sign)
    frame = read_file(tmp_path / "scan.nid")
    lowest = -(2.0 ** (bits - 1)) if sign == "Signed" else 0.0
    for way, offset in ((Direction.TRACE, 0), (Direction.RETRACE, 100)):
        metres = -5e-6 + 10e-6 * (steps(offset) - lowest) / 2.0**bits
        np.testing.assert_allclose(frame.get("height", way), metres, rtol=1e-6, atol=1e-18)


def test_nt_mdt_images_are_calibrated_and_everything_else_is_named(tmp_path: Path) -> None:
    write_mdt(tmp_path / "scan.mdt")
    frame = read_file(tmp_path / "scan.mdt")
    for way, offset in ((Direction.TRACE, 0), (Direction.RETRACE, 100)):
        metres = 1e-6 + 2e-9 * steps(offset)
        np.testing.assert_allclose(frame.get("height", way), metres, rtol=1e-6)
    assert dict(frame.measurement.extra)["frames not read"] == "frame of type 3"
    assert frame.measurement.mode is Mode.CONTACT


@pytest.mark.parametrize("points", [0, 3])
def test_old_nt_mdt_frames_are_calibrated_with_or_without_points_before_them(
    points: int, tmp_path: Path
) -> None:
    write_old_mdt(tmp_path / "scan.mdt", points)
    frame = read_file(tmp_path / "scan.mdt")
    metres = 1e-6 + 2e-9 * steps()
    np.testing.assert_allclose(frame.get("height", Direction.TRACE), metres, rtol=1e-6)


def test_an_old_nt_mdt_frame_without_a_calibration_is_in_steps(tmp_path: Path) -> None:
    write_old_mdt(tmp_path / "scan.mdt", scale=math.nan)
    frame = read_file(tmp_path / "scan.mdt")
    assert frame.unit("height") == "arb"
    np.testing.assert_array_equal(pick(frame, "height"), steps())


def test_an_nt_mdt_scan_over_another_quantity_than_length_has_no_size(tmp_path: Path) -> None:
    write_mdt(tmp_path / "scan.mdt", unit="V ")
    width, height = read_file(tmp_path / "scan.mdt").region.size
    assert math.isnan(width)
    assert height == pytest.approx(10e-6)


def test_a_real_nanoscope_scan_has_the_heights_that_its_header_implies(real_data: Path) -> None:
    frame = read_file(real_data / "di-2.di")
    raw = np.fromfile(real_data / "di-2.di", "<i2", 512 * 512, offset=40960).reshape(512, 512)
    metres = raw[::-1] * (192.3024 * 13.22830e-9 / 2**16)
    np.testing.assert_allclose(frame.get("height", Direction.TRACE), metres, rtol=1e-6)
    assert frame.region.size == (3e-7, 3e-7)
    assert frame.get("height", Direction.RETRACE) is not None


def test_the_same_real_scan_in_two_wsxm_formats_shows_the_same_surface(real_data: Path) -> None:
    # One of them was levelled and saved again, so the slopes of the lines differ.
    names = ("stp-1.stp", "top-1.top")
    first, second = (read_file(real_data / name).get("height").astype(float) for name in names)
    rows = [a - np.polyval(np.polyfit(range(256), a, 2), range(256)) for a in first]
    others = [b - np.polyval(np.polyfit(range(256), b, 2), range(256)) for b in second]
    assert np.corrcoef(np.ravel(rows), np.ravel(others))[0, 1] > 0.95


def test_trace_and_retrace_of_real_scans_are_not_mirrored(real_data: Path) -> None:
    for name, channel in (
        ("sample_0.h5-jpk", "height"),
        ("sample_0.jpk", "height"),
        ("di-2.di", "height"),
        ("nid-1.nid", "height"),
        ("GaAs_map.mdt", "current"),
    ):
        frame = read_file(real_data / name)
        trace, retrace = (frame.get(channel, way).astype(float) for way in Direction)
        lines = [im - np.median(im, axis=1, keepdims=True) for im in (trace, retrace)]
        same = np.corrcoef(lines[0].ravel(), lines[1].ravel())[0, 1]
        mirrored = np.corrcoef(lines[0].ravel(), lines[1][:, ::-1].ravel())[0, 1]
        assert same > max(0.2, mirrored), name


def test_a_real_high_speed_movie_shows_dna_above_its_mica(real_data: Path) -> None:
    frames = list(read_frames(real_data / "extra_sample.asd"))
    assert len(frames) == 60
    image = frames[30].get("height").astype(float)
    flat = image - np.median(image, axis=1, keepdims=True)
    # Molecules stand out of a flat ground: the distribution leans upwards.
    assert np.percentile(flat, 99) > -1.5 * np.percentile(flat, 1)
    assert frames[0].region.size == (500e-9, 500e-9)
