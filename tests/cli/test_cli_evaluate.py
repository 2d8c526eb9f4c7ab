"""`ai-afm evaluate`: a table for a person, all numbers for a script."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import typer

from ai_afm.cli.evaluate import Method, evaluate, table
from ai_afm.segment.evaluate import SCORES

SAMPLES = Path(__file__).resolve().parents[2] / "sample_scans"


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Write a scan of 48 x 64 px with a dark line along row 20 of the amplitude."""
    rng = np.random.default_rng(4)
    rows = np.arange(48)[:, None].repeat(64, 1)
    amplitude = np.abs(np.tanh((rows - 20) / 2)) + 0.02 * rng.random((48, 64)) + 0.02
    np.savez(
        tmp_path / "dark.npz",
        channels=amplitude[None].astype(np.float32),
        channel_names=["Amplitude"],
        mask=rows == 20,
        pixel_size_m=[1e-8, 1e-8],
        kind="domain_wall",
        use="full",
    )
    return tmp_path / "dark.npz"


def test_one_method_and_all_numbers_for_a_script(
    reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate([reference], method=Method.LOG_SATO, json=True)
    output = capsys.readouterr()
    said = json.loads(output.out)
    assert said["model"] is None
    (result,) = said["results"]
    assert set(SCORES) < set(result)
    assert result["f1_2px"] > 0.95
    assert "dark.npz: " in output.err  # which channel was taken for what


def test_all_methods_are_laid_out_side_by_side(
    reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate([reference], all_methods=True)
    model, head, *rows = capsys.readouterr().out.splitlines()
    assert model.startswith("model wallnet@")
    assert head.split()[:4] == ["file", "method", "P", "2px"]
    assert [row.split()[:2] for row in rows] == [["dark", str(method)] for method in Method]
    assert rows[4].split()[2:] == ["-"] * 10  # no phase here
    assert len({line.index(line.split()[1]) for line in (head, *rows)}) == 1  # aligned


def test_a_scan_of_another_format_only_says_how_much_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(SAMPLES / "grains_tapping.gsf", tmp_path / "grains.gsf")
    evaluate([tmp_path / "grains.gsf"], method=Method.SATO, json=True)
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["kind"] is result["f1_2px"] is None
    assert 0 < result["called_fraction"] < 1


def test_all_methods_beside_one_method_is_a_contradiction(reference: Path) -> None:
    with pytest.raises(typer.BadParameter, match="contradict"):
        evaluate([reference], method=Method.SATO, all_methods=True)


def test_a_frame_outside_the_models_world_is_marked() -> None:
    fields = {"name": "a", "method": "unet", **dict.fromkeys(SCORES)}
    assert "OUTSIDE" in table([fields | {"ood": True, "ood_score": 4.0}])
    assert "OUTSIDE" not in table([fields | {"ood": False, "ood_score": 1.0}])
