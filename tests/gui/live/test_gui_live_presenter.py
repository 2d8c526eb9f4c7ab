"""What the Live page says: titles, times, marks, and why here."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from gui_live_parts import frame, view

from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.image.scan_bytes import ScanState
from ai_afm.types import (
    Authority,
    Consent,
    Limits,
    Role,
    ScanRegion,
    SlowDirection,
)
from ai_afm_gui.client import Basis, Decision, Entry, Eta, Facts, Forecast, Live, Phase, RunState
from ai_afm_gui.live import presenter

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
REGION = ScanRegion((0.0, 0.0), (3e-6, 2e-6))
LIMITS = Limits(REGION, 1e-4, 60, 10, 5, -1, 1, 1e-7, 1e-7, 10, 10, 1e-4, 3600)


@pytest.fixture
def state(tmp_path):
    shown = view()
    decision = Decision(
        3, NOW, shown.frame.request, "a closer frame at T2", "targets", "wallnet@2", 2.87,
        (("weight of its kind", "4"), ("candidates", "71")),
    )  # fmt: skip
    entry = Entry(
        "scan", 7, Role.ZOOM, "T2", decision.reason, shown.frame.region, (40, 60), decision=3
    )
    facts = Facts(
        tmp_path, "night", "film", "Ann", "targets", Authority.UNATTENDED, "twin", "real", 1.0,
        None, InstrumentTimes(), LIMITS, Consent(), 3600.0,
    )  # fmt: skip
    return RunState(
        facts, 5, Phase.RUNNING, "", Authority.UNATTENDED, "wallnet@2", LIMITS, Consent(), (entry,),
        (), (), (decision,), (), (), None, shown, entry, None, Live(True, True),
        Eta(20.0, 3000.0, None, 1.0), (),
    )  # fmt: skip


def test_the_title_names_scan_place_size_and_way(state):
    assert presenter.title(state) == (
        "Scan 7   zoom T2   3 µm x 2 µm   40 x 60 px   1 Hz   downwards"
    )


def test_the_time_that_is_left_is_told_for_frame_and_run(state):
    frame_text, run_text = presenter.progress(state, NOW)
    assert frame_text == "line 20 of 40, 20 s left"
    assert run_text.startswith("run: at most 50 min 00 s left, until ")


def test_without_a_pace_the_time_is_the_instruments(state):
    timeless = replace(state, eta=Eta(20.0, 3000.0, None, None))
    frame_text, run_text = presenter.progress(timeless, NOW)
    assert frame_text.endswith("20 s of instrument time left")
    assert run_text == "run: at most 50 min 00 s of instrument time left"


def test_what_a_policy_has_foretold_is_told_with_its_range(state):
    hour = Forecast(4800.0, 3300.0, 6600.0, Basis.POLICY, whole=True)
    told = replace(state, eta=Eta(20.0, 9000.0, hour, 1.0))
    text = presenter.progress(told, NOW)[1]
    assert text.startswith("run: about 1 h 20 min (0:55 - 1:50 h) left, until ")
    assert "nine times in ten" in presenter.basis(told, NOW)


def test_an_area_that_is_only_part_of_a_run_is_told_as_such(state):
    area = Forecast(600.0, 500.0, 700.0, Basis.POLICY, whole=False)
    told = replace(state, eta=Eta(20.0, 3000.0, area, None))
    text = "area: about 10 min (8 - 12 min) of instrument time left"
    assert presenter.progress(told, NOW)[1] == text
    assert "run: at most 50 min 00 s of instrument time left" in presenter.basis(told, NOW)


def test_what_is_left_of_a_plan_has_no_range(state):
    plan = Forecast(600.0, 600.0, 600.0, Basis.PLAN, whole=True)
    told = replace(state, eta=Eta(20.0, 3000.0, plan, 0.5))
    assert presenter.progress(told, NOW)[1].startswith("run: about 5 min left, until ")
    assert "cost model" in presenter.basis(told, NOW)


def test_where_nothing_is_foretold_the_budget_is_said_to_be_it(state):
    assert "budget of 1 h 00 min" in presenter.basis(state, NOW)


def test_a_run_that_has_ended_says_how(state):
    ended = replace(state, phase=Phase.ENDED, outcome="done: all is probed")
    assert presenter.progress(ended, NOW)[1] == "run: done"
    assert presenter.progress(replace(state, phase=Phase.BROKEN), NOW)[1] == "run: broken off"


@pytest.mark.parametrize(
    ("slow", "tip", "settled"),
    [(SlowDirection.DOWN, -1000 + 19.5 * 50, -500.0), (SlowDirection.UP, 1000 - 19.5 * 50, 500.0)],
    ids=["down", "up"],
)
def test_tip_and_settled_line_follow_the_order_of_arrival(slow, tip, settled):
    marks = presenter.marks(view(frame(rows=20, slow=slow)))
    assert {m.word: m.w for m in marks} == pytest.approx({"tip": tip, "settled": settled})


def test_a_frame_that_has_ended_has_no_marks():
    assert presenter.marks(view(state=ScanState.COMPLETE)) == ()


def test_why_here_tells_the_reason_and_what_the_score_is_made_of(state):
    why = presenter.why(state)
    assert (why.heading, why.reason) == ("Why here", "a closer frame at T2")
    assert why.parts == (("score", "2.87"), ("weight of its kind", "4"), ("best of", "71"))
    assert ("decided by", "targets") in why.more


def test_a_refusal_is_told_in_the_guards_words(state):
    refused = replace(state.decisions[0], refused="the corner lies outside")
    why = presenter.why(replace(state, decisions=(refused,)))
    assert why.heading == "Refused by the guard"
    assert why.reason.endswith("the corner lies outside")


def test_a_proposal_that_waits_says_so(state):
    waits = replace(state, phase=Phase.WAITING, authority=Authority.ADVISE)
    assert presenter.why(waits).heading == "Proposed, waits for approval"


def test_of_an_earlier_frame_its_own_decision_is_told(state):
    later = replace(state.decisions[0], row=9, reason="something else")
    newer = replace(state.entries[0], number=8, decision=9)
    both = replace(
        state, decisions=(*state.decisions, later), entries=(*state.entries, newer), current=newer
    )
    assert presenter.why(both).reason == "a closer frame at T2"


def test_before_anything_is_decided_nothing_is_invented():
    assert presenter.why(None).parts == ()
    assert presenter.title(None) == "Nothing is scanned yet"
