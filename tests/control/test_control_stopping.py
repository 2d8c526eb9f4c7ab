"""What a frame may be stopped for, in figures, and what could be missed by that."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from survey_factory import config
from test_control_overview import REQUEST, glimpse

from ai_afm.control.raster import RasterController
from ai_afm.control.stopping import Sight, StopsBySight, empty_so_far, most_missed, sight_of
from ai_afm.control.targets import TargetsController
from ai_afm.errors import ConfigError
from ai_afm.types import Role

SETTINGS = config().stop
EMPTY = Sight(60, 30, 0, 0.04, known=True)


def test_the_figures_are_those_of_the_glimpse():
    wall = (np.full(30, 55), np.arange(20, 50))
    sight = sight_of(glimpse(60, 30, drawn=wall), 0.5)
    assert (sight.lines, sight.settled, sight.pieces, sight.known) == (60, 30, 1, True)
    assert sight.highest == pytest.approx(0.9)
    assert sight_of(glimpse(60, 30), 0.5).highest == pytest.approx(0.04)
    assert not sight_of(glimpse(60, 30, ood=True), 0.5).known


def test_a_lower_limit_of_doubt_sees_more_pieces():
    wall = (np.full(30, 55), np.arange(20, 50))
    assert sight_of(glimpse(60, 30, drawn=wall), 0.95).pieces == 0
    careful = TargetsController(config(stop={"doubt": 0.01}))
    assert careful.enough(REQUEST, glimpse(60, 30)) is None, "2 % everywhere is one large piece"


def test_a_model_without_classes_of_lines_stops_nothing():
    blind = replace(glimpse(60, 30).segmentation, classes=(0, 5, 6))
    sight = sight_of(replace(glimpse(60, 30), segmentation=blind), 0.5)
    assert not sight.known
    assert math.isnan(sight.highest)
    assert empty_so_far(REQUEST, sight, SETTINGS) is None


@given(
    st.builds(
        Sight,
        st.integers(1, 200),
        st.integers(0, 200),
        st.integers(0, 9),
        st.one_of(st.just(math.nan), st.floats(0, 1)),
        st.booleans(),
    )
)
def test_a_row_of_the_journal_tells_the_same_figures(sight):
    row = json.loads(json.dumps(sight.to_row(), allow_nan=False))
    assert repr(Sight.of_row(sight.lines, row)) == repr(sight)


def test_the_share_of_lines_is_the_persons():
    early = config(stop={"empty_after": 0.25}).stop
    sight = replace(EMPTY, lines=24, settled=12)
    assert empty_so_far(REQUEST, sight, SETTINGS) is None
    assert "24 of 96 lines" in empty_so_far(REQUEST, sight, early)
    assert empty_so_far(REQUEST, replace(sight, settled=11), early) is None
    never = config(stop={"empty_after": 1.0}).stop
    assert empty_so_far(REQUEST, replace(sight, lines=96, settled=96), never) is None


def test_the_words_say_what_the_rest_may_hold_at_most():
    words = empty_so_far(REQUEST, EMPTY, SETTINGS)
    assert "If the 36 lines that are left are like those" in words
    assert "at most 3.6 pieces of 12 px or more (95 % sure)" in words


def test_the_bound_is_met_in_95_of_100_worlds():
    """Pieces strewn at the density of the bound would have shown in 95 of 100 worlds."""
    rng = np.random.default_rng(5)
    density = most_missed(40, 60) / 60
    shown = rng.poisson(density * 40, 20000) > 0
    assert shown.mean() == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(
    ("roles", "role", "ends"),
    [
        (("zoom",), Role.ZOOM, True),
        (("zoom",), Role.FOLLOW, False),
        (("zoom", "follow"), Role.FOLLOW, True),
        (("wish",), Role.WISH, True),
        ((), Role.ZOOM, False),
    ],
)
def test_only_the_frames_that_the_table_names_end_early(roles, role, ends):
    controller = TargetsController(config(stop={"roles": roles}))
    request = replace(REQUEST, role=role)
    assert (controller.enough(request, glimpse(60, 30)) is not None) is ends
    assert (controller.enough_by(request, EMPTY) is not None) is ends


def test_what_is_said_of_a_glimpse_is_said_of_its_figures():
    controller = TargetsController(config())
    assert isinstance(controller, StopsBySight)
    seen = glimpse(60, 30)
    assert controller.enough(REQUEST, seen) == controller.enough_by(REQUEST, controller.sight(seen))
    raster = RasterController(config())
    assert isinstance(raster, StopsBySight)
    assert raster.enough_by(REQUEST, raster.sight(seen)) is None


@pytest.mark.parametrize("table", [{"empty_after": 0.0}, {"doubt": 1.0}, {"roles": ("raster",)}])
def test_a_table_that_makes_no_sense_is_refused(table):
    with pytest.raises((ConfigError, ValueError)):
        config(stop=table)
