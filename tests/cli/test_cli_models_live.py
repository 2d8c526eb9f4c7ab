"""`ai-afm models rollback` and `promote --live` while a run goes on, and what they import."""

import json
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ai_afm.service.session as service
from ai_afm.cli.app import VERBS, app
from ai_afm.events import Glimpsed, LineScanned, Observed
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.image.scan_layout import read_scan
from ai_afm.run import run
from ai_afm.store.journal import Journal
from ai_afm.store.looking import SWAPPED
from ai_afm.testing.glimpses import InProcessGlimpses
from ai_afm.types import Direction

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
sys.path.insert(0, str(Path(__file__).parents[1] / "run"))
import model_factory
from run_parts import PhaseGradient, config

OLD, NEW, NEXT = (f"tiny@{n}.0.0" for n in (1, 2, 3))
SMALL = {
    "overview": {"lines": 64, "pixels": 72},
    "targets": {"count": 0},
    "probe": {"enabled": False},
    "flywheel": {"fill": False, "shadow": False},
}


def named(spec):
    """Return a segmenter that says it is that model."""
    seer = PhaseGradient()
    seer.model = seer.spec = spec
    seer.model_sha256 = spec[5] * 64
    return seer


@pytest.fixture
def lab(tmp_path):
    """A lab in which the second of two models is active, and a third may become so."""
    lab = Lab.make(tmp_path / "lab")
    with FlywheelStore.open(lab) as store:
        registry = Registry(store, model_factory.what_ships(tmp_path))
        for version, seed in (("1.0.0", 1), ("2.0.0", 2)):
            model_factory.made_active(registry, tmp_path, version, seed)
        spec = model_factory.candidate(registry, tmp_path, "3.0.0", 3)
        model_factory.judged(registry, spec)
        registry.promote(spec, "Ann", "to the shadow")
    return lab


@contextmanager
def live(monkeypatch, lab, path, model=NEW):
    """Open a run that looks with a model; it knows the others, too."""
    monkeypatch.setattr(service, "load_model", lambda name, search: named(model))
    known = {spec: named(spec) for spec in (OLD, NEW, NEXT)}

    def in_process(name, threads, out, models):
        return InProcessGlimpses(known[name], out, known)

    monkeypatch.setattr(service, "SegmenterProcess", in_process)
    folder = service.create_run(path, config(**SMALL), lab.path)
    with service.open_session(folder, lab.path) as opened:
        yield folder, opened


def models(lab, *arguments):
    done = CliRunner().invoke(app, ["models", *arguments, "--lab", str(lab.path), "--json"])
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


def rolled_back_at_row_36(lab, opened):
    events, told = [], None
    with closing(run(opened)) as happening:
        for event in happening:
            events.append(event)
            at = isinstance(event, LineScanned) and event.line.direction == Direction.RETRACE
            if at and event.line.index == 36:
                told = models(lab, "rollback", "--annotator", "Ann", "--reason", "finds nothing")
                events.append(told)
            if isinstance(event, Observed):
                break
    return events, told


def test_after_a_rollback_the_next_glimpse_of_a_live_run_names_the_old_model(
    monkeypatch, lab, tmp_path
):
    # it lies outside the lab: the lab has noted where
    with live(monkeypatch, lab, tmp_path / "elsewhere") as (folder, opened):
        events, told = rolled_back_at_row_36(lab, opened)
    assert (told["model"], told["before"]) == (OLD, NEW)
    assert [(r["run"], r["obeys"]) for r in told["runs"]] == [(str(folder.path), True)]
    at = events.index(told)
    before, after = (
        [e.segmentation.model for e in part if isinstance(e, Glimpsed)]
        for part in (events[:at], events[at:])
    )
    assert set(before) == {NEW}
    assert set(after) == {OLD}
    assert read_scan(folder.scan_file(1)).frame.scanned[Direction.RETRACE].all(), "no line lost"
    with Journal.read(folder.journal_file) as journal:
        (row,) = (r.payload for r in journal.rows(SWAPPED))
    assert (row["model"], row["reason"]) == (OLD, "finds nothing")


def test_a_run_with_another_model_is_not_told(monkeypatch, lab):
    with live(monkeypatch, lab, lab.runs / "monday", OLD) as (_, opened):
        events, told = rolled_back_at_row_36(lab, opened)
    assert told["runs"] == []
    assert {e.segmentation.model for e in events if isinstance(e, Glimpsed)} == {OLD}


def test_promoted_live_it_looks_in_the_run_under_way_too(monkeypatch, lab):
    with live(monkeypatch, lab, lab.runs / "monday") as (folder, opened):
        told = models(lab, "promote", NEXT, "--reason", "better", "--annotator", "Ann", "--live")
        assert [r["run"] for r in told["runs"]] == [str(folder.path)]
        with closing(run(opened)) as happening:
            next(e for e in happening if isinstance(e, Observed))
        assert opened.glimpses.model == NEXT


def test_what_cannot_be_reached_is_said_and_the_lab_has_gone_back(monkeypatch, lab, caplog):
    with live(monkeypatch, lab, lab.runs / "monday") as (folder, _):
        address = folder.steering_file.read_text()
        forged = json.dumps(json.loads(address) | {"token": "0" * 32})
        folder.steering_file.write_text(forged)
        told = models(lab, "rollback", "--annotator", "Ann")
    assert told["model"] == OLD
    assert [r["obeys"] for r in told["runs"]] == [False]
    assert "wrong token" in told["runs"][0]["answer"]
    assert "could not be told" in caplog.text


def test_the_address_of_a_run_that_was_killed_is_left_alone(monkeypatch, lab):
    with live(monkeypatch, lab, lab.runs / "monday") as (folder, _):
        address = folder.steering_file.read_text()
    folder.steering_file.write_text(address)
    assert models(lab, "rollback", "--annotator", "Ann")["runs"] == []


HEAVY = """
import sys
from ai_afm.cli.app import VERBS
{call}
heavy = {{"torch", "scipy", "matplotlib", "cv2", "h5py", "skimage"}} & set(sys.modules)
assert not heavy, heavy
"""
ROLLBACK = """
from typer.testing import CliRunner
from ai_afm.cli.app import app
done = CliRunner().invoke(app, ["models", "rollback", "--annotator", "Ann", "--lab", sys.argv[1]])
assert done.exit_code == 0, done.exception
"""


@pytest.mark.parametrize("call", ["", ROLLBACK], ids=["nothing", "a rollback"])
def test_going_back_imports_nothing_that_takes_long(lab, call):
    command = [sys.executable, "-c", HEAVY.format(call=call), str(lab.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", VERBS)
def test_help_says_of_each_verb_what_its_module_says(name):
    own = VERBS[name].command(name).help
    assert " ".join(own.split("\n\n")[0].split()) == VERBS[name].words


def test_a_verb_that_is_not_there_is_told_from_those_that_are():
    done = CliRunner().invoke(app, ["modles"])
    assert done.exit_code == 2
    assert "models" in done.output
