"""`ai-afm archive segment` from the outside: a folder, broken files, a second call, Ctrl-C."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ai_afm.cli import archive as verb
from ai_afm.cli.app import app
from ai_afm.errors import BadInput, ConfigError
from ai_afm.store.segmentation_file import read_segmentation

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {
    "scans", "done", "known", "failed", "unread", "other_files", "frames", "workers_lost",
    "cpu_seconds_per_scan", "start_cpu_seconds", "seconds", "workers", "scans_a_batch",
    "model", "model_sha256", "dtype", "out", "summary",
}  # fmt: skip


def segment(*arguments):
    return CliRunner().invoke(app, ["archive", "segment", *map(str, arguments)])


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder of three scans of three formats and a broken one; what a first call said."""
    folder = tmp_path_factory.mktemp("nights") / "2024"
    (folder / "monday").mkdir(parents=True)
    places = {
        "bubbles_single.npz": "a.npz",
        "bare_tapping_up.gwy": "monday/b.gwy",
        "stripes_off.h5": "monday/c.h5",
    }
    for name, place in places.items():
        (folder / place).write_bytes((ROOT / "sample_scans" / name).read_bytes())
    (folder / "torn.gwy").write_bytes((folder / "monday" / "b.gwy").read_bytes()[:4000])
    (folder / "half.gwy.part").write_bytes(b"GWYP")
    (folder / "diary.txt").write_text("cold")
    return folder, segment(folder, "--workers", 1, "--json")


def test_a_folder_is_segmented_and_the_broken_file_is_told(archive):
    folder, done = archive
    said = json.loads(done.stdout)
    assert set(said) == FIELDS
    assert (said["scans"], said["done"], said["known"], said["other_files"]) == (4, 3, 0, 1)
    assert [f["file"] for f in said["failed"]] == [str(folder / "torn.gwy")]
    assert "torn.gwy" in said["failed"][0]["reason"]
    assert isinstance(done.exception, BadInput)  # which the command turns into exit code 3
    assert "1 of 4 scans" in str(done.exception)
    assert said["cpu_seconds_per_scan"] > 0
    assert (said["workers"], said["workers_lost"]) == (1, 0)


def test_the_results_lie_beside_the_folder_and_name_their_model(archive):
    folder, done = archive
    said = json.loads(done.stdout)
    assert Path(said["out"]) == folder.with_name("2024-segmented")
    files = sorted(Path(said["out"]).glob("results/*/*.h5"))
    assert len(files) == 3
    assert {read_segmentation(f).segmentation.model_sha256 for f in files} == {said["model_sha256"]}
    lines = Path(said["summary"]).read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [
        str(folder / "a.npz"), str(folder / "monday" / "b.gwy"), str(folder / "monday" / "c.h5"),
    ]  # fmt: skip
    models = Path(said["out"]) / "models"
    name, _, version = said["model"].partition("@")
    assert (models / name / version / "weights.safetensors").is_file()


def test_a_second_call_does_nothing_again(archive):
    folder, _ = archive
    said = json.loads(segment(folder, "--workers", 1, "--json").stdout)
    assert (said["done"], said["known"]) == (0, 3)
    assert said["cpu_seconds_per_scan"] is None


def test_an_interrupted_call_lists_what_it_has(archive, tmp_path, monkeypatch):
    folder, _ = archive
    real = verb.segment_files

    def interrupted(*arguments):
        for number, result in enumerate(real(*arguments)):
            if number == 2:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(verb, "segment_files", interrupted)
    out = tmp_path / "out"
    done = segment(folder, "--out", out, "--workers", 1, "--batch", 1, "--json")
    assert done.exit_code == 130
    assert done.stdout == ""
    assert "interrupted after 2 of 5 files" in done.stderr
    assert len((out / "summary.csv").read_text().splitlines()) == 2
    assert list((out / ".sessions").iterdir()) == []


def test_a_folder_that_is_not_there_is_refused_and_nothing_is_made(tmp_path):
    done = segment(tmp_path / "gone", "--workers", 1)
    assert isinstance(done.exception, BadInput)
    assert list(tmp_path.iterdir()) == []


def test_more_workers_without_dask_are_refused(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(verb.crews.importlib.util, "find_spec", lambda name: None)
    done = segment(archive[0], "--out", tmp_path, "--workers", 2)
    assert isinstance(done.exception, ConfigError)
    assert 'pip install "ai-afm[dist]"' in str(done.exception)
