"""The model that ships: it loads, finds a drawn wall, and draws nothing in noise."""

import numpy as np
import pytest
from tiny_model import frame_of

from ai_afm.segment.metrics import line_score, thinned
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.segment.predict import UnetSegmenter, segment_frame
from ai_afm.types import DOMAIN_WALL_CODES

SHAPE = (96, 120)


@pytest.fixture(scope="module")
def shipped() -> LoadedModel:
    return load_model()


def wall_scan() -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    middle = 60 + 12 * np.sin(rows / 20)
    noise = 0.04 * (rng.standard_normal(SHAPE) + 1j * rng.standard_normal(SHAPE))
    response = 3e-11 * (np.tanh((columns - middle) / 2) * np.exp(0.4j) + noise)
    height = 2e-10 * rng.standard_normal(SHAPE)
    channels = {"height": height, "amplitude": np.abs(response), "phase": np.angle(response)}
    return {n: c.astype(np.float32) for n, c in channels.items()}, np.abs(columns - middle) <= 0.5


def test_it_finds_a_drawn_wall(shipped: LoadedModel) -> None:
    channels, truth = wall_scan()
    seen = segment_frame(frame_of(channels, (1e-8, 1e-8)), UnetSegmenter(shipped))
    drawn = thinned(np.isin(seen.label, DOMAIN_WALL_CODES), shipped.card.decision.min_pixels)
    score = line_score(drawn, truth, np.zeros(SHAPE, bool), 2)
    assert score.f1 is not None
    assert score.f1 > 0.9


def test_it_finds_the_wall_without_the_phase(shipped: LoadedModel) -> None:
    channels, truth = wall_scan()
    del channels["phase"]
    seen = segment_frame(frame_of(channels, (1e-8, 1e-8)), UnetSegmenter(shipped))
    drawn = thinned(np.isin(seen.label, DOMAIN_WALL_CODES), shipped.card.decision.min_pixels)
    assert (line_score(drawn, truth, np.zeros(SHAPE, bool), 2).recall or 0) > 0.8


def test_it_is_silent_on_noise(shipped: LoadedModel) -> None:
    rng = np.random.default_rng(1)
    channels = {
        "height": rng.standard_normal(SHAPE),
        "amplitude": np.abs(rng.normal(1, 0.2, SHAPE)),
    }
    frame = frame_of({n: c.astype(np.float32) for n, c in channels.items()}, (1e-8, 1e-8))
    label = segment_frame(frame, UnetSegmenter(shipped)).label
    assert np.isin(label, (1, 2, 3, 4)).mean() < 0.02


def test_it_is_small_enough_to_ship(shipped: LoadedModel) -> None:
    assert sum(f.stat().st_size for f in shipped.folder.iterdir()) < 2_000_000
