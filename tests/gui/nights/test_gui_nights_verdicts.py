import json
from datetime import UTC, datetime

import pytest

from ai_afm.errors import StoreError
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.store import FlywheelStore
from ai_afm_gui.nights.asking import ask_about, window_around
from ai_afm_gui.nights.documents import Document, is_new, writing
from ai_afm_gui.nights.latest import Latest
from ai_afm_gui.nights.verdicts import Says, Verdicts
from ai_afm_gui.nights.what_if import comparison, is_wish

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_verdict_is_on_the_disk_at_once_with_who_and_when(tmp_path):
    Verdicts(tmp_path, lambda: NOON).say(7, Says.ACCEPT, "Ann")
    assert json.loads((tmp_path / "review.jsonl").read_text()) == {
        "v": 1, "kind": "probe", "number": 7, "verdict": "accept", "who": "Ann",
        "when": "2026-03-01T12:00:00+00:00",
    }  # fmt: skip


def test_the_last_verdict_counts_and_survives_reopening(tmp_path):
    verdicts = Verdicts(tmp_path, lambda: NOON)
    for verdict in (Says.ACCEPT, Says.REJECT):
        verdicts.say(7, verdict, "Ann")
    verdicts.say(8, Says.ACCEPT, "Bob")
    verdicts.say(8, Says.OPEN, "Bob")
    again = Verdicts(tmp_path)
    assert (again.verdict(7), again.verdict(8), again.verdict(9)) == (
        Says.REJECT, Says.OPEN, Says.OPEN,
    )  # fmt: skip
    assert list(again.said) == [7]


def test_a_line_that_a_crash_has_cut_short_costs_only_itself(tmp_path):
    Verdicts(tmp_path).say(1, Says.ACCEPT, "Ann")
    with (tmp_path / "review.jsonl").open("a") as file:
        file.write('{"kind": "probe", "number": 2, "verd')
    Verdicts(tmp_path).say(3, Says.REJECT, "Ann")
    assert sorted(Verdicts(tmp_path).said) == [1, 3]


def test_a_verdict_that_cannot_be_written_is_an_error_and_not_shown(tmp_path):
    (tmp_path / "review.jsonl").mkdir()
    with pytest.raises(StoreError):
        Verdicts(tmp_path)
    (tmp_path / "review.jsonl").rmdir()
    verdicts = Verdicts(tmp_path)
    (tmp_path / "review.jsonl").mkdir()
    with pytest.raises(StoreError):
        verdicts.say(1, Says.ACCEPT, "Ann")
    assert verdicts.verdict(1) is Says.OPEN


def test_a_place_comes_into_the_queue_once_and_before_others(tmp_path, night):
    done, words = ask_about(tmp_path / "lab", night, 4, (50.0, -30.0), "asked for at T1-1W")
    assert (done, words) == (True, "This place is item 1 of the review queue.")
    assert ask_about(tmp_path / "lab", night, 4, (50.0, -30.0), "again")[1].endswith("(item 1).")
    with FlywheelStore.open(Lab.open(tmp_path / "lab")) as store:
        [item] = ReviewQueue(store).items()
    assert (item.urgent, item.reason) == (True, "asked for at T1-1W")


def test_a_scan_that_no_model_has_seen_cannot_be_corrected(tmp_path, night):
    done, words = ask_about(tmp_path / "lab", night, 99, (0.0, 0.0), "why not")
    assert not done
    assert "scan 99" in words


def test_the_crop_lies_in_the_frame_wherever_the_place_is():
    for line, pixel in ((-50, 400), (199, 0), (100, 150)):
        window = window_around((200, 300), line, pixel)
        assert window.fits((200, 300))
        assert window.shape == (128, 128)
    assert window_around((40, 56), 20, 20).shape == (40, 56)


def test_each_document_is_written_beside_the_run_and_opened_where_it_is_new(own_night):
    night = own_night
    assert writing(night, Document.METHODS).opened == night / "paper" / "methods.txt"
    assert "gsf" in writing(night, Document.GSF).arguments
    assert not is_new(night, Document.REPORT)
    (night / "report.html").write_text("report")
    assert is_new(night, Document.REPORT)


def test_what_another_would_have_done_is_counted_and_its_time_told():
    rows = [
        {"decision": 2, "recorded": "a", "proposed": "b", "same": False, "difference": "other",
         "reason": "because", "recorded_s": 30.0, "proposed_s": 75.0, "distance_nm": None},
        {"decision": 9, "recorded": "c", "proposed": "c", "same": True, "difference": "",
         "reason": "", "recorded_s": 1.0, "proposed_s": 1.0, "distance_nm": 0.0},
    ]  # fmt: skip
    found = comparison({"what_if": rows})
    words = found.words.replace("\u00a0", " ")
    assert words.startswith("It would have asked for something else at 1 of 2 decisions.")
    assert "1 min 15 s instead of 30.0 s" in words


@pytest.mark.parametrize(("text", "told"), [("a.b=1", True), ("a", False), ("=1", False)])
def test_a_question_is_a_key_and_a_value(text, told):
    assert is_wish(text) is told


def test_of_questions_asked_meanwhile_only_the_last_is_answered():
    import threading

    gate = threading.Event()
    latest = Latest("test")
    latest.ask(lambda: gate.wait(10) and "first")
    for n in range(5):
        latest.ask(lambda n=n: n)
    gate.set()
    answers = []
    while not latest.idle:
        answers.append(latest.take())
    assert [a for a in answers if a is not None] == ["first", 4]
    latest.close()
