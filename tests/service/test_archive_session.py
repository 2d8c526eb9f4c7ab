"""A session: which files it takes, how they are shared out, and what an interrupted one leaves."""

import pytest
from archive_parts import make_archive, segmented, tree
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput, ConfigError
from ai_afm.service.archive import crew
from ai_afm.service.archive.crew import Alone
from ai_afm.service.archive.session import Tally, archive_files, batch_size
from ai_afm.service.archive.summary import Table
from ai_afm.service.archive.task import ScanResult

ROW = {"frame": 0, "ood": False}


def test_hidden_and_unfinished_files_runs_and_results_are_passed_over(tmp_path):
    names = (
        "b.npz", "a.ibw", ".hidden.npz", "copy.npz.tmp", "half.gwy.part", "old.gwy~",
        ".cache/x.npz", "out/results/ab/x.h5", "run/journal.sqlite", "run/map.h5",
        "run/scans/000001.h5", "run/segmentations/000001-ab.h5", "z/c.sxm",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = archive_files(tmp_path, tmp_path / "out")
    taken = ("a.ibw", "b.npz", "run/scans/000001.h5", "z/c.sxm")
    assert found == [str(tmp_path / name) for name in taken]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match="is no folder"):
        archive_files(tmp_path / "gone", tmp_path / "out")


@given(st.integers(0, 10**7), st.integers(1, 5000))
def test_batches_are_small_enough_for_all_workers_and_for_memory(files, workers):
    size = batch_size(files, workers)
    assert 1 <= size <= 64
    assert size == 1 or files >= 8 * workers * size


@given(st.permutations(range(7)), st.integers(0, 7))
@settings(max_examples=30, deadline=None)
def test_the_table_is_in_order_whatever_comes_first(tmp_path_factory, order, upto):
    out = tmp_path_factory.mktemp("t")
    with Table(out, out) as table:
        for number in order[:upto]:
            table.add(number, [ScanResult(f"f{number}", "done", (ROW,))])
        path = table.finish()
    files = [line.split(",")[0] for line in path.read_text().splitlines()[1:]]
    assert files == [f"f{n}" for n in sorted(order[:upto])]


def test_a_session_that_is_interrupted_leaves_whole_files_and_is_gone_on_with(tmp_path):
    folder, out = make_archive(tmp_path / "in", 4), tmp_path / "out"

    def stop(result):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        segmented(folder, out, Alone(), size=2, on_result=stop)
    assert list((out / ".sessions").iterdir()) == []
    assert len(list(out.glob("results/*/*.h5"))) == 2
    kinds = [r.kind for r in segmented(folder, out, Alone(), size=2).values()]
    assert sorted(kinds) == ["done", "done", "known", "known"]
    segmented(folder, tmp_path / "at once", Alone())
    assert tree(out) == tree(tmp_path / "at once")


def test_a_tally_counts_files_workers_and_seconds():
    tally = Tally()
    for result in (
        ScanResult("a", "done", (ROW, ROW), cpu_seconds=2.0, start_seconds=0.5),
        ScanResult("b", "done", (ROW,), cpu_seconds=4.0, lost=1),
        ScanResult("c", "known", (ROW,), cpu_seconds=9.0),
        ScanResult("e", "failed", reason="torn"),
        ScanResult("d", "failed", reason="given up", lost=3),
        ScanResult("f", "unread", reason="force curve"),
        ScanResult("g", "other"),
    ):
        tally.add(result)
    said = tally.said()
    assert said["scans"] == 5
    assert (said["done"], said["known"], said["frames"]) == (2, 1, 4)
    assert said["failed"] == [{"file": "d", "reason": "given up"}, {"file": "e", "reason": "torn"}]
    assert said["unread"] == [{"file": "f", "format": "force curve"}]
    assert said["other_files"] == 1
    assert said["workers_lost"] == 4
    assert said["cpu_seconds_per_scan"] == 3.0
    assert said["start_cpu_seconds"] == 0.5


def test_without_dask_more_workers_are_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(crew.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install .*dist.*--workers 1"), crew.local_crew(2):
        pass
