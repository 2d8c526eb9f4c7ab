import numpy as np
import pytest
from survey_factory import CROSSED, EVERYWHERE, UM, config, limits, play

from ai_afm import geometry
from ai_afm.control.raster import RasterController, zoom_pixel_size
from ai_afm.image.instrument_time import InstrumentTimes, raster_seconds
from ai_afm.survey.survey import Survey, Wish
from ai_afm.types import ScanRegion

SURVEY = Survey(limits(seconds=1e6), EVERYWHERE)


def test_a_small_area_is_one_frame_at_the_pixel_size_and_tip_speed_of_the_zooms():
    small = config(overview={"size_nm": (3000, 2000)})
    (frame,) = play(RasterController(small), CROSSED, SURVEY).requests
    assert frame.pixel_size == pytest.approx((500e-9 / 128,) * 2, rel=0.01)
    assert frame.shape == (512, 768)
    assert frame.tip_speed == pytest.approx(2 * 500e-9 / 0.9)


def test_a_large_turned_area_is_tiled_without_gaps_or_overlaps():
    turned = config(overview={"size_nm": (5000, 3000), "angle_deg": 20, "center_nm": (100, -200)})
    area = turned.overview.region
    played = play(RasterController(turned), CROSSED, SURVEY)
    assert [r.target for r in played.requests] == ["R1", "R2"]
    total = sum(r.region.size[0] * r.region.size[1] for r in played.requests)
    assert total == pytest.approx(area.size[0] * area.size[1])
    a, b = (r.region for r in played.requests)
    assert geometry.overlap_area(a, b) < 1e-6 * total
    assert geometry.overlap_area(area, a) == pytest.approx(a.size[0] * a.size[1])
    # the first tile is the left one, seen along the turned lines
    assert float(geometry.to_region(area, *a.center)[0]) < 0
    assert "finished" in played.words


def test_the_rows_of_tiles_are_run_back_and_forth():
    wide = config(overview={"size_nm": (9000, 6000)})
    played = play(RasterController(wide), CROSSED, SURVEY)
    x = [r.region.center[0] for r in played.requests]
    y = [r.region.center[1] for r in played.requests]
    assert np.sign(x).tolist() == [-1, 0, 1, 1, 0, -1]
    assert y[0] > y[3]


def test_a_refused_tile_is_left_out_and_said_so():
    played = play(
        RasterController(config()),
        CROSSED,
        SURVEY,
        lambda request: "forbidden" if request.target == "R2" else None,
    )
    assert [r.target for r in played.requests] == ["R1", "R3", "R4"]
    assert "R2 was refused" in played.words


def test_tiles_that_do_not_fit_into_the_budget_are_not_proposed():
    played = play(RasterController(config()), CROSSED, Survey(limits(seconds=9000), EVERYWHERE))
    assert played.survey.spent <= 9000
    assert len(played.requests) == 2
    assert "budget" in played.words


def test_a_wish_comes_before_the_raster():
    wish = Wish("here", ScanRegion((1 * UM, 1 * UM), (1 * UM, 0.5 * UM)))
    played = play(RasterController(config()), CROSSED, SURVEY.wish(wish))
    assert played.roles() == ["wish"] + ["raster"] * 4


def test_the_tiles_take_as_long_as_the_raster_of_the_whole_area_predicts():
    settings = config(overview={"size_nm": (3000, 2000)})
    (frame,) = play(RasterController(settings), CROSSED, SURVEY).requests
    predicted = raster_seconds(
        settings.overview.region, zoom_pixel_size(settings), frame.line_rate, InstrumentTimes()
    )
    assert predicted == pytest.approx(frame.shape[0] / frame.line_rate)
