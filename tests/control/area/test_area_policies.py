"""Policies are pure: what they ask for follows from the map alone."""

from dataclasses import replace

import numpy as np
import pytest

from ai_afm.control.area.baselines import RasterPolicy, SparseRefinePolicy
from ai_afm.control.area.choose import MOST, TargetsPolicy
from ai_afm.control.area.follow import FollowPolicy, along, wanted
from ai_afm.control.area.plan import end_of, seconds_for
from ai_afm.control.area.predict import Look, growth, look_at, prediction
from ai_afm.control.area.state import Ground, Seen, Settings, Step
from ai_afm.control.area.uncertainty import UncertaintyPolicy
from ai_afm.control.area.variable_speed import VariableSpeedPolicy
from ai_afm.control.area.verify import completeness
from ai_afm.image.canvas import Grid
from ai_afm.image.instrument_time import STOCK_TIMES, InstrumentTimes
from ai_afm.types import PathRequest, ScanRegion, ScanRequest

SHAPE = (256, 320)
GRID = Grid(ScanRegion((2e-7, 1e-7), (3.2e-6, 2.56e-6), 0.1), SHAPE)
PATH = Settings(GRID, 1.0, InstrumentTimes())
STOCK = Settings(GRID, 1.0, STOCK_TIMES, paths=False)
WALLS = {1: 0.0, 2: 1.0, 3: 0.0, 4: 0.0}
ALL = (
    RasterPolicy(),
    SparseRefinePolicy(),
    FollowPolicy(),
    UncertaintyPolicy(),
    VariableSpeedPolicy(),
    TargetsPolicy(),
)


def blank(settings=PATH):
    return Ground(settings, np.zeros(SHAPE, bool))


def probability(mask):
    return np.where(mask, np.float32(0.95), np.float32(0.01))


def vertical(*columns):
    lines = np.zeros(SHAPE, bool)
    for column in columns:
        lines[:, column] = True
    return lines


def seen_so(lines, step, ground):
    """Return the ground after a step, where the network sees `lines` wherever it looks."""
    wide = along(lines, 1.0)
    seconds = seconds_for(step.requests, ground.settings, ground.at)
    covered = ground.covered | covered_by(step)
    return ground.after(
        step, covered, Seen(probability(wide), WALLS), seconds, end_of(step.requests[-1])
    )


def covered_by(step):
    from ai_afm import geometry

    mask = np.zeros(SHAPE, bool)
    if step.coarse > 1:
        return mask
    for request in step.requests:
        if isinstance(request, PathRequest):
            x, y = (np.concatenate(p) for p in zip(
                *(geometry.sweep_points(s) for s in request.sweeps), strict=True))  # fmt: skip
        else:
            x, y = (p.ravel() for p in geometry.pixel_grid(request.region, request.shape))
        rows, columns = geometry.sample_to_pixel(GRID.region, SHAPE, x, y)
        mask[np.rint(rows).astype(int), np.rint(columns).astype(int)] = True
    return mask


def played(policy, lines, settings=PATH):
    ground = blank(settings)
    for _ in range(20):
        step = policy.next(ground)
        if step is None:
            return ground
        ground = seen_so(lines, step, ground)
    raise AssertionError("it does not end")


@pytest.mark.parametrize("policy", ALL, ids=lambda p: p.name)
def test_the_same_map_brings_the_same_step(policy):
    ground = blank()
    for _ in range(3):
        step = policy.next(ground)
        assert step == policy.next(replace(ground))
        if step is None:
            break
        assert step.reason
        ground = seen_so(vertical(60, 200), step, ground)


@pytest.mark.parametrize("settings", [PATH, STOCK], ids=["path", "stock"])
def test_following_covers_every_line_that_is_seen(settings):
    lines = vertical(60, 200)
    ground = played(FollowPolicy(), lines, settings)
    assert ground.covered[along(lines, 3.0)].all()
    assert ground.spent < 0.5 * settings.raster_time


def test_two_walls_are_followed_in_a_fifth_of_the_time_as_predicted():
    ground = played(TargetsPolicy(), vertical(60, 200))
    said = next(s.prediction for s in ground.steps if s.prediction is not None)
    ratio = ground.spent / PATH.raster_time
    assert ground.steps[-1].family == "follow"
    assert ratio < 0.2
    assert said.low <= ratio <= said.high


def test_where_walls_are_everywhere_the_raster_is_chosen_and_it_says_why():
    ground = played(TargetsPolicy(), vertical(*range(4, 320, 10)))
    assert ground.steps[-1].purpose == "raster"
    assert "adaptive imaging will not help here" in ground.steps[-1].reason
    assert ground.spent <= MOST * PATH.raster_time


def test_an_empty_sample_costs_a_look_and_a_few_patches():
    ground = played(TargetsPolicy(), vertical())
    assert [s.purpose for s in ground.steps] == ["overview", "verify"]
    assert ground.spent < 0.1 * PATH.raster_time


def test_an_instrument_without_paths_gets_rectangles_alone():
    ground = played(TargetsPolicy(), vertical(60, 200), STOCK)
    for step in ground.steps:
        assert all(isinstance(r, ScanRequest) for r in step.requests)


def test_what_the_overview_missed_shows_in_the_patches():
    ground = blank()
    first = TargetsPolicy().next(ground)
    ground = seen_so(vertical(60), first, ground)
    ground = seen_so(vertical(60), TargetsPolicy().next(ground), ground)
    step = TargetsPolicy().next(ground)
    assert step.purpose == "verify"
    # by now the patches show that there are many more walls than one
    ground = seen_so(vertical(*range(20, 320, 24)), step, ground)
    found = completeness(ground)
    assert found.found > found.known
    assert found.share < 0.5


def test_a_few_patches_without_a_miss_do_not_promise_that_nothing_is_missed():
    ground = blank()
    ground = seen_so(vertical(*range(20, 320, 24)), TargetsPolicy().next(ground), ground)
    while ground.done("verify") == []:
        ground = seen_so(vertical(*range(20, 320, 24)), FollowPolicy().next(ground), ground)
    found = completeness(ground)
    assert found.share == 1.0
    assert 0.3 < found.low < 0.8


def test_lines_of_variable_speed_are_slow_at_walls_and_cover_every_pixel_twice():
    ground = blank()
    ground = seen_so(vertical(60, 200), VariableSpeedPolicy().next(ground), ground)
    (request,) = VariableSpeedPolicy().next(ground).requests
    slow = [s for s in request.sweeps if s.speed <= 1.01 * PATH.speed]
    assert sum(s.pixels for s in request.sweeps) == 2 * 8 * SHAPE[1]
    assert sum(s.pixels for s in slow) == 2 * 8 * 2 * 21


def test_twins_vague_lines_and_lines_that_run_together_grow_more_than_plain_walls():
    def look(sure=1.0, vague=0.0, doubtful=0.0):
        return Look(vertical(60), sure, vague, doubtful)

    plain = growth(WALLS, look(doubtful=0.1))
    assert growth({3: 1.0}, look(doubtful=0.1)) > plain
    assert growth(WALLS, look(vague=0.1, doubtful=0.1)) > plain
    assert growth(WALLS, look(sure=1.1, doubtful=0.1)) > plain
    assert growth(WALLS, look(sure=0.9, doubtful=0.1)) == plain
    assert growth({4: 1.0}, look(doubtful=0.1)) > plain


@pytest.mark.parametrize(("kinds", "followed"), [({3: 1.0}, True), (WALLS, False)])
def test_a_twin_wall_that_is_sure_somewhere_is_followed_to_its_faint_end(kinds, followed):
    ground = blank()
    ground = seen_so(vertical(60), TargetsPolicy().next(ground), ground)
    ground = seen_so(vertical(60), TargetsPolicy().next(ground), ground)
    seen = np.full(SHAPE, np.float32(0.01))
    seen[40:100, 120:123] = 0.4
    seen[100:160, 120:123] = 0.8
    seen[40:100, 240:243] = 0.4
    mask = wanted(replace(ground, seen=seen, kinds=kinds))
    assert mask[105:155, 121].all()
    assert mask[45:90, 121].all() == followed
    assert not mask[:, 200:].any()


def patched(lines, kinds):
    """Return the ground after an overview that shows nothing, and a map with patches."""
    ground = blank()
    ground = seen_so(vertical(), TargetsPolicy().next(ground), ground)
    step = TargetsPolicy().next(ground)
    assert step.purpose == "verify"
    return ground.after(step, covered_by(step), Seen(lines, kinds), 10.0, (0.0, 0.0))


def test_a_sharp_map_with_patches_takes_the_place_of_an_overview_that_showed_nothing():
    lines = vertical(*range(20, 320, 24))
    ground = patched(probability(along(lines, 1.0)), {3: 1.0})
    assert wanted(ground)[ground.covered < lines].all()
    assert ground.half_width == 3.5


def test_a_map_with_patches_that_is_not_sharp_only_adds_to_the_overview():
    vague = np.where(along(vertical(100), 4.0), np.float32(0.4), np.float32(0.0))
    ground = patched(vague, {3: 1.0})
    assert ground.overview.max() == np.float32(0.4)
    assert ground.overview.min() == np.float32(0.01)
    assert ground.half_width == 3.0


def test_boundaries_that_only_patches_show_are_followed_in_wider_strips_and_cost_more():
    plain = patched(probability(along(vertical(100), 1.0)), WALLS)
    ground = replace(plain, kinds={4: 1.0})
    assert (ground.half_width, plain.half_width) == (4.0, 3.0)
    assert replace(ground, steps=ground.steps[:1]).half_width == 3.0
    after = replace(ground, steps=(*ground.steps, Step("follow", (), ""), ground.steps[-1]))
    assert after.half_width == 4.0
    step = TargetsPolicy().next(plain)
    said = [prediction(g, look_at(plain), step).ratio for g in (ground, plain)]
    assert said[0] > said[1]


def test_what_is_predicted_after_patches_is_what_following_takes():
    lines = vertical(*range(20, 320, 24))
    ground = patched(probability(along(lines, 1.0)), WALLS)
    said = prediction(ground, look_at(ground), TargetsPolicy().next(ground))
    while (step := TargetsPolicy().next(ground)) is not None:
        ground = seen_so(lines, step, ground)
    assert said.low <= ground.spent / PATH.raster_time <= said.high


def test_a_round_that_would_pass_the_limit_is_not_begun_and_no_raster_either():
    ground = blank()
    ground = seen_so(vertical(60), TargetsPolicy().next(ground), ground)
    ground = seen_so(vertical(60, 200), TargetsPolicy().next(ground), ground)
    assert TargetsPolicy().next(ground).purpose == "follow"
    late = replace(ground, spent=MOST * PATH.raster_time)
    assert TargetsPolicy().next(late).purpose == "verify"


def test_the_tip_is_never_faster_than_a_person_allows():
    slow = replace(PATH, max_tip_speed=1.5 * PATH.speed)
    step = TargetsPolicy().next(blank(slow))
    (request,) = step.requests
    assert max(s.speed for s in request.sweeps) <= slow.max_tip_speed
