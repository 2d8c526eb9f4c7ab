"""The benchmark of seeing: all the fields that were promised, and figures that fit together."""

import json

import pytest
from typer.testing import CliRunner

from ai_afm.bench import perception
from ai_afm.bench.quality import benchmark as quality
from ai_afm.cli.bench import app

FIELDS = {
    "dtype", "peak_gflops", "share_of_peak", "full_ms", "refresh_provisional_ms",
    "refresh_settled_ms", "ratio_provisional", "ratio_settled", "stream_over_full_settled",
    "stream_over_full_band", "labels_equal", "max_logit_difference", "post_ms", "peers",
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict:
    return perception.benchmark(rounds=1, side=112)


def test_every_promised_field_is_there(found: dict) -> None:
    assert found.keys() >= FIELDS
    assert found["dtype"] == "float32"
    assert {"sato_pipeline", "pixel_svm", "atomai_unet"} == found["peers"].keys()
    assert found["peers"]["sato_pipeline"] > 0


def test_streams_end_where_the_frame_ends(found: dict) -> None:
    assert found["labels_equal"] is True
    assert found["max_logit_difference"] <= 1e-6
    if found["bfloat16"] is not None:
        assert found["bfloat16"]["labels_equal"] is True
        assert found["bfloat16"]["max_logit_difference"] == 0
        assert found["bfloat16"]["labels_equal_to_float32"] >= 0.999


def test_every_engine_agrees(found: dict) -> None:
    assert found["engines"]
    for engine in found["engines"].values():
        assert engine["labels_equal_to_float32"] >= 0.999


def test_figures_fit_together(found: dict) -> None:
    assert found["ratio_settled"] == pytest.approx(found["full_ms"] / found["refresh_settled_ms"])
    assert found["post_over_full"] == pytest.approx(found["post_ms"] / found["full_ms"])
    assert found["movie"]["frames_per_cpu_s"] == pytest.approx(1e3 / found["movie"]["ms_per_frame"])


def test_the_command_measures_speed_or_quality(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perception, "benchmark", lambda seed: {"speed_of": seed})
    monkeypatch.setattr(quality, "benchmark", lambda seed, worlds: {"asked": [seed, worlds]})
    speed = CliRunner().invoke(app, ["perception", "--json"])
    assert json.loads(speed.stdout) == {"speed_of": 0}
    asked = CliRunner().invoke(
        app, ["perception", "--quality", "--seed", "3", "--worlds", "6", "--json"]
    )
    assert json.loads(asked.stdout) == {"asked": [3, 6]}
