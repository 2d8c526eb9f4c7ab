"""The benchmark of decisions asks real controllers about surveys like those of long nights."""

import json

import pytest

from ai_afm.bench.decide.area import area_rows
from ai_afm.bench.decide.benchmark import benchmark, scenes
from ai_afm.bench.decide.surveys import grown
from ai_afm.types import Role, ScanRegion

SIDE_NM = 4000.0


def test_each_scene_is_measured_and_the_result_is_json(monkeypatch):
    monkeypatch.setattr("ai_afm.bench.decide.benchmark.area_rows", lambda seed: [])
    said = json.loads(json.dumps(benchmark(101, (12, 24), SIDE_NM)))
    assert set(said["scenes"]) == {scene.name for scene in scenes(SIDE_NM)}
    for name, curve in said["scenes"].items():
        assert [row["observations"] for row in curve["rows"]] == [12, 24]
        assert all(row["ms"] >= 0 and row["first_ms"] >= 0 for row in curve["rows"])
        known = {"raster", None} if name == "raster" else {*map(str, Role), None}
        assert {row["asks_for"] for row in curve["rows"]} <= known


def test_a_frame_of_the_drawing_shows_only_what_lies_in_it():
    drawing = grown(101, SIDE_NM)
    near = ScanRegion((3e-7, -4e-7), (8e-7, 6e-7))
    drift = (3e-8, -2e-8)
    seen = drawing.seen(near, drift, 5e-9)
    assert 0 < len(seen.walls) < len(drawing.network.walls)
    for wall in seen.walls:
        away = abs(wall.points - drift - near.center).max(axis=0)
        assert away == pytest.approx(away.clip(max=[4.4e-7, 3.4e-7]))


def test_every_policy_of_an_area_is_followed_to_its_end():
    rows = area_rows(101, pixels=64, worlds=1)
    assert {row["policy"] for row in rows} >= {"targets", "raster", "follow"}
    assert all(
        row["decisions"] >= 2 and row["largest_ms"] >= row["p99_ms"] >= row["ms"] for row in rows
    )
