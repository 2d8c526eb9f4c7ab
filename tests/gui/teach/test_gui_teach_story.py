from dataclasses import replace
from pathlib import Path

import pytest
from teach_parts import begin_round, change, finding

from ai_afm.flywheel.datasets.manifest import Kind
from ai_afm.flywheel.model_records import GateReport, ModelState, StateChange
from ai_afm_gui.teach.course import Course, newest_round
from ai_afm_gui.teach.lab_books import Books, DatasetLine, Waiting
from ai_afm_gui.teach.model_lines import ModelLine
from ai_afm_gui.teach.promotion import promotion, way_back
from ai_afm_gui.teach.story import Doing, candidate_of, steps, training_words
from ai_afm_gui.teach.verdict import tree_of, verdict_of

OLD, NEW = "tiny@1.0.0", "tiny@1.0.0+r1.ab12cd"


def model(spec, state, active=False, fault=""):
    return ModelLine(spec, state, active, (), 0.7, True, "data", fault)


def report(passed=True, number=1, **more):
    told = {"against": OLD, "findings": [], "refused": [], "corrections": {}} | more
    return GateReport(number, NEW, "ab", passed, told, "2026-03-01T00:00:00+00:00")


def books(**more):
    usual = {
        "datasets": (DatasetLine("march", Kind.TRAINING, "cd" * 32, 12, 3, "2026-03-01", 0),),
        "models": (
            model(OLD, ModelState.ACTIVE, active=True),
            model(NEW, ModelState.CANDIDATE),
        ),
    }
    return Books(Path("lab"), **(usual | more))


def test_without_anything_each_step_says_what_comes_first():
    correct, freeze, teach, judge, use = steps(Books(Path("lab")), Doing())
    assert (correct.figure, freeze.why_not) == ("0", "nothing was corrected yet")
    assert teach.why_not == "freeze a training set first"
    assert (judge.action, use.figure) == ("", "none")


def test_corrections_are_told_with_their_line_people_and_time():
    waiting = Waiting(5, ("Ann", "Bob"), 90.0)
    first = steps(books(waiting=waiting), Doing())[0]
    assert (first.figure, first.more.split(", ")[1:3]) == ("5", ["Ann", "Bob"])


def test_a_set_with_all_there_is_need_not_be_frozen_again():
    freeze = steps(books(), Doing())[1]
    assert freeze.why_not == "the newest set has all there is"
    old = replace(books().datasets[0], missing=4)
    freeze = steps(books(datasets=(old,)), Doing())[1]
    assert (freeze.why_not, freeze.more) == ("", "4 newer crops are not in it")


@pytest.mark.parametrize("verb", ["dataset", "train", "gate"])
def test_one_thing_at_a_time(verb):
    _, freeze, teach, judge, _ = steps(books(reports=(report(),)), Doing(verb))
    old = [s for s in (freeze, teach, judge) if s.action]
    assert old
    assert all(s.why_not for s in old)


def test_a_training_tells_its_steps_and_the_time_that_is_left(tmp_path):
    begin_round(tmp_path)
    doing = Doing("train", "", newest_round(tmp_path), Course((10,), (0.5,), 10, begun=True), 75.0)
    teach = steps(books(), doing)[2]
    assert (teach.figure, teach.more.replace("\u00a0", " ")) == ("10 / 40", "1 min 15 s to go")
    assert "10 of 40" in training_words(doing)[0]
    assert "1 of 4 crops" in training_words(doing)[1]


def test_a_training_that_waits_says_for_which_run(tmp_path):
    begin_round(tmp_path)
    course = Course(begun=True, waits_for="/lab/runs/monday")
    doing = Doing("train", "", newest_round(tmp_path), course)
    assert "monday" in steps(books(), doing)[2].more


def test_before_the_first_step_it_is_said_what_takes_so_long(tmp_path):
    begin_round(tmp_path)
    doing = Doing("train", "", newest_round(tmp_path), Course(begun=True))
    assert "to be replayed" in steps(books(), doing)[2].more
    assert "to be replayed" in training_words(doing)[0]


def test_the_making_of_the_material_tells_how_far_it_is(tmp_path):
    begin_round(tmp_path)
    said = "simulated worlds: 31 of 248, 95 s to go"
    doing = Doing("train", said, newest_round(tmp_path), Course(begun=True))
    told = steps(books(), doing)[2].more.replace("\u00a0", " ")
    assert told.endswith("simulated worlds: 31 of 248, 1 min 35 s to go")
    assert "31 of 248" in training_words(doing)[0]


def test_the_gate_tells_how_far_it_is():
    far = steps(books(), Doing("gate", "looks at crops: 96 of 384, 12 s to go"))[3]
    assert far.figure == "25 %"
    assert far.more.replace("\u00a0", " ") == "looks at crops: 96 of 384, 12.0 s to go"
    before = steps(books(), Doing("gate", ""))[3]
    assert (before.figure, before.more) == ("...", NEW)


def test_an_interrupted_round_is_gone_on_with(tmp_path):
    begin_round(tmp_path)
    doing = Doing("", "", newest_round(tmp_path), Course(step=20))
    teach = steps(books(), doing)[2]
    assert doing.is_resumable
    assert (teach.action, teach.more) == ("Go on", "It goes on from its last checkpoint.")


def test_a_training_of_another_process_is_followed_and_none_is_begun_beside_it(tmp_path):
    begin_round(tmp_path)
    course = Course((20,), (0.5,), 20, begun=True)
    doing = Doing("", "", newest_round(tmp_path), course, None, is_elsewhere=True)
    _, freeze, teach, _, _ = steps(books(), doing)
    assert (teach.figure, teach.action, teach.more) == ("20 / 40", "", "Another process trains.")
    assert freeze.why_not == "a training is under way"


def test_a_candidate_that_nobody_has_judged_is_not_promoted():
    assert candidate_of(books()).model == NEW
    assert promotion(books(), NEW).why_not == "The gate has not judged it yet."


def test_a_refused_candidate_is_not_promoted_and_says_why():
    told = report(passed=False, refused=["F1 on simulated falls by 0.040"])
    step = promotion(books(reports=(told,)), NEW)
    assert step.action == "Let it look on"
    assert step.why_not == "The gate has refused it (report 1): F1 on simulated falls by 0.040"


def test_a_passed_candidate_looks_on_first_and_is_used_then():
    assert promotion(books(reports=(report(),)), NEW).why_not == ""
    shadow = (model(OLD, ModelState.ACTIVE, active=True), model(NEW, ModelState.SHADOW))
    assert promotion(books(models=shadow, reports=(report(),)), NEW).action == "Make active"


def test_a_newer_refusal_overrules_an_older_pass():
    told = books(reports=(report(), report(passed=False, number=2)))
    assert "report 2" in promotion(told, NEW).why_not
    assert steps(told, Doing())[3].figure == "refused"


def test_a_report_against_a_model_that_is_no_longer_active_does_not_count():
    told = books(reports=(report(against="tiny@0.9.0"),))
    assert "no longer active" in promotion(told, NEW).why_not


@pytest.mark.parametrize("state", [ModelState.ACTIVE, ModelState.RETIRED, None])
def test_only_candidates_and_shadows_are_promoted(state):
    told = books(models=(model(NEW, state),))
    assert promotion(told, NEW).action == ""


def test_a_model_with_other_files_is_not_promoted():
    told = books(models=(model(NEW, ModelState.CANDIDATE, fault="the card is another one"),))
    assert promotion(told, NEW).why_not == "the card is another one"


def test_the_way_back_is_to_the_model_before():
    assert way_back(books(line=(OLD, NEW))) == (OLD, "")
    assert way_back(books(line=(NEW,)))[1] == "No model was active before in this lab."


def test_the_model_in_use_is_told_with_who_and_why():
    change = StateChange(1, OLD, "ab", ModelState.ACTIVE, "Ann", "better on BFO", 1, "")
    use = steps(books(changes=(change,)), Doing())[4]
    assert (use.figure, use.more) == (OLD, "Ann: better on BFO")


def test_a_verdict_begins_with_what_is_broken():
    slices = [finding(), finding("calibration", holds=False, unit="probability", value=0.2)]
    told = verdict_of(report(passed=False, findings=slices, refused=["it is worse"]))
    assert [r.verdict for r in told.rows] == ["broken", "holds"]
    assert told.headline.startswith("Refused")
    assert told.refusals == ("it is worse",)


def test_each_rule_has_a_number_a_limit_and_a_unit():
    rules = [
        finding("own material", "newest corrections", value=0.03, limit=0.005),
        finding("lines on nothing", value=0.02, limit=0.15, unit="share of empty crops"),
        finding("golden slice", "simulated > twins", holds=None),
    ]
    own, litter, part = verdict_of(report(findings=rules)).rows
    assert (own.value, own.limit, own.unit) == ("0.030", "at least 0.005", "F1")
    assert (litter.value, litter.limit) == ("2.0 %", "at most 15.0 %")
    assert (part.where, part.depth, part.verdict) == ("twins", 1, "too little to tell")
    assert (part.value, part.limit, part.interval) == (
        "+0.100", "at least -0.010", "+0.020 .. +0.150",
    )  # fmt: skip


def test_a_gain_on_what_was_learned_is_said_to_prove_little():
    own = finding("own material", "newest", change=change())
    said = {"findings": [own], "corrections": {"gain_measured_on": "learned from"}}
    assert "proves little" in verdict_of(report(**said)).gain
    held = {"findings": [own], "corrections": {"gain_measured_on": "kept to validate on"}}
    assert "proves little" not in verdict_of(report(**held)).gain


def test_models_hang_below_their_first_known_parent():
    [tree, alone] = tree_of({"c": ("b",), "b": ("gone", "a"), "a": (), "x": ("x",)})
    assert (tree.model, tree.children[0].model) == ("a", "b")
    assert tree.children[0].children[0].model == "c"
    assert (alone.model, alone.children) == ("x", ())
