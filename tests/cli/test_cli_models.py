"""`ai-afm models` from the outside: add, look, promote, go back, hand on, verify."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import ConfigError, GateRefused, ModelError
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import active_model, shipped_models

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import model_factory as factory
import run_factory

ANN = ("--annotator", "Ann")
SHIPPED = active_model([shipped_models()])


def call(*arguments):
    return CliRunner().invoke(app, ["models", *map(str, arguments)])


def told(done, code=0):
    assert done.exit_code == code, done.exception
    return json.loads(done.stdout)


@pytest.fixture
def lab(tmp_path):
    """The option that names a lab with tiny@1.0.0, a candidate that the gate has passed."""
    (tmp_path / "lab").mkdir()
    option = ("--lab", tmp_path / "lab")
    source = factory.a_model(tmp_path / "made", "1.0.0", 3, parents=(SHIPPED,))
    assert told(call("add", source, *ANN, *option, "--json"))["state"] == "candidate"
    with FlywheelStore.open(Lab.open(tmp_path / "lab")) as store:
        factory.judged(Registry(store), "tiny@1.0.0")
    return option


def listed(lab):
    return {m["model"]: m for m in told(call("list", *lab, "--json"))["models"]}


def promote(lab):
    for state in ("shadow", "active"):
        done = call("promote", "tiny@1.0.0", "--reason", "better", *ANN, *lab, "--json")
        assert told(done)["state"] == state


def test_a_model_goes_all_the_way_and_back(lab):
    assert (listed(lab)["tiny@1.0.0"]["state"], listed(lab)[SHIPPED]["active"]) == (
        "candidate",
        True,
    )
    promote(lab)
    rows = listed(lab)
    assert [m for m, row in rows.items() if row["active"]] == ["tiny@1.0.0"]
    assert (rows["tiny@1.0.0"]["state"], rows[SHIPPED]["state"]) == ("active", "retired")
    back = told(call("rollback", "--reason", "finds nothing", *ANN, *lab, "--json"))
    assert (back["model"], back["before"], back["state"]) == (SHIPPED, "tiny@1.0.0", "active")
    assert (back["who"], back["gate"]) == ("Ann", None)
    assert back["seconds"] > 0
    assert listed(lab)[SHIPPED]["active"]
    again = told(call("rollback", "--to", "tiny@1.0.0", *ANN, *lab, "--json"))
    assert again["model"] == "tiny@1.0.0"


def test_show_tells_the_card_and_what_became_of_it(lab):
    promote(lab)
    shown = told(call("show", "tiny@1.0.0", *lab, "--json"))
    assert (shown["name"], shown["state"], shown["metrics"]) == ("tiny", "active", {"f1": 0.5})
    assert [c["state"] for c in shown["history"]] == ["candidate", "shadow", "active"]
    assert [c["reason"] for c in shown["history"]] == ["added", "better", "better"]
    assert shown["ancestors"][0] == SHIPPED
    assert "domain" in call("show", SHIPPED, *lab).stdout.lower()


def test_without_a_passed_gate_the_exit_code_is_6(lab, tmp_path):
    call("add", factory.a_model(tmp_path / "made", "2.0.0", 2), *ANN, *lab)
    done = call("promote", "tiny@2.0.0", "--reason", "now", *ANN, *lab)
    assert isinstance(done.exception, GateRefused)
    assert call("promote", "tiny@1.0.0", "--reason", "now", "--force", *lab).exit_code == 2


def test_a_changed_model_is_listed_with_its_fault_and_not_handed_on(lab, tmp_path):
    card = tmp_path / "lab" / "models" / "tiny" / "1.0.0" / "card.toml"
    card.write_text(card.read_text().replace("any_threshold = 0.5", "any_threshold = 0.9"))
    assert "not those that were added" in listed(lab)["tiny@1.0.0"]["fault"]
    for verb in (("show",), ("export",)):
        done = call(*verb, "tiny@1.0.0", *([tmp_path / "x.zip"] * (verb == ("export",))), *lab)
        assert isinstance(done.exception, ModelError)
    assert not (tmp_path / "x.zip").exists()


def test_a_model_whose_files_are_gone_is_still_listed(lab, tmp_path):
    (tmp_path / "lab" / "models" / "tiny").rename(tmp_path / "gone")
    row = listed(lab)["tiny@1.0.0"]
    assert (row["state"], row["folder"]) == ("candidate", None)
    assert "are gone" in row["fault"]
    assert "are gone" in call("list", *lab).stdout


def test_a_model_goes_from_lab_to_lab_as_a_file(lab, tmp_path):
    out = tmp_path / "tiny.zip"
    assert told(call("export", "tiny@1.0.0", out, *lab, "--json"))["model"] == "tiny@1.0.0"
    (tmp_path / "other").mkdir()
    added = call("add", out, *ANN, "--reason", "from Bob", "--lab", tmp_path / "other", "--json")
    assert "is a lab now" in added.stderr
    assert json.loads(added.stdout)["model"] == "tiny@1.0.0"


def test_looking_makes_nothing(tmp_path):
    for verb in (("list",), ("show", SHIPPED), ("export", SHIPPED, tmp_path / "shipped.zip")):
        assert call(*verb, "--lab", tmp_path, "--json").exit_code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["shipped.zip"]


def test_what_is_no_lab_has_no_way_back(tmp_path):
    assert isinstance(call("rollback", "--lab", tmp_path).exception, ConfigError)
    assert list(tmp_path.iterdir()) == []


def test_two_models_side_by_side(lab, tmp_path):
    run = run_factory.seen_run(tmp_path)
    plain = told(call("diff", "tiny@1.0.0", SHIPPED, *lab, "--json"))
    assert (plain["same_weights"], "disagreement" in plain) == (False, False)
    rows = {row["metric"]: row for row in plain["metrics"]}
    assert (rows["f1"]["a"], rows["f1"]["b"], rows["f1"]["difference"]) == (0.5, None, None)
    on = told(call("diff", "tiny@1.0.0", "tiny@1.0.0", "--on", run.path, *lab, "--json"))
    assert on["same_weights"]
    assert (on["disagreement"]["frames"], on["disagreement"]["share_of_line_pixels"]) == (2, 0.0)


def test_a_run_is_verified_with_the_model_that_it_names(tmp_path):
    run = run_factory.seen_run(tmp_path)
    said = told(call("verify", run.path, "--lab", tmp_path, "--json"))
    assert said.keys() >= {"frames", "checked", "labels_equal", "worst", "not_verifiable"}
    assert (said["frames"], said["checked"], said["labels_equal"]) == (2, 2, 1.0)
    (tmp_path / "models").rename(tmp_path / "gone")
    gone = told(call("verify", run.path, "--lab", tmp_path, "--json"), 1)
    assert (gone["checked"], len(gone["not_verifiable"])) == (0, 2)
