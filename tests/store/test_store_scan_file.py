"""Writing and reading one scan."""

import errno
import os
import threading
from concurrent.futures import wait
from dataclasses import replace

import h5py
import numpy as np
import pytest
from scan_factory import (
    CHANNELS,
    LINES,
    MEASUREMENT,
    PIXELS,
    new_writer,
    row_of,
    scan_line,
    scan_lines,
    scan_request,
    write_scan,
)

from ai_afm.errors import BadInput, StoreError
from ai_afm.image.scan_layout import LiveScan, ScanState, read_scan
from ai_afm.store import platform
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.types import Channel, Direction, Measurement, ScanLine, SlowDirection

TRACE, RETRACE = Direction


class FakeClock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_what_was_written_is_read_back_exactly(tmp_path):
    request = scan_request()
    with new_writer(tmp_path, request, number=3) as writer:
        lines = list(scan_lines(request))
        for line in lines:
            writer.write(line)
        writer.finish(ScanState.COMPLETE)
    stored = read_scan(writer.path)
    assert (stored.number, stored.state, stored.reason) == (3, ScanState.COMPLETE, "")
    assert stored.frame.request == request
    assert stored.frame.measurement == MEASUREMENT
    assert stored.frame.channels == CHANNELS
    for channel, (i, direction) in [(c, (i, d)) for i, c in enumerate(CHANNELS) for d in Direction]:
        image = stored.frame.data[channel.name, direction]
        assert image.shape == (LINES, PIXELS)
        for row in range(LINES):
            np.testing.assert_array_equal(image[row], row_of(request, i, direction, row))
    back = list(stored.lines())
    assert [(b.index, b.direction, b.start, b.end, b.time, b.flags) for b in back] == [
        (a.index, a.direction, a.start, a.end, a.time, a.flags) for a in lines
    ]


def test_rows_that_were_not_scanned_are_nan_and_marked(tmp_path):
    stored = read_scan(write_scan(tmp_path, scan_request(), passes=5))
    assert stored.state is ScanState.RUNNING
    assert stored.frame.scanned[TRACE].tolist() == [True] * 3 + [False] * 4
    assert stored.frame.scanned[RETRACE].tolist() == [True] * 2 + [False] * 5
    assert np.isnan(stored.frame.data["height", RETRACE][2:]).all()
    assert np.isnan(stored.times[RETRACE][2:]).all()
    assert stored.passes == 5


def test_an_up_scan_fills_the_image_from_the_bottom(tmp_path):
    request = scan_request(slow=SlowDirection.UP)
    stored = read_scan(write_scan(tmp_path, request, passes=4))
    assert np.flatnonzero(stored.frame.scanned[TRACE]).tolist() == [5, 6]
    np.testing.assert_array_equal(
        stored.frame.data["amplitude", TRACE][6], row_of(request, 1, TRACE, 6)
    )


def test_a_channel_may_have_bins_behind_its_pixels(tmp_path):
    request = scan_request(lines=3, pixels=5)
    spectrum = Channel("band", "arb")
    options = WriterOptions(bins={"band": 4}, directions=(TRACE,))
    path = tmp_path / "1.h5"
    rows = np.arange(3 * 5 * 4, dtype=np.float32).reshape(3, 5, 4)
    with ScanFileWriter.create(path, 1, request, (spectrum,), Measurement(), options) as writer:
        for i, row in enumerate(rows):
            writer.write(ScanLine(i, TRACE, (0.0, 0.0), (1.0, 0.0), {"band": row}, float(i)))
        writer.finish(ScanState.COMPLETE)
    frame = read_scan(path).frame
    np.testing.assert_array_equal(frame.data["band", TRACE], rows)
    assert list(frame.scanned) == [TRACE]


def test_a_fast_scan_is_made_durable_each_tenth_of_a_second(tmp_path):
    clock = FakeClock()
    request = scan_request(line_rate=1000.0)
    with new_writer(tmp_path, request, options=WriterOptions(clock=clock)) as writer:
        lines = scan_lines(request)
        assert [writer.write(next(lines)) for _ in range(4)] == [0, 0, 0, 0]
        assert writer.durable_passes == 0
        clock.now = 0.11
        writer.write(next(lines))
        writer._pending.outcome.result()
        assert writer.write(next(lines)) == 2
        assert writer.durable_passes == 5
        assert writer.sync() == 3


def test_a_disk_that_is_slow_delays_the_report_and_not_the_lines(tmp_path, monkeypatch):
    may_go_on = threading.Event()
    monkeypatch.setattr(platform, "fdatasync", lambda fd: may_go_on.wait(10))
    clock = FakeClock()
    with new_writer(
        tmp_path, scan_request(line_rate=900.0), options=WriterOptions(clock)
    ) as writer:
        for line in scan_lines(scan_request()):
            clock.now += 1.0
            assert writer.write(line) == 0
        may_go_on.set()
        assert writer.sync() == LINES


def test_a_failure_in_the_background_ends_the_scan_at_the_next_line(tmp_path, monkeypatch):
    def fails(fd):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(platform, "fdatasync", fails)
    clock = FakeClock()
    with new_writer(
        tmp_path, scan_request(line_rate=900.0), options=WriterOptions(clock)
    ) as writer:
        lines = scan_lines(scan_request())
        clock.now = 1.0
        writer.write(next(lines))
        wait([writer._pending.outcome])
        with pytest.raises(StoreError, match="could not be made durable"):
            writer.write(next(lines))
        with pytest.raises(StoreError, match="takes no more lines"):
            writer.write(next(lines))
        assert writer.durable_passes == 0


def test_in_a_slow_scan_each_pass_is_durable_at_once(tmp_path):
    request = scan_request(line_rate=1.0)
    with new_writer(tmp_path, request, options=WriterOptions(clock=FakeClock())) as writer:
        lines = scan_lines(request)
        assert [writer.write(next(lines)) for _ in range(4)] == [0, 1, 1, 2]


def test_a_missing_line_does_not_hold_up_the_durable_rows_after_it(tmp_path):
    request = scan_request(line_rate=1.0, slow=SlowDirection.UP)
    with new_writer(tmp_path, request) as writer:
        for row in (6, 4):
            for direction in Direction:
                durable = writer.write(scan_line(request, row, direction))
    assert durable == 3


def test_a_scan_file_is_never_overwritten(tmp_path):
    path = write_scan(tmp_path, scan_request(), passes=2)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="exists already"):
        new_writer(tmp_path, scan_request())
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"index": 7}, "outside a frame of 7 lines", id="row beyond the frame"),
        pytest.param({"channels": {"height": np.zeros(12, "f4")}}, "instead of", id="channel"),
        pytest.param(
            {"channels": {n: np.zeros(11, "f4") for n in ("height", "amplitude")}}, "shape", id="px"
        ),
        pytest.param({"index": 0}, "came twice", id="row twice"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(tmp_path, change, message):
    request = scan_request()
    with new_writer(tmp_path, request) as writer:
        writer.write(scan_line(request, 0, TRACE))
        with pytest.raises(BadInput, match=message):
            writer.write(replace(scan_line(request, 1, TRACE), **change))
        writer.finish(ScanState.STOPPED)
    assert read_scan(writer.path).passes == 1


def test_a_disk_without_room_refuses_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(platform, "free_space", lambda folder: 100_000_000)
    with pytest.raises(StoreError, match=r"needs .* MB .* has 100 MB left"):
        new_writer(tmp_path, scan_request())
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_meanwhile_leaves_no_half_file(tmp_path, monkeypatch):
    def full(fd, size):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(platform, "preallocate", full)
    with pytest.raises(StoreError, match="No space left"):
        new_writer(tmp_path, scan_request())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["preallocate", "pwrite", "replace", "fsync_directory"])
def test_a_process_that_dies_while_it_makes_the_file_leaves_a_whole_one_or_none(
    tmp_path, monkeypatch, name
):
    def dies(*args):
        raise KeyboardInterrupt  # like a kill, nothing is tidied up after it

    monkeypatch.setattr(platform, name, dies)
    with pytest.raises(KeyboardInterrupt):
        new_writer(tmp_path, scan_request())
    left = [p.name for p in tmp_path.iterdir()]
    if name == "fsync_directory":
        assert left == ["000001.h5"]
        assert read_scan(tmp_path / "000001.h5").passes == 0
    else:
        assert left == ["000001.h5.tmp"]


def failing(function, at, error):
    """The function, but its call number `at` fails."""
    calls = iter(range(10_000))

    def call(*args):
        if next(calls) == at:
            raise OSError(error, os.strerror(error))
        return function(*args)

    return call, calls


@pytest.mark.parametrize("name", ["pwrite", "fdatasync"])
def test_a_call_that_fails_ends_the_scan_and_loses_nothing_durable(tmp_path, monkeypatch, name):
    request = scan_request(line_rate=1.0)
    original = getattr(platform, name)
    for at in range(200):
        folder = tmp_path / str(at)
        folder.mkdir()
        writer = new_writer(folder, request)
        call, calls = failing(original, at, errno.EIO)
        monkeypatch.setattr(platform, name, call)
        acked = 0
        try:
            for line in scan_lines(request):
                writer.write(line)
                acked = writer.durable_passes
            writer.finish(ScanState.COMPLETE)
        except StoreError:
            with pytest.raises(StoreError, match="takes no more lines"):
                writer.sync()
        writer.close()
        monkeypatch.setattr(platform, name, original)
        stored = read_scan(writer.path)
        assert acked <= stored.passes <= 2 * LINES
        assert [line.index for line in stored.lines()][:acked] == [i // 2 for i in range(acked)]
        if next(calls) <= at:
            assert at > 2 * LINES
            return
    pytest.fail("never came to the end")


def test_a_file_that_others_lock_loses_no_line(tmp_path, monkeypatch):
    request = scan_request()
    writer = new_writer(tmp_path, request)
    original = platform.pwrite
    scan_fd = writer._fd

    def locked(fd, content, offset):
        if fd == scan_fd:
            raise PermissionError(errno.EACCES, "locked by another process")
        original(fd, content, offset)

    lines = list(scan_lines(request))
    writer.write(lines[0])
    with LiveScan(writer.path) as live:
        monkeypatch.setattr(platform, "pwrite", locked)
        for line in lines[1:5]:
            writer.write(line)
        assert live.stored().passes == 5
        np.testing.assert_array_equal(
            live.frame.data["height", TRACE][2], row_of(request, 0, TRACE, 2)
        )
        monkeypatch.setattr(platform, "pwrite", original)
        writer.write(lines[5])
        writer.finish(ScanState.STOPPED, "enough")
        assert live.stored().passes == 6
    assert [p.name for p in tmp_path.iterdir()] == ["000001.h5"]
    stored = read_scan(writer.path)
    assert (stored.passes, stored.state, stored.reason) == (6, ScanState.STOPPED, "enough")


def test_a_lock_that_stays_to_the_end_keeps_all_in_the_file_beside(tmp_path, monkeypatch):
    request = scan_request()
    writer = new_writer(tmp_path, request)
    original, scan_file = platform.pwrite, os.fstat(writer._fd).st_ino

    def locked(fd, content, offset):
        if os.fstat(fd).st_ino == scan_file:
            raise PermissionError(errno.EACCES, "locked by another process")
        original(fd, content, offset)

    monkeypatch.setattr(platform, "pwrite", locked)
    for line in scan_lines(request):
        writer.write(line)
    writer.finish(ScanState.COMPLETE)
    stored = read_scan(writer.path)
    assert (stored.passes, stored.state) == (2 * LINES, ScanState.COMPLETE)
    with h5py.File(writer.path) as file:
        assert np.isnan(file["entry/height_trace/data"]).all()


def test_a_long_reason_is_cut_and_says_so(tmp_path):
    with new_writer(tmp_path, scan_request()) as writer:
        writer.finish(ScanState.ABORTED, "µ" * 5000)
    reason = read_scan(writer.path).reason
    assert reason.startswith("µµµ")
    assert "characters more" in reason


def test_plain_h5py_opens_a_scan_while_it_is_written(tmp_path):
    request = scan_request()
    with new_writer(tmp_path, request) as writer:
        lines = scan_lines(request)
        for _ in range(3):
            writer.write(next(lines))
        with h5py.File(writer.path, "r") as file:
            image = file["entry/height_trace/data"][()]
        np.testing.assert_array_equal(image[1], row_of(request, 0, TRACE, 1))
        assert np.isnan(image[2:]).all()
        for line in lines:
            writer.write(line)
        writer.finish(ScanState.COMPLETE)
    with h5py.File(writer.path, "r") as file:
        assert np.isfinite(file["entry/height_trace/data"][()]).all()
        assert file["entry/instrument"].attrs["mode"] == "pfm_dart"


def test_silx_finds_image_and_axes_in_metres(tmp_path):
    silx_io = pytest.importorskip("silx.io")
    nxdata = pytest.importorskip("silx.io.nxdata")
    path = write_scan(tmp_path, scan_request(), passes=2 * LINES)
    with silx_io.open(str(path)) as file:
        default = nxdata.get_default(file)
        assert default.is_valid
        assert default.signal.shape == (LINES, PIXELS)
        assert default.signal.attrs["units"] == "m"
        y, x = (axis[()] for axis in default.axes)
    assert (x[-1] - x[0]) == pytest.approx(2e-6 * (PIXELS - 1) / PIXELS)
    assert (y[0] - y[-1]) == pytest.approx(1e-6 * (LINES - 1) / LINES)


def test_nexusformat_finds_the_default_image(tmp_path):
    with np.printoptions():  # nexusformat changes how NumPy prints, for everybody
        nexus = pytest.importorskip("nexusformat.nexus")
        path = write_scan(tmp_path, scan_request(), passes=2 * LINES)
        default = nexus.nxload(str(path)).get_default()
        assert default.nxsignal.shape == (LINES, PIXELS)
        assert [a.nxname for a in default.nxaxes] == ["y", "x"]
