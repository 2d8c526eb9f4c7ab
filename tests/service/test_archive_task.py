"""One worker: what it makes of each file, what it does not do again, and what it gives up."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from archive_parts import make_archive, segmented, tree
from folder_parts import scan, write_scan

from ai_afm.errors import ModelError, StoreError
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import UnetSegmenter, segment_frame
from ai_afm.service.archive import task
from ai_afm.service.archive.crew import Alone
from ai_afm.service.archive.session import recipe_of, session
from ai_afm.service.archive.task import TRIES, segment_batch
from ai_afm.store.segmentation_file import quantised, read_segmentation
from ai_afm.survey.walls import extract_network


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """An archive of five scans, the folder of its results, and what became of each."""
    folder = make_archive(tmp_path_factory.mktemp("archive"), 5)
    out = tmp_path_factory.mktemp("results")
    return folder, out, segmented(folder, out, Alone())


@pytest.fixture
def orders(tmp_path):
    model = load_model("wallnet@2.7.0")
    with session(tmp_path / "out", model, recipe_of(model, None, "float32")) as given:
        yield given


def test_what_is_stored_is_what_the_model_sees(once):
    _, out, found = once
    result = found["001.npz"]
    stored = read_segmentation(out / result.rows[0]["result"])
    frame = scan(column=5)
    model = load_model("wallnet@2.7.0")
    seen = quantised(segment_frame(frame, UnetSegmenter(model, dtype="float32")))
    np.testing.assert_array_equal(stored.segmentation.label, seen.label)
    assert stored.segmentation.model_sha256 == seen.model_sha256
    assert stored.provenance.final
    assert stored.provenance.dtype == "float32"


def test_lengths_can_be_made_again_from_what_is_stored(once):
    _, out, found = once
    for result in found.values():
        (row,) = result.rows
        stored = read_segmentation(out / row["result"]).segmentation
        network = extract_network(stored, scan().region)
        assert row["wall_length_m"] == pytest.approx(network.length(1, 2, 3))
        assert row["boundary_length_m"] == pytest.approx(network.length(4))
        parts = ("wall_undetermined_length_m", "wall_180_length_m", "wall_ferroelastic_length_m")
        assert row["wall_length_m"] == pytest.approx(sum(row[p] for p in parts))


def test_every_scan_is_in_the_table_in_the_order_of_the_files(once):
    folder, out, found = once
    with (out / "summary.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [r["file"] for r in rows] == sorted(str(p) for p in folder.rglob("*.npz"))
    for row in rows:
        (kept,) = found[Path(row["file"]).name].rows
        assert row["ood_score"] == ("" if kept["ood_score"] is None else str(kept["ood_score"]))
        assert (out / row["result"]).is_file()
        assert row["model"] == "wallnet@2.7.0"


def test_a_second_session_does_nothing_again(once):
    folder, out, _ = once
    before, stamps = tree(out), {p: p.stat().st_mtime_ns for p in out.glob("results/*/*")}
    assert {r.kind for r in segmented(folder, out, Alone()).values()} == {"known"}
    assert tree(out) == before
    assert {p: p.stat().st_mtime_ns for p in out.glob("results/*/*")} == stamps


def test_a_damaged_result_is_made_again_and_no_other(once):
    folder, out, found = once
    before = tree(out)
    damaged = out / found["003.npz"].rows[0]["result"]
    damaged.write_bytes(damaged.read_bytes()[:-7])
    again = segmented(folder, out, Alone())
    assert {name for name, r in again.items() if r.kind == "done"} == {"003.npz"}
    assert tree(out) == before


def test_other_channels_are_other_results(once, tmp_path):
    folder, _, found = once
    other = segmented(folder, tmp_path / "out", Alone(), channels=("height",))
    assert not {r.rows[0]["result"] for r in other.values()} & {
        r.rows[0]["result"] for r in found.values()
    }
    none = segmented(folder, tmp_path / "out", Alone(), channels=("phase",))
    assert {r.kind for r in none.values()} == {"failed"}
    assert "none of the channels phase" in none["001.npz"].reason


def test_files_of_the_same_content_share_one_result(tmp_path):
    write_scan(tmp_path / "in" / "a.npz", 9)
    (tmp_path / "in" / "copy.npz").write_bytes((tmp_path / "in" / "a.npz").read_bytes())
    found = segmented(tmp_path / "in", tmp_path / "out", Alone())
    assert [found[n].kind for n in ("a.npz", "copy.npz")] == ["done", "known"]
    assert found["a.npz"].rows == found["copy.npz"].rows
    assert len(list((tmp_path / "out").glob("results/*/*.h5"))) == 1


def test_what_is_no_scan_is_told_from_what_cannot_be_read(orders, tmp_path):
    good = write_scan(tmp_path / "good.npz", 9)
    files = {
        "torn.npz": good.read_bytes()[:3000],
        "empty.gwy": b"",
        "diary.txt": b"cold",
        "curve.ibw": b"\x02\x00" + bytes(600),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = segment_batch([str(tmp_path / n) for n in (*files, "gone.npz", "good.npz")], orders)
    kinds = [r.kind for r in found]
    assert kinds == ["failed", "failed", "other", "unread", "failed", "done"]
    assert all(Path(r.file).name in r.reason for r in found if r.kind == "failed")
    assert found[3].reason == "Igor curve (not an image)"


def test_a_frame_of_unknown_size_has_no_lengths(orders, tmp_path, monkeypatch):
    file = write_scan(tmp_path / "a.npz", 9)
    monkeypatch.setattr(task, "read_frames", lambda path: iter([scan(9, (np.nan, np.nan))]))
    (result,) = segment_batch([str(file)], orders)
    assert result.kind == "done"
    assert result.rows[0]["wall_length_m"] is None
    assert result.rows[0]["size_fast_m"] is None


def test_a_reader_that_breaks_costs_one_file(orders, tmp_path, monkeypatch):
    first, second = (write_scan(tmp_path / f"{c}.npz", c) for c in (9, 19))
    read = task.read_frames

    def broken(path):
        if path == first:
            raise ZeroDivisionError("a plug-in's mistake")
        return read(path)

    monkeypatch.setattr(task, "read_frames", broken)
    found = segment_batch([str(first), str(second)], orders)
    assert [r.kind for r in found] == ["failed", "done"]
    assert "a plug-in's mistake" in found[0].reason


class Died(BaseException):
    """Stands for the end of a process."""


def test_a_scan_at_which_three_workers_died_is_given_up(orders, tmp_path, monkeypatch):
    poison, good = (str(write_scan(tmp_path / f"{c}.npz", c)) for c in (9, 19))
    read = task.read_frames

    def deadly(path):
        if str(path) == poison:
            raise Died
        return read(path)

    monkeypatch.setattr(task, "read_frames", deadly)
    for _ in range(TRIES):
        with pytest.raises(Died):
            segment_batch([poison, good], orders)
    found = segment_batch([poison, good], orders)
    assert [r.kind for r in found] == ["failed", "done"]
    assert "3 workers died at it" in found[0].reason
    assert found[0].lost == TRIES


def test_a_scan_whose_worker_was_killed_once_is_done_by_the_next(orders, tmp_path, monkeypatch):
    file = str(write_scan(tmp_path / "a.npz", 9))

    def killed(path):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(task, "read_frames", killed)
        with pytest.raises(Died):
            segment_batch([file], orders)
    (result,) = segment_batch([file], orders)
    assert (result.kind, result.lost) == ("done", 1)
    assert list(Path(orders.session).iterdir()) == []


def test_a_worker_elsewhere_that_does_not_see_the_results_says_so(orders, tmp_path):
    with pytest.raises(StoreError, match="does not see"):
        segment_batch([], replace(orders, session=str(tmp_path / "elsewhere")))


def test_a_worker_with_another_version_is_refused(orders):
    with pytest.raises(ModelError, match=r"ai-afm .* torch .*install the same everywhere"):
        segment_batch([], replace(orders, made_with=("0.0.1", "9.9")))
