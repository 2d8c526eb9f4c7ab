"""What a frame says about its ground survives its journal row, and keeps clear of walls."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm import geometry
from ai_afm.image.assemble import Assembler
from ai_afm.survey.question.ground import CELLS, STEPS, GroundMap, ground_of, read_ground
from ai_afm.survey.question.matching import pair_differences, pair_of
from ai_afm.survey.question.polarity import decided, vote
from ai_afm.types import Channel, Direction, Measurement, ScanLine, ScanRegion, ScanRequest

REGION = ScanRegion((2e-7, -1e-7), (9e-7, 7e-7), 0.2)
SHAPE = (60, 80)
CHANNELS = (
    Channel("height", "m"), Channel("amplitude", "m"), Channel("phase", "rad"),
    Channel("frequency", "Hz"),
)  # fmt: skip


def frame(rows=SHAPE[0], channels=CHANNELS, wall=0.0, seed=101):
    """Return a frame of a plane of slope 0.1 with a straight wall; A is where x is large."""
    request = ScanRequest(REGION, SHAPE, 1.0)
    x, y = geometry.pixel_grid(REGION, SHAPE)
    u, v = geometry.to_region(REGION, x, y)
    rng = np.random.default_rng(seed)
    images = {
        "height": 0.08 * u + 0.06 * v,
        "amplitude": np.full(SHAPE, 1e-9) * (1 + 0.02 * rng.standard_normal(SHAPE)),
        "phase": np.where(u > wall, 0.3, 0.3 + math.pi),
        # nothing tracks the resonance where the response vanishes
        "frequency": 350e3 + np.where(np.abs(u - wall) < 1e-8, 2e4, 0.0) + 1e9 * v * 1e-2,
    }
    assembler = Assembler(request, channels, Measurement())
    for row in range(rows):
        for direction in Direction:
            values = {c.name: images[c.name][row].astype(np.float32) for c in channels}
            assembler.add(ScanLine(row, direction, (0.0, 0.0), (1.0, 0.0), values, float(row)))
    return assembler.frame


def at(u, v):
    x, y = geometry.to_sample(REGION, u, v)
    return float(x), float(y)


def again(ground):
    return read_ground(json.loads(json.dumps(ground.notes())), ground.region)


def test_domains_slope_and_resonance_are_read_and_survive_the_journal():
    ground = ground_of(frame())
    for known in (ground, again(ground)):
        assert known.domain_at(at(2e-7, 1e-7)) == -known.domain_at(at(-2e-7, 1e-7)) != 0
        here = np.array([at(2e-7, 1e-7), at(-3e-7, -2e-7)])
        assert known.read("slope", here) == pytest.approx([0.1, 0.1], abs=2e-3)
        assert np.diff(known.read("resonance", here))[0] == pytest.approx(-3.0, abs=15)
    assert max(ground.domains.shape) == CELLS


@pytest.mark.parametrize("wall", [0.0, 1e-8, 1.25e-8])
def test_the_resonance_at_a_wall_is_that_of_the_ground_beside_it(wall):
    ground = ground_of(frame(wall=wall))
    value = float(ground.read("resonance", np.array([at(wall, 1e-7)]))[0])
    assert value == pytest.approx(350e3, abs=200)


def test_an_earlier_scale_keeps_the_names_of_the_domains():
    first = ground_of(frame())
    flipped = -first.scale.half
    like = type(first.scale)(first.scale.middle, flipped)
    assert (ground_of(frame(), like).domains == -first.domains).all()


def test_what_was_not_scanned_or_not_recorded_is_unknown():
    part = ground_of(frame(rows=30))
    assert math.isnan(float(part.read("slope", np.array([at(2e-7, -3e-7)]))[0]))
    assert math.isfinite(float(part.read("slope", np.array([at(2e-7, 3e-7)]))[0]))
    plain = again(ground_of(frame(channels=CHANNELS[:1])))
    assert plain.domains is None
    assert plain.domain_at(at(2e-7, 0.0)) == 0
    assert set(plain.values) == {"slope"}
    assert np.isnan(plain.read("resonance", np.array([at(0.0, 0.0)]))).all()


def test_beyond_the_frame_nothing_is_known():
    ground = ground_of(frame())
    assert ground.domain_at(at(5e-7, 0.0)) == 0
    assert np.isnan(ground.read("slope", np.array([at(0.0, 4e-7)]))).all()


@settings(deadline=None, max_examples=25)
@given(wall=st.floats(-3e-7, 3e-7), seed=st.integers(100, 199))
def test_no_cell_has_the_polarity_of_the_other_side_of_a_wall(wall, seed):
    ground = ground_of(frame(wall=wall, seed=seed))
    x, y = geometry.pixel_grid(REGION, ground.domains.shape)
    u, _ = geometry.to_region(REGION, x, y)
    sign = ground.domain_at(at(4.2e-7, 0.0))
    truly = sign * np.sign(u - wall)
    assert (ground.domains * truly >= 0).all()
    assert (np.abs(u - wall)[ground.domains == 0] < 2.5e-8).all()


@given(
    grid=st.lists(
        st.lists(st.one_of(st.none(), st.floats(0.0, 0.5)), min_size=3, max_size=3),
        min_size=2, max_size=4,
    )
)  # fmt: skip
def test_stored_values_are_those_that_were_read_to_a_step(grid):
    values = np.array([[math.nan if v is None else v for v in row] for row in grid])
    stored = again(GroundMap(REGION, None, None, {"slope": values})).values["slope"]
    assert (np.isnan(stored) == np.isnan(values)).all()
    assert np.nanmax(np.abs(stored - values), initial=0.0) <= STEPS["slope"] / 2 + 1e-12


GOOD = {"reasons": [], "mixed": False, "onset": 5.0, "swing": 2.0, "second": 2.0, "noise": 0.01}


@pytest.mark.parametrize(
    ("domain", "sign", "readout", "expected"),
    [
        (1, 1, GOOD, 1),
        (-1, 1, GOOD, -1),
        (1, 1, GOOD | {"reasons": ["idle"], "onset": None, "swing": 0.1}, -1),
        (1, 1, GOOD | {"reasons": ["noise"]}, 0),
        (1, 1, GOOD | {"mixed": True}, 0),
        (0, 1, GOOD, 0),
        (1, 1, {}, 0),
    ],
    ids=["against A", "against B", "did nothing", "bad", "mixed", "on a wall", "nothing read"],
)
def test_a_loop_tells_which_sign_switches_domain_a(domain, sign, readout, expected):
    assert vote(domain, sign, readout) == expected


def test_votes_that_are_even_decide_nothing():
    assert decided([]) is None
    assert decided([1, -1]) is None
    assert decided([1, -1, -1]) == -1


def test_a_pair_differs_by_what_both_of_its_sites_tell():
    values = {
        "T1-1W": {"slope": 0.05, "resonance": 350e3},
        "T1-1B": {"slope": 0.03, "resonance": None},
        "T1-2W": {"slope": 0.05, "resonance": 350e3},
        "T1-L12": {"slope": 0.01, "resonance": 1.0},
    }
    assert pair_differences(values) == {"T1-1W": {"slope": pytest.approx(0.02)}}
    assert pair_of("Q7-1WA") == ("Q7-1", "W")
    assert pair_of("Q7-1WA2") is None
