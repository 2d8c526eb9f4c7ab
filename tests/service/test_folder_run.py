"""Files side by side in processes: none lost, none done twice, none that stops the others."""

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from folder_parts import SHA256, DarkLines, write_scan

from ai_afm.errors import BadInput, ModelError, StoreError
from ai_afm.service.folder.frame import Eye, Job, segment_file
from ai_afm.service.folder.run import Archive, Child, segment_archive
from ai_afm.service.folder.scans import Scan, find_scans
from ai_afm.service.folder.table import failures_of, rows_of, write_sheet, write_table


class InPlace:
    """A `Hand` that works in this process and remembers what it did."""

    model, model_sha256 = "dark-lines@1", SHA256

    def __init__(self, out, log):
        self.out, self.log, self.closed = out, log, False

    def segment(self, job):
        self.log.append(job.scan.key)
        segment_file(job, Eye(DarkLines(), "eyes"), self.out)

    def interrupt(self):
        self.log.append("interrupted")

    def close(self):
        self.closed = True


@pytest.fixture
def folder(tmp_path):
    for number, column in enumerate((10, 20, 30)):
        write_scan(tmp_path / "in" / f"{number}.npz", column)
    return tmp_path / "in"


def outcomes_of(folder, out, log, jobs=2, channels=None):
    hands = []

    def start():
        hands.append(InPlace(out, log))
        return hands[-1]

    scans = find_scans([folder], out).scans
    outcomes = list(segment_archive(scans, Archive(out, channels), start, jobs))
    assert all(h.closed for h in hands)
    return sorted(outcomes, key=lambda o: o.scan.key)


def test_every_file_is_segmented_once(folder, tmp_path):
    log = []
    outcomes = outcomes_of(folder, tmp_path / "out", log)
    assert [o.scan.key for o in outcomes] == ["0", "1", "2"]
    assert sorted(k for k in log if k != "interrupted") == ["0", "1", "2"]
    assert all(o.fresh and o.error is None for o in outcomes)


def test_a_second_call_does_only_what_is_new_or_has_changed(folder, tmp_path):
    out = tmp_path / "out"
    outcomes_of(folder, out, [])
    write_scan(folder / "1.npz", 44)
    write_scan(folder / "new.npz", 15)
    log = []
    outcomes = outcomes_of(folder, out, log)
    assert sorted(k for k in log if k != "interrupted") == ["1", "new"]
    assert [o.fresh for o in outcomes] == [False, True, False, True]
    assert len(rows_of(outcomes)) == 4


def test_other_channels_are_other_results(folder, tmp_path):
    outcomes_of(folder, tmp_path / "out", [])
    outcomes = outcomes_of(folder, tmp_path / "out", [], channels=("height",))
    assert all(o.fresh for o in outcomes)


def test_a_broken_file_is_listed_and_the_rest_goes_on(folder, tmp_path):
    whole = (folder / "1.npz").read_bytes()
    (folder / "1.npz").write_bytes(whole[: len(whole) // 2])
    outcomes = outcomes_of(folder, tmp_path / "out", [])
    assert [o.error is None for o in outcomes] == [True, False, True]
    (failure,) = failures_of(outcomes)
    assert failure["file"] == str(folder / "1.npz")
    assert "1.npz" in failure["error"]
    assert len(rows_of(outcomes)) == 2


def test_a_full_disk_ends_the_archive(folder, tmp_path):
    class Full(InPlace):
        def segment(self, job):
            raise StoreError("no space left")

    scans = find_scans([folder], tmp_path / "out").scans
    hand = Full(tmp_path / "out", [])
    with pytest.raises(StoreError, match="no space left"):
        list(segment_archive(scans, Archive(tmp_path / "out"), lambda: hand, 1))
    assert hand.closed


def test_a_caller_that_stops_looking_ends_the_work(folder, tmp_path):
    scans = find_scans([folder], tmp_path / "out").scans
    hand = InPlace(tmp_path / "out", [])
    outcomes = segment_archive(scans, Archive(tmp_path / "out"), lambda: hand, 1)
    next(outcomes)
    outcomes.close()
    assert hand.closed


def test_nothing_to_do_starts_no_process(tmp_path):
    def start():
        raise AssertionError

    assert list(segment_archive((), Archive(tmp_path), start, 2)) == []


def test_the_table_has_a_row_a_frame_and_plain_numbers(folder, tmp_path):
    outcomes = outcomes_of(folder, tmp_path / "out", [])
    path = write_table(tmp_path / "out", rows_of(outcomes))
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [r["file"] for r in rows] == [str(folder / f"{n}.npz") for n in range(3)]
    assert rows[0]["channels"] == "amplitude height"
    assert float(rows[0]["wall_length_m"]) == pytest.approx(4e-7, rel=0.05)
    assert float(rows[0]["pixel_size_fast_m"]) == pytest.approx(1e-8)
    assert rows[0]["ood"] == "false"
    assert rows[0]["grain_size_astm"] == ""  # not measured
    assert rows[0]["model_sha256"] == SHA256


def test_an_archive_without_a_single_scan_still_has_its_table_and_sheet(tmp_path):
    found = find_scans([], tmp_path)
    assert write_table(tmp_path, []).read_text() == "file\n"
    page = write_sheet(tmp_path, [], found, ("nothing", datetime(2026, 1, 2, tzinfo=UTC)))
    assert "0 frames" in page.read_text()


SPEAKER = """
import json, sys
print(json.dumps({"model": "m@1", "model_sha256": "ab"}), flush=True)
for line in sys.stdin:
    file = json.loads(line)["file"]
    if "crash" in file:
        sys.exit(9)
    said = {"error": "scan: torn", "fatal": False} if "torn" in file else {"frames": 1}
    if "full" in file:
        said = {"error": "disk full", "fatal": True}
    print(json.dumps(said), flush=True)
"""


class Scripted(Child):
    """A `Child` whose process is a script that only speaks."""

    script = SPEAKER

    def _start(self):
        self._command = [sys.executable, "-c", self.script]
        super()._start()


def job(name):
    return Job(Scan(Path(f"/{name}"), name), "00", None)


def test_a_process_that_dies_costs_one_file(tmp_path):
    child = Scripted(None, [], tmp_path)
    try:
        assert child.model == "m@1"
        child.segment(job("a"))
        with pytest.raises(BadInput, match=r"crash: the process .* exit code 9"):
            child.segment(job("crash"))
        child.segment(job("b"))
        with pytest.raises(BadInput, match="torn"):
            child.segment(job("torn"))
        with pytest.raises(StoreError, match="disk full"):
            child.segment(job("full"))
    finally:
        child.close()


def test_a_process_that_cannot_start_is_a_model_error(tmp_path):
    class Dumb(Scripted):
        script = "import sys; sys.exit(7)"

    class Modelless(Scripted):
        script = 'print(\'{"error": "no model x@1", "fatal": true}\', flush=True)'

    with pytest.raises(ModelError, match="exit code 7"):
        Dumb(None, [], tmp_path)
    with pytest.raises(ModelError, match="no model x@1"):
        Modelless(None, [], tmp_path)
