"""Which part of a frame is shown: nm and pixels, zoom and pan."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ai_afm_gui.live.viewport import Viewport, scale_bar

PORT = Viewport((3000.0, 2000.0), (400.0, 300.0))
places = st.tuples(st.floats(0, 400), st.floats(0, 300))


def test_the_whole_frame_fits_and_keeps_its_shape():
    left, top = PORT.to_screen(-1500, -1000)
    right, bottom = PORT.to_screen(1500, 1000)
    assert (left, right) == pytest.approx((0, 400))
    assert bottom - top == pytest.approx(400 * 2 / 3)


@given(places, st.floats(0.2, 5.0), st.tuples(st.floats(-50, 50), st.floats(-50, 50)))
def test_a_place_on_the_screen_is_one_of_the_frame_and_back(place, factor, by):
    port = PORT.zoomed(factor, *place).panned(*by)
    assert port.to_screen(*port.to_frame(*place)) == pytest.approx(place, abs=1e-6)


@given(places, st.floats(0.2, 5.0))
def test_what_is_under_the_mouse_stays_there(place, factor):
    before = PORT.to_frame(*place)
    after = PORT.zoomed(factor, *place).to_frame(*place)
    assert after == pytest.approx(before, abs=1e-6)


def test_what_is_dragged_goes_with_the_mouse():
    u, w = PORT.to_frame(100, 100)
    assert PORT.panned(30, -20).to_screen(u, w) == pytest.approx((130, 80))


def test_zoom_has_an_end():
    port = PORT
    for _ in range(100):
        port = port.zoomed(4.0, 10, 10)
    assert port.zoom < 1000
    assert port.fitted() == PORT


@given(st.floats(1e-4, 1e3), st.floats(40, 300))
@example(0.1, 100 * (1 - 2e-16))
def test_a_scale_bar_is_round_and_has_room(scale, room):
    length, width = scale_bar(scale, room)
    assert width <= room * 1.0001
    assert width >= room / 2.6
    assert f"{length:.0e}"[0] in "125"
