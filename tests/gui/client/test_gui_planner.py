"""What comes next: the run's own ranking, worked out beside it."""

from functools import partial

import pytest
from gui_run_parts import config, real_run

from ai_afm.acquire.rebuild import stored_observation, surveys
from ai_afm.config import parse_config
from ai_afm.store.journal import Journal
from ai_afm.survey.survey import Survey
from ai_afm.types import Role, ScanRequest
from ai_afm.types.codec import decode
from ai_afm_gui.client.facts import facts_of
from ai_afm_gui.client.planner import Planner, coming, foretells

TARGETS = {"targets": {"count": 3, "min_distance_nm": 400.0}}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A finished run with three targets: folder, configuration, rows."""
    with pytest.MonkeyPatch.context() as patched:
        folder = real_run(patched, tmp_path_factory.mktemp("plan") / "run", **TARGETS)
    with Journal.read(folder.journal_file) as journal:
        rows = journal.rows()
    return folder, parse_config(folder.config_toml()), rows


def zooms(rows):
    """The decisions for closer frames, as (row, request)."""
    decided = [(r.sequence, decode(r.payload["request"])) for r in rows if r.kind == "decision"]
    return [(row, asked) for row, asked in decided if getattr(asked, "role", "") is Role.ZOOM]


def test_what_was_first_in_the_ranking_is_what_the_run_then_looked_at(told):
    folder, settings, rows = told
    (first, _), (_, second), *_ = zooms(rows)
    early = [r for r in rows if r.sequence <= first]
    facts = facts_of(folder.path, settings)
    look = partial(stored_observation, folder)
    *_, (_, survey) = surveys(Survey(facts.limits, facts.consent, 1), early, look)
    waiting = tuple(coming(survey, settings, facts.times, early))
    assert [w.name for w in waiting] == ["T2", "T3"]
    assert waiting[0].score >= waiting[1].score > 0
    assert waiting[0].region.center == pytest.approx(second.region.center, abs=6e-8)
    assert all(not w.wished and w.seconds > 0 for w in waiting)


def test_a_planner_ranks_in_a_thread_after_each_decision(told, qtbot):
    folder, settings, rows = told
    planner, facts = Planner(folder, settings), facts_of(folder.path, settings)
    row = zooms(rows)[0][0]
    qtbot.waitUntil(lambda: bool(planner.waiting(row, facts)), timeout=20_000)
    last = zooms(rows)[-1][0]
    qtbot.waitUntil(lambda: planner.waiting(last, facts) == (), timeout=20_000)
    planner.close()


def test_nothing_is_foretold_of_a_run_that_chooses_otherwise():
    assert foretells(config())
    assert not foretells(config(run={"controller": "raster"}))
    assert not foretells(config(targets={"count": 0}))


def test_a_folder_that_cannot_be_read_foretells_nothing(told, tmp_path):
    folder, settings, _ = told
    planner = Planner(type(folder)(tmp_path), settings)
    assert planner._rank(5, facts_of(folder.path, settings)) == ()
    planner.close()


def test_the_place_in_hand_does_not_wait(told):
    folder, settings, rows = told
    first = zooms(rows)[0]
    facts = facts_of(folder.path, settings)
    planner = Planner(folder, settings)
    waiting = planner._rank(first[0], facts)
    planner.close()
    request = first[1]
    assert isinstance(request, ScanRequest)
    assert all(w.region.center != request.region.center for w in waiting)
