"""The segmenter: rows in any order of arrival, missing rows, glimpses that agree with the whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import frame_of

from ai_afm.errors import BadInput
from ai_afm.segment.decide import labelled
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.movie import segment_movie
from ai_afm.segment.predict import UnetSegmenter, segment_frame
from ai_afm.segment.uncertainty import uncertainty
from ai_afm.types import Direction, Frame, SlowDirection


def scan(lines: int = 70, pixels: int = 45, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    images = {
        "height": rng.normal(0, 1e-9, (lines, pixels)),
        "amplitude": np.abs(rng.normal(1e-11, 2e-12, (lines, pixels))),
        "phase": rng.uniform(-3, 3, (lines, pixels)),
    }
    return {n: c.astype(np.float32) for n, c in images.items()}


def frame(channels: dict[str, np.ndarray], up: bool = False) -> Frame:
    whole = frame_of(channels, (1e-8, 2e-8))
    if not up:
        return whole
    return replace(whole, request=replace(whole.request, slow_direction=SlowDirection.UP))


def upside_down(channels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {n: c[::-1].copy() for n, c in channels.items()}


@settings(max_examples=12, deadline=None)
@given(
    steps=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    shape=st.sampled_from([(70, 45), (20, 33)]),
)
def test_glimpses_end_where_the_whole_frame_ends(
    steps: list[int], shape: tuple[int, int], tiny_model: LoadedModel
) -> None:
    whole_frame = frame(scan(*shape))
    whole = segment_frame(whole_frame, UnetSegmenter(tiny_model))
    segmenter, lines = UnetSegmenter(tiny_model), 0
    segmenter.begin(whole_frame)
    for step in [*steps, shape[0]]:
        lines = min(lines + step, shape[0])
        last = segmenter.glimpse(whole_frame, lines)
        assert last.probability.shape == (4, *shape)
    assert np.allclose(last.probability, whole.probability, atol=1e-5)
    assert np.array_equal(last.label, whole.label)
    assert last.settled == shape[0]


def test_settled_rows_of_a_glimpse_are_those_of_the_finished_frame(tiny: LoadedModel) -> None:
    whole_frame = frame(scan(150, 40))
    whole = segment_frame(whole_frame, UnetSegmenter(tiny))
    segmenter = UnetSegmenter(tiny)
    segmenter.begin(whole_frame)
    for lines in (10, 23, 40, 90, 130):
        part = segmenter.glimpse(whole_frame, lines)
        assert np.allclose(
            part.probability[:, : part.settled], whole.probability[:, : part.settled], atol=1e-6
        )
        assert np.isnan(part.probability[:, lines:]).all()
        assert (part.label[lines:] == 255).all()
    assert part.settled >= 130 - 56


def test_a_scan_upwards_is_the_scan_downwards_upside_down(tiny: LoadedModel) -> None:
    channels = scan()
    down = segment_frame(frame(channels), UnetSegmenter(tiny))
    up = segment_frame(frame(upside_down(channels), up=True), UnetSegmenter(tiny))
    assert np.array_equal(up.probability, down.probability[:, ::-1])
    assert np.array_equal(up.label, down.label[::-1])
    assert up.slow_direction is SlowDirection.UP


def test_an_upward_scan_that_is_half_done_knows_the_lower_half(tiny: LoadedModel) -> None:
    half = frame(scan(60, 40), up=True)
    segmenter = UnetSegmenter(tiny)
    segmenter.begin(half)
    seen = segmenter.glimpse(half, 32)
    assert (seen.label[:28] == 255).all()
    assert (seen.label[28:] != 255).all()


def test_missing_rows_are_unknown_and_the_others_are_not(tiny: LoadedModel) -> None:
    channels = scan()
    for image in channels.values():
        image[30:33] = np.nan
    seen = segment_frame(frame(channels), UnetSegmenter(tiny))
    assert np.isnan(seen.probability[:, 30:33]).all()
    assert np.isnan(seen.uncertainty[30:33]).all()
    assert (seen.label[30:33] == 255).all()
    rest = np.delete(seen.probability, slice(30, 33), axis=1)
    assert np.allclose(rest.sum(axis=0), 1, atol=1e-5)


@pytest.mark.parametrize("shape", [(100, 100), (128, 256), (1, 9), (37, 5), (64, 203)])
@pytest.mark.parametrize("names", [("height",), ("amplitude", "phase"), ("phase",)])
def test_any_shape_and_any_channels_work(
    shape: tuple[int, int], names: tuple[str, ...], tiny: LoadedModel
) -> None:
    channels = {n: c for n, c in scan(*shape).items() if n in names}
    seen = segment_frame(frame(channels), UnetSegmenter(tiny))
    assert seen.label.shape == shape
    assert seen.settled == shape[0]


def test_a_retrace_serves_where_there_is_no_trace(tiny: LoadedModel) -> None:
    whole = frame(scan())
    back = replace(whole, data={(n, Direction.RETRACE): c for (n, _), c in whole.data.items()})
    assert np.array_equal(
        segment_frame(back, UnetSegmenter(tiny)).label,
        segment_frame(whole, UnetSegmenter(tiny)).label,
    )


def test_a_glimpse_costs_new_rows_only(tiny: LoadedModel) -> None:
    whole, segmenter = frame(scan(400, 24)), UnetSegmenter(tiny)
    segmenter.begin(whole)
    spent = []
    for lines in range(8, 401, 8):
        segmenter.glimpse(whole, lines)
        spent.append(segmenter.rows_computed)
    assert spent[39] - spent[38] == spent[29] - spent[28]
    once = UnetSegmenter(tiny)
    segment_frame(whole, once)
    assert spent[39] - spent[38] < 0.15 * once.rows_computed


def test_a_band_may_inherit_the_levels_of_its_parent(tiny: LoadedModel) -> None:
    parent = UnetSegmenter(tiny)
    segment_frame(frame(scan()), parent)
    child = UnetSegmenter(tiny, inherited=parent.normalisation)
    band = frame({n: c[:6] for n, c in scan(seed=4).items()})
    assert segment_frame(band, child).settled == 6
    assert child.normalisation is not None
    assert parent.normalisation is not None
    assert child.normalisation.height_scale == pytest.approx(
        parent.normalisation.height_scale, rel=0.3
    )


def test_the_segmentation_names_its_model(tiny: LoadedModel) -> None:
    seen = segment_frame(frame(scan()), UnetSegmenter(tiny))
    assert seen.model == "tiny@0.1.0"
    assert seen.model_sha256 == tiny.sha256
    assert seen.classes == (0, 1, 4, 5)
    assert seen.ood_score is not None
    assert np.allclose(seen.uncertainty, uncertainty(seen.probability))


def test_frames_of_atoms_are_foreign(tiny: LoadedModel) -> None:
    decision = tiny.card.decision.model_copy(update={"smallest_pixel": 1e-10})
    model = replace(tiny, card=tiny.card.model_copy(update={"decision": decision}))
    for size, is_foreign in ((0.9e-10, True), (1.1e-10, False), (float("nan"), False)):
        image = frame_of(scan(), (size, 2e-10))
        assert segment_frame(image, UnetSegmenter(model)).ood == is_foreign
        assert next(iter(segment_movie([image], model))).ood == is_foreign
        assert not segment_frame(image, UnetSegmenter(tiny)).ood


def test_labels_follow_the_thresholds_of_the_card(tiny: LoadedModel) -> None:
    # planes: background, wall, grain boundary, topography edge
    p = np.array([[0.9, 0.3, 0.3, 0.1, np.nan], [0.1, 0.4, 0.3, 0.3, np.nan],
                  [0.0, 0.2, 0.4, 0.1, np.nan], [0.0, 0.1, 0.0, 0.6, np.nan]], "f4")  # fmt: skip
    assert labelled(p[:, None], tiny).tolist() == [[0, 1, 4, 5, 255]]


def test_frames_that_cannot_be_segmented_are_refused(tiny: LoadedModel) -> None:
    segmenter = UnetSegmenter(tiny)
    with pytest.raises(BadInput, match="there are: current"):
        segmenter.begin(frame({"current": np.ones((5, 6), np.float32)}))
    whole = frame(scan())
    with pytest.raises(BadInput, match="not begun"):
        segmenter.glimpse(whole, 10)
    segmenter.begin(whole)
    segmenter.glimpse(whole, 30)
    with pytest.raises(BadInput, match="10 lines asked for; 30 seen of 70"):
        segmenter.glimpse(whole, 10)
    with pytest.raises(BadInput, match="71 lines"):
        segmenter.glimpse(whole, 71)


def test_a_frame_of_nothing_but_missing_readings_is_unknown(tiny: LoadedModel) -> None:
    empty = frame({n: np.full_like(c, np.nan) for n, c in scan().items()})
    seen = segment_frame(empty, UnetSegmenter(tiny))
    assert (seen.label == 255).all()
