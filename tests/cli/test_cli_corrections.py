"""`ai-afm queue` and `ai-afm corrections` from the outside: a run, a person, files, and back."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import BadInput, ConfigError, StoreError
from ai_afm.image.export.mask import write_mask

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import lab_factory as factory


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def told(done):
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


@pytest.fixture
def lab(tmp_path):
    """The option that names a lab, with the queue filled from a run of four scans."""
    run = factory.a_run(tmp_path / "run", scans=4)
    (tmp_path / "lab").mkdir()
    option = ("--lab", tmp_path / "lab")
    assert told(call("queue", "fill", run.path, *option, "--json"))["items"] == 4
    return option


def test_a_person_takes_corrects_and_gives_back(lab, tmp_path):
    item = told(call("queue", "next", "--annotator", "Ann", *lab, "--json"))["item"]
    assert (item["state"], item["annotator"]) == ("leased", "Ann")
    assert call("queue", "skip", item["id"], "--annotator", "Ann", *lab).exit_code == 0
    out = tmp_path / "out"
    files = told(call("corrections", "export", out, "--queue", *lab, "--json"))["files"]
    assert len(files) == 4
    about = json.loads(Path(files[0]).with_suffix(".json").read_text())
    label = np.zeros(about["window_px"][2:], np.uint8)
    label[:, 30:33] = 3
    write_mask(Path(files[0]), label)
    done = told(call("corrections", "import", out, "--annotator", "Ann", *lab, "--json"))
    assert (done["imported"], done["refused"], done["conflicts"]) == (4, [], [])
    assert told(call("queue", "list", *lab, "--json"))["states"] == {"done": 4}
    rows = told(call("corrections", "list", *lab, "--json"))["corrections"]
    assert [r["annotator"] for r in rows] == 4 * ["Ann"]


def test_filling_again_adds_nothing(lab, tmp_path):
    said = told(call("queue", "fill", tmp_path / "run", *lab, "--json"))
    assert (said["items"], said["known"], said["frames"]) == (0, 4, 0)


def test_the_list_shows_what_comes_next_and_why(lab):
    said = told(call("queue", "list", *lab, "--json"))
    assert (said["total"], said["random"], said["states"]) == (4, 1, {"open": 4})
    first = said["items"][0]
    assert first["priority"] == pytest.approx(first["stake_px"] * first["novelty"])
    assert "um of line are in doubt" in first["reason"]
    assert len(told(call("queue", "list", "--all", *lab, "--json"))["items"]) == 4


def test_verdicts_close_items(lab):
    for number, verdict in ((1, "reject"), (2, "unsure"), (3, "skip")):
        assert call("queue", verdict, number, "--annotator", "Ann", *lab).exit_code == 0
    states = told(call("queue", "list", *lab, "--json"))["states"]
    assert states == {"rejected": 1, "unsure": 1, "skipped": 1, "open": 1}
    assert isinstance(call("queue", "skip", 1, "--annotator", "Bob", *lab).exception, StoreError)


def test_what_is_refused_is_told_and_ends_with_an_error(lab, tmp_path):
    (tmp_path / "x.json").write_text("{")
    done = call("corrections", "import", tmp_path / "x.json", *lab, "--json")
    assert isinstance(done.exception, BadInput)  # which the command turns into exit code 3
    assert "1 of 1" in str(done.exception)
    assert json.loads(done.stdout)["refused"][0]["item"] == "x.json"


def test_a_folder_that_is_no_lab_is_only_made_one_by_filling(tmp_path):
    for verb in (("queue", "list"), ("corrections", "list")):
        assert isinstance(call(*verb, "--lab", tmp_path).exception, ConfigError)
    assert not list(tmp_path.iterdir())
