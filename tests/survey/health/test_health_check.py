import math

import pytest

from ai_afm.survey.health.check import Bounds, Check, Correction, Verdict, bounded


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(0.5, Verdict.SUSPECT), (0.2, Verdict.GOOD), (math.nan, Verdict.CANNOT_TELL)],
)
def test_the_verdict_follows_from_score_and_limit(score, verdict):
    assert Check("any", score, 0.2, "a share").verdict is verdict


def test_a_correction_outside_the_bounds_is_none_and_never_clamped():
    bounds = Bounds(100.0, 1000.0)
    assert bounded("integral_gain", 700.0, 1000.0, bounds) == Correction(
        "integral_gain", 700.0, 1000.0
    )
    assert bounded("integral_gain", 70.0, 100.0, bounds) is None
    assert bounded("integral_gain", math.nan, 100.0, bounds) is None


def test_without_a_persons_bounds_nothing_may_be_set():
    assert bounded("integral_gain", 700.0, 1000.0, None) is None
