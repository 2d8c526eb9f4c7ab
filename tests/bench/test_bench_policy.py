"""The policy benchmark: its samples, its scores, and a small play with the network in the loop."""

import numpy as np
import pytest

from ai_afm.bench.policy.scores import Truth, found, oracle_seconds, summary
from ai_afm.bench.policy.worlds import DENSITIES, FAMILIES, policy_world
from ai_afm.control.area.state import Settings
from ai_afm.image.canvas import Grid
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.types import ScanRegion

SHAPE = (96, 128)
GRID = Grid(ScanRegion((0.0, 0.0), (1.28e-6, 0.96e-6)), SHAPE)


def wall(column=40):
    lines = np.zeros(SHAPE, bool)
    lines[:, column] = True
    return lines


def truth():
    return Truth(wall(), np.zeros(SHAPE, bool), 0.04)


def test_a_wall_counts_as_found_only_where_the_tip_was_slow():
    seen = np.where(wall(), 0.9, 0.0).astype(np.float32)
    covered = np.zeros(SHAPE, bool)
    covered[:48] = True
    recall, precision = found(seen, covered, truth())
    assert recall == pytest.approx(0.5, abs=0.03)
    assert precision == 1.0
    assert found(seen, np.ones(SHAPE, bool), truth()) == (1.0, 1.0)


def test_an_oracle_is_cheaper_than_the_raster_and_dearer_than_nothing():
    settings = Settings(GRID, 1.0, InstrumentTimes())
    assert 0 < oracle_seconds(truth(), settings) < 0.3 * settings.raster_time


def test_the_summary_takes_each_figure_over_the_samples_it_is_meant_for():
    def row(c, ratio, recall):
        figures = {"recall": recall, "precision": 1.0, "ratio": ratio, "oracle_efficiency": 0.4,
                   "covered": True}  # fmt: skip
        return {"c": c, "raster_recall": 1.0, "policies": {"x": figures}}

    result = summary([row(0.01, 0.1, 0.9), row(0.05, 0.3, 1.0), row(0.3, 0.9, 0.8)], "x")
    assert result["sparse_mean_ratio"] == pytest.approx(0.2)
    assert result["excess_over_line"] == pytest.approx(0.3 - 0.10 - 2.75 * 0.05)
    assert result["worst_ratio"] == 0.9
    assert result["recall_min"] == 0.8
    assert result["efficiency"] == {"c<2": 0.4, "2-5": None, "5-20": 0.4}
    assert result["ci_coverage"] == 1.0


@pytest.mark.parametrize("family", FAMILIES)
def test_a_sample_has_about_the_density_that_was_asked_for(family):
    world = policy_world(5, 0, family, DENSITIES[4], (128, 128))
    assert 0.3 < world.c / DENSITIES[4] < 3
    assert world.truth.any()
    again = policy_world(5, 0, family, DENSITIES[4], (128, 128))
    np.testing.assert_array_equal(world.truth, again.truth)


@pytest.mark.slow
def test_following_finds_what_the_raster_finds_in_a_part_of_its_time():
    from ai_afm.bench.policy.benchmark import Pace, benchmark

    result = benchmark(1, 5, "path", pace=Pace(256, 1.0))
    (row,) = result["worlds"]
    targets = row["policies"]["targets"]
    assert row["raster_recall"] > 0.9
    assert targets["recall"] >= 0.95 * row["raster_recall"]
    assert targets["ratio"] < 1.05
