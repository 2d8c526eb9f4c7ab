"""The quick planner plans what the plain one does: each search written out, pixel by pixel."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ai_afm import geometry
from ai_afm.bench.policy.worlds import FAMILIES, policy_world
from ai_afm.control.area import plan
from ai_afm.control.area.follow import along
from ai_afm.control.area.state import Settings
from ai_afm.image.canvas import Grid
from ai_afm.image.instrument_time import STOCK_TIMES, InstrumentTimes, line_seconds
from ai_afm.types import ScanRegion

SHAPE = (23, 37)
masks = arrays(bool, SHAPE, elements=st.booleans(), fill=st.just(False))
starts = st.tuples(st.integers(-3, 30), st.integers(-3, 40))


def plainly_chained(runs):
    left, chains = list(range(len(runs))), []
    while left:
        chain = [left.pop(0)]
        while True:
            row, first, last = runs[chain[-1]]
            near = [
                (min(last, runs[i][2]) - max(first, runs[i][1]), i)
                for i in left
                if runs[i][0] == row + 1
            ]
            overlap, chosen = max(near, default=(-2, -1))
            if overlap < -1:
                break
            left.remove(chosen)
            chain.append(chosen)
        chains.append(runs[chain])
    return chains


def plainly_ordered(chains, start):
    left, at, result = list(range(len(chains))), start, []
    while left:
        found = [
            ((c[end][0] - at[0]) ** 2 + (c[end][1] - at[1]) ** 2, i, end)
            for i in left
            for c in [chains[i]]
            for end in (0, -1)
        ]
        _, chosen, end = min(found, key=lambda f: f[:1])
        left.remove(chosen)
        chain = chains[chosen] if end == 0 else chains[chosen][::-1]
        result.append(chain)
        at = chain[-1][:2]
    return result


def cheapest_seconds(chain, setup):
    """Return the time of the best rectangles along a chain, each piece tried."""
    fixed = setup.times.command_latency + setup.times.settle
    best = {len(chain): 0.0}
    for i in range(len(chain) - 1, -1, -1):
        totals = []
        for j in range(i + 1, min(len(chain), i + plan.LONGEST_RECTANGLE) + 1):
            part = chain[i:j]
            width = max(part[:, 2].max() - part[:, 1].min() + 1, setup.least_width)
            rate = setup.line_rate * setup.grid.shape[1] / width
            totals.append(fixed + (j - i) * line_seconds(rate, setup.times) + best[j])
        best[i] = min(totals)
    return best[0]


def same(one, other):
    return len(one) == len(other) and all(
        np.array_equal(a, b) for a, b in zip(one, other, strict=True)
    )


@settings(max_examples=60, deadline=None)
@given(masks, st.integers(0, 4))
def test_chains_are_those_that_a_plain_search_finds(mask, gap):
    runs = plan.runs_of(mask, gap)
    assert same(plan.chains_of(runs), plainly_chained(runs))


@settings(max_examples=60, deadline=None)
@given(masks, starts)
def test_chains_are_walked_in_the_order_that_a_plain_search_finds(mask, start):
    chains = plan.chains_of(plan.runs_of(mask, 0))
    assert same(plan.ordered(chains, start), plainly_ordered(chains, start))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_path_along_grown_walls_is_made_of_the_rows_of_the_plain_plan(family):
    world = policy_world(100, 0, family, 0.18, (96, 128))
    region = ScanRegion((1e-7, 3e-7), (4e-6, 3e-6), 0.3)
    setup = Settings(Grid(region, world.shape), 1.0, InstrumentTimes())
    mask = along(world.truth, 3.0)
    (path,) = plan.requests_for(mask, setup, None, plan.Asked(""))
    gap = int(setup.times.turn_around_min * setup.speed / setup.grid.pixel_size[0])
    chains = plainly_ordered(plainly_chained(plan.runs_of(mask, gap)), (0.0, 0.0))
    rows = [(row, (first, last)) for c in chains for row, first, last in c.tolist()]
    assert path.sweeps == tuple(
        geometry.row_sweep(region, world.shape, row, columns, setup.speed) for row, columns in rows
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_rectangles_are_the_cheapest_division_of_each_chain(family):
    world = policy_world(100, 0, family, 0.18, (96, 128))
    setup = Settings(Grid(world.region, world.shape), 1.0, STOCK_TIMES, False, max_line_rate=8.0)
    mask = along(world.truth, 3.0)
    gap = int(setup.times.turn_around_min * setup.speed / setup.grid.pixel_size[0])
    chains = plan.chains_of(plan.runs_of(mask, gap))
    fixed = setup.times.command_latency + setup.times.settle
    requests = plan.requests_for(mask, setup, None, plan.Asked(""))
    spent = sum(fixed + r.shape[0] * line_seconds(r.line_rate, setup.times) for r in requests)
    assert math.isclose(spent, sum(cheapest_seconds(c, setup) for c in chains), rel_tol=1e-9)
