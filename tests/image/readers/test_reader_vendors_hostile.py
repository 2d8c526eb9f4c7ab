"""Bad files of instrument makers' formats end in one clear line of `BadInput`, nothing else."""

import struct
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vendor_files import (
    WRITERS,
    steps,
    tiff,
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

from ai_afm.errors import BadInput
from ai_afm.image.readers.frames import format_of, read_frames

# Not HDF5: its C library can end the whole process on flipped bits; no reader can prevent that.
PLAIN = sorted(set(WRITERS) - {"jpk movie"})


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        list(read_frames(path))
    text = str(caught.value)
    assert "\n" not in text.strip()
    assert path.name in text
    return text


@pytest.mark.parametrize("name", PLAIN)
def test_a_vendor_file_cut_anywhere_is_bad_input(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "whole")
    content = (tmp_path / "whole").read_bytes()
    cut = tmp_path / "cut"
    for length in {*range(0, len(content), 61), *range(len(content) - 5, len(content))}:
        cut.write_bytes(content[:length])
        # A TIFF file may end with a tag that nobody needs; all else is missed.
        if name in {"jpk", "park"}:
            try:
                list(read_frames(cut))
            except BadInput:
                continue
        else:
            refused(cut)


def test_a_jpk_movie_cut_anywhere_is_bad_input(tmp_path: Path) -> None:
    write_jpk_movie(tmp_path / "whole")
    content = (tmp_path / "whole").read_bytes()
    rng = np.random.default_rng(1)
    for length in rng.integers(1, len(content), 25):
        (tmp_path / "cut").write_bytes(content[:length])
        refused(tmp_path / "cut")


@settings(max_examples=150)
@given(data=st.data())
def test_a_vendor_file_with_damaged_bytes_is_read_or_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    name = data.draw(st.sampled_from(PLAIN))
    path = folder / f"vendor_{name}"
    if not path.exists():
        WRITERS[name](path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = folder / "damaged_vendor_file"
    damaged.write_bytes(bytes(content))
    try:
        frames = list(read_frames(damaged))
    except BadInput:
        return
    assert all(frame.data for frame in frames)


MAGICS = [
    b"\\*File list\r\n\\Version: 0x05310001\r\n\\*Ciao image list\r\n",
    b"MM\0*\0\0\0\x08",
    b"II*\0\x08\0\0\0",
    b"WSxM file copyright UAM\r\nSxM Image file\r\nImage header size: 90\r\n",
    b"\0\0\0\0TPPH",
    b"[DataSet]\r\nGr0-Ch0=DataSet-0:0\r\n#!",
    b"fileType      Image\n",
    b"\x01\xb0\x93\xff" + bytes(29),
    b"\x01\0\0\0" + bytes(20) + b"TP\0\0PH\0\0",
]


@settings(max_examples=60)
@given(content=st.binary(max_size=600), magic=st.sampled_from(MAGICS))
def test_noise_behind_a_vendor_magic_is_bad_input(
    content: bytes, magic: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "vendor_noise"
    path.write_bytes(magic + content)
    with pytest.raises(BadInput):
        list(read_frames(path))


@pytest.mark.parametrize(
    ("change", "value", "word"),
    [
        ("scale", "V [Sens. Zscan] (0.006 V/LSB) much", "Z scale"),
        ("soft", "V much nm/V", "scale"),
        ("images", "\\*Ciao force list", "no image"),
        ("pixels", "\\Samps/line: 8", "declares"),
        ("pixels", "\\Samps/line: 400000000000", "GB"),
        ("pixels", "\\Samps/line: 0.5", "whole number"),
    ],
)
def test_a_nanoscope_header_that_cannot_be_is_named(
    change: str, value: str, word: str, tmp_path: Path
) -> None:
    write_nanoscope(tmp_path / "scan.spm", **{change: value})
    assert word in refused(tmp_path / "scan.spm")


def test_a_jpk_channel_with_another_than_linear_scaling_is_refused(tmp_path: Path) -> None:
    write_jpk(tmp_path / "scan.jpk", scaling="CubicScaling")
    assert "CubicScaling" in refused(tmp_path / "scan.jpk")
    write_jpk_movie(tmp_path / "film.h5-jpk", scaling="cubic")
    assert "cubic" in refused(tmp_path / "film.h5-jpk")


def test_a_movie_whose_frames_are_not_of_its_grid_is_refused(tmp_path: Path) -> None:
    write_jpk_movie(tmp_path / "film.h5-jpk", ilength=8)
    assert "shapes" in refused(tmp_path / "film.h5-jpk")
    write_jpk_movie(tmp_path / "film.h5-jpk", ilength=0.5)
    assert "ilength" in refused(tmp_path / "film.h5-jpk")


def test_movie_data_in_another_file_are_not_read(tmp_path: Path) -> None:
    write_jpk_movie(tmp_path / "film.h5-jpk")
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(4 * 105))
    with h5py.File(tmp_path / "film.h5-jpk", "a") as file:
        group = file["Measurement_000/Channel_000"]
        del group["Height"]
        group.create_dataset("Height", (35, 3), "<i4", external=[(str(secret), 0, 420)])
    assert "another file" in refused(tmp_path / "film.h5-jpk")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"range": 0x1}, "range"),
        ({"bits": 40}, "bits"),
        ({"header": 31}, "frame headers"),
        ({"frames": 0}, "0 frames"),
        ({"frames": 2_000_000_000}, "GB"),
        ({"phase": float("nan")}, "calibration"),
    ],
)
def test_a_high_speed_header_that_cannot_be_is_named(
    changes: dict[str, float], word: str, tmp_path: Path
) -> None:
    write_asd(tmp_path / "film.asd", 1, **changes)
    assert word in refused(tmp_path / "film.asd")


def test_a_high_speed_movie_without_a_recorded_frame_is_refused(tmp_path: Path) -> None:
    write_asd(tmp_path / "film.asd", frames=1)
    assert "none of the 1 frames" in refused(tmp_path / "film.asd")


def test_a_wsxm_file_that_is_no_image_says_what_it_is(tmp_path: Path) -> None:
    write_wsxm(tmp_path / "curve.cur", type="IV file")
    assert "IV file" in refused(tmp_path / "curve.cur")


def test_a_wsxm_image_without_its_z_amplitude_is_refused(tmp_path: Path) -> None:
    write_wsxm(tmp_path / "scan.top", z="unknown")
    assert "Z amplitude" in refused(tmp_path / "scan.top")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"type": 1}, "no plain image"),
        ({"lines": 0}, "0 x 7 px"),
        ({"lines": 60_000_000}, "bytes"),
        ({"kind": 3}, "data type 3"),
    ],
)
def test_a_park_header_that_cannot_be_is_named(
    changes: dict[str, object], word: str, tmp_path: Path
) -> None:
    write_park(tmp_path / "scan.tiff", **changes)
    assert word in refused(tmp_path / "scan.tiff")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"fileType": "Spectroscopy"}, "Spectroscopy"),
        ({"xPixels": "many"}, "px"),
        ({"yPixels": "1000000", "xPixels": "40000"}, "GB"),
        ({"range": "wide"}, "range"),
        ({"kind": "ASCII"}, "ASCII"),
    ],
)
def test_a_keysight_header_that_cannot_be_is_named(
    changes: dict[str, str], word: str, tmp_path: Path
) -> None:
    write_keysight(tmp_path / "scan.mi", **changes)
    assert word in refused(tmp_path / "scan.mi")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"SaveMode": "Text"}, "Text"),
        ({"SaveBits": "12"}, "12 bits"),
        ({"Points": "1000000", "Lines": "40000"}, "GB"),
        ({"Dim2Range": "wide"}, "span"),
    ],
)
def test_a_nanosurf_header_that_cannot_be_is_named(
    changes: dict[str, str], word: str, tmp_path: Path
) -> None:
    write_nanosurf(tmp_path / "scan.nid", **changes)
    assert word in refused(tmp_path / "scan.nid")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"kind": 3}, "no image (frame of type 3"),
        ({"axes": 1}, "no image"),
        ({"number": -10}, "type -10"),
        ({"lines": 6}, "image of 6 x 7 px"),
        ({"lines": 2**40}, "GB"),
    ],
)
def test_an_nt_mdt_file_without_a_usable_image_says_what_it_holds(
    changes: dict[str, object], word: str, tmp_path: Path
) -> None:
    write_mdt(tmp_path / "scan.mdt", **changes)
    assert word in refused(tmp_path / "scan.mdt")


def test_an_old_nt_mdt_frame_without_its_variables_is_refused(tmp_path: Path) -> None:
    write_old_mdt(tmp_path / "scan.mdt", variables=30)
    assert "30 bytes of variables" in refused(tmp_path / "scan.mdt")


def test_a_tiff_picture_is_no_scan(tmp_path: Path) -> None:
    (tmp_path / "photo.tif").write_bytes(tiff([({}, steps())]))
    assert format_of(tmp_path / "photo.tif") is None


def test_a_chain_of_tiff_pages_that_bites_its_tail_ends(tmp_path: Path) -> None:
    write_jpk(tmp_path / "scan.jpk")
    content = bytearray((tmp_path / "scan.jpk").read_bytes())
    (count,) = struct.unpack_from(">H", content, 8)
    struct.pack_into(">I", content, 10 + 12 * count, 8)
    (tmp_path / "loop.jpk").write_bytes(bytes(content))
    assert "no end" in refused(tmp_path / "loop.jpk")
