"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm_gui.client.units import duration, si

FACTORS = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6}
FACTORS |= {"G": 1e9, "T": 1e12}


@given(st.floats(1e-14, 1e14), st.sampled_from([1, -1]))
def test_a_written_number_is_right_to_three_digits(value, sign):
    number, unit = si(sign * value, "V").split(" ")
    assert float(number) * FACTORS[unit.removesuffix("V")] == pytest.approx(sign * value, rel=5e-3)
    assert 1 <= abs(float(number)) < 1000


@pytest.mark.parametrize(("value", "text"), [(0.0, "0 m"), (float("inf"), "no value")])
def test_numbers_without_a_size(value, text):
    assert si(value, "m") == text


def test_a_time_that_has_run_out_is_zero():
    assert duration(-3.0) == "0 s"
