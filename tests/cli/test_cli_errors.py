"""Bad input: one clear line, the right exit code, nothing written or moved."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = """
[instrument]
kind = "simulated"
clock = "instant"
[overview]
size_nm = [3000, 2000]
"""


def ai_afm(*arguments, cwd=None):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "ai_afm", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=cwd,
    )


def refused(done, code, text):
    """Check that a verb ended with one line, without a traceback, and said nothing on stdout."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ai-afm: ")
    assert text in last


@pytest.mark.parametrize(
    ("toml", "text"),
    [
        (RUN + "[run]\nsead = 1\n", "unknown key 'run.sead'"),
        (RUN + '[run]\ncontroller = "oracle"\n', "oracle"),
        (RUN + '[model]\nname = "nobody@9.9.9"\n', "nobody@9.9.9"),
        (RUN.replace("3000", "300000"), "beyond the region"),
        (RUN.replace('"simulated"', '"nanonsense"'), "nanonsense"),
        (RUN + "[instrument.options]\nword = 1\n", "word"),
        (RUN.replace('"simulated"', '"replay"'), "file"),
    ],
    ids=["key", "controller", "model", "range", "instrument", "option", "no sample"],
)
def test_a_run_that_cannot_be_writes_nothing(tmp_path, toml, text):
    file = tmp_path / "run.toml"
    file.write_text(toml)
    refused(ai_afm("run", file, "--out", tmp_path / "out", "--json"), 3, text)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    refused(ai_afm("demo", "--out", tmp_path, "--json"), 3, "not empty")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("cut", [0, 10, 5000], ids=["empty", "header", "half"])
def test_a_broken_scan_is_refused_before_anything_is_written(tmp_path, cut):
    whole = sorted((ROOT / "sample_scans").glob("*.gwy"))[0]
    broken = tmp_path / "scan.gwy"
    broken.write_bytes(whole.read_bytes()[:cut])
    refused(ai_afm("segment", whole, broken, "--out", tmp_path / "out", "--json"), 3, "scan.gwy")
    assert not (tmp_path / "out").exists()


def test_a_corrupted_model_is_not_used(tmp_path):
    lab = tmp_path / "lab"
    shutil.copytree(ROOT / "models", lab / "models")
    active = tomllib.loads((lab / "models" / "active.toml").read_text())["model"]
    weights = lab / "models" / active.replace("@", "/") / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    done = ai_afm("demo", "--out", tmp_path / "out", "--lab", lab, "--json")
    refused(done, 3, weights.parent.parent.name)


def test_usage_errors_are_told_apart(tmp_path):
    assert ai_afm("dance").returncode == 2
    assert ai_afm("run", ROOT / "examples" / "twin.toml").returncode == 2
    assert ai_afm("demo", "--out", tmp_path / "x", "--seed", "-1").returncode == 2


def test_steering_a_run_that_does_not_live_is_an_instrument_error(tmp_path):
    refused(ai_afm("ctl", tmp_path, "status"), 3, "not the folder of a run")
    refused(ai_afm("recover", tmp_path), 3, "not the folder of a run")


def test_a_dry_run_tells_regions_times_and_verdicts_and_moves_nothing(tmp_path):
    done = ai_afm("run", ROOT / "examples" / "twin.toml", "--dry-run", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    first = plan["requests"][0]
    assert first["legal"] is True
    assert first["size_m"] == pytest.approx([4e-6, 4e-6])
    assert first["seconds"] == pytest.approx(160, rel=0.1)
    assert plan["range"]["size_m"] == pytest.approx([2e-5, 2e-5])
    assert "phase" in plan["channels"]
    assert plan["predicted_s"] == pytest.approx(first["seconds"])
    assert plan["raster_s"] > plan["closer_s"] > plan["predicted_s"]
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_ends_where_its_plan_needs_what_the_run_will_see(tmp_path):
    done = ai_afm("run", ROOT / "examples" / "timelapse.toml", "--dry-run", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["requests"]
    assert "what the run will see" in plan["closing_words"]


def test_doctor_and_models_speak_json():
    report = json.loads(ai_afm("doctor", "--json").stdout)
    assert report["problems"] == []
    assert report["number_format"] in {"float32", "bfloat16"}
    assert report["engines"][0] == "torch"
    listed = json.loads(ai_afm("models", "list", "--json").stdout)["models"]
    assert sum(m["active"] for m in listed) == 1
    assert all(m["fault"] is None for m in listed)
