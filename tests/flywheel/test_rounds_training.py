"""A round in a lab: a candidate with its lineage, what is refused, and who may work at once."""

import json
import shutil
from dataclasses import replace

import dataset_factory as make
import lab_factory
import numpy as np
import pytest
import round_factory as factory

from ai_afm.errors import BadInput, ModelError, StoreError
from ai_afm.flywheel.datasets.candidates import Choice
from ai_afm.flywheel.datasets.freeze import Split, freeze, freeze_golden, require_dataset
from ai_afm.flywheel.datasets.manifest import Side
from ai_afm.flywheel.records import Source
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds import begin, training
from ai_afm.flywheel.rounds.live import live_run
from ai_afm.flywheel.rounds.plan import PLAN, unfinished
from ai_afm.flywheel.rounds.sources import learned_before
from ai_afm.flywheel.rounds.training import resume_round, train_round
from ai_afm.segment.model_file import OUTSIDE, load_model
from ai_afm.store import platform
from ai_afm.store.platform import FolderLock
from ai_afm.store.run_folder import RunFolder


@pytest.fixture
def lab(tmp_path):
    """A lab that can train."""
    with factory.a_lab(tmp_path) as store:
        yield store


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A lab in which a round has ended, and what it told."""
    said = []
    with factory.a_lab(tmp_path_factory.mktemp("finished")) as store:
        result = train_round(store, factory.a_wish(), factory.around(say=said.append))
        yield store, result, said


def curve(result):
    with open(f"{result['round']}/curve.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_a_round_ends_with_a_candidate_that_can_be_used(finished):
    store, result, _ = finished
    assert result["model"].startswith("tiny@1.0.0+r1.")
    assert result["state"] == "candidate"
    model = load_model(result["model"], [store.lab.models])
    assert model.sha256 == result["sha256"]
    assert model.card.parents == (factory.PARENT,)
    assert f"--dataset {result['dataset']}" in model.card.command
    assert model.card.training["keep"] == result["keep"]
    parent = load_model(factory.PARENT, [store.lab.models])
    judge = [name for name in parent.arrays if name.startswith(OUTSIDE)]
    assert all(np.array_equal(model.arrays[n], parent.arrays[n]) for n in judge)


def test_the_candidate_names_its_dataset_and_its_people(finished):
    store, result, _ = finished
    known = Registry(store).records.require(result["model"])
    assert known.lineage.dataset["sha256"] == result["dataset"]
    assert known.lineage.dataset["corrections"] == result["corrections"] == 2
    assert known.lineage.annotators == ("Ann",)
    assert known.parents == (factory.PARENT,)


def test_scores_stand_beside_those_of_the_parent(finished):
    _, result, _ = finished
    assert result["scores"].keys() == result["scores_of_parent"].keys()
    assert "any_f1_2px" in result["scores"]
    assert "corrected_any_f1_2px" in result["scores"]


def test_the_curve_tells_how_it_went(finished):
    _, result, said = finished
    told = curve(result)
    assert [line["event"] for line in told] == ["begun", *["steps"] * 6, "finished"]
    assert [line["step"] for line in told[1:-1]] == [1, 2, 3, 4, 5, 6]
    assert told[-2].keys() >= {"loss", "learning_rate", "cpu_s", "skipped"}
    assert any("step 6" in text for text in said)
    assert result["cpu_s"] == pytest.approx(told[-2]["cpu_s"], abs=0.011)


def test_the_same_wish_is_not_done_twice(finished):
    store, result, _ = finished
    said = []
    again = train_round(store, factory.a_wish(), factory.around(say=said.append))
    assert again == result
    assert "done before" in said[0]
    with pytest.raises(BadInput, match="interrupted"):
        resume_round(store, factory.around())


def test_the_next_round_has_the_next_number_whatever_its_parent(finished):
    store, result, _ = finished
    other = replace(factory.QUICK, seed=8, steps=1)
    wish = factory.a_wish(parent=result["model"], settings=other)
    child = train_round(store, wish, factory.around())
    assert child["model"].startswith("tiny@1.0.0+r2.")
    assert child["parent"] == result["model"]
    again = factory.a_wish(settings=other)
    assert train_round(store, again, factory.around())["model"].startswith("tiny@1.0.0+r3.")


def test_nobody_gets_more_than_half_of_the_draws(tmp_path):
    with factory.a_lab(tmp_path, samples=1) as store:
        wish = factory.a_wish(settings=replace(factory.QUICK, steps=1))
        first = train_round(store, wish, factory.around())
        for number in (5, 6, 7):
            make.a_sample(store, number, frames=1)
        make.corrected(store, store.frames_of(Source("h" * 64, "scan", 1, "scans/1.h5"))[0],
                       who="Bob")  # fmt: skip
        freeze(store, "june", Split(1, 0.0))
        wish = replace(wish, parent=first["model"])
        second = train_round(store, wish, factory.around())
        assert second["dataset_name"] == "june"
        # four of five are Ann's, but nobody gets more than half of the draws
        assert second["annotators"] == {"Ann": pytest.approx(0.5), "Bob": pytest.approx(0.5)}


def interrupted(store, monkeypatch, wish=None):
    """Begin a round that dies at its fourth step, as by a power cut."""

    class Cut(BaseException):
        pass

    steps = []

    def cut(self):
        steps.append(1)
        # five worlds are made before
        if len(steps) == 5 + 4:
            raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(training.Workshop, "wait", cut)
        with pytest.raises(Cut):
            train_round(store, wish or factory.a_wish(), factory.around())


def test_an_interrupted_round_goes_on_by_the_same_wish_or_by_resume(lab, finished, monkeypatch):
    interrupted(lab, monkeypatch)
    assert len(unfinished(lab.lab.path / "rounds")) == 1
    said = []
    result = resume_round(lab, factory.around(say=said.append))
    assert "goes on after step" in said[0]
    assert result["sha256"] == finished[1]["sha256"]
    assert [line["event"] for line in curve(result)].count("resumed") == 1


def test_a_torch_that_rounds_differently_does_not_go_on(lab, monkeypatch):
    interrupted(lab, monkeypatch)
    monkeypatch.setattr(training.torch, "__version__", "1.0")
    with pytest.raises(StoreError, match=r"torch .* here is 1\.0"):
        resume_round(lab, factory.around())


def test_a_torn_plan_is_made_anew(lab, monkeypatch):
    interrupted(lab, monkeypatch)
    (folder,) = unfinished(lab.lab.path / "rounds")
    (folder / PLAN).write_text('{"format"')
    assert train_round(lab, factory.a_wish(), factory.around())["state"] == "candidate"


def test_a_second_training_in_the_same_lab_is_refused(lab):
    (lab.lab.path / "rounds").mkdir()
    with FolderLock(lab.lab.path / "rounds" / begin.LOCK):
        with pytest.raises(StoreError, match="another training"):
            train_round(lab, factory.a_wish(), factory.around())
    train_round(lab, factory.a_wish(settings=replace(factory.QUICK, steps=1)), factory.around())


def test_a_lab_without_a_dataset_is_told_how_to_make_one(tmp_path):
    with lab_factory.open_lab(tmp_path) as store:
        factory.with_parent(store.lab.models)
        with pytest.raises(BadInput, match="dataset freeze"):
            train_round(store, factory.a_wish(), factory.around())


def test_a_golden_set_is_never_learned_from(lab):
    freeze_golden(lab, "judge", Choice(sample="BFO-1"))
    with pytest.raises(BadInput, match="golden set"):
        train_round(lab, factory.a_wish(dataset="judge"), factory.around())


def test_a_dataset_that_has_seen_a_golden_set_is_refused(lab):
    freeze_golden(lab, "late", Choice(sample="BFO-1"))
    with pytest.raises(BadInput, match="golden set late shows"):
        train_round(lab, factory.a_wish(), factory.around())


def test_a_golden_set_frozen_while_a_round_was_interrupted_counts(lab, monkeypatch):
    interrupted(lab, monkeypatch)
    freeze_golden(lab, "late", Choice(sample="BFO-1"))
    with pytest.raises(BadInput, match="golden set late shows"):
        resume_round(lab, factory.around())


@pytest.mark.parametrize("which", ["nobody@9.9.9", "tiny@9.9.9"])
def test_a_parent_that_is_not_there_is_an_error(lab, which):
    with pytest.raises(ModelError, match="no model"):
        train_round(lab, factory.a_wish(parent=which), factory.around())


def test_a_parent_that_was_exchanged_meanwhile_is_refused(lab, monkeypatch):
    interrupted(lab, monkeypatch)
    shutil.rmtree(lab.lab.models / "tiny")
    factory.with_parent(lab.lab.models, seed=9)
    with pytest.raises(ModelError, match="other weights"):
        resume_round(lab, factory.around())


def test_a_full_disk_is_told_before_anything_is_made(lab, monkeypatch):
    monkeypatch.setattr(platform, "free_space", lambda folder: 1 << 20)
    with pytest.raises(StoreError, match="1 MiB are free"):
        train_round(lab, factory.a_wish(), factory.around())
    assert not (lab.lab.path / "cache").exists()


def test_a_training_waits_while_a_run_is_live(lab, tmp_path):
    answers = iter([None, tmp_path / "night", tmp_path / "night"])
    waited, said, now = [], [], [0.0]

    def clock():
        now[0] += 10.0
        return now[0]

    work = training.Workshop(
        tmp_path, "key", lambda: next(answers, None), said.append, clock, waited.append
    )
    for _ in range(4):
        work.wait()
    assert len(waited) == 2
    assert "night is live" in said[0]
    told = [json.loads(line)["event"] for line in work.curve.path.read_text().splitlines()]
    assert told == ["paused", "goes_on"]


def test_a_run_is_live_while_it_holds_its_lock_and_is_steered(lab):
    inside = RunFolder.create(lab.lab.runs / "monday", "")
    assert live_run(lab) is None
    with inside.lock():
        assert live_run(lab) is None
        inside.steering_file.write_text("{}")
        assert live_run(lab) == inside.path
    assert live_run(lab) is None, "a run that was killed leaves its steering file behind"


def test_a_run_elsewhere_is_known_by_its_frames(lab, tmp_path):
    outside = RunFolder.create(tmp_path / "elsewhere" / "night", "")
    source = Source("z" * 64, "scan", 1, str(outside.scan_file(1)))
    lab.add_frame(make.a_frame(99), source)
    outside.steering_file.write_text("{}")
    with outside.lock():
        assert live_run(lab) == outside.path


def test_a_torn_line_of_the_curve_stays_on_its_own(tmp_path):
    work = training.Workshop(tmp_path, "key", lambda: None, print)
    work.curve.add("begun")
    with work.curve.path.open("a") as file:
        file.write('{"event": "st')
    work.curve.add("resumed", step=3, loss=float("nan"))
    lines = work.curve.path.read_text().splitlines()
    assert lines[1] == '{"event": "st'
    assert json.loads(lines[2]) == {"event": "resumed", "step": 3, "loss": None}


def test_what_a_model_or_its_ancestors_have_learned_from_is_known(finished):
    store, result, _ = finished
    dataset = require_dataset(store, "may").dataset
    train = {e.revision for e in dataset.of(Side.TRAIN)}
    assert learned_before(store, result["model"]) == train
    assert learned_before(store, factory.PARENT) == frozenset()
    wish = factory.a_wish(parent=result["model"], settings=replace(factory.QUICK, steps=2))
    grandchild = train_round(store, wish, factory.around())
    assert learned_before(store, grandchild["model"]) == train
