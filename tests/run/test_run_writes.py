"""A time-lapse on the twin: images, writes, waits; and nothing is ever written twice."""

from contextlib import closing

import pytest
from run_parts import config, create, session

from ai_afm.acquire.rebuild import rebuild
from ai_afm.errors import ConfigError, LinkLost
from ai_afm.events import Faulted, Observed, RunFinished, StrokeWritten, WriteStarted
from ai_afm.report.pages import environment
from ai_afm.report.sequences import section
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.store.journal import Journal
from ai_afm.survey.timelapse import pairs
from ai_afm.types import WriteRequest
from ai_afm.types.codec import encode

SEQUENCE = {
    "size_nm": (600, 450),
    "lines": 36,
    "pixels": 48,
    "line_rate_hz": 4.0,
    "steps": ("image", "write", "wait 30", "image"),
    "repeat": 2,
    "write": {"pattern": "dots", "size_nm": (300, 150), "pitch_nm": 150, "bias_v": (8.0,)},
}
LADDER = {"center_nm": (1200, 0), "bias_v": (2.0, 8.0), "repeats": 1, "ms": 100}
ZONE = {"size_nm": (6000, 6000), "level": "sacrificial", "max_bias_v": 9, "max_pulses": 9}


def settings(options=None, zones=(ZONE,), imaging=None, **sequence):
    given = {"world": "labyrinth", "seed": 103, "extent_nm": 4000.0} | (options or {})
    return config(
        run={"controller": "sequence"},
        instrument={"options": given},
        consent={"zones": list(zones)},
        sequence=SEQUENCE | sequence,
        **({"imaging": imaging} if imaging else {}),
    )


def drive(opened, until=None):
    events = []
    with closing(run(opened)) as happening:
        for event in happening:
            events.append(event)
            if until is not None and until(event):
                break
    return events


def names(folder):
    with Journal.read(folder.journal_file) as journal:
        rows = [r.payload for r in journal.rows("observed")]
    return [r["request"]["target"] for r in rows]


def started(folder):
    with Journal.read(folder.journal_file) as journal:
        return [r.payload["request"]["target"] for r in journal.rows("write_started")]


WHOLE = ["S1.1", "S1.2", "S1.3", "S1.4", "S2.1", "S2.2", "S2.3", "S2.4"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = create(monkeypatch, tmp_path_factory.mktemp("writes") / "run", settings())
        with session(monkeypatch, folder) as opened:
            events = drive(opened)
            state, dose = opened.microscope.state(), opened.microscope.dose
    return folder, events, state, dose


def test_a_sequence_is_carried_out_step_by_step(whole):
    folder, events, state, _ = whole
    assert names(folder) == WHOLE
    assert events[-1] == RunFinished("done", "The sequence is done")
    assert (state.bias, state.drive) == (0.0, 0.0)


def test_what_was_applied_is_in_the_journal(whole):
    folder, events, _, dose = whole
    with Journal.read(folder.journal_file) as journal:
        rows = [r.payload for r in journal.rows("observed") if "write" in r.payload]
    assert [r["write"] for r in rows] == [1, 2, 3, 4]
    bias, seconds, _ = rows[0]["notes"]["applied"][0]
    assert (bias, seconds) == (8.0, 0.1)
    assert rows[0]["lines"] == 2
    assert rows[1]["seconds"] == pytest.approx(30.0, abs=1.0)
    assert dose.values[:, 2].sum() == 4
    assert len([e for e in events if isinstance(e, StrokeWritten)]) == 4


def test_a_write_is_noted_before_the_tip_moves(whole):
    folder, _, _, _ = whole
    with Journal.read(folder.journal_file) as journal:
        kinds = [(r.kind, r.payload.get("write")) for r in journal.rows()]
    assert kinds.index(("write_started", 1)) < kinds.index(("observed", 1))


def test_the_survey_of_the_folder_compares_the_images(whole):
    survey = summarise(whole[0]).survey
    assert len([o for o in survey.observations if isinstance(o.request, WriteRequest)]) == 4
    found = pairs(survey)
    assert [bool(p.between.strokes) for p in found] == [True, False, True]


def test_the_report_tells_what_was_written_and_what_the_walls_did(whole):
    folder = whole[0]
    told = section(tell(folder, summarise(folder)))
    page = environment().get_template("sequence.html.j2").render(sequence=told)
    written = [row["written"].replace("\u00a0", " ") for row in told["rows"]]
    assert written == [
        "2 strokes, 8.00 V, 100 ms each",
        "nothing",
        "2 strokes, 8.00 V, 100 ms each",
    ]
    assert [row["applied"] for row in told["writes"]] == ["2 of 2 strokes"] * 2
    assert "S1.1 → S1.4 (scans 1, 2)" in page
    assert "mathdefault" not in page


@pytest.mark.parametrize(("event", "pulses"), [(WriteStarted, 0), (StrokeWritten, 2)])
def test_a_run_that_is_ended_in_a_write_goes_on_after_it(event, pulses, monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", settings(repeat=1))
    with session(monkeypatch, folder) as opened:
        drive(opened, until=lambda e: isinstance(e, event))
        assert opened.microscope.state().bias == 0.0
    with session(monkeypatch, folder) as opened:
        # the stroke under way counts as made, the one after it does not
        assert opened.microscope.dose.values[:, 2].sum() == pulses
        drive(opened)
    assert started(folder).count("S1.2") == 1
    assert names(folder) == WHOLE[:4]


def test_a_write_of_which_only_the_beginning_is_known_counts_as_made(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", settings(repeat=1))
    with session(monkeypatch, folder) as opened:
        drive(opened, until=lambda e: isinstance(e, Observed))
        write = opened.controller.propose(rebuild(opened.empty_survey(), folder, opened.journal))
        opened.journal.append("write_started", {"write": 1, "request": encode(write)})
    with session(monkeypatch, folder) as opened:
        assert opened.microscope.dose.values[:, 2].sum() == 2
        drive(opened)
    assert started(folder) == ["S1.2", "S1.3"]
    assert names(folder) == ["S1.1", "S1.3", "S1.4"]


def test_a_link_lost_in_a_write_is_a_fault_and_the_run_goes_on(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", settings(repeat=1))
    with session(monkeypatch, folder) as opened:
        twin = opened.microscope._inner
        stroke, calls = twin._happen, []

        def lost(seconds):
            calls.append(seconds)
            if len(calls) == 2:
                raise LinkLost("no answer")
            stroke(seconds)

        monkeypatch.setattr(twin, "_happen", lost)
        events = drive(opened)
    assert [e.kind for e in events if isinstance(e, Faulted)] == ["LinkLost"]
    assert names(folder) == WHOLE[:4]
    write = next(
        e.observation for e in events
        if isinstance(e, Observed) and isinstance(e.observation.request, WriteRequest)
    )  # fmt: skip
    assert (write.lines, write.finished) == (1, False)
    assert write.notes["problem"] == "no answer"


def test_a_write_without_consent_is_refused_and_nothing_is_written(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", settings(zones=()))
    with session(monkeypatch, folder) as opened:
        events = drive(opened)
    assert started(folder) == []
    assert "step S1.2 was refused" in events[-1].message


def test_a_drive_that_is_too_large_ends_the_run_before_it_images_the_rest(monkeypatch, tmp_path):
    wanted = settings(imaging={"drive_v": 4.9}, ladder=LADDER, check_drive=True)
    folder = create(monkeypatch, tmp_path / "run", wanted)
    with (
        session(monkeypatch, folder) as opened,
        pytest.raises(ConfigError, match=r"4\.9 V is more"),
    ):
        drive(opened)
    assert names(folder) == ["ladder before", "ladder write", "ladder after"]
