"""Movies: each frame is answered once, in order, with the levels of the frames before."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_model import frame_of

from ai_afm.errors import BadInput
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.movie import segment_movie
from ai_afm.segment.predict import UnetSegmenter, build_network, segment_frame
from ai_afm.segment.runtime import TorchEngine
from ai_afm.types import Frame, SlowDirection


@pytest.fixture
def engine(tiny: LoadedModel) -> TorchEngine:
    return TorchEngine(build_network(tiny), torch.float32)


def heights(frames: int, lines: int = 40, pixels: int = 28) -> np.ndarray:
    rng = np.random.default_rng(0)
    steps = rng.normal(0, 1e-9, (frames, lines, pixels))
    return np.cumsum(steps, axis=2).astype(np.float32)


def as_frames(movie: np.ndarray) -> list[Frame]:
    return [frame_of({"height": image}, (1e-9, 2e-9)) for image in movie]


def test_a_movie_is_its_frames_with_levels_handed_on(
    tiny: LoadedModel, engine: TorchEngine
) -> None:
    movie = heights(4)
    found = list(segment_movie(movie, tiny, engine))
    inherited = None
    for frame, seen in zip(as_frames(movie), found, strict=True):
        segmenter = UnetSegmenter(tiny, inherited=inherited, dtype="float32")
        alone = segment_frame(frame, segmenter)
        inherited = segmenter.normalisation
        assert np.allclose(seen.probability, alone.probability, atol=1e-5)
        assert np.array_equal(seen.label, alone.label)
        assert np.allclose(seen.uncertainty, alone.uncertainty, atol=1e-5)
        assert seen.settled == 40


def test_frames_and_bare_heights_give_the_same(tiny: LoadedModel, engine: TorchEngine) -> None:
    movie = heights(3)
    bare = [s.label for s in segment_movie(movie, tiny, engine)]
    framed = [s.label for s in segment_movie(as_frames(movie), tiny, engine)]
    assert np.array_equal(bare, framed)


@pytest.mark.parametrize("ahead", [0, 1, 3])
def test_a_stream_is_answered_as_promised(
    ahead: int, tiny: LoadedModel, engine: TorchEngine
) -> None:
    fetched = []

    def stream() -> Iterator[Frame]:
        for number, frame in enumerate(as_frames(heights(6))):
            fetched.append(number)
            yield frame

    for number, _ in enumerate(segment_movie(stream(), tiny, engine, ahead)):
        assert len(fetched) == min(number + 1 + ahead, 6)
    assert number == 5


def test_a_stream_that_nobody_wants_any_more_ends(tiny: LoadedModel, engine: TorchEngine) -> None:
    movie = segment_movie(iter(as_frames(heights(6))), tiny, engine, ahead=2)
    next(movie)
    movie.close()
    assert list(movie) == []


def test_a_frame_that_came_upwards_is_the_one_downwards_upside_down(
    tiny: LoadedModel, engine: TorchEngine
) -> None:
    (down,) = as_frames(heights(1))
    turned = {key: image[::-1].copy() for key, image in down.data.items()}
    up = replace(down, data=turned, request=replace(down.request, slow_direction=SlowDirection.UP))
    (a,), (b,) = segment_movie([down], tiny, engine), segment_movie([up], tiny, engine)
    assert np.array_equal(a.probability[:, ::-1], b.probability)
    assert b.slow_direction is SlowDirection.UP


def test_rows_without_readings_are_unknown(tiny: LoadedModel, engine: TorchEngine) -> None:
    movie = heights(2)
    movie[1, 7] = np.nan
    first, second = segment_movie(movie, tiny, engine)
    assert (first.label != 255).all()
    assert (second.label[7] == 255).all()
    assert np.isnan(second.probability[:, 7]).all()


def test_what_is_no_movie_is_refused(tiny: LoadedModel, engine: TorchEngine) -> None:
    with pytest.raises(BadInput, match=r"\(frames, lines, pixels\)"):
        list(segment_movie(np.zeros((4, 5), np.float32), tiny, engine))
    with pytest.raises(BadInput, match="no channel"):
        list(segment_movie([frame_of({"current": np.ones((5, 6), "f4")}, (1, 1))], tiny, engine))
    broken = heights(3)
    broken[1, 2, 3] = np.inf
    movie = segment_movie(broken, tiny, engine, ahead=0)
    next(movie)
    with pytest.raises(BadInput, match="infinite"):
        next(movie)
