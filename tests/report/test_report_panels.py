"""Plain pictures of channels and walls: right colours in the right places."""

import io

import numpy as np
import pytest
from PIL import Image

from ai_afm.report.figures import Shown
from ai_afm.report.palette import INK, NO_DATA, WALL_COLOURS
from ai_afm.report.panels import (
    draw_lines,
    encoded,
    fitted,
    overlay,
    picture_of,
    rgb,
    with_scale_bar,
    with_walls,
)
from ai_afm.types import (
    Channel,
    ClassCode,
    Direction,
    Frame,
    Measurement,
    ScanRegion,
    ScanRequest,
    Wall,
    WallNetwork,
)

REGION = ScanRegion((1e-6, -2e-6), (4e-7, 2e-7))
SHAPE = (60, 120)


def ramp():
    image = np.tile(np.linspace(0, 1, 12, dtype=np.float32), (6, 1))
    image[0] = np.nan
    return Shown("Amplitude", image, "nm", 0.0, 1.0, "gray")


def upright(code, x=1e-7):
    """A wall along the whole height, `x` (m) right of the left edge."""
    left = REGION.center[0] - REGION.size[0] / 2 + x
    low = REGION.center[1] - REGION.size[1] / 2
    return Wall(np.array([[left, low], [left, low + REGION.size[1]]]), code)


def test_a_picture_has_the_asked_size_and_marks_what_is_missing():
    picture = picture_of(ramp(), SHAPE)
    assert picture.shape == (*SHAPE, 3)
    assert tuple(picture[2, 50]) == rgb(NO_DATA)
    assert tuple(picture[40, 0]) == (0, 0, 0)
    assert tuple(picture[40, -1]) == (255, 255, 255)


def test_shrinking_averages_and_growing_repeats():
    grown = picture_of(ramp(), (12, 24))
    assert (grown[::2] == grown[1::2]).all()
    shrunk = picture_of(ramp(), (3, 6)).astype(int)
    assert (np.diff(shrunk[2, :, 0]) > 0).all()


@pytest.mark.parametrize("size", [(3e-6, 1e-6), (1e-6, 3e-6)], ids=["wide", "tall"])
def test_a_picture_keeps_the_shape_of_its_region(size):
    lines, pixels = fitted(ScanRegion((0.0, 0.0), size), 240)
    assert max(lines, pixels) == 240
    assert pixels / lines == pytest.approx(size[0] / size[1])


@pytest.mark.parametrize("code", [c for c in WALL_COLOURS if c != ClassCode.TOPOGRAPHY_EDGE])
def test_a_wall_lies_where_it_is_in_the_colour_of_its_type_with_a_dark_rim(code):
    paper = np.full((*SHAPE, 3), 200, np.uint8)
    drawn = with_walls(paper, WallNetwork(REGION, (upright(code),)))
    row = drawn[30].astype(int)
    nearest = np.abs(row - rgb(WALL_COLOURS[code])).sum(axis=1).argmin()
    assert nearest in (29, 30)  # a quarter of 120 px
    assert np.abs(row[29:31] - rgb(WALL_COLOURS[code])).sum(axis=1).min() < 90
    assert row.sum(axis=1)[26:34].min() < 600
    assert (row[40:] == 200).all()


def test_without_walls_nothing_is_drawn():
    paper = np.full((*SHAPE, 3), 77, np.uint8)
    assert (with_walls(paper, WallNetwork(REGION, ())) == paper).all()
    assert draw_lines(WallNetwork(REGION, ()), SHAPE).cover.max() == 0


def test_the_scale_bar_has_the_length_it_says():
    white = np.full((100, 320, 3), 255, np.uint8)
    drawn = with_scale_bar(white, 3.2e-6)  # 1 µm is 100 px
    dark = np.flatnonzero((drawn[89] != 255).any(axis=1))  # the box beside the white bar
    assert np.diff(dark).max() - 1 == pytest.approx(100, abs=2)


def test_an_overlay_shows_the_channels_side_by_side():
    frame = Frame(
        ScanRequest(REGION, (6, 12), 1.0),
        {("amplitude", Direction.TRACE): ramp().image},
        (Channel("amplitude", "m"),),
        {Direction.TRACE: np.ones(6, np.bool_)},
        Measurement(),
    )
    network = WallNetwork(REGION, (upright(ClassCode.WALL_180),))
    one, two = (overlay(frame, [ramp()] * n, network, "a scan") for n in (1, 2))
    with Image.open(io.BytesIO(one)) as narrow, Image.open(io.BytesIO(two)) as wide:
        assert wide.width > 1.8 * narrow.width
        assert wide.height == narrow.height
        colours = {c for _, c in wide.convert("RGB").getcolors(1 << 20)}
    assert rgb(WALL_COLOURS[ClassCode.WALL_180]) in colours
    assert rgb(INK) in colours


def test_pictures_are_encoded_as_asked():
    picture = picture_of(ramp(), SHAPE)
    for kind in ("PNG", "JPEG"):
        with Image.open(io.BytesIO(encoded(picture, kind))) as read:
            assert (read.format, read.size) == (kind, SHAPE[::-1])
