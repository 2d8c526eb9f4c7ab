"""What a run foretells of its own time, read back from what it has written."""

from dataclasses import replace

import pytest
from gui_run_parts import config, real_run

from ai_afm.control.raster import tiles
from ai_afm.image.instrument_time import InstrumentTimes, line_seconds, scan_seconds
from ai_afm.store.journal import Journal
from ai_afm.types import MapRequest, Role
from ai_afm.types.codec import decode
from ai_afm_gui.client import Basis, RunReader
from ai_afm_gui.client.forecast import Forecaster, foretold

TIMES = InstrumentTimes()
AREA = {"policy": "targets", "lines": 64, "pixels": 64, "line_rate_hz": 4.0}
FINER = AREA | {"lines": 128, "pixels": 128}


def area_run(path, area):
    """A run on the twin over an area of few walls, and its state at the end."""
    options = {"world": "labyrinth", "seed": 1, "scale_nm": 2500.0, "noise": 0.0}
    tables = {"targets": {"count": 0, "ladder_nm": (800.0,)}, "instrument": {"options": options}}
    with pytest.MonkeyPatch.context() as patch:
        folder = real_run(patch, path, area=area, **tables)
    with RunReader(folder.path) as reader:
        return folder, reader.poll()


@pytest.fixture(scope="module")
def area(tmp_path_factory):
    return area_run(tmp_path_factory.mktemp("area") / "run", FINER)


def predicted(folder):
    """The policy's own prediction, as its maps keep it."""
    with Journal.read(folder.journal_file) as journal:
        asked = [decode(row.payload["request"]) for row in journal.rows("observed")]
    return next(r.predicted for r in asked if isinstance(r, MapRequest) and r.predicted)


@pytest.mark.parametrize(
    ("table", "chosen"), [(AREA, "will not help"), (FINER, "Following")], ids=["raster", "follow"]
)
def test_the_range_is_the_one_that_the_policy_has_predicted(tmp_path, table, chosen):
    folder, state = area_run(tmp_path / "run", table)
    raster = table["lines"] * line_seconds(table["line_rate_hz"], state.facts.times)
    said = next(d for d in state.decisions if "predicted" in d.reason)
    before = [e for e in state.entries if e.decision is not None and e.decision < said.row]
    spent = sum(e.seconds for e in before if e.role is Role.AREA)
    settings = config(area=table, targets={"count": 0})
    found = foretold(settings, state.facts.times, before, [said])
    assert chosen in said.reason
    assert (found.basis, found.whole) == (Basis.POLICY, True)
    # the reason tells whole per cents
    expected = pytest.approx([p * raster - spent for p in predicted(folder)], abs=0.006 * raster)
    assert [found.seconds, found.low, found.high] == expected


def test_an_area_that_is_followed_by_probes_is_not_the_whole_run(area):
    _, state = area
    settings = config(area=AREA, probe={"enabled": True})
    said = [d for d in state.decisions if "predicted" in d.reason]
    assert not foretold(settings, TIMES, (), said).whole


def test_before_the_policy_has_chosen_nothing_is_foretold(area):
    _, state = area
    assert foretold(config(area=AREA), TIMES, state.entries, state.decisions[:1]) is None


def test_once_places_are_looked_at_closely_the_area_is_done(area):
    _, state = area
    closer = replace(state.entries[0], role=Role.ZOOM)
    assert foretold(config(area=AREA), TIMES, (*state.entries, closer), state.decisions) is None


def test_a_raster_foretells_the_frames_that_are_left(area):
    settings = config(run={"controller": "raster"}, overview={"size_nm": (3000, 2000)})
    (name, asked), *_ = planned = list(tiles(settings))
    done = replace(area[1].entries[0], role=Role.RASTER, target=name, finished=True)
    whole = foretold(settings, TIMES, (), ())
    assert whole.seconds == pytest.approx(sum(scan_seconds(r, TIMES) for _, r in planned))
    assert (whole.low, whole.high, whole.basis) == (whole.seconds, whole.seconds, Basis.PLAN)
    rest = foretold(settings, TIMES, (done,), ())
    left = whole.seconds - scan_seconds(asked, TIMES)
    assert (0.0 if rest is None else rest.seconds) == pytest.approx(left)


def test_a_run_that_chooses_as_it_goes_foretells_nothing():
    assert foretold(config(), TIMES, (), ()) is None


def test_a_run_that_takes_longer_than_foretold_says_so_no_more(area):
    _, state = area
    settings = config(run={"controller": "raster"})

    class Digest:
        row, entries, decisions = 1, (), ()

    whole = foretold(settings, TIMES, (), ())
    facts = replace(state.facts, times=TIMES)
    forecaster = Forecaster(settings)
    half = forecaster.look(facts, Digest(), whole.seconds / 2)
    assert half.seconds == pytest.approx(whole.seconds / 2)
    assert forecaster.look(facts, Digest(), whole.seconds + 1) is None
