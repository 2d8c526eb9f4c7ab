"""`ai-afm segment` from the outside: folders, broken files, a second call, a killed one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import BadInput
from ai_afm.service.folder.record import FOLDER

ROOT = Path(__file__).resolve().parents[2]
KEPT_FIELDS = {
    "file", "model", "channels", "pixel_size_m", "wall_length_m", "boundary_length_m",
    "wall_density_per_m", "called_fraction", "ood_score", "ood", "time_ms",
}  # fmt: skip


def segment(*arguments):
    return CliRunner().invoke(app, ["segment", *map(str, arguments)])


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder of two scans and a broken one; out of what a first call made of it."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "monday").mkdir()
    for name, place in (("bubbles_single.npz", "a.npz"), ("bare_tapping_up.gwy", "monday/b.gwy")):
        (folder / place).write_bytes((ROOT / "sample_scans" / name).read_bytes())
    (folder / "torn.gwy").write_bytes((folder / "monday" / "b.gwy").read_bytes()[:4000])
    (folder / "diary.txt").write_text("cold")
    out = tmp_path_factory.mktemp("seen")
    return folder, out, segment(folder, "--out", out, "--jobs", 1, "--json")


def test_a_folder_is_segmented_and_the_broken_file_is_told(archive):
    folder, out, done = archive
    said = json.loads(done.stdout)
    assert [r["file"] for r in said["results"]] == [
        str(folder / "a.npz"), str(folder / "monday" / "b.gwy"),
    ]  # fmt: skip
    assert set(said["results"][0]) >= KEPT_FIELDS
    assert said["results"][0]["wall_length_m"] > 1e-6
    assert [f["file"] for f in said["failed"]] == [str(folder / "torn.gwy")]
    assert said["other_files"] == 1
    assert isinstance(done.exception, BadInput)  # which the command turns into exit code 3
    assert "1 of 3 files" in str(done.exception)
    for name in ("a-mask.png", "monday/b-walls.geojson", "monday/b-overlay.png"):
        assert (out / name).is_file()
    assert len((out / "results.csv").read_text().splitlines()) == 3
    assert "torn.gwy" in (out / "index.html").read_text()


def test_a_second_call_keeps_what_is_done(archive):
    folder, out, first = archive
    times = {p: p.stat().st_mtime_ns for p in out.rglob("*-mask.png")}
    again = json.loads(segment(folder, "--out", out, "--jobs", 1, "--json").stdout)
    assert again["kept"] == 2
    assert again["results"] == json.loads(first.stdout)["results"]
    assert times == {p: p.stat().st_mtime_ns for p in out.rglob("*-mask.png")}


def test_files_that_are_named_are_checked_before_anything_is_written(archive, tmp_path):
    folder, _, _ = archive
    done = segment(folder / "a.npz", folder / "torn.gwy", "--out", tmp_path / "out", "--json")
    assert isinstance(done.exception, BadInput)
    assert "torn.gwy" in str(done.exception)
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_channels_that_no_network_uses_are_refused(archive, tmp_path):
    folder, _, _ = archive
    asked = ("--out", tmp_path / "out", "--channels", "current")
    done = segment(folder / "a.npz", *asked)
    assert isinstance(done.exception, BadInput)
    assert "current" in str(done.exception)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_call_loses_at_most_the_file_under_way(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    content = (ROOT / "sample_scans" / "bubbles_single.npz").read_bytes()
    for number in range(12):
        (folder / f"{number:02d}.npz").write_bytes(content)
    command = [sys.executable, "-m", "ai_afm", "segment", str(folder), "--out", str(out)]
    child = subprocess.Popen(
        [*command, "--jobs", "1"], start_new_session=True, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and len(list((out / FOLDER).glob("*.json"))) < 3:
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    complete = len(list((out / FOLDER).glob("*.json")))
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["kept"] == complete
    assert len(said["results"]) == 12
    rest = [p.name for p in out.rglob("*") if ".part" in p.name or p.suffix == ".tmp"]
    assert rest == []
