"""`ai-afm dataset` from the outside."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import BadInput, StoreError

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import dataset_factory as make
import lab_factory as factory


def call(*arguments):
    return CliRunner().invoke(app, ["dataset", *map(str, arguments)])


def told(done):
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


@pytest.fixture
def lab(tmp_path):
    """The option that names a lab with corrections of three samples."""
    with factory.open_lab(tmp_path) as store:
        for number in range(3):
            make.a_sample(store, number, frames=1)
    return ("--lab", tmp_path / "lab")


def test_a_golden_set_is_frozen_then_a_training_set_without_it(lab):
    golden = told(call("golden", "judge", "--only", "sample=BFO-1", *lab, "--json"))
    assert (golden["kind"], golden["corrections"], golden["seen_by"]) == ("golden", 1, [])
    assert [s["code"] for s in golden["slices"]] == [2]
    frozen = told(call("freeze", "may", "--seed", 3, "--validation", 0.5, *lab, "--json"))
    assert frozen["sides"] == {"train": 1, "validation": 1}
    assert frozen["left_out"] == {"shows what a golden set shows": 1}
    listed = told(call("list", *lab, "--json"))["datasets"]
    assert [row["name"] for row in listed] == ["judge", "may"]
    shown = told(call("show", "may", "--golden", "judge", *lab, "--json"))
    assert (shown["leaks"], len(shown["entries"])) == ([], 2)
    assert shown["sha256"] == frozen["sha256"] == listed[1]["sha256"]


def test_a_golden_set_that_has_been_learned_from_is_told(lab):
    told(call("freeze", "may", "--validation", 0, *lab, "--json"))
    golden = told(call("golden", "late", "--only", "sample=BFO-1", *lab, "--json"))
    assert [(row["name"], row["corrections"]) for row in golden["seen_by"]] == [("may", 1)]
    leaks = told(call("show", "may", "--golden", "late", *lab, "--json"))["leaks"]
    assert [leak["reason"] for leak in leaks] == ["the same pixels of the same frame"]


def test_what_is_shown_to_a_person_is_readable(lab):
    done = call("freeze", "may", "--only", "microscope=twin", *lab)
    assert "corrections  3" in done.stdout


@pytest.mark.parametrize("only", ["colour=red", "sample", "sample="])
def test_an_unknown_choice_is_refused(lab, only):
    assert isinstance(call("freeze", "x", "--only", only, *lab).exception, BadInput)


def test_what_is_not_there_is_said(lab):
    assert isinstance(call("show", "nothing", *lab).exception, StoreError)
    done = call("freeze", "x", "--only", "sample=none", *lab)
    assert isinstance(done.exception, BadInput)
