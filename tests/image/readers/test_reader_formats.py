"""Every format: the same asymmetric image comes out, the right way up, with units and size."""

import math
from pathlib import Path

import numpy as np
import pytest
from reader_files import (
    HEIGHT,
    LINES,
    PIXELS,
    WIDTH,
    WRITERS,
    height_image,
    phase_image_deg,
    write_gwy,
    write_ibw,
    write_npz,
    write_nsid,
    write_sxm,
)

from ai_afm.image.channels import pick
from ai_afm.image.readers import list_readers, read_file, read_reference
from ai_afm.types import Direction, Mode, SlowDirection

BOTH_CHANNELS = ["ibw", "sxm", "gwy", "npz", "nsid"]


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_is_told_by_its_content_and_comes_out_the_right_way_up(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "scan.tif"
    WRITERS[name](path)
    frame = read_file(path)
    assert frame.shape == (LINES, PIXELS)
    np.testing.assert_array_equal(pick(frame, "height"), height_image())
    assert frame.unit("height") == ("arb" if name == "npz" else "m")


@pytest.mark.parametrize("name", WRITERS)
def test_the_region_reaches_from_edge_to_edge_in_x_and_in_y(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "scan")
    frame = read_file(tmp_path / "scan")
    np.testing.assert_allclose(frame.region.size, (WIDTH, HEIGHT), rtol=1e-12)


@pytest.mark.parametrize("name", BOTH_CHANNELS)
def test_a_phase_in_degrees_becomes_radians(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "scan")
    frame = read_file(tmp_path / "scan")
    np.testing.assert_allclose(pick(frame, "phase"), np.deg2rad(phase_image_deg()), rtol=1e-6)
    assert frame.unit("phase") == "rad"


@pytest.mark.parametrize("name", WRITERS)
def test_the_images_cannot_be_written(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "scan")
    frame = read_file(tmp_path / "scan")
    assert not any(image.flags.writeable for image in frame.data.values())
    assert all(image.dtype == np.float32 for image in frame.data.values())


def test_an_asylum_note_gives_place_direction_and_conditions(tmp_path: Path) -> None:
    write_ibw(tmp_path / "scan.ibw")
    frame = read_file(tmp_path / "scan.ibw")
    assert frame.region.center == (2e-6, -3e-6)
    assert frame.region.angle == pytest.approx(math.pi / 2)
    assert frame.request.slow_direction is SlowDirection.UP
    assert frame.request.line_rate == 1.25
    assert frame.measurement.mode is Mode.PFM_DART
    assert frame.measurement.drive_frequencies == (300e3, 310e3)
    assert dict(frame.measurement.extra)["MicroscopeModel"] == "Cypher"
    assert frame.measurement.started == "unknown"


@pytest.mark.parametrize(("order", "dtype"), [("<", "f4"), (">", "f4"), ("<", "f8"), (">", "f8")])
def test_igor_waves_of_both_byte_orders_are_read_as_igor2_reads_them(
    order: str, dtype: str, tmp_path: Path
) -> None:
    from igor2 import binarywave

    path = tmp_path / "scan.ibw"
    write_ibw(path, order, dtype=dtype)
    wave = binarywave.load(str(path))["wave"]["wData"]
    frame = read_file(path)
    np.testing.assert_allclose(
        frame.get("height", Direction.RETRACE), wave[:, :, 0].T[::-1].astype(np.float32)
    )


@pytest.mark.parametrize("up", [False, True], ids=["down", "up"])
def test_nanonis_trace_and_retrace_are_both_in_image_order(up: bool, tmp_path: Path) -> None:
    write_sxm(tmp_path / "scan.sxm", up=up)
    frame = read_file(tmp_path / "scan.sxm")
    for direction in Direction:
        np.testing.assert_array_equal(frame.get("height", direction), height_image())
    assert frame.request.slow_direction is (SlowDirection.UP if up else SlowDirection.DOWN)
    assert frame.region.angle == pytest.approx(-math.radians(30))
    assert frame.region.center == (1e-6, -2e-6)
    assert frame.request.line_rate == pytest.approx(2.5)
    assert frame.get("phase", Direction.RETRACE) is None


@pytest.mark.parametrize("up", [False, True], ids=["down", "up"])
def test_rows_that_were_not_scanned_stay_nan_and_say_so(up: bool, tmp_path: Path) -> None:
    write_sxm(tmp_path / "scan.sxm", up=up, unscanned=2)
    frame = read_file(tmp_path / "scan.sxm")
    missing = slice(0, 2) if up else slice(LINES - 2, LINES)
    scanned = np.ones(LINES, bool)
    scanned[missing] = False
    np.testing.assert_array_equal(frame.scanned[Direction.TRACE], scanned)
    assert np.isnan(frame.get("height")[missing]).all()


def test_nsid_axes_are_told_by_their_scales_not_by_their_order(tmp_path: Path) -> None:
    write_nsid(tmp_path / "xy.h5", "xy")
    write_nsid(tmp_path / "yx.h5", "yx")
    first, second = read_file(tmp_path / "xy.h5"), read_file(tmp_path / "yx.h5")
    np.testing.assert_array_equal(first.get("height"), second.get("height"))
    assert first.region == second.region


def test_a_gwyddion_offset_counts_down_from_the_top_left(tmp_path: Path) -> None:
    write_gwy(tmp_path / "scan.gwy")
    frame = read_file(tmp_path / "scan.gwy")
    np.testing.assert_allclose(
        frame.region.center, (1e-6 + WIDTH / 2, -(2e-6 + HEIGHT / 2)), rtol=1e-12
    )


def test_a_reference_map_fits_its_scan(tmp_path: Path) -> None:
    write_npz(tmp_path / "ref.npz")
    reference = read_reference(tmp_path / "ref.npz")
    assert reference.mask.shape == reference.frame.shape
    assert (reference.kind, reference.use, reference.how) == ("domain_wall", "full", "drawn")


def test_an_archive_may_place_its_scan(tmp_path: Path) -> None:
    write_npz(
        tmp_path / "ref.npz",
        center_m=np.array([1e-6, 2e-6]),
        angle_rad=0.5,
        slow_direction="up",
        units=np.array(["m", "deg"]),
    )
    frame = read_file(tmp_path / "ref.npz")
    assert (frame.region.center, frame.region.angle) == ((1e-6, 2e-6), 0.5)
    assert frame.request.slow_direction is SlowDirection.UP
    assert frame.unit("height") == "m"


def test_the_built_in_readers_are_listed() -> None:
    own = [r for r in list_readers() if r.origin == "ai-afm"]
    assert {r.error for r in own} == {None}
    names = " ".join(r.name for r in own)
    for ending in (".npz", ".h5", ".gwy", ".gsf", ".sxm", ".ibw", ".spm", ".jpk", ".asd", ".nid"):
        assert ending in names


def test_real_scans_are_oriented_as_their_reference_maps(real_data: Path) -> None:
    for name, source in (
        ("pfm_scan_0001", "pfm_scan_0001.ibw"),
        ("PZT_final0001", "PZT_final0001.h5"),
        ("PTO_Funakubo0007", "PTO_Funakubo0007.h5"),
    ):
        scan = read_file(real_data / source)
        reference = read_file(real_data / "refs" / f"{name}.npz")
        for key, image in reference.data.items():
            np.testing.assert_array_equal(scan.data[key], image, err_msg=f"{name} {key}")
        np.testing.assert_allclose(scan.region.size, reference.region.size)


def test_a_real_scan_of_256_by_128_px_keeps_its_long_side_along_the_line(real_data: Path) -> None:
    assert read_file(real_data / "PZT_thick0009.h5").shape == (128, 256)


def test_the_drawn_card_has_t_at_the_top_and_l_at_the_left(real_data: Path) -> None:
    card = read_file(real_data / "file_square.gwy").get("left_top_right_bottom")
    # The letters are brighter than the squares that they are drawn on.
    top, bottom = card[12:50, 78:115], card[205:245, 145:182]
    left, right = card[140:180, 10:50], card[75:115, 205:245]
    square = np.median(top)
    t_rows = (top > square * 1.2).sum(axis=1)
    assert t_rows[:15].sum() > t_rows[-15:].sum()  # the bar of the T is above
    l_rows = (left > np.median(left) * 1.1).sum(axis=1)
    assert l_rows[-15:].sum() > l_rows[:15].sum()  # the bar of the L is below
    assert bottom.std() > 0
    assert right.std() > 0
