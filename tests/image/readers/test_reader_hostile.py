"""Bad files give one clear line of `BadInput` and nothing else, wherever they are broken."""

import struct
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_files import (
    WRITERS,
    height_image,
    with_checksum,
    write_gwy,
    write_ibw,
    write_npz,
    write_nsid,
    write_sxm,
)

from ai_afm.errors import BadInput
from ai_afm.image.readers import list_readers, read_file, read_reference, registry


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_file(path)
    text = str(caught.value)
    assert "\n" not in text.strip()
    return text


@pytest.mark.parametrize("name", [n for n in WRITERS if n != "nsid"])
def test_a_file_truncated_anywhere_is_bad_input(name: str, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    WRITERS[name](whole)
    content = whole.read_bytes()
    cut = tmp_path / "cut"
    for length in {*range(0, len(content), 17), *range(len(content) - 9, len(content))}:
        cut.write_bytes(content[:length])
        refused(cut)


def test_a_truncated_hdf5_file_is_bad_input(tmp_path: Path) -> None:
    write_nsid(tmp_path / "whole.h5")
    content = (tmp_path / "whole.h5").read_bytes()
    rng = np.random.default_rng(1)
    for length in rng.integers(1, len(content), 60):
        (tmp_path / "cut.h5").write_bytes(content[:length])
        refused(tmp_path / "cut.h5")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_file_with_damaged_bytes_is_read_or_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    # Not HDF5: its C library can end the whole process on flipped bits; no reader can prevent that.
    name = data.draw(st.sampled_from(sorted(set(WRITERS) - {"nsid"})))
    path = folder / f"damaged_{name}"
    if not path.exists():
        WRITERS[name](path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = folder / "damaged"
    damaged.write_bytes(bytes(content))
    try:
        frame = read_file(damaged)
    except BadInput:
        return
    assert frame.data


MAGICS = [
    b"",
    b"PK\x03\x04",
    b"GWYP",
    b"GWYO",
    b"Gwyddion Simple Field 1.0\n",
    b":NANONIS_VERSION:\n2\n",
    b"\x05\x00",
    b"\x00\x05",
    b"\x89HDF\r\n\x1a\n",
]


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=600), magic=st.sampled_from(MAGICS))
def test_noise_behind_a_magic_is_bad_input(
    content: bytes, magic: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    path.write_bytes(magic + content)
    with pytest.raises(BadInput):
        read_file(path)


def test_an_empty_a_missing_and_a_foreign_file_say_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "empty.ibw").write_bytes(b"")
    (tmp_path / "scan.spm").write_bytes(b"\\*Force file list\r\n\\Version: 0x1\r\n")
    assert "empty" in refused(tmp_path / "empty.ibw")
    assert "NanoScope" in refused(tmp_path / "scan.spm")
    refused(tmp_path / "nothing.ibw")
    refused(tmp_path)


def test_the_old_gwyddion_format_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "old.gwy").write_bytes(b"GWYO" + bytes(100))
    assert "save it again" in refused(tmp_path / "old.gwy")


def test_a_wave_that_declares_320_gb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    write_ibw(tmp_path / "scan.ibw")
    content = bytearray((tmp_path / "scan.ibw").read_bytes())
    struct.pack_into("<4i", content, 64 + 68, 200_000, 200_000, 2, 0)
    header = with_checksum(content[:384])
    (tmp_path / "huge.ibw").write_bytes(header + bytes(content[384:]))
    assert "320 GB" in refused(tmp_path / "huge.ibw")


def test_texts_that_declare_320_gb_are_refused(tmp_path: Path) -> None:
    (tmp_path / "huge.gsf").write_bytes(
        b"Gwyddion Simple Field 1.0\nXRes = 400000\nYRes = 200000\n\0\0\0\0"
    )
    assert "320 GB" in refused(tmp_path / "huge.gsf")
    write_sxm(tmp_path / "scan.sxm")
    text = (tmp_path / "scan.sxm").read_bytes().replace(b"       7       5", b"  400000  200000")
    (tmp_path / "huge.sxm").write_bytes(text)
    assert "960 GB" in refused(tmp_path / "huge.sxm")


def test_an_array_that_declares_320_gb_is_refused(tmp_path: Path) -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 200000, 200000), }"
    header = header.ljust(117) + b"\n"
    member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(64)
    with zipfile.ZipFile(tmp_path / "huge.npz", "w") as archive:
        archive.writestr("channels.npy", member)
    assert "320 GB" in refused(tmp_path / "huge.npz")


def test_a_dataset_that_declares_320_gb_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "huge.h5", "w") as file:
        data = file.create_dataset("a", (400_000, 200_000), "f4", chunks=(64, 64))
        data.attrs.update({"quantity": "Height", "units": "m", "data_type": "IMAGE"})
    assert "320 GB" in refused(tmp_path / "huge.h5")


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    write_npz(tmp_path / "evil.npz", channel_names=np.array([{"a": 1}, print], dtype=object))
    assert "pickle" in refused(tmp_path / "evil.npz")


def test_hdf5_data_in_other_files_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(np.ones(35, np.float32).tobytes())
    with h5py.File(tmp_path / "external.h5", "w") as file:
        data = file.create_dataset("a", (5, 7), "f4", external=[(str(secret), 0, 140)])
        data.attrs.update({"quantity": "Height", "units": "m", "data_type": "IMAGE"})
    assert "another file" in refused(tmp_path / "external.h5")
    write_nsid(tmp_path / "scan.h5")
    with h5py.File(tmp_path / "linked.h5", "w") as file:
        file["a"] = h5py.ExternalLink(str(tmp_path / "scan.h5"), "/")
    assert "another file" in refused(tmp_path / "linked.h5")


def test_hdf5_without_an_image_says_so(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["spectra"] = np.ones((3, 4, 5))
    assert "neither an ai-afm scan nor NSID" in refused(tmp_path / "other.h5")


def test_hdf5_groups_that_contain_themselves_end(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "loop.h5", "w") as file:
        group = file.create_group("a")
        group["again"] = group
        group["and_again"] = group
    refused(tmp_path / "loop.h5")


def test_a_scan_without_a_reading_is_refused(tmp_path: Path) -> None:
    empty = np.full((1, 5, 7), np.nan, np.float32)
    write_npz(tmp_path / "nan.npz", channels=empty, channel_names=np.array(["Height"]))
    assert "empty (NaN)" in refused(tmp_path / "nan.npz")


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("channels", np.ones((5, 7)), "shape"),
        ("channels", np.ones((3, 5, 7)), "names"),
        ("channels", np.ones((2, 0, 7)), "shape"),
        ("channels", np.array([["a", "b"]]), "real numbers"),
        ("channels", np.ones((2, 5, 7), complex), "real numbers"),
        ("pixel_size_m", np.array([1e-9]), "number"),
        ("pixel_size_m", np.array([-1e-9, 1e-9]), "positive"),
        ("center_m", np.array([np.inf, 0.0]), "finite"),
    ],
)
def test_arrays_of_a_wrong_shape_or_kind_are_named(
    key: str, value: np.ndarray, word: str, tmp_path: Path
) -> None:
    write_npz(tmp_path / "wrong.npz", **{key: value})
    assert word in refused(tmp_path / "wrong.npz")


def test_a_map_of_another_shape_than_its_scan_is_refused(tmp_path: Path) -> None:
    write_npz(tmp_path / "wrong.npz", mask=np.ones((7, 5), bool))
    with pytest.raises(BadInput, match="mask"):
        read_reference(tmp_path / "wrong.npz")


def test_infinite_values_are_no_readings(tmp_path: Path) -> None:
    channels = np.stack([height_image(), height_image()])
    channels[0, 2, 3] = np.inf
    write_npz(tmp_path / "inf.npz", channels=channels)
    image = read_file(tmp_path / "inf.npz").data
    assert any(np.isnan(i).sum() == 1 for i in image.values())


def test_gwyddion_objects_nested_without_end_are_refused(tmp_path: Path) -> None:
    content = b""
    for _ in range(40):
        content = b"A\0" + struct.pack("<I", len(content)) + content
        content = b"x\0o" + content
    content = b"GwyContainer\0" + struct.pack("<I", len(content)) + content
    (tmp_path / "deep.gwy").write_bytes(b"GWYP" + content)
    assert "nested" in refused(tmp_path / "deep.gwy")


def test_a_gwyddion_file_without_an_image_says_so(tmp_path: Path) -> None:
    (tmp_path / "none.gwy").write_bytes(b"GWYPGwyContainer\0" + struct.pack("<I", 0))
    assert "no image" in refused(tmp_path / "none.gwy")
    write_gwy(tmp_path / "scan.gwy")
    read_file(tmp_path / "scan.gwy")


def test_a_broken_plug_in_is_listed_and_disturbs_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    points = [
        EntryPoint("missing", "no_such_module_here:Reader", "ai_afm.readers"),
        EntryPoint("wrong", "math:pi", "ai_afm.readers"),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    broken = {r.name: r.error for r in list_readers() if r.error}
    assert set(broken) == {"missing", "wrong"}
    write_npz(tmp_path / "scan.npz")
    assert read_file(tmp_path / "scan.npz").shape == (5, 7)
