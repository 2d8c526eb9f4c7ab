"""The grown worlds: pure, defined everywhere, and shaped as hand calculation says."""

import dataclasses
import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.microscope.simulated.lamellae import SEGMENTS
from ai_afm.microscope.simulated.sample import (
    WORLD_KINDS,
    build_world,
    make_world,
    random_spec,
)
from ai_afm.microscope.simulated.spec import (
    DomainSpec,
    GrainSpec,
    ReliefSpec,
    ResponseSpec,
    TwinSpec,
    WorldSpec,
)

EXTENT = 6e-6
FIELDS = ("height", "piezo", "lateral", "stiffness", "potential", "adhesion", "ionic")
FLAT = ReliefSpec(roughness=0.0, waviness=0.0)


@pytest.fixture(scope="module")
def worlds():
    return {kind: make_world(kind, 4, EXTENT) for kind in WORLD_KINDS}


def some_points(n, size=EXTENT, seed=0):
    return np.random.default_rng(seed).uniform(-size, size, (2, n))


@pytest.mark.parametrize("kind", WORLD_KINDS)
def test_a_world_gives_the_same_surface_in_any_order_and_batch(worlds, kind):
    x, y = some_points(611)
    whole = worlds[kind].surface(x, y)
    order = np.random.default_rng(1).permutation(611)
    shuffled = worlds[kind].surface(x[order], y[order])
    part = worlds[kind].surface(x[:7].reshape(7, 1), y[:7].reshape(7, 1))
    for name in FIELDS:
        values = getattr(whole, name)
        assert values.dtype == np.float64
        assert np.isfinite(values).all()
        np.testing.assert_allclose(getattr(shuffled, name), values[order], rtol=2e-6, atol=1e-17)
        np.testing.assert_allclose(getattr(part, name).ravel(), values[:7], rtol=2e-6, atol=1e-17)


def test_a_world_is_defined_far_outside_its_extent(worlds):
    x, y = some_points(100, 1e-3)
    for world in worlds.values():
        assert all(np.isfinite(getattr(world.surface(x, y), name)).all() for name in FIELDS)


def test_the_same_seed_gives_the_same_world_in_another_process():
    code = (
        "import hashlib, numpy as np;"
        "from ai_afm.microscope.simulated.sample import make_world;"
        "x, y = np.random.default_rng(0).uniform(-6e-6, 6e-6, (2, 300));"
        "s = make_world('ferroelectric_ceramic', 11, 6e-6).surface(x, y);"
        "print(hashlib.sha256(s.height.tobytes() + s.piezo.tobytes()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    s = make_world("ferroelectric_ceramic", 11, EXTENT).surface(*some_points(300))
    here = hashlib.sha256(s.height.tobytes() + s.piezo.tobytes()).hexdigest()
    assert run.stdout.strip() == here


def test_another_seed_gives_another_world(worlds):
    x, y = some_points(300)
    other = make_world("labyrinth", 5, EXTENT).surface(x, y)
    here = worlds["labyrinth"].surface(x, y)
    assert np.mean(np.sign(other.piezo) != np.sign(here.piezo)) > 0.2


def test_an_unknown_kind_is_refused():
    with pytest.raises(BadInput, match="labyrinth"):
        make_world("cheese", 0)


def test_a_warp_that_folds_the_grains_is_refused():
    with pytest.raises(BadInput, match="warp"):
        build_world(WorldSpec("random", 0, EXTENT, grains=GrainSpec(warp=0.5)))


@given(st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_every_random_recipe_grows_a_finite_world(seed):
    spec = random_spec(np.random.default_rng(seed), extent=3e-6)
    world = build_world(spec)
    s = world.surface(*some_points(50, 3e-6))
    assert all(np.isfinite(getattr(s, name)).all() for name in FIELDS)
    assert spec.feature_size > 0


def test_random_recipes_hold_every_layer_and_every_look_alike():
    rng = np.random.default_rng(3)
    specs = [random_spec(rng) for _ in range(300)]
    assert {s.domains.pattern for s in specs if s.domains} == {
        "stripes",
        "labyrinth",
        "bubbles",
        "irregular",
    }
    assert 0.2 < np.mean([s.twins is not None for s in specs]) < 0.7
    assert 0.2 < np.mean([s.grains is not None for s in specs]) < 0.6
    for share in ("dead_fraction", "patch_depth"):
        assert 0.1 < np.mean([getattr(s.response, share) != 0 for s in specs]) < 0.5
    assert any(s.relief.step_height and s.domains for s in specs)


def twin_world(**changes):
    twins = TwinSpec(0.5e-6, 0.4, (0.0,), 5e-6, 1e-6, coverage=1.0, tilt=0.03, bend=0.0)
    return build_world(
        WorldSpec("random", 2, EXTENT, twins=dataclasses.replace(twins, **changes), relief=FLAT)
    )


def test_the_surface_is_inclined_across_a_twin_by_the_angle_of_the_c_over_a_ratio():
    world = twin_world()
    twin = world.layers.twins[0]
    # the middle of a needle far from its tips: constant width, so every slope is along x
    track, number = 3, 3 * SEGMENTS + 10
    v = (10 - twin.phase[track] + (twin.start[number] + twin.end[number]) / 2) * 5e-6
    center = track * 0.5e-6 + twin.center[number]
    half = twin.half[number]

    def slope(x):
        points = np.array([x - 1e-9, x + 1e-9])
        return float(np.diff(world.surface(points, np.full(2, v)).height)[0] / 2e-9)

    a, c = slope(center), slope(center + half + 5e-9)
    assert abs(a - c) == pytest.approx(np.tan(0.03), rel=1e-3)
    assert abs(c) == pytest.approx(np.tan(0.03) * 2 * half / 0.5e-6, rel=1e-3)


def test_the_surface_is_continuous_over_twins_and_needle_tips():
    world = twin_world()
    x = np.linspace(-2e-6, 2e-6, 8001)
    for y in (0.3e-6, 1.1e-6):
        steps = np.abs(np.diff(world.surface(x, np.full_like(x, y)).height))
        assert steps.max() <= np.tan(0.03) * np.diff(x)[0] * 1.01


def test_an_a_domain_answers_in_the_plane_and_less_out_of_it():
    world = twin_world(wall_width=1e-9, response=0.3, in_plane=0.5)
    x, y = some_points(4000, 2e-6)
    surface = world.surface(x, y)
    across = world.layers.twins[0].across(x, y)
    inside, outside = across.inside > 10e-9, across.inside < -10e-9
    c_response = np.abs(surface.piezo[outside]).mean()
    assert np.abs(surface.piezo[inside]).mean() == pytest.approx(0.3 * c_response, rel=0.02)
    assert np.abs(surface.lateral[inside]).mean() == pytest.approx(0.5 * c_response, rel=0.02)
    assert np.abs(surface.lateral[outside]).max() < 1e-3 * c_response


def test_a_grain_boundary_is_a_groove_and_grains_differ():
    grains = GrainSpec(1e-6, groove_depth=5e-9, groove_width=30e-9, dome=0.0)
    world = build_world(WorldSpec("random", 1, EXTENT, grains=grains, relief=FLAT))
    walls = [w.points for w in world.truth(world.extent).walls]
    on = world.surface(*np.vstack(walls).T)
    assert on.height == pytest.approx(-5e-9, abs=0.15e-9)
    where = world.layers.grains.find(*some_points(3000, 3e-6))
    stiffness = world.surface(*some_points(3000, 3e-6)).stiffness
    deep = where.boundary.distance > 0.2e-6
    means = [stiffness[deep & (where.grain == g)] for g in np.unique(where.grain[deep])]
    assert np.std([m.mean() for m in means]) > 5 * np.mean([m.std() for m in means])


def test_a_wall_is_as_wide_as_its_recipe_says():
    domains = DomainSpec("labyrinth", 0.5e-6, wall_width=6e-9)
    response = ResponseSpec(mottle=0.0, piezo=40e-12)
    world = build_world(WorldSpec("random", 1, 4e-6, domains, relief=FLAT, response=response))
    x, y = some_points(200_000, 2e-6)
    level = world.layers.domains.level(x, y).distance
    p = world.surface(x, y).piezo / 40e-12
    # at one half width from the wall the polarization has reached tanh(1)
    at = np.abs(level - 6e-9) < 0.1e-9
    assert at.any()
    assert p[at] == pytest.approx(np.tanh(1), abs=0.02)


def test_coercive_bias_surrounds_the_imprint_and_knows_the_walls(worlds):
    world = worlds["labyrinth"]
    walls = np.vstack([w.points for w in world.truth(world.extent).walls])
    on_wall = world.coercivity(*walls.T)
    assert on_wall.wall_distance.max() < 1e-9
    x, y = some_points(500, 2e-6)
    c = world.coercivity(x.reshape(25, 20), y.reshape(25, 20))
    assert c.up.shape == (25, 20)
    assert (c.up < 0).all()
    assert (c.down > 0).all()
    assert c.ferroelectric.all()
    distance = np.sqrt(((x[:, None] - walls[:, 0]) ** 2 + (y[:, None] - walls[:, 1]) ** 2).min(1))
    np.testing.assert_allclose(c.wall_distance.ravel(), distance, atol=45e-9)


@pytest.mark.parametrize("kind", ["ionic_film", "bare", "grains"])
def test_a_sample_without_polarization_does_not_switch(worlds, kind):
    points = some_points(200)
    assert not worlds[kind].coercivity(*points).ferroelectric.any()
    surface = worlds[kind].surface(*points)
    assert not surface.piezo.any()
    assert (surface.ionic.max() > 0) == (kind == "ionic_film")
