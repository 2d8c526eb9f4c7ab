import time

import pytest
from qtpy.QtCore import Qt
from teach_parts import begin_round, finding, lab_factory, model_factory, python, steps

from ai_afm_gui.teach.command import Command
from ai_afm_gui.teach.page import TeachPage

SOON = 20_000
TRAINS = """
import json, sys, time
from pathlib import Path
lab = Path(sys.argv[sys.argv.index("--lab") + 1])
work = lab / "rounds" / "0123456789abcdef"
print(" ".join(sys.argv[1:]), file=sys.stderr, flush=True)
try:
    for step in range(int(sys.argv[2]) if sys.argv[2].isdigit() else 4):
        line = {"event": "steps", "step": 10 * step + 10, "loss": 1.0 / (step + 1), "cpu_s": 1.0}
        with (work / "curve.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\\n")
    while not (lab / "go on").exists():
        time.sleep(0.01)
except KeyboardInterrupt:
    print("interrupted; `ai-afm train --resume` goes on", file=sys.stderr)
    sys.exit(130)
(work / "result.json").write_text("{}")
print(json.dumps({"model": "tiny@1.0.0+r1.ab12cd"}))
"""
ANSWERS = """
import json, sys
print(json.dumps({"model": "tiny@0.0.1", "before": "tiny@1.0.0", "state": "active", "runs": [
    {"run": "/lab/runs/monday", "obeys": True, "answer": " ".join(sys.argv[1:6])}]}))
"""
REFUSES = """
import sys
print("ai-afm: tiny@1.0.0 is not promoted: it did not pass the gate (report 1)", file=sys.stderr)
sys.exit(6)
"""


@pytest.fixture
def registry(tmp_path):
    opened = model_factory.open_registry(tmp_path)
    yield opened
    opened.records.database.close()


@pytest.fixture
def open_page(qtbot, context, tmp_path):
    """A page for the lab, which stays small and is closed after the test."""
    pages = []

    def opened(script="", lab=True):
        if lab:
            context.lab = tmp_path / "lab"
        page = TeachPage(context, python(script), clock=time.monotonic)
        qtbot.addWidget(page)
        page.show()
        pages.append(page)
        if lab:
            until(qtbot, page, lambda: page.books is not None)
        return page

    yield opened
    for page in pages:
        page.shut()


def until(qtbot, page, told):
    def ticked():
        page.tick()
        return bool(told())

    qtbot.waitUntil(ticked, timeout=SOON)


def press(qtbot, button):
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def freeze_something(registry):
    """A training set in the records of the lab, so that there is something to learn from."""
    from teach_parts import dataset_factory

    from ai_afm.flywheel.datasets.freeze import Split, freeze

    with lab_factory.FlywheelStore.open(lab_factory.Lab.open(registry.folder_of_lab)) as store:
        record = dataset_factory.store_frame(store, dataset_factory.a_frame(1))
        label = dataset_factory.a_label(dataset_factory.WINDOW.shape)
        dataset_factory.corrected(store, record, label)
        freeze(store, "march", Split(0, 0.0))


@pytest.fixture
def taught(registry, tmp_path):
    """A lab with a training set and the plan of a round."""
    registry.folder_of_lab = tmp_path / "lab"
    freeze_something(registry)
    return begin_round(tmp_path / "lab")


def test_teach_starts_a_process_and_shows_its_curve(qtbot, open_page, taught, tmp_path):
    page = open_page(TRAINS)
    press(qtbot, page.cards[2].button)
    until(qtbot, page, lambda: len(page.curve.curve[0]) == 4)
    assert page.busy == "train"
    assert page.curve.curve[0] == [10.0, 20.0, 30.0, 40.0]
    assert page.curve.cancel.isVisible()
    (tmp_path / "lab" / "go on").touch()
    until(qtbot, page, lambda: not page.busy)


def test_cancel_ends_the_training_and_it_can_be_gone_on_with(qtbot, open_page, taught, context):
    page = open_page(TRAINS)
    press(qtbot, page.cards[2].button)
    until(qtbot, page, lambda: len(page.curve.curve[0]) == 4)
    with qtbot.waitSignal(context.said, timeout=SOON) as said:
        press(qtbot, page.curve.cancel)
    assert "checkpoint is kept" in said.args[0]
    until(qtbot, page, lambda: page.cards[2].button.text() == "Go on")


def test_what_a_training_is_started_with(qtbot, open_page, taught, context):
    steps(taught, 10)
    page = open_page("import sys; sys.exit('ai-afm: ' + ' '.join(sys.argv[1:]))")
    page.curve.while_scanning.setChecked(True)
    with qtbot.waitSignal(context.failed, timeout=SOON) as failed:
        press(qtbot, page.cards[2].button)
    given = failed.args[0].split()
    assert given[:5] == ["train", "--annotator", "Ann", "--while-scanning", "--resume"]
    assert given[-1] == "--json"


def test_the_window_that_closes_ends_the_training(qtbot, open_page, taught):
    page = open_page(TRAINS)
    press(qtbot, page.cards[2].button)
    until(qtbot, page, lambda: len(page.curve.curve[0]) == 4)
    page.shut()
    assert page.busy == ""
    assert not (taught / "result.json").exists()


def test_a_refused_verdict_disables_promote_and_says_why(qtbot, open_page, registry, tmp_path):
    spec = model_factory.candidate(registry, tmp_path, "1.0.0")
    broken = finding("labels", "", holds=False, change=None, unit="share of corrections", value=0.2)
    model_factory.judged(
        registry, spec, passed=False, refused=["2 of 9 labels contradict"], findings=[broken]
    )
    page = open_page()
    page.models.reason.setEditText("better on BFO")
    assert page.models.model == spec
    assert not page.models.promote.isEnabled()
    assert "2 of 9 labels contradict" in page.models.note
    assert page.verdict.lamp.word == "refused"
    assert "2 of 9 labels contradict" in page.verdict.why
    assert page.verdict.rules.topLevelItem(0).text(0) == "broken"


def test_a_passed_candidate_is_promoted_with_a_reason(qtbot, open_page, registry, tmp_path):
    spec = model_factory.candidate(registry, tmp_path, "1.0.0")
    model_factory.judged(registry, spec)
    page = open_page(ANSWERS)
    assert not page.models.promote.isEnabled()
    assert "needs a reason" in page.models.note
    page.models.reason.setEditText("better on BFO")
    press(qtbot, page.models.promote)
    until(qtbot, page, lambda: "next run uses" in page.models.answer)
    assert page.models.reason.currentText() == ""


def test_what_the_command_line_refuses_is_shown(qtbot, open_page, registry, tmp_path):
    spec = model_factory.candidate(registry, tmp_path, "1.0.0")
    model_factory.judged(registry, spec)
    page = open_page(REFUSES)
    page.models.reason.setEditText("better on BFO")
    press(qtbot, page.models.promote)
    until(qtbot, page, lambda: "did not pass the gate" in page.models.answer)


def test_a_rollback_shows_what_live_runs_have_answered(qtbot, open_page, registry, tmp_path):
    model_factory.made_active(registry, tmp_path, "1.0.0")
    page = open_page(ANSWERS)
    assert not page.models.rollback.isEnabled()
    page.models.reason.setCurrentIndex(1)
    press(qtbot, page.models.rollback)
    until(qtbot, page, lambda: "Live run monday" in page.models.answer)
    assert "models rollback --reason finds nothing on this sample" in page.models.answer


def test_a_rollback_is_possible_while_a_training_goes_on(
    qtbot, open_page, registry, taught, tmp_path
):
    model_factory.made_active(registry, tmp_path, "1.0.0")
    page = open_page(TRAINS)
    press(qtbot, page.cards[2].button)
    until(qtbot, page, lambda: len(page.curve.curve[0]) == 4)
    page.models.reason.setEditText("draws nothing")
    assert page.models.rollback.isEnabled()


def test_records_that_change_are_read_again(qtbot, open_page, registry, tmp_path):
    page = open_page()
    spec = model_factory.candidate(registry, tmp_path, "1.0.0")
    until(qtbot, page, lambda: page.books.model(spec) is not None)
    assert page.history.topLevelItemCount() == 1


def test_without_a_lab_nothing_can_be_pressed(qtbot, open_page, context, tmp_path):
    page = open_page(lab=False)
    page.tick()
    assert not any(card.isVisible() for card in page.cards)
    context.use_lab(tmp_path / "new")
    page.tick()
    assert page.books is None


def test_another_lab_is_shown_when_the_window_uses_one(
    qtbot, open_page, registry, context, tmp_path
):
    page = open_page(lab=False)
    context.use_lab(tmp_path / "lab")
    until(qtbot, page, lambda: page.books is not None)
    assert page.cards[0].isVisible()


def test_a_program_that_is_not_there_is_a_message(qtbot, qapp):
    ends = []
    command = Command(lambda _given: ("/no/such/program", []))
    command.start(["train"], ends.append)
    qtbot.waitUntil(lambda: bool(ends), timeout=SOON)
    assert (ends[0].code, command.busy) == (-1, False)
    assert ends[0].message


def test_a_process_that_does_not_listen_is_ended(qtbot, qapp, monkeypatch):
    monkeypatch.setattr("ai_afm_gui.teach.command.GRACE_MS", 50)
    deaf = (
        "import signal, sys, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "print('deaf', file=sys.stderr, flush=True)\ntime.sleep(60)"
    )
    ends = []
    command = Command(python(deaf), low=True)
    command.start([], ends.append)
    qtbot.waitUntil(lambda: command.said == "deaf", timeout=SOON)
    command.interrupt()
    qtbot.waitUntil(lambda: bool(ends), timeout=SOON)
    assert ends[0].interrupted


def test_one_process_at_a_time(qtbot, qapp):
    ends = []
    command = Command(python("import sys; print(sys.argv[1:].__len__()); print('{\"n\": 1}')"))
    command.start(["a"], ends.append)
    command.start(["b", "c"], ends.append)
    qtbot.waitUntil(lambda: not command.busy, timeout=SOON)
    assert [end.result for end in ends] == [{"n": 1}]


def test_the_default_process_is_the_python_of_the_window(qtbot, qapp):
    ends = []
    command = Command()
    command.start(["models", "list", "--lab", "/no/such/lab", "--json"], ends.append)
    qtbot.waitUntil(lambda: bool(ends), timeout=60_000)
    assert ends[0].code == 3
    assert "/no/such/lab" in ends[0].message
