from pathlib import Path

import numpy as np
import pytest
from survey_factory import config

from ai_afm.control.overview import overview_frame
from ai_afm.control.raster import RasterController
from ai_afm.control.targets import TargetsController
from ai_afm.segment.base import Glimpse
from ai_afm.types import Role, ScanRegion, ScanRequest, Segmentation, SlowDirection

CONTROLLER = TargetsController(config())
SHAPE = (96, 128)
REQUEST = ScanRequest(ScanRegion((0.0, 0.0), (1e-6, 0.75e-6)), SHAPE, 1.0, role=Role.ZOOM)


def glimpse(lines, settled, drawn=None, ood=False, slow=SlowDirection.DOWN):
    probability = np.full((3, *SHAPE), 0.02, np.float32)
    probability[0] = 0.96
    if drawn is not None:
        probability[:, *drawn] = np.array([0.1, 0.8, 0.1])[:, None]
    order = np.arange(SHAPE[0]) if slow is SlowDirection.DOWN else np.arange(SHAPE[0])[::-1]
    label = np.zeros(SHAPE, np.uint8)
    label[order >= lines] = 255
    probability[:, order >= lines] = np.nan
    seen = Segmentation(
        probability,
        (0, 1, 4),
        label,
        1 - probability.max(axis=0),
        "m@1",
        "0",
        settled,
        slow,
        1.0,
        ood,
    )
    return Glimpse(1, lines, Path("x"), seen, 5.0, final=False)


@pytest.mark.parametrize("slow", list(SlowDirection))
def test_a_frame_that_shows_nothing_in_its_first_half_can_end(slow):
    words = CONTROLLER.enough(REQUEST, glimpse(60, 30, slow=slow))
    assert words is not None
    assert "60 of 96 lines" in words
    assert "0.04" in words


def test_a_frame_goes_on_until_half_of_it_is_there_and_a_quarter_settled():
    assert CONTROLLER.enough(REQUEST, glimpse(47, 30)) is None
    assert CONTROLLER.enough(REQUEST, glimpse(60, 20)) is None


def test_a_frame_with_a_wall_goes_on_even_if_the_wall_is_not_settled():
    wall = (np.full(30, 55), np.arange(20, 50))
    assert CONTROLLER.enough(REQUEST, glimpse(60, 30, drawn=wall)) is None


def test_a_speck_is_no_reason_to_go_on():
    speck = (np.array([10, 10, 11]), np.array([40, 41, 41]))
    assert CONTROLLER.enough(REQUEST, glimpse(60, 30, drawn=speck)) is not None


def test_a_frame_unlike_the_training_data_is_scanned_to_its_end():
    assert CONTROLLER.enough(REQUEST, glimpse(60, 30, ood=True)) is None


@pytest.mark.parametrize("role", [Role.BEFORE, Role.AFTER, Role.WISH, Role.RASTER])
def test_what_was_asked_for_as_a_whole_is_scanned_as_a_whole(role):
    request = ScanRequest(REQUEST.region, SHAPE, 1.0, role=role)
    assert CONTROLLER.enough(request, glimpse(90, 80)) is None


def test_the_overview_ends_early_only_when_that_is_set():
    request = ScanRequest(REQUEST.region, SHAPE, 1.0, role=Role.OVERVIEW)
    whole = TargetsController(config(overview={"size_nm": (5000, 4000), "stop_if_empty": False}))
    assert CONTROLLER.enough(request, glimpse(60, 30)) is not None
    assert whole.enough(request, glimpse(60, 30)) is None


def test_a_raster_never_ends_early():
    assert RasterController(config()).enough(REQUEST, glimpse(90, 80)) is None


def test_the_overview_carries_the_settings_of_all_frames():
    settings = config(
        overview={"size_nm": (4000, 3000), "lines": 64, "pixels": 96, "angle_deg": 30},
        imaging={"channels": ("height", "phase"), "drive_v": 1.5, "setpoint_v": 0.2},
    )
    request = overview_frame(settings)
    assert request.shape == (64, 96)
    assert request.channels == ("height", "phase")
    assert request.drive is not None
    assert request.drive.amplitude == 1.5
    assert request.setpoint == 0.2
    assert request.region.angle == pytest.approx(np.pi / 6)
