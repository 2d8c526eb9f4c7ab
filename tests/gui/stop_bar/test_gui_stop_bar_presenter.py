"""What the stop bar says, without Qt."""

import pytest

from ai_afm_gui.shell.glance import Glance, Life
from ai_afm_gui.stop_bar.commander import Told
from ai_afm_gui.stop_bar.presenter import BarPresenter, duration


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bar(clock):
    return BarPresenter("night 7", clock)


def seen(life, **doing):
    return Glance("night 7", "a film", life, doing)


@pytest.mark.parametrize(
    ("life", "level", "word", "steers"),
    [
        (Life.LIVE, "good", "linked", True),
        (Life.STARTING, "unknown", "run is starting", False),
        (Life.SILENT, "bad", "run does not answer", True),
        (Life.ENDED, "unknown", "run has ended", False),
        (Life.MISSING, "bad", "no such run", False),
    ],
)
def test_each_state_of_the_link_has_a_colour_and_a_word(bar, life, level, word, steers):
    bar.saw(seen(life))
    view = bar.view()
    assert (view.level, view.word, view.steers) == (level, word, steers)


def test_a_paused_run_is_told_from_one_that_scans(bar):
    bar.saw(seen(Life.LIVE, state="paused"))
    assert bar.view().word == "linked, run is paused"


def test_a_withdrawal_is_said_with_its_time(bar):
    bar.pressed("withdraw")
    bar.heard(Told("withdraw", True, "queued", 0.034))
    view = bar.view()
    assert view.message.startswith("Tip withdrawn, bias off (34 ms).")
    assert not view.urgent


def test_a_withdrawal_that_failed_says_what_to_do_now(bar):
    bar.pressed("withdraw")
    bar.heard(Told("withdraw", False, "no live run.", 0.2))
    view = bar.view()
    assert view.message == (
        "NOT WITHDRAWN (200 ms): no live run. Use the instrument's own controls."
    )
    assert view.urgent


def test_an_answer_that_does_not_come_is_said_while_it_is_waited_for(bar, clock):
    bar.pressed("withdraw")
    assert not bar.view().urgent
    clock.now += 3.0
    view = bar.view()
    assert view.message == "STOP + WITHDRAW: no answer for 3 s"
    assert view.urgent


def test_an_older_answer_does_not_hide_that_the_withdrawal_is_waited_for(bar, clock):
    bar.pressed("pause")
    bar.pressed("withdraw")
    bar.heard(Told("pause", True, "queued", 0.1))
    clock.now += 2.0
    assert bar.view().message == "STOP + WITHDRAW: no answer for 2 s"


def test_a_withdrawal_is_said_even_if_another_button_was_pressed_since(bar):
    bar.pressed("withdraw")
    bar.pressed("stop")
    bar.heard(Told("withdraw", True, "queued", 0.1))
    bar.heard(Told("stop", True, "queued", 0.1))
    bar.pressed("pause")
    bar.heard(Told("withdraw", False, "gone", 0.1))
    assert "NOT WITHDRAWN" in bar.view().message or "sent" in bar.view().message


def test_a_refusal_gives_the_reason_of_the_run(bar):
    bar.pressed("pause")
    bar.heard(Told("pause", False, "the authority is watch", 0.01))
    view = bar.view()
    assert view.message == "Pause after line not obeyed (10 ms): the authority is watch"
    assert view.urgent


def test_times_have_units():
    assert (duration(0.0004), duration(0.5), duration(12.34)) == ("0 ms", "500 ms", "12.3 s")
