"""Reading scan files: live, truncated, hostile."""

import h5py
import numpy as np
import pytest

from ai_afm.errors import BadInput
from ai_afm.image.scan_bytes import RECORD, ScanState, latest_state, pack_slot
from ai_afm.image.scan_layout import LiveScan, read_layout, read_scan
from ai_afm.store.scan_file import ScanFileWriter
from ai_afm.types import (
    Channel,
    Direction,
    LineFlag,
    Measurement,
    ScanLine,
    ScanRegion,
    ScanRequest,
)

TRACE, RETRACE = Direction
REQUEST = ScanRequest(ScanRegion((0.0, 1e-6), (3e-6, 1e-6), -0.2), (5, 9), 50.0)
CHANNELS = (Channel("height", "m"), Channel("phase", "rad"))


def line(row, direction=TRACE):
    values = {c.name: np.arange(9, dtype=np.float32) + 10 * row for c in CHANNELS}
    return ScanLine(row, direction, (0.0, 1.0), (2.0, 3.0), values, 0.5 * row, LineFlag.LATE)


@pytest.fixture
def writer(tmp_path):
    with ScanFileWriter.create(tmp_path / "1.h5", 1, REQUEST, CHANNELS, Measurement()) as writer:
        yield writer


def test_a_live_scan_shows_each_line_after_the_next_refresh(writer):
    with LiveScan(writer.path) as live:
        frame = live.refresh()
        assert not frame.scanned[TRACE].any()
        writer.write(line(0))
        assert np.isnan(frame.data["height", TRACE]).all()
        assert live.refresh() is frame
        assert frame.scanned[TRACE].tolist() == [True, False, False, False, False]
        np.testing.assert_array_equal(frame.data["phase", TRACE][0], np.arange(9))
        assert live.state == (ScanState.RUNNING, "")
        writer.finish(ScanState.STOPPED, "nothing to see")
        assert live.state == (ScanState.STOPPED, "nothing to see")


def test_nobody_can_write_through_a_frame(writer):
    writer.write(line(2, RETRACE))
    frame = read_scan(writer.path).frame
    with pytest.raises(ValueError, match="read-only"):
        frame.data["height", RETRACE][2, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        frame.scanned[RETRACE][0] = True


@pytest.mark.parametrize("where", ["payload", "record"])
def test_a_row_with_one_wrong_bit_is_not_believed(writer, where):
    for row in range(3):
        writer.write(line(row))
    layout = writer.layout
    at = {
        "payload": layout.row_offset("phase", TRACE, 1) + 7,
        "record": layout.record_offset(TRACE, 1) + RECORD.fields["end"][1] + 3,
    }[where]
    content = bytearray(writer.path.read_bytes())
    content[at] ^= 4
    writer.path.write_bytes(content)
    stored = read_scan(writer.path)
    assert stored.frame.scanned[TRACE].tolist() == [True, False, True, False, False]
    assert np.isnan(stored.frame.data["height", TRACE][1]).all()


def test_a_file_of_any_shorter_length_is_refused(writer, tmp_path):
    writer.write(line(0))
    whole = writer.path.read_bytes()
    cut = tmp_path / "cut.h5"
    for size in [*range(0, 2000, 37), *range(2000, len(whole), 199), len(whole) - 1]:
        cut.write_bytes(whole[:size])
        with pytest.raises(BadInput, match=r"cut\.h5"):
            read_scan(cut)


def test_a_file_with_any_damaged_byte_is_read_or_refused_but_never_crashes(writer, tmp_path):
    writer.write(line(0))
    whole = bytearray(writer.path.read_bytes())
    bad = tmp_path / "bad.h5"
    for at in range(0, 40_000, 211):
        content = whole.copy()
        content[at % len(whole)] ^= 0xFF
        bad.write_bytes(content)
        try:
            assert read_scan(bad).frame.shape == REQUEST.shape
        except BadInput:
            pass


def test_a_file_that_becomes_shorter_while_it_is_read_is_an_error(writer):
    writer.write(line(0))
    with LiveScan(writer.path) as live:
        writer.path.write_bytes(b"short")
        with pytest.raises(BadInput, match="shorter"):
            live.refresh()


@pytest.mark.parametrize("content", [b"", b"not HDF5 at all" * 100])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    (tmp_path / "x.h5").write_bytes(content)
    with pytest.raises(BadInput, match="not a sound HDF5 file"):
        read_scan(tmp_path / "x.h5")
    with pytest.raises(BadInput, match="no such file"):
        read_scan(tmp_path / "absent.h5")


def hostile(path, change):
    with h5py.File(path, "r+") as file:
        change(file)


def external_storage(file):
    del file["entry/height_trace/data"]
    file["entry/height_trace"].create_dataset(
        "data", (5, 9), "<f4", external=[("/etc/hostname", 0, 180)]
    )


def external_link(file):
    del file["entry/height_trace/data"]
    file["entry/height_trace/data"] = h5py.ExternalLink("other.h5", "/x")


def soft_link(file):
    del file["entry/request"]
    file["entry/request"] = h5py.SoftLink("/entry/measurement")


def virtual(file):
    del file["entry/height_trace/data"]
    layout = h5py.VirtualLayout((5, 9), "<f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (5, 9))
    file["entry/height_trace"].create_virtual_dataset("data", layout)


def huge(file):
    del file["entry/records/trace"]
    file["entry/records"].create_dataset("trace", (10**10,), RECORD)


def huge_text(file):
    del file["entry/request"]
    file["entry"].create_dataset("request", (), h5py.string_dtype("utf-8", 2**30))


def chunked(file):
    del file["entry/height_trace/data"]
    file["entry/height_trace"].create_dataset("data", (5, 9), "<f4", chunks=(1, 9))


def other_shape(file):
    del file["entry/height_trace/data"]
    file["entry/height_trace"].create_dataset("data", data=np.zeros((9, 5), "<f4"))


def other_type(file):
    del file["entry/height_trace/data"]
    file["entry/height_trace"].create_dataset("data", data=np.zeros((5, 9), "<i4"))


def other_version(file):
    file.attrs["format_version"] = 99


def other_format(file):
    file.attrs["format"] = np.bytes_("somebody else's")


def format_that_points_into_the_heap(file):
    file.attrs["format"] = "ai-afm scan"


def format_of_absurd_size(file):
    file.attrs["format"] = np.full((20, 20), b"ai-afm scan")


def bad_request(file):
    del file["entry/request"]
    file["entry"]["request"] = np.array(b"{}", h5py.string_dtype("utf-8", 2))


def group_for_dataset(file):
    del file["entry/state"]
    file.create_group("entry/state")


@pytest.mark.parametrize(
    "change",
    [
        external_storage,
        external_link,
        soft_link,
        virtual,
        huge,
        huge_text,
        chunked,
        other_shape,
        other_type,
        other_version,
        other_format,
        format_that_points_into_the_heap,
        format_of_absurd_size,
        bad_request,
        group_for_dataset,
    ],
    ids=lambda change: change.__name__,
)
def test_a_hostile_or_foreign_file_is_refused(writer, change):
    writer.finish(ScanState.COMPLETE)
    hostile(writer.path, change)
    with pytest.raises(BadInput, match=r"1\.h5|stored value|class"):
        read_layout(writer.path)


def test_the_newest_whole_slot_counts():
    first = pack_slot(1, ScanState.RUNNING, "")
    second = pack_slot(2, ScanState.COMPLETE, "done")
    torn = second[:20] + b"\0" * (len(second) - 20)
    assert latest_state(first + second) == (2, ScanState.COMPLETE, "done")
    assert latest_state(first + torn) == (1, ScanState.RUNNING, "")
    assert latest_state(bytes(8192)) is None
