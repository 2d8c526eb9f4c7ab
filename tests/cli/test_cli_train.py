"""`ai-afm train` from the outside."""

import json
import os
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ai_afm.cli import train as verb
from ai_afm.cli.app import app
from ai_afm.errors import BadInput, ConfigError, ModelError, StoreError

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import round_factory as factory

from ai_afm.flywheel.rounds import begin, live, training, work
from ai_afm.flywheel.rounds.live import live_run
from ai_afm.store.run_folder import RunFolder


@pytest.fixture
def call(monkeypatch, tmp_path):
    """Call the verb in a lab, with quick makers of crops, at the priority that it has."""
    lowered = []
    monkeypatch.setattr(verb, "lower_priority", lambda: lowered.append(1))
    monkeypatch.setattr(begin, "Around", partial(begin.Around, makers=factory.MAKERS))
    monkeypatch.setattr(begin, "Wish", partial(begin.Wish, bank=factory.SMALL))
    factory.a_lab(tmp_path).close()

    def called(*arguments):
        given = ["train", *map(str, arguments), "--lab", str(tmp_path / "lab")]
        done = CliRunner().invoke(app, given)
        assert lowered or done.exception
        return done

    return called


def test_a_round_is_one_json_object_and_its_progress_goes_to_stderr(call):
    done = call("--steps", 2, "--seed", 3, "--json")
    assert done.exception is None, done.exception
    told = json.loads(done.stdout)
    assert (told["state"], told["parent"], told["steps"]) == ("candidate", factory.PARENT, 2)
    assert "step 2, loss" in done.stderr
    again = call("--steps", 2, "--seed", 3, "--json")
    assert json.loads(again.stdout) == told
    assert "done before" in again.stderr
    listed = CliRunner().invoke(
        app, ["models", "list", "--lab", told["folder"].split("/models")[0]]
    )
    assert told["model"] in listed.stdout


def test_what_is_shown_to_a_person_is_readable(call):
    done = call("--steps", 1)
    assert "model  tiny@1.0.0+r1." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--dataset", "nothing"], StoreError),
        (["--parent", "nobody@1"], ModelError),
        (["--resume"], BadInput),
    ],
    ids=["no such dataset", "no such parent", "nothing to resume"],
)
def test_what_cannot_be_done_is_refused(call, arguments, error):
    assert isinstance(call(*arguments).exception, error)


def test_resume_takes_no_other_settings(call):
    done = call("--resume", "--steps", 5)
    assert done.exit_code == 2
    assert "goes on as" in done.stderr


@pytest.mark.skipif(find_spec("lightning_fabric") is not None, reason="would start processes")
def test_several_processes_need_an_extra(call):
    error = call("--devices", 2).exception
    assert isinstance(error, ConfigError)
    assert "ai-afm[dist]" in str(error)


def test_an_interrupted_training_says_how_to_go_on(call, monkeypatch):
    def interrupt(self, report):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training.Workshop, "tell", interrupt)
        done = call("--steps", 4, "--json")
    assert done.exit_code == 130
    assert (done.stdout, "--resume" in done.stderr) == ("", True)
    resumed = json.loads(call("--resume", "--json").stdout)
    assert (resumed["steps"], resumed["state"]) == (4, "candidate")


@pytest.mark.parametrize("anyway", [True, False])
def test_a_live_run_is_waited_for_unless_told_otherwise(call, tmp_path, monkeypatch, anyway):
    run = RunFolder.create(tmp_path / "lab" / "runs" / "night", "")
    run.steering_file.write_text("{}")
    lock = run.lock()
    looks = []

    def look(store):
        looks.append(live_run(store))
        lock.release()  # the run ends after the first look
        return looks[-1]

    monkeypatch.setattr(live, "live_run", look)
    monkeypatch.setattr(work, "POLL", 0.0)
    done = call("--steps", 1, "--json", *(["--while-scanning"] if anyway else []))
    lock.release()
    assert json.loads(done.stdout)["steps"] == 1
    assert ("night is live" in done.stderr) is not anyway
    assert looks[:2] == ([] if anyway else [run.path, None])


def test_the_process_is_nice(monkeypatch):
    added = []
    monkeypatch.setattr(os, "nice", added.append)
    monkeypatch.setattr(sys, "platform", "linux")
    verb.lower_priority()
    assert added == [verb.NICE]
