"""Scores of a method on a reference: the fields of `ai-afm evaluate`, and unusable files."""

from pathlib import Path

import numpy as np
import pytest
from tiny_model import small_arrays, small_card

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.channels import pick
from ai_afm.image.readers import read_reference
from ai_afm.segment.evaluate import evaluate_reference, evaluate_scan
from ai_afm.segment.model_file import LoadedModel, load_model, write_model

FIELDS = {
    "name", "kind", "method", "f1_1px", "precision_1px", "recall_1px", "f1_2px", "precision_2px",
    "recall_2px", "any_f1_1px", "any_f1_2px", "called_fraction", "random_f1_2px",
    "random_recall_2px", "cldice",
}  # fmt: skip
"""What scripts rely on since the first version."""
NEW_FIELDS = {
    "use", "f1_3px", "precision_3px", "recall_3px", "any_f1_3px", "random_f1_1px", "random_f1_3px",
    "random_recall_1px", "random_recall_3px", "random_precision_1px", "random_precision_2px",
    "random_precision_3px", "betti0_error", "betti1_error", "betti0_error_window",
    "betti1_error_window", "junction_f1", "junction_precision", "junction_recall", "density_error",
    "confusion", "wall_vs_boundary_confusion", "ece", "ece_by_class", "ood", "ood_score",
}  # fmt: skip


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Write a scan of 70 x 90 px with one 180-degree wall at column 40, phase in degrees."""
    rng = np.random.default_rng(3)
    x = np.arange(90)[None, :].repeat(70, 0)
    response = np.tanh((x - 40) / 2) + 0.03 * rng.standard_normal((70, 90)) + 0.02j
    images = [
        1e-9 * rng.standard_normal((70, 90)),
        np.abs(response),
        np.rad2deg(np.angle(response)),
    ]
    wall = x == 40
    arrays = {
        "channels": np.stack(images).astype(np.float32),
        "channel_names": ["HeightRetrace", "Amplitude1Retrace", "Phase1Retracece"],
        "mask": wall,
        "mask_band": np.abs(x - 40) <= 1,
        "ignore": np.zeros_like(wall),
        "pixel_size_m": [2e-8, 1e-8],
        "kind": "domain_wall",
        "use": "full",
    }
    np.savez(tmp_path / "drawn.npz", **arrays)
    np.savez(tmp_path / "part.npz", **arrays | {"use": "recall_only"})
    np.savez(tmp_path / "named.npz", **arrays | {"codes": 2 * wall.astype(np.uint8)})
    np.savez(tmp_path / "misfit.npz", **arrays | {"codes": np.zeros((90, 70), np.uint8)})
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
    assert result.keys() == FIELDS | NEW_FIELDS
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
    assert result.keys() == FIELDS | NEW_FIELDS
    assert 0 <= float(str(result["called_fraction"])) <= 1


def test_what_cannot_be_scored_is_refused(reference: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has none of the channels current"):
        evaluate_reference(reference, "sato", channels=("current",))
    with pytest.raises(BadInput, match="unknown method"):
        evaluate_reference(reference, "watershed")
    with pytest.raises(ModelError, match="needs a model"):
        evaluate_reference(reference)


def test_a_clear_wall_is_found_whole_and_as_long_as_it_is(reference: Path) -> None:
    result = evaluate_reference(reference, "phase-gradient")
    assert (result["betti0_error"], result["betti1_error"]) == (0, 0)
    assert result["density_error"] == pytest.approx(0, abs=0.05)
    assert result["junction_f1"] is None  # there is none, and none was drawn
    assert result["ood"] is None  # a filter cannot tell


def test_length_is_not_compared_with_a_reference_that_lacks_walls(reference: Path) -> None:
    result = evaluate_reference(reference.with_name("part.npz"), "phase-gradient")
    assert result["density_error"] is None
    assert result["use"] == "recall_only"
    assert result["recall_2px"] == pytest.approx(1.0, abs=0.05)


def test_chance_is_measured_at_each_tolerance(reference: Path) -> None:
    result = evaluate_reference(reference, "phase-gradient")
    for tolerance in (1, 2, 3):
        chance = float(str(result[f"random_precision_{tolerance}px"]))
        assert chance == pytest.approx((2 * tolerance + 1) / 90, abs=0.09)
        assert float(str(result[f"f1_{tolerance}px"])) > 3 * chance


@pytest.mark.parametrize("method", ["sato", "log-sato", "canny", "phase-gradient"])
def test_a_method_that_cannot_see_any_channel_measures_nothing(
    reference: Path, method: str
) -> None:
    blind = ("height", "amplitude") if method == "phase-gradient" else ("phase",)
    result = evaluate_reference(reference, method, channels=blind)
    assert result.keys() == FIELDS | NEW_FIELDS
    assert {v for k, v in result.items() if k not in {"name", "kind", "use", "method"}} == {None}


def test_classes_are_scored_where_the_reference_names_them(
    reference: Path, tiny: LoadedModel
) -> None:
    result = evaluate_reference(reference.with_name("named.npz"), "unet", tiny)
    confusion = result["confusion"]
    assert isinstance(confusion, dict)
    assert sum(confusion["2"].values()) == 70  # each true pixel once
    assert 0 < float(str(result["ece"])) <= 1
    unnamed = evaluate_reference(reference, "unet", tiny)
    assert unnamed["confusion"] is unnamed["ece"] is None
    assert unnamed["f1_2px"] == result["f1_2px"]
    with pytest.raises(BadInput, match="codes have the shape"):
        evaluate_reference(reference.with_name("misfit.npz"), "unet", tiny)


def test_what_is_outside_the_models_world_is_flagged_and_scored_all_the_same(
    reference: Path, models: Path
) -> None:
    write_model(models, small_card(name="narrow"), small_arrays(limit=-1e3))
    result = evaluate_reference(reference, "unet", load_model("narrow@0.1.0", [models]))
    assert result["ood"] is True
    assert float(str(result["ood_score"])) > -1e3
    assert result["recall_2px"] is not None


def test_a_scan_without_a_reference_only_says_how_much_is_drawn(
    reference: Path, tiny: LoadedModel
) -> None:
    for method, model in (("unet", tiny), ("log-sato", None)):
        result = evaluate_scan(reference, method, model)
        whole = evaluate_reference(reference, method, model)
        assert result.keys() == whole.keys()
        assert result["called_fraction"] == whole["called_fraction"]
        assert result["ood_score"] == whole["ood_score"]
        assert result["kind"] is result["f1_2px"] is None


def test_a_silent_method_on_an_empty_reference_is_not_blamed(tmp_path: Path) -> None:
    flat = np.ones((1, 50, 70), np.float32)
    empty = np.zeros((50, 70), bool)
    np.savez(
        tmp_path / "empty.npz", channels=flat, channel_names=["Amplitude"], mask=empty,
        kind="domain_wall", use="full",
    )  # fmt: skip
    result = evaluate_reference(tmp_path / "empty.npz", "log-sato")
    assert result["called_fraction"] == 0
    assert result["betti0_error"] == 0
    assert result["precision_2px"] is result["recall_2px"] is result["density_error"] is None
