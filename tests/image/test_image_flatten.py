"""Levelling takes tilt and offsets away, nothing else, and twice is the same as once."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from ai_afm.image.flatten import for_display, level_lines, level_plane, level_plane_robust

METHODS = [level_lines, level_plane, level_plane_robust, for_display]


def rough_surface(seed: int = 3) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:40, :61]
    image = 1e-9 * rng.standard_normal((40, 61)) + 3e-10 * x - 5e-10 * y + 4e-6
    image[10:14, 20:26] += 80e-9  # a particle
    image[30, :] += 5e-9
    image[-3:] = np.nan
    image[5, 7] = np.nan
    return image.astype(np.float32)


@pytest.mark.parametrize("level", METHODS)
def test_levelling_twice_is_levelling_once(level: Callable[..., NDArray[np.float32]]) -> None:
    once = level(rough_surface())
    np.testing.assert_allclose(level(once), once, atol=2e-3 * np.nanstd(once))


@pytest.mark.parametrize("level", METHODS)
def test_nan_stays_nan_and_nothing_else_becomes_nan(
    level: Callable[..., NDArray[np.float32]],
) -> None:
    image = rough_surface()
    np.testing.assert_array_equal(np.isnan(level(image)), np.isnan(image))


@pytest.mark.parametrize("level", [level_plane, level_plane_robust, for_display])
def test_a_tilted_plane_becomes_flat(level: Callable[..., NDArray[np.float32]]) -> None:
    y, x = np.mgrid[:20, :33]
    image = (2e-9 * x - 1e-9 * y + 1e-6).astype(np.float32)
    np.testing.assert_allclose(level(image), 0, atol=1e-12)


def test_a_particle_bends_the_plain_plane_but_not_the_robust_one() -> None:
    _, x = np.mgrid[:40, :61]
    ground = 3e-10 * x
    image = ground.copy()
    image[2:10, 2:12] += 80e-9
    robust = level_plane_robust(image.astype(np.float32))
    plain = level_plane(image.astype(np.float32))
    assert np.abs(robust[20:, 30:]).max() < 1e-11
    assert np.abs(plain[20:, 30:]).max() > 1e-9


@pytest.mark.parametrize("level", METHODS)
def test_an_image_without_a_reading_stays_empty(level: Callable[..., NDArray[np.float32]]) -> None:
    assert np.isnan(level(np.full((4, 5), np.nan, np.float32))).all()
