"""The judge beside the network: same score however lines come in, and nothing else is touched."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import frame_of

from ai_afm.image.normalise import normalise, start_state
from ai_afm.segment.model_file import OUTSIDE
from ai_afm.segment.movie import segment_movie
from ai_afm.segment.outside import (
    SETS,
    Judge,
    OutsideScore,
    PieceNetwork,
    all_pieces,
    channel_set,
    judge_from,
    pieces_of,
)
from ai_afm.segment.predict import UnetSegmenter, segment_frame


def planes_of(lines, pixels, names=("height", "amplitude"), seed=0):
    rng = np.random.default_rng(seed)
    channels = {n: 2 + rng.random((lines, pixels)).astype(np.float32) for n in names}
    return normalise(channels, start_state(channels))[0]


@pytest.fixture(scope="module")
def judge():
    torch.manual_seed(3)
    network = PieceNetwork().eval().requires_grad_(False)
    return Judge(network, np.full(SETS, 1.0))


def score(judge, planes, cuts=(), finished=True):
    said = OutsideScore(judge)
    edges = [0, *sorted(cuts), planes.shape[1]]
    for first, last in itertools.pairwise(edges):
        said.add(planes[:, first:last], finished and last == planes.shape[1])
    return said.value


@settings(max_examples=15)
@given(st.lists(st.integers(1, 130), max_size=9))
def test_the_score_does_not_depend_on_how_lines_come_in(judge, cuts):
    planes = planes_of(131, 100)
    assert score(judge, planes, cuts) == pytest.approx(score(judge, planes), abs=1e-6)


def test_the_score_is_the_mean_over_the_pieces_of_the_frame(judge):
    planes = planes_of(181, 100)
    odds = judge.odds(all_pieces(planes)).mean()
    assert score(judge, planes) == pytest.approx(float(odds), abs=1e-6)


def test_nothing_is_said_of_less_than_64_lines(judge):
    assert score(judge, planes_of(63, 100)) is None
    assert score(judge, planes_of(64, 100), finished=False) is not None


def test_lines_that_wait_for_a_whole_strip_change_nothing(judge):
    planes = planes_of(120, 72)
    assert score(judge, planes, finished=False) == score(judge, planes[:, :64], finished=False)
    assert score(judge, planes) != score(judge, planes[:, :64], finished=False)


def test_an_end_without_new_lines_still_judges_the_last_ones(judge):
    planes = planes_of(90, 72)
    said = OutsideScore(judge)
    said.add(planes, False)
    said.add(planes[:, :0], True)
    assert said.value == pytest.approx(score(judge, planes), abs=1e-6)


@pytest.mark.parametrize("pixels", [32, 40, 63, 64, 65, 200])
def test_a_frame_of_any_width_is_judged(judge, pixels):
    pieces = pieces_of(planes_of(64, pixels))
    assert pieces.shape[1:] == (7, 64, 64)
    assert np.isfinite(judge.odds(pieces)).all()


def test_nothing_is_said_of_a_narrow_band(judge):
    assert score(judge, planes_of(128, 31)) is None


def test_a_frame_without_readings_is_not_judged(judge):
    assert score(judge, np.zeros((7, 80, 72), np.float32)) is None


def test_pieces_with_few_readings_are_left_out(judge):
    planes = planes_of(128, 72)
    gap = planes.copy()
    gap[:, 64:120] = 0
    assert score(judge, gap, [64]) == pytest.approx(score(judge, planes[:, :64]), abs=1e-6)


def test_channels_are_counted_where_they_have_readings():
    assert channel_set(planes_of(8, 12, ("height",))) == 1
    assert channel_set(planes_of(8, 12, ("amplitude", "phase"))) == 6


def test_the_limit_of_the_channels_that_are_there_counts(judge):
    wide = replace(judge, limit=np.array([-99.0, -99.0, -99.0, 99.0, -99.0, -99.0, -99.0, -99.0]))
    for names, beyond in ((("height", "amplitude"), False), (("height",), True)):
        said = OutsideScore(wide)
        said.add(planes_of(70, 80, names), finished=True)
        assert said.beyond is beyond


def test_a_stored_judge_says_the_same(judge):
    arrays = judge.arrays(OUTSIDE)
    assert sum(a.nbytes for a in arrays.values()) < 400_000
    again = judge_from(arrays, OUTSIDE)
    pieces = all_pieces(planes_of(70, 90))
    np.testing.assert_allclose(again.odds(pieces), judge.odds(pieces), atol=1e-6)
    np.testing.assert_allclose(again.limit, judge.limit)


def test_a_model_without_a_judge_has_none():
    assert judge_from({"network.x": np.zeros(2)}, OUTSIDE) is None


@pytest.fixture
def judged(tiny, judge):
    return replace(tiny, arrays={**tiny.arrays, **judge.arrays(OUTSIDE)})


def frame(lines=130, pixels=72):
    rng = np.random.default_rng(8)
    images = {n: 2 + rng.random((lines, pixels)).astype(np.float32) for n in ("height", "phase")}
    return frame_of(images, (1e-8, 1e-8))


def test_the_judge_changes_no_label(tiny, judged):
    with_judge = segment_frame(frame(), UnetSegmenter(judged))
    without = segment_frame(frame(), UnetSegmenter(tiny))
    np.testing.assert_array_equal(with_judge.label, without.label)
    assert with_judge.ood_score != without.ood_score


@pytest.mark.parametrize(("shift", "flagged"), [(-5.0, True), (5.0, False)])
def test_a_frame_is_flagged_beyond_the_limit(judged, shift, flagged):
    limit = judged.arrays[OUTSIDE + "limit"] + np.float32(shift)
    arrays = {**judged.arrays, OUTSIDE + "limit": limit}
    assert segment_frame(frame(), UnetSegmenter(replace(judged, arrays=arrays))).ood is flagged


def test_the_limit_that_is_told_is_that_of_the_channels(judged):
    limits = np.arange(SETS, dtype=np.float32)
    segmenter = UnetSegmenter(replace(judged, arrays={**judged.arrays, OUTSIDE + "limit": limits}))
    for lines, told in ((130, 5.0), (40, None)):  # height and phase; too few lines for a judgement
        segment_frame(frame(lines), segmenter)
        assert segmenter.ood_limit == told


def test_without_a_judge_there_is_no_limit(judged):
    mute = {n: a for n, a in judged.arrays.items() if not n.startswith(OUTSIDE)}
    segmenter = UnetSegmenter(replace(judged, arrays=mute))
    seen = segment_frame(frame(), segmenter)
    assert segmenter.ood_limit is seen.ood_score is None
    assert not seen.ood


def test_frames_of_a_movie_are_judged_like_any_other(judged):
    (one,) = segment_movie([frame()], judged)
    alone = segment_frame(frame(), UnetSegmenter(judged))
    assert one.ood_score == pytest.approx(alone.ood_score, abs=1e-6)
    assert one.ood == alone.ood


def test_glimpses_and_the_whole_frame_are_judged_alike(judged):
    segmenter, whole = UnetSegmenter(judged), frame()
    segmenter.begin(whole)
    early = [segmenter.glimpse(whole, lines).ood_score for lines in (16, 40, 63, 64, 100)]
    late = segmenter.glimpse(whole, 130, final=True).ood_score
    assert early[:3] == [None] * 3
    assert early[3] == early[4]
    assert late == pytest.approx(segment_frame(whole, UnetSegmenter(judged)).ood_score, abs=1e-6)
