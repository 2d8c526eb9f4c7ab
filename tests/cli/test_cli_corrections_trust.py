"""`ai-afm corrections agreement|suspects|quarantine|release|held` from the outside."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import BadInput, StoreError

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import dataset_factory as make
import lab_factory as factory
import model_factory


def call(*arguments):
    return CliRunner().invoke(app, ["corrections", *map(str, arguments)])


def told(done):
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


@pytest.fixture
def lab(tmp_path):
    """The option that names a lab with two people's corrections of one place, and two of Bob's."""
    with factory.open_lab(tmp_path) as store:
        record, prediction = factory.with_frame(store, tmp_path)
        label = make.a_label(factory.WINDOW.shape, 2, 36)
        for who in ("Ann", "Bob"):
            store.add_correction(factory.draft(record, prediction, label, who))
        make.corrected(store, make.store_frame(store, make.a_frame(4)), who="Bob")
    model_factory.a_model(tmp_path / "lab" / "models", "1.0.0")
    return ("--lab", tmp_path / "lab")


def test_people_who_corrected_the_same_place_are_compared(lab):
    found = told(call("agreement", *lab, "--json"))
    assert (found["people"], found["repeated_places"]) == (["Ann", "Bob"], 1)
    [pair] = found["pairs"]
    assert (pair["f1_2px"], pair["same_class"], pair["kappa"]) == (1.0, 1.0, None)
    assert "no place with 3 people" in found["remark"]


def test_suspects_are_judged_by_a_named_model(lab):
    found = told(call("suspects", "--model", "tiny@1.0.0", *lab, "--json"))
    assert (found["judged"], found["not_judged"], found["asked_again"]) == (3, [], [])
    assert {e["fault"] for e in found["evidence"]} >= {"shifted", "emptied", "renamed"}
    for suspect in found["suspects"]:
        assert suspect["model"] == "tiny@1.0.0"
        assert suspect["why"]


def test_what_is_doubted_goes_into_the_queue_once(lab, monkeypatch):
    from ai_afm.flywheel.datasets.doubts import Opinion
    from ai_afm.flywheel.datasets.opinions import ModelAnswers

    def elsewhere(self, entry):
        lines, pixels = entry.window.shape
        line = np.zeros((lines, pixels), np.float32)
        line[:, 46] = line[:, 47] = line[:, 48] = 0.95
        return Opinion(np.stack([1 - line, line]), (0, 2), "net@1.0.0")

    monkeypatch.setattr(ModelAnswers, "__call__", elsewhere)
    options = ("--model", "tiny@1.0.0", "--ask", 3, *lab, "--json")
    found = told(call("suspects", *options))
    assert len(found["asked_again"]) == 2
    assert [x["revision"] for x in found["not_asked"]] == [3]
    assert "no prediction of the frame" in found["not_asked"][0]["reason"]
    assert "px beside what the model sees" in found["suspects"][0]["why"]
    again = told(call("suspects", *options))
    assert again["asked_again"] == []
    assert "asked about again before" in again["not_asked"][0]["reason"]


def test_corrections_are_held_and_let_in_again_with_name_and_reason(lab):
    held = told(call("quarantine", 1, "--reason", "odd", "--annotator", "Cem", *lab, "--json"))
    assert held == {"held": True, "revisions": [1], "corrections": 1, "in_quarantine": 1}
    of_bob = ("--of", "Bob", "--since", "2026-01-01", "--annotator", "Cem", *lab, "--json")
    assert told(call("quarantine", "--reason", "new here", *of_bob))["in_quarantine"] == 3
    rows = told(call("held", *lab, "--json"))["held"]
    assert [(r["revision"], r["annotator"], r["reason"]) for r in rows] == [
        (1, "Ann", "odd"), (2, "Bob", "new here"), (3, "Bob", "new here"),
    ]  # fmt: skip
    assert told(call("release", "--reason", "trained", *of_bob))["in_quarantine"] == 1


def test_nothing_is_held_when_one_of_several_is_not_known(lab):
    done = call("quarantine", 1, 77, "--reason", "odd", "--annotator", "Cem", *lab)
    assert isinstance(done.exception, StoreError)
    assert told(call("held", *lab, "--json"))["held"] == []


@pytest.mark.parametrize(
    "arguments", [(), ("1", "--of", "Bob", "--since", "2026-01-01"), ("--of", "Bob")],
    ids=["nothing", "both", "no date"],
)  # fmt: skip
def test_what_could_be_meant_in_two_ways_is_refused(lab, arguments):
    done = call("quarantine", *arguments, "--reason", "odd", "--annotator", "Cem", *lab)
    assert isinstance(done.exception, BadInput)
