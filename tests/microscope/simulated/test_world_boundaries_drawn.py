"""Grain boundaries of the label images: no gap, no thickening, whatever the warp."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.sample import build_world
from ai_afm.microscope.simulated.spec import GrainSpec, ReliefSpec, WorldSpec
from ai_afm.types import ScanRegion

EXTENT = 3e-6
SIZE = 0.3e-6
SHAPE = (90, 120)
ALL_NEIGHBOURS = np.ones((3, 3))


def polycrystal(warp, seed):
    grains = GrainSpec(SIZE, warp=warp)
    flat = ReliefSpec(roughness=0.0, waviness=0.0)
    return build_world(WorldSpec("random", seed, EXTENT, grains=grains, relief=flat))


def drawn(world, region, shape=SHAPE):
    """Return boundary pixels and the grain of each pixel."""
    x, y = pixel_grid(region, shape)
    grain = world.layers.grains.find(x.ravel(), y.ravel()).grain.reshape(shape)
    return world.labels(region, shape) == 4, grain


def frame(pixel, angle, shape=SHAPE):
    return ScanRegion((0.1e-6, -0.2e-6), (shape[1] * pixel, shape[0] * pixel), angle)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 0.2), st.floats(-3.2, 3.2), st.floats(3e-9, 15e-9), st.integers(0, 2**16))
def test_no_two_grains_touch_beside_the_line_between_them(warp, angle, pixel, seed):
    line, grain = drawn(polycrystal(warp, seed), frame(pixel, angle))
    free = ~line
    for axis in (0, 1):
        a, b = np.moveaxis(grain, axis, 0)[:-1], np.moveaxis(grain, axis, 0)[1:]
        c, d = np.moveaxis(free, axis, 0)[:-1], np.moveaxis(free, axis, 0)[1:]
        assert not (c & d & (a != b)).any()


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([0.0, 0.5 * math.pi, math.pi]), st.floats(0, 0.2), st.integers(0, 2**16))
def test_the_boundary_of_each_grain_is_a_connected_line(angle, warp, seed):
    line, grain = drawn(polycrystal(warp, seed), frame(6e-9, angle))
    inner = set(np.unique(grain)) - set(
        np.unique(np.concatenate([grain[0], grain[-1], grain[:, 0], grain[:, -1]]))
    )
    for number in inner:
        own = grain == number
        rim = line & ndimage.binary_dilation(own, ALL_NEIGHBOURS)
        # of the pixels in and around a grain those on the line enclose it, in one piece
        _, pieces = ndimage.label(rim & _beside(own), ALL_NEIGHBOURS)
        assert pieces == 1


def _beside(own):
    """Pixels on either side of the outline of a grain."""
    near = ndimage.binary_dilation(own, ALL_NEIGHBOURS)
    return near & ndimage.binary_dilation(~own, ALL_NEIGHBOURS)


@pytest.mark.parametrize("warp", [0.0, 0.1, 0.2])
def test_lines_are_one_pixel_wide_whatever_the_warp(warp):
    world = polycrystal(warp, 5)
    shape = (200, 260)
    region = frame(6e-9, 0.3, shape)
    line, _ = drawn(world, region, shape)
    pixels = world.truth(region).length(4) / 6e-9
    # an 8-connected line has max(|dx|, |dy|) pixels: 0.90 of its length, all directions alike
    assert np.count_nonzero(line) == pytest.approx(0.9 * pixels, rel=0.03)
    blocks = line[1:, 1:] & line[:-1, 1:] & line[1:, :-1] & line[:-1, :-1]
    assert np.count_nonzero(blocks) <= 0.002 * pixels


@pytest.mark.parametrize("warp", [0.0, 0.2])
def test_a_crop_has_the_lines_of_the_whole(warp):
    world = polycrystal(warp, 8)
    pixel = 6e-9
    whole, _ = drawn(world, ScanRegion((0.0, 0.0), (120 * pixel, 90 * pixel)))
    # lines 20 to 59, pixels 10 to 89; line 0 is at the top
    centre = ((10 + 40 - 60) * pixel, (45 - 20 - 20) * pixel)
    part, _ = drawn(world, ScanRegion(centre, (80 * pixel, 40 * pixel)), (40, 80))
    # the same pixels to rounding
    assert np.count_nonzero(part != whole[20:60, 10:90]) <= 1
