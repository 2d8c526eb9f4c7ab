"""Scores of a method on a reference: the fields of `ai-afm evaluate`, and unusable files."""

from pathlib import Path

import numpy as np
import pytest

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.channels import pick
from ai_afm.image.readers import read_reference
from ai_afm.segment.evaluate import evaluate_reference
from ai_afm.segment.model_file import LoadedModel

FIELDS = {
    "name", "kind", "method", "f1_1px", "precision_1px", "recall_1px", "f1_2px", "precision_2px",
    "recall_2px", "any_f1_1px", "any_f1_2px", "called_fraction", "random_f1_2px",
    "random_recall_2px", "cldice",
}  # fmt: skip


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Write a scan of 60 x 90 px with one 180-degree wall at column 40, phase in degrees."""
    rng = np.random.default_rng(3)
    x = np.arange(90)[None, :].repeat(60, 0)
    response = np.tanh((x - 40) / 2) + 0.03 * rng.standard_normal((60, 90)) + 0.02j
    images = [
        1e-9 * rng.standard_normal((60, 90)),
        np.abs(response),
        np.rad2deg(np.angle(response)),
    ]
    wall = x == 40
    np.savez(
        tmp_path / "drawn.npz",
        channels=np.stack(images).astype(np.float32),
        channel_names=["HeightRetrace", "Amplitude1Retrace", "Phase1Retracece"],
        mask=wall,
        mask_band=np.abs(x - 40) <= 1,
        ignore=np.zeros_like(wall),
        pixel_size_m=[2e-8, 1e-8],
        kind="domain_wall",
        use="full",
    )
    return tmp_path / "drawn.npz"


def test_messy_names_are_mapped_and_degrees_become_radians(reference: Path) -> None:
    read = read_reference(reference)
    assert [(c.original_name, c.name) for c in read.frame.channels] == [
        ("HeightRetrace", "height"),
        ("Amplitude1Retrace", "amplitude"),
        ("Phase1Retracece", "phase"),
    ]
    phase = pick(read.frame, "phase")
    assert phase is not None
    assert np.abs(phase).max() < 3.2
    assert read.frame.request.pixel_size == pytest.approx((1e-8, 2e-8))


@pytest.mark.parametrize("method", ["log-sato", "phase-gradient"])
def test_a_baseline_scores_well_on_a_clear_wall(reference: Path, method: str) -> None:
    result = evaluate_reference(reference, method)
    assert result.keys() == FIELDS
    assert result["name"] == "drawn"
    assert result["f1_2px"] == pytest.approx(1.0, abs=0.05)
    assert result["any_f1_2px"] == result["f1_2px"]
    assert isinstance(result["random_f1_2px"], float)
    assert result["random_f1_2px"] < 0.3


def test_random_pixels_find_what_chance_finds(reference: Path) -> None:
    result = evaluate_reference(reference, "random")
    # 5 columns of 90 lie within 2 px of the wall
    assert result["precision_2px"] == pytest.approx(5 / 90, abs=0.04)
    assert result["called_fraction"] == pytest.approx(0.05, abs=0.01)


def test_a_network_is_scored_with_the_same_fields(reference: Path, tiny: LoadedModel) -> None:
    result = evaluate_reference(reference, "unet", tiny, ("height", "amplitude"))
    assert result.keys() == FIELDS
    assert 0 <= float(str(result["called_fraction"])) <= 1


def test_what_cannot_be_scored_is_refused(reference: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has none of the channels current"):
        evaluate_reference(reference, "sato", channels=("current",))
    with pytest.raises(BadInput, match="unknown method"):
        evaluate_reference(reference, "watershed")
    with pytest.raises(ModelError, match="needs a model"):
        evaluate_reference(reference)
