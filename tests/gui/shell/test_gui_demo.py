"""The demo: started as a process, shown when it is there, and not ended behind a person's back."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from ai_afm.config import parse_config
from ai_afm.errors import StoreError
from ai_afm_gui.shell import demo, demo_keeper
from ai_afm_gui.shell.demo import DemoRun, config_text, demo_lab
from ai_afm_gui.shell.demo_keeper import DemoKeeper

NOW = datetime(2026, 11, 23, 22, 5, 1)


class FakeDemo:
    """A demo without a process."""

    def __init__(self, lab, now=NOW):
        self.lab, self.folder = lab, lab / "runs" / "demo"
        self.is_ready, self.goes_on, self.last_words, self.asked = False, True, "no model", 0

    def ask_to_end(self):
        self.asked += 1


@pytest.fixture
def keeper(context, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_keeper, "DemoRun", FakeDemo)
    return DemoKeeper(context, tmp_path)


def test_its_configuration_is_legal_and_leaves_a_night_of_instrument_time():
    config = parse_config(config_text(4))
    assert config.instrument.clock == "accelerated"
    assert config.run.budget_min / config.instrument.acceleration >= 120
    assert config.instrument.options["seed"] == 4


def test_it_is_shown_as_soon_as_its_folder_is_there(keeper, context, tmp_path):
    keeper.start()
    keeper.tick()
    assert context.run is None
    keeper.run.is_ready = True
    keeper.tick()
    assert context.run == keeper.run.folder
    assert context.lab == tmp_path / "demo-lab"


def test_a_second_click_starts_no_second_one(keeper):
    keeper.start()
    first = keeper.run
    keeper.start()
    assert keeper.run is first


def test_one_that_fails_says_why_and_can_be_started_again(keeper, context):
    failed, waiting = [], []
    context.failed.connect(failed.append)
    keeper.waiting.connect(waiting.append)
    keeper.start()
    keeper.run.goes_on = False
    keeper.tick()
    keeper.tick()
    assert failed == ["The demo has ended before it began: no model"]
    assert waiting == [True, False]
    first = keeper.run
    keeper.start()
    assert keeper.run is not first


def test_a_window_without_a_live_demo_closes_without_a_question(keeper):
    assert keeper.may_close(None)
    keeper.start()
    keeper.run.goes_on = False
    assert keeper.may_close(None)


@pytest.mark.parametrize(
    ("button", "closes", "ends"),
    [("End the demo", True, 1), ("Let it run", True, 0), ("Keep the window", False, 0)],
)
def test_a_person_says_what_becomes_of_a_live_demo(keeper, qapp, monkeypatch, button, closes, ends):
    box = demo_keeper.QMessageBox

    def click(self):
        next(b for b in self.buttons() if b.text() == button).click()

    monkeypatch.setattr(box, "exec", click)
    keeper.start()
    assert keeper.may_close(None) is closes
    assert keeper.run.asked == ends


def test_a_process_that_does_not_begin_leaves_its_last_words(tmp_path, monkeypatch):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[run]\nsmaple = "film"\n')
    monkeypatch.setattr(demo, "CONFIG", wrong)
    started = DemoRun(tmp_path / "lab", NOW)
    deadline = time.monotonic() + 100
    while started.goes_on and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not started.is_ready
    assert "unknown key 'run.smaple'" in started.last_words
    started.end()


def test_its_lab_is_below_a_persons_data_or_temporary(tmp_path):
    assert demo_lab(tmp_path) == tmp_path / "demo-lab"
    there = demo_lab()
    assert there.is_dir()
    there.rmdir()
    with pytest.raises(StoreError, match="could not be made"):
        demo_lab(Path(__file__))
