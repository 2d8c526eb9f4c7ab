"""Each model sees the planes that its card names: with raised contrast, or without."""

import numpy as np
import pytest
import torch
from tiny_model import frame_of, small_arrays, small_card

from ai_afm.errors import ModelError
from ai_afm.image.normalise import RAISED, normalise, start_state
from ai_afm.segment.decide import probabilities
from ai_afm.segment.model_file import load_model, write_model
from ai_afm.segment.movie import segment_movie
from ai_afm.segment.predict import UnetSegmenter, build_network, segment_frame
from ai_afm.segment.runtime import TorchEngine
from ai_afm.types import Direction


@pytest.fixture
def raised(tmp_path, tiny_model):
    """The tiny model, trained (so its card says) on raised planes."""
    network = tiny_model.card.network.model_copy(update={"inputs": RAISED})
    write_model(tmp_path, small_card(network=network, version="0.2.0"), small_arrays())
    return load_model("tiny@0.2.0", [tmp_path])


def film(lines=72, pixels=40):
    rng = np.random.default_rng(1)
    bump = np.zeros((lines, pixels))
    bump[30:34] = 1
    return {
        "height": rng.normal(0, 1e-9, (lines, pixels)).astype(np.float32),
        "amplitude": (2e-8 * (1 + rng.normal(0, 1e-3, bump.shape) + 0.02 * bump)).astype(
            np.float32
        ),
        "phase": (1 + rng.normal(0, 0.01, bump.shape) + 0.1 * bump).astype(np.float32),
    }


def said_of(channels, model, raised):
    planes, _ = normalise(channels, start_state(channels, raised=raised))
    with torch.inference_mode():
        logits = build_network(model)(torch.from_numpy(planes)[None])
    return probabilities(logits[0], model)


def test_a_frame_is_seen_as_the_card_says(raised, tiny_model):
    frame = frame_of(film(), (1e-8, 1e-8))
    for model, lifted in ((raised, True), (tiny_model, False)):
        said = segment_frame(frame, UnetSegmenter(model)).probability
        right, wrong = (
            np.abs(said - said_of(film(), model, r)).max() for r in (lifted, not lifted)
        )
        assert right < 1e-4 < wrong / 10


def test_glimpses_end_where_the_whole_frame_ends(raised):
    frame = frame_of(film(), (1e-8, 1e-8))
    whole = segment_frame(frame, UnetSegmenter(raised))
    segmenter = UnetSegmenter(raised)
    segmenter.begin(frame)
    for lines in (7, 23, 24, 50, 72):
        last = segmenter.glimpse(frame, lines)
    assert np.allclose(last.probability, whole.probability, atol=1e-5)
    assert np.array_equal(last.label, whole.label)


def test_a_movie_is_seen_as_the_card_says(raised):
    frame = frame_of(film(), (1e-8, 1e-8))
    engine = TorchEngine(build_network(raised), torch.float32)
    (said,) = segment_movie([frame], raised, engine)
    assert np.allclose(said.probability, said_of(film(), raised, True), atol=1e-4)


def test_planes_that_nobody_makes_are_refused(tmp_path, tiny_model):
    network = tiny_model.card.network.model_copy(update={"inputs": (*RAISED[:-1], "colour")})
    write_model(tmp_path, small_card(network=network, version="0.3.0"), small_arrays())
    with pytest.raises(ModelError, match=r"wants the inputs .*colour; here: height"):
        UnetSegmenter(load_model("tiny@0.3.0", [tmp_path]))


def test_the_channel_that_is_looked_at_is_not_changed(raised):
    frame = frame_of(film(), (1e-8, 1e-8))
    before = frame.data["phase", Direction.TRACE].copy()
    segment_frame(frame, UnetSegmenter(raised))
    assert np.array_equal(frame.data["phase", Direction.TRACE], before)
