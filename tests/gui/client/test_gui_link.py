"""Commands to a live run: sent in a thread, answered as futures that never raise."""

import threading

from ai_afm.service.steering import SteeringServer
from ai_afm_gui.client import RunLink

WAIT = 20.0


def test_a_run_that_does_not_listen_is_an_answer_and_no_error(tmp_path):
    link = RunLink(tmp_path)
    answer = link.ask("pause").result(WAIT)
    assert not answer.ok
    assert "no live run" in answer.text
    assert answer.do == "pause"
    link.close()


def test_a_live_run_answers_with_its_status(tmp_path):
    server = SteeringServer(tmp_path / "steering.json", lambda: None)
    link = RunLink(tmp_path)
    try:
        server.publish({"state": "running"})
        answer = link.ask("status").result(WAIT)
    finally:
        link.close()
        server.close()
    assert (answer.ok, answer.result) == (True, {"state": "running"})
    assert answer.seconds >= 0


def test_withdraw_does_not_wait_for_another_answer(tmp_path):
    withdrawn = threading.Event()
    server = SteeringServer(tmp_path / "steering.json", withdrawn.set)
    link = RunLink(tmp_path)
    try:
        pause = link.ask("pause", wait=WAIT)  # nobody carries it out
        assert link.ask("withdraw").result(WAIT).ok
        assert withdrawn.is_set()
        assert not pause.done()
        while not pause.done():
            command = server.take()
            if command is not None and command.do == "pause":
                command.answer("goes on")
        assert pause.result(WAIT).ok
    finally:
        link.close()
        server.close()
