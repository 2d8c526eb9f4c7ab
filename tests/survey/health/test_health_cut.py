from dataclasses import replace

import numpy as np
import pytest

from ai_afm.survey.health.cut import without_bad_lines
from ai_afm.types import (
    Grain,
    Junction,
    Observation,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Wall,
    WallNetwork,
)

REGION = ScanRegion((0.0, 0.0), (2e-6, 1e-6))
TOP, BOTTOM = (0.2e-6, 0.4e-6), (-0.3e-6, -0.4e-6)


def network():
    t = np.linspace(0, 1, 21)[:, None]
    across = Wall(np.array([TOP]) * (1 - t) + np.array([BOTTOM]) * t, 1)
    low = Wall(np.array([(-9e-7, -3e-7), (9e-7, -3e-7)]), 1)
    box = np.array([(0.0, 0.0), (1e-7, 0.0), (0.0, 1e-7)])
    return WallNetwork(
        REGION,
        (across, low),
        (Junction(TOP, (1, 1, 1)), Junction(BOTTOM, (1, 1, 1))),
        (BOTTOM,),
        (TOP,),
        (Grain(box + TOP, 1e-14, False), Grain(box + BOTTOM, 1e-14, False)),
    )


def seen(direction=SlowDirection.DOWN, **notes):
    request = ScanRequest(REGION, (64, 128), 1.0, direction)
    return Observation(1, request, 64, network(), notes=notes)


@pytest.mark.parametrize(
    ("direction", "kept"), [(SlowDirection.DOWN, TOP), (SlowDirection.UP, BOTTOM)]
)
def test_what_was_found_in_bad_lines_goes(direction, kept):
    cut = without_bad_lines(seen(direction, bad_from=32)).network
    assert [j.position for j in cut.junctions] == [kept]
    assert len(cut.grains) == 1
    side = np.sign(kept[1])
    assert all((side * wall.points[:, 1] >= -1e-12).all() for wall in cut.walls)
    assert len(cut.walls) == (1 if direction is SlowDirection.DOWN else 2)


def test_frames_that_were_not_stopped_are_as_they_are():
    whole = seen(doubts=["ringing"])
    assert without_bad_lines(whole) is whole
    empty = replace(seen(bad_from=5), network=None)
    assert without_bad_lines(empty) is empty
