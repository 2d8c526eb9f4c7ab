"""Classical baselines find what they are made for."""

import numpy as np
import pytest

from ai_afm.errors import BadInput
from ai_afm.segment.classical import METHODS, find_lines
from ai_afm.segment.metrics import line_score, thinned


def scan(lines: int = 60, pixels: int = 90) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(3)
    x = np.arange(pixels)[None, :].repeat(lines, 0)
    response = np.tanh((x - 40.5) / 2) + 0.05 * (rng.standard_normal((lines, pixels)) + 1j)
    truth = x == 40
    return {"amplitude": np.abs(response), "phase": np.angle(response)}, truth


@pytest.mark.parametrize("method", ["sato", "log-sato", "phase-gradient"])
def test_a_wall_is_found(method: str) -> None:
    channels, truth = scan()
    drawn = thinned(find_lines(method, channels, np.random.default_rng(0)), 12)
    score = line_score(drawn, truth, np.zeros_like(truth), 2)
    assert score.recall is not None
    assert score.recall > 0.95


def test_canny_draws_both_flanks_of_a_wall() -> None:
    channels, _ = scan()
    drawn = find_lines("canny", channels, np.random.default_rng(0))
    assert drawn[:, 34:40].any(axis=1).mean() > 0.9
    assert drawn[:, 42:48].any(axis=1).mean() > 0.9


def test_random_is_five_percent_and_repeats_with_its_seed() -> None:
    channels, _ = scan()
    one, two = (find_lines("random", channels, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one, two)
    assert one.mean() == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "random"])
def test_missing_readings_are_never_lines(method: str) -> None:
    channels, _ = scan()
    channels = {n: c.copy() for n, c in channels.items()}
    for image in channels.values():
        image[20:30] = np.nan
    assert not find_lines(method, channels, np.random.default_rng(0))[20:30].any()


def test_without_amplitude_ridges_of_the_height_are_drawn() -> None:
    y, x = np.mgrid[:50, :70]
    height = np.exp(-(((x - y) / 2) ** 2)) + 0.01 * np.sin(7 * x + 3 * y)
    drawn = find_lines("log-sato", {"height": height}, np.random.default_rng(0))
    assert drawn[x == y].mean() > 0.8


def test_unknown_methods_and_missing_channels_are_refused() -> None:
    channels, _ = scan()
    with pytest.raises(BadInput, match="unknown method"):
        find_lines("watershed", channels, np.random.default_rng(0))
    with pytest.raises(BadInput, match="no channel 'phase'"):
        find_lines("phase-gradient", {"amplitude": channels["amplitude"]}, np.random.default_rng(0))
