"""Strokes, and sessions that no kill can take them from."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import killed_session as script
import lab_factory as factory
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.records import CorrectionConflict, Place
from ai_afm.flywheel.sessions import CorrectionSession, open_sessions
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.strokes import Stroke, Tool, decode, effective, encode, paint

COORDINATE = st.floats(-20, 60, width=32)
BRUSHES = st.builds(
    Stroke,
    st.sampled_from([Tool.BRUSH, Tool.FILL]),
    st.sampled_from([0, 1, 2, 3, 4, 5, 255]),
    st.integers(1, 9),
    st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=4).map(tuple),
)
STROKES = st.one_of(BRUSHES, st.sampled_from([Stroke(Tool.UNDO), Stroke(Tool.REDO)]))
BLANK = np.zeros((24, 37), np.uint8)


@pytest.fixture
def lab(tmp_path):
    with factory.open_lab(tmp_path) as store:
        yield (store, *factory.with_frame(store, tmp_path))


def begin(store, record, prediction, who="Ann"):
    place = Place(record.sha256, factory.WINDOW)
    return CorrectionSession.begin(store, place, who, prediction.id)


LINE = Stroke(Tool.BRUSH, 4, 3, ((5.0, 0.0), (5.0, 135.0)))


@given(STROKES)
def test_a_stroke_survives_json(stroke):
    assert decode(encode(stroke)) == stroke


@given(st.lists(BRUSHES, max_size=6), st.integers(1, 6))
def test_undo_and_redo_lead_back_to_the_same_label(strokes, steps):
    steps = min(steps, len(strokes))
    back = [*strokes, *steps * [Stroke(Tool.UNDO)]]
    assert effective(back) == strokes[: len(strokes) - steps]
    assert effective([*back, *steps * [Stroke(Tool.REDO)]]) == strokes


@given(st.lists(STROKES, max_size=12))
def test_drawing_never_leaves_the_label_nor_changes_what_it_began_with(strokes):
    label = paint(BLANK, strokes)
    assert label.shape == BLANK.shape
    assert not BLANK.any()
    assert set(np.unique(label)) <= {0, 1, 2, 3, 4, 5, 255}


def test_a_new_stroke_forgets_what_was_taken_back():
    first, second = LINE, Stroke(Tool.BRUSH, 1, 1, ((1.0, 1.0),))
    assert effective([first, Stroke(Tool.UNDO), second, Stroke(Tool.REDO)]) == [second]


def test_a_brush_is_as_wide_as_it_says():
    label = paint(np.zeros((20, 50), np.uint8), [Stroke(Tool.BRUSH, 2, 5, ((9, 10), (9, 40)))])
    assert (label[:, 25] == 2).sum() == 5
    assert label[9, 25] == 2


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["tool", "code", "width_px", "points", "x"]), inner, max_size=5
    ),
    max_leaves=12,
)  # fmt: skip


@given(JUNK | st.fixed_dictionaries(
    {"tool": st.just("brush"), "code": JUNK, "width_px": JUNK, "points": JUNK}
))  # fmt: skip
def test_whatever_a_stroke_may_be_it_is_one_or_it_is_refused(junk):
    try:
        assert decode(encode(decode(junk))) == decode(junk)
    except BadInput:
        pass


@pytest.mark.parametrize(
    "points", [[], [[1.0]], [[float("nan"), 0.0]], [[1e9, 0.0]], "ab", [["1", "2"]], [[True, 1]]]
)
def test_points_that_are_none_are_refused(points):
    with pytest.raises(BadInput):
        decode({"tool": "brush", "code": 1, "width_px": 1, "points": points})


def test_a_session_is_found_again_with_its_strokes(lab):
    store, _record, _prediction = lab
    session = begin(*lab)
    assert [session.add(LINE), session.add(Stroke(Tool.UNDO)), session.add(LINE)] == [1, 2, 3]
    with FlywheelStore.open(store.lab) as other:
        (found,) = open_sessions(other)
        again = CorrectionSession.resume(other, found.id)
        assert again.strokes == session.strokes
        assert (again.label[5] == 4).all()


def test_a_saved_session_is_a_correction_with_its_strokes(lab):
    store, _, _ = lab
    session = begin(*lab)
    session.add(LINE)
    label = session.label
    saved = session.save(12.5, "a boundary was missing")
    np.testing.assert_array_equal(store.label(saved.after), label)
    assert (saved.seconds, saved.reason) == (12.5, "a boundary was missing")
    assert saved.strokes is not None
    assert b'"width_px": 3' in store.blobs.get(saved.strokes)
    assert open_sessions(store) == []


@pytest.mark.parametrize("close", [lambda s: s.save(1.0), lambda s: s.abandon()])
def test_a_closed_session_takes_nothing_more(lab, close):
    session = begin(*lab)
    close(session)
    for act in (lambda: session.add(LINE), lambda: session.save(1.0), session.abandon):
        with pytest.raises(StoreError, match="closed"):
            act()


def test_the_next_session_begins_where_the_last_one_ended(lab):
    _store, _, _ = lab
    first = begin(*lab)
    first.add(LINE)
    revision = first.save(1.0).revision
    second = begin(*lab)
    assert second.record.parent == revision
    assert (second.before[5] == 4).all()
    assert begin(*lab, who="Bob").record.parent is None


def test_of_two_sessions_of_one_person_the_later_one_becomes_a_branch(lab):
    store, _, _ = lab
    one, two = begin(*lab), begin(*lab)
    one.add(LINE)
    one.save(1.0)
    two.add(Stroke(Tool.BRUSH, 1, 1, ((7.0, 7.0),)))
    with pytest.raises(CorrectionConflict) as told:
        two.save(1.0)
    branch = store.require_correction(told.value.revision)
    assert store.label(branch.after)[7, 7] == 1
    assert open_sessions(store) == []


def test_a_place_outside_the_frame_is_refused_before_anything_is_written(lab):
    store, record, prediction = lab
    window = factory.Window(100, 0, 128, 128)
    with pytest.raises(BadInput, match="does not lie in the frame"):
        CorrectionSession.begin(store, Place(record.sha256, window), "Ann", prediction.id)
    assert open_sessions(store) == []


def kill_sessions(folder, count, rng):
    """Kill a correcting process so often; return what it had reported as being on the disk."""
    with factory.open_lab(folder) as store:
        record, prediction = factory.with_frame(store, folder)
        lab = store.lab
    told = []
    command = [sys.executable, script.__file__]
    environment = os.environ | {"PYTHONPATH": str(Path(script.__file__).parent)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        for _ in range(count):
            process.stdin.write(f"go {lab.path} {record.sha256} {prediction.id}\n")
            process.stdin.flush()
            pid = int(process.stdout.readline().split()[1])
            for _ in range(int(rng.integers(1, 20))):
                told.append(process.stdout.readline())
            for _ in range(int(rng.integers(0, 40_000))):
                pass
            os.kill(pid, signal.SIGKILL)
            told += iter(process.stdout.readline, "dead\n")
        process.stdin.close()
    return lab, told


def assert_nothing_is_lost(lab, told):
    """Everything that was reported is there; no session has a stroke that is not its own."""
    with FlywheelStore.open(lab) as store:
        assert store.database.rows("PRAGMA integrity_check") == [("ok",)]
        stored = store.database.rows("SELECT session, number FROM strokes")
        reported = {tuple(map(int, line.split()[1:])) for line in told if line.startswith("stroke")}
        assert reported <= set(stored)
        saved = dict(store.database.rows("SELECT session, revision FROM closings"))
        for line in told:
            if line.startswith("saved"):
                session, revision = map(int, line.split()[1:])
                assert saved[session] == revision
        before = store.before(factory.draft(*_first(store)))
        for session, revision in sorted(saved.items()):
            strokes = [script.stroke(session, n) for n in range(1, script.STROKES + 1)]
            correction = store.require_correction(revision)
            assert not correction.branch
            before = paint(before, strokes)
            np.testing.assert_array_equal(store.label(correction.after), before)
        for record in open_sessions(store):
            session = CorrectionSession.resume(store, record.id)
            n = len(session.strokes)
            assert session.strokes == [script.stroke(record.id, k + 1) for k in range(n)]
            np.testing.assert_array_equal(session.before, before)
        return len(reported), len(saved)


def _first(store):
    (sha256,) = store.database.rows("SELECT sha256 FROM frames")[0]
    return store.require_frame(sha256), store.predictions(sha256)[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no fork")
def test_kill_9_at_any_stroke_loses_nothing_that_was_acknowledged(tmp_path):
    lab, told = kill_sessions(tmp_path, 20, np.random.default_rng(1))
    strokes, saved = assert_nothing_is_lost(lab, told)
    assert strokes > 100
    assert saved > 10


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no fork")
def test_two_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path):
    lab, told = kill_sessions(tmp_path, 200, np.random.default_rng(2))
    strokes, _ = assert_nothing_is_lost(lab, told)
    assert strokes > 1000
