"""What the report says of ladders, displacements and the motion that imaging causes."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ai_afm.report.sequence_figure import ladder_figure, shift_figure
from ai_afm.report.sequences import estimate_words, motion_words, threshold_words
from ai_afm.report.svg import drawn
from ai_afm.survey.displacement import Displacement, Moved
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.threshold import Rung, Threshold
from ai_afm.survey.timelapse import Between, Pair
from ai_afm.types import Stroke

DOT = Stroke((0.0, 0.0), (0.0, 0.0), 6.0, 0.1)
NOTHING = Displacement((), 0.0, None)


def pair(near=None, control=None, bias=6.0, seconds=0.1, found=NOTHING):
    between = Between(bias, seconds, (DOT,), 12.0)
    return Pair((1, 2), ("S1.1", "S1.4"), between, found, near, control, (7, 3))


def moved(way, rng):
    """Segments of walls that moved by `way` (m) to either side, measured to 0.2 nm a piece."""
    segments = []
    for index in range(40):
        across = np.full(18, way * (-1) ** index) + rng.normal(0, 2e-10, 18)
        angle = index * 0.7
        normals = np.tile([[math.cos(angle), math.sin(angle)]], (18, 1))
        segments.append(Moved(np.zeros((18, 2)), normals, across, 1e-7))
    return Displacement(tuple(segments), 0.0, (0.0, 0.0, 0.0))


def plain(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (Threshold(None, 8.0, ()), "Nothing was written up to 8.00 V"),
        (Threshold(2.0, None, ()), "the threshold lies below"),
        (Threshold(4.0, 3.0, ()), "from 4.00 V on; at 3.00 V and below none"),
    ],
    ids=["none", "all", "some"],
)
def test_a_ladder_in_words(threshold, words):
    assert words in plain(threshold_words(threshold))


def test_a_displacement_without_an_interval_says_so():
    assert estimate_words(Estimate(-3e-9, -math.inf, math.inf)) == "−3.0 (no interval)"
    assert estimate_words(None) == "–"


def test_walls_that_do_not_move_are_said_to_move_by_at_most_so_much():
    rng = np.random.default_rng(4)
    words = plain(motion_words([pair(found=moved(0.0, rng))]))
    assert "no motion beyond what measuring adds" in words
    assert "pm from one image to the next (95 %)" in words


def test_walls_that_move_are_said_to_move():
    rng = np.random.default_rng(4)
    words = plain(motion_words([pair(found=moved(3e-9, rng))]))
    assert "the typical wall moves by 3 nm" in words or "moves by 3.0 nm" in words


def test_too_few_segments_say_nothing():
    few = replace(moved(0.0, np.random.default_rng(4)), segments=())
    assert motion_words([pair(found=few)]) is None


@pytest.mark.parametrize("times", [(0.1, 1.0), (0.1, 0.1), (None, None)])
def test_the_figure_of_displacements_is_drawn_with_plain_ticks(times):
    sure = Estimate(5e-9, 3e-9, 7e-9)
    open_ended = Estimate(1e-9, -math.inf, math.inf)
    pairs = [pair(sure, open_ended, 6.0, times[0]), pair(sure, None, None, times[1])]
    svg = str(drawn(lambda: shift_figure(pairs), "shifts", "words"))
    assert "mathdefault" not in svg
    assert "several biases" in svg


def test_the_figure_of_a_ladder_is_drawn():
    rungs = tuple(Rung(float(v), 1.0, 2e-8 * v, v > 3) for v in range(1, 7))
    svg = str(drawn(lambda: ladder_figure(Threshold(4.0, 3.0, rungs)), "ladder", "words"))
    assert "new wall around the dot" in svg
