import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.bench.health.roc import NIGHT_LINES, Trial, auroc, figures

NAN = math.nan
SCORES = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12)


def test_a_night_is_eight_hours_at_the_default_rate():
    assert NIGHT_LINES == 11_520


@pytest.mark.parametrize(
    ("healthy", "faulty", "area"),
    [([0, 1], [2, 3], 1.0), ([2, 3], [0, 1], 0.0), ([1, 1], [1, 1], 0.5), ([0, NAN], [1], 1.0)],
)
def test_the_area_is_the_chance_of_the_right_order(healthy, faulty, area):
    assert auroc(healthy, faulty) == area


@given(SCORES, SCORES)
def test_the_area_counts_pairs(healthy, faulty):
    pairs = [(f > h) + (f == h) / 2 for h in healthy for f in faulty]
    assert auroc(healthy, faulty) == pytest.approx(sum(pairs) / len(pairs))


def test_an_empty_side_has_no_area():
    assert math.isnan(auroc([NAN], [1.0]))
    assert math.isnan(auroc([1.0], []))


def test_figures_sum_up_trials():
    trials = [
        Trial((0.0, 0.1), (1.0,), 0.25, 1, (32.0,)),
        Trial((0.2, NAN), (NAN,), 0.25, 0, (NAN,)),
        Trial((0.0, 0.0), (0.05,), 0.25, 0, (math.inf,)),
        Trial((0.1, 0.1), (), 0.25, 0),
    ]
    found = figures(trials)
    assert found["false_alarms_per_night"] == 1.0
    assert found["nights"] == 1.0
    assert found["worlds"] == 3
    assert found["told"] == pytest.approx(2 / 3)
    assert found["detected"] == 0.5
    assert found["delay_lines"] == 32.0
    # what could not be told counts as score 0 in `auroc_all` and not at all in `auroc`
    assert found["auroc"] == pytest.approx((7 + 3) / 14)
    assert found["auroc_all"] < found["auroc"]
