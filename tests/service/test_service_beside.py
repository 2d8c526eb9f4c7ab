"""What a lab learns from its runs by itself: the queue fills, shadow models look, nothing waits."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.config import RunConfig
from ai_afm.config.flywheel import FlywheelSettings
from ai_afm.errors import StoreError
from ai_afm.flywheel.apart import compare, crops_of
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.shadow import look_on, looks_of
from ai_afm.flywheel.shadow_asking import ask_about
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import load_model
from ai_afm.service import beside, onlooker, shadowing
from ai_afm.service.runs import note_run, runs_of
from ai_afm.store.journal import Journal

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import lab_factory
import model_factory

SHADOW = "tiny@2.0.0"


@pytest.fixture
def lab(tmp_path):
    return Lab.make(tmp_path / "lab")


@pytest.fixture
def run(lab):
    """A run with two finished scans, in which a model has seen walls."""
    return lab_factory.a_run(lab.runs / "monday", scans=2)


@pytest.fixture
def shadowed(lab, tmp_path):
    """The lab with a model in the shadow."""
    with FlywheelStore.open(lab) as store:
        registry = Registry(store, model_factory.what_ships(tmp_path))
        spec = model_factory.candidate(registry, tmp_path, "2.0.0", 2)
        model_factory.judged(registry, spec)
        registry.promote(spec, "Ann", "agreed")
    return lab


def items(lab):
    with FlywheelStore.open(lab) as store:
        return ReviewQueue(store).items()


@pytest.mark.timeout(120)
def test_the_queue_of_a_lab_is_filled_when_a_run_has_ended(run, lab):
    with beside.looked_on(run, FlywheelSettings(shadow=False), lab):
        pass
    assert len(items(lab)) >= 2
    assert "in the review queue" in run.flywheel_log.read_text()
    with FlywheelStore.open(lab) as store:
        assert [r.path for r in runs_of(lab, store.database)] == [run.path]


def test_whoever_stops_a_run_does_not_wait_for_its_lab(run, lab, monkeypatch):
    waits = []
    monkeypatch.setattr(beside, "_started", lambda *_: "a process")
    monkeypatch.setattr(beside, "_left", lambda child, patience: waits.append(patience))
    with pytest.raises(KeyboardInterrupt), beside.looked_on(run, FlywheelSettings(), lab):
        raise KeyboardInterrupt
    with beside.looked_on(run, FlywheelSettings(), lab):
        pass
    assert waits == [0.0, beside.PATIENCE]


def test_outside_a_lab_nothing_is_made(run, tmp_path, monkeypatch):
    (tmp_path / "models-only").mkdir()
    assert beside.lab_of(tmp_path / "models-only") is None
    before = sorted(run.path.rglob("*"))
    monkeypatch.setattr(beside.subprocess, "Popen", None)
    with beside.looked_on(run, FlywheelSettings(), None):
        pass
    assert sorted(run.path.rglob("*")) == before


def test_what_is_switched_off_is_not_started(run, lab, monkeypatch):
    monkeypatch.setattr(beside.subprocess, "Popen", None)
    settings = RunConfig.model_validate({"flywheel": {"fill": False, "shadow": False}}).flywheel
    with beside.looked_on(run, settings, lab):
        pass
    assert items(lab) == []


def test_a_lab_that_cannot_be_opened_does_not_touch_the_run(run, lab, caplog):
    lab.database.write_bytes(b"no database" * 99)
    with beside.looked_on(run, FlywheelSettings(), lab):
        pass
    assert "does not learn from this run" in caplog.text


def test_a_failure_is_one_line_and_the_other_work_is_done(run, lab, caplog):
    done = []

    def broken(*_):
        raise StoreError("the disk is full")

    def other(*_):
        done.append(1)
        return "worked"

    with caplog.at_level("INFO"):
        onlooker.Onlooker(run.path, lab).look([broken, other], ended=False)
    assert done == [1]
    assert [r.getMessage() for r in caplog.records] == ["broken: the disk is full", "other: worked"]


def test_it_works_when_a_scan_is_finished_and_at_the_end_only(run, lab):
    told = []

    def work(run, lab, ended):
        told.append(ended)
        return ""

    looks = onlooker.Onlooker(run.path, lab)
    for _ in range(3):
        looks.look([work], ended=False)
    with Journal.open(run.journal_file) as journal:
        journal.append("observed", {"scan": 3, "notes": {}})
    looks.look([work], ended=False)
    looks.look([work], ended=True)
    assert told == [False, False, True]


def test_a_run_elsewhere_belongs_to_the_lab_that_it_was_run_in(lab, tmp_path):
    elsewhere = lab_factory.a_run(tmp_path / "elsewhere")
    with FlywheelStore.open(lab) as store:
        for _ in range(2):
            note_run(store.database, elsewhere.path)
        note_run(store.database, tmp_path / "gone")
        assert [r.path for r in runs_of(lab, store.database)] == [elsewhere.path]


def test_where_two_labels_differ_is_counted_in_pixels_and_crops():
    first = np.zeros((150, 200), np.uint8)
    first[:, 20], first[:100, 160] = 2, 4
    second = first.copy()
    second[:, 20] = 3
    second[:, 160] = 0
    apart = compare(first, second)
    assert (apart.both, apart.only_first, apart.only_second) == (150, 100, 0)
    assert apart.share == 100 / 250
    assert apart.renamed == 150
    assert (apart.crops, apart.crops_apart) == (3, 1)
    area = sum(w.lines * w.pixels for w in crops_of((150, 200)))
    assert area == 150 * 200


def test_the_shadow_writes_down_what_it_sees_otherwise_once(run, lab, shadowed):
    model = load_model(SHADOW, [lab.models])
    looks = list(look_on(run.path, [model]))
    assert [(k.kind, k.number, k.model, k.against) for k in looks] == [
        ("scan", 1, SHADOW, "net@1.0.0"),
        ("scan", 2, SHADOW, "net@1.0.0"),
    ]
    assert looks_of(run.path) == looks == looks_of(run.path, model.sha256)
    assert list(look_on(run.path, [model])) == []
    assert looks_of(run.path, "f" * 64) == []
    assert looks[0].apart.only_first > 0, "that model knows nothing of these walls"


def test_two_processes_do_not_look_at_one_run_at_once(run, lab, shadowed):
    model = load_model(SHADOW, [lab.models])
    looking = look_on(run.path, [model])
    next(looking)
    with pytest.raises(StoreError, match="in use by another process"):
        next(look_on(run.path, [model]))
    looking.close()
    assert len(list(look_on(run.path, [model]))) == 1
    assert len(looks_of(run.path)) == 2


def test_a_log_that_is_none_is_said(run):
    (run.path / "shadow").mkdir()
    (run.path / "shadow" / "tiny.jsonl").write_text('{"kind": "scan"}\n')
    with pytest.raises(StoreError, match="does not hold looks"):
        looks_of(run.path)


def test_people_are_asked_where_the_shadow_disagrees_most(run, lab, shadowed):
    said = shadowing.look(run.path, lab, ended=True)
    asked = items(lab)
    assert said == f"{SHADOW} looked at 2 scans; {len(asked)} places to ask about"
    assert len(asked) == 2
    assert all(i.urgent and not i.random for i in asked)
    assert all(f"{SHADOW} and net@1.0.0 disagree" in i.reason for i in asked)
    assert shadowing.look(run.path, lab, ended=True) == ""
    with FlywheelStore.open(lab) as store:
        assert ask_about(store, run.path, load_model(SHADOW, [lab.models])) == ()


def test_what_waits_in_the_queue_already_is_asked_before_others_now(run, lab, shadowed):
    assert onlooker.fill(run.path, lab, True)
    waiting = items(lab)
    assert not any(i.urgent for i in waiting)
    shadowing.look(run.path, lab, ended=True)
    added = items(lab)[len(waiting) :]
    assert len(added) == 2
    assert all(i.urgent for i in added)


def test_the_disagreement_of_a_model_is_read_later(run, lab, shadowed):
    shadowing.look(run.path, lab, ended=False)
    done = CliRunner().invoke(app, ["models", "shadow", SHADOW, "--lab", str(lab.path), "--json"])
    assert done.exit_code == 0, done.exception
    told = json.loads(done.stdout)
    assert (told["model"], told["state"], told["scans"]) == (SHADOW, "shadow", 2)
    assert 0 < told["share_of_line_pixels"] <= 1
    assert [r["scans"] for r in told["runs"]] == [2]
    assert {w["scan"] for w in told["worst"]} == {1, 2}
    assert items(lab) == []


@pytest.mark.parametrize(
    ("code", "heard", "problem"),
    [
        (1, "a journal that is none\n", "ended with exit code 1: a journal that is none"),
        (-11, "", "ended with exit code -11: no word"),
        (None, "", "not finished within"),
    ],
    ids=["refused", "crashed", "hangs"],
)
def test_a_shadow_whose_process_dies_is_one_line(
    run, shadowed, caplog, monkeypatch, code, heard, problem
):
    def process(command, **_):
        if code is None:
            raise subprocess.TimeoutExpired(command, 1.0)
        return subprocess.CompletedProcess(command, code, "", heard)

    monkeypatch.setattr(onlooker.subprocess, "run", process)
    assert onlooker.shadow(run.path, shadowed, True) == ""
    assert len(caplog.records) == 1
    assert problem in caplog.text


def test_a_shadow_model_whose_files_were_changed_does_not_look(run, shadowed, capsys):
    (shadowed.models / "tiny" / "2.0.0" / "card.toml").write_text("no card")
    assert shadowing.look(run.path, shadowed, ended=True) == ""
    assert "not those that were added" in capsys.readouterr().err


def test_without_a_model_in_the_shadow_no_process_is_started(run, lab, monkeypatch):
    monkeypatch.setattr(onlooker.subprocess, "run", None)
    assert onlooker.shadow(run.path, lab, True) == ""
