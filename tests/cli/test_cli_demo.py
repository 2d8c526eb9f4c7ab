"""The main job: the demo drives itself, and real scans are replayed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ai_afm.report.summary import summarise
from ai_afm.store.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {
    "run",
    "report",
    "scans",
    "targets",
    "probes",
    "wall_recall",
    "wall_precision",
    "instrument_time_s",
    "raster_time_s",
    "wall_clock_s",
}
SEEDS = [pytest.param(seed, marks=[] if seed == 2 else [pytest.mark.slow]) for seed in range(10)]
REAL = ["pfm_scan_0001.ibw", "PZT_final0001.h5", "PTO_Funakubo0007.h5"]


def ai_afm(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "ai_afm", *map(str, arguments), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_demo_finds_the_walls_looks_closer_and_probes(tmp_path, seed):
    figures = ai_afm("demo", "--seed", seed, "--out", tmp_path / "run")
    assert set(figures) == FIELDS
    assert figures["wall_recall"] >= 0.8
    assert figures["wall_precision"] >= 0.7
    assert figures["instrument_time_s"] < figures["raster_time_s"]
    summary = summarise(RunFolder.open(tmp_path / "run"))
    assert summary.zooms >= 4
    assert summary.loops >= 10
    report = Path(figures["report"])
    assert report.is_absolute()
    assert 100_000 < report.stat().st_size < 10_000_000


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", REAL)
def test_a_real_scan_is_replayed_with_regions_chosen_on_its_walls(real_data, tmp_path, name):
    figures = ai_afm(
        "run",
        ROOT / "examples" / "replay.toml",
        "--sample",
        real_data / name,
        "--out",
        tmp_path / "run",
    )
    assert set(figures) == FIELDS
    assert figures["wall_recall"] is None
    assert figures["wall_precision"] is None
    assert figures["targets"] >= 2
    summary = summarise(RunFolder.open(tmp_path / "run"))
    for zoom in summary.survey.scans("zoom"):
        assert zoom.network is not None
    assert Path(figures["report"]).exists()
