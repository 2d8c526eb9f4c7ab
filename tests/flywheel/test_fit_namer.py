"""Fitting the namer: what its runs are told they are, and that it learns from that."""

from pathlib import Path

import numpy as np
import pytest

from ai_afm.flywheel import fit_namer
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.fit_namer import NamingSettings, fit, make_tables, painted_frames, table
from ai_afm.segment.model_file import load_model
from ai_afm.survey.namer import CODES, from_arrays
from ai_afm.types import ClassCode

FERROELASTIC = 1 + CODES.index(ClassCode.WALL_FERROELASTIC)
UNTYPED = 1 + CODES.index(ClassCode.WALL)


def domains(side: tuple[int, int] = (96, 128)) -> TrainingCrop:
    """Two clear 180-degree walls in a flat film."""
    columns = np.arange(side[1])
    up = np.broadcast_to((columns // 40) % 2 == 0, side)
    noise = np.random.default_rng(0).normal(0, 0.02, side)
    label = np.zeros(side, np.uint8)
    label[:, 40::40] = ClassCode.WALL_180
    distance = np.abs(columns - 40 * np.rint(np.maximum(columns, 30) / 40))
    amplitude = np.tanh(np.maximum(distance, 0.3) / 2) + np.abs(noise)
    channels = {
        "height": noise.astype(np.float32),
        "amplitude": np.broadcast_to(amplitude, side).astype(np.float32),
        "phase": (np.where(up, 0.0, np.pi) + noise).astype(np.float32),
    }
    nothing = np.zeros(side, bool)
    return TrainingCrop(channels, label, np.where(label > 0, 7, 0).astype(np.uint8), nothing)


def of_class(counts: np.ndarray) -> np.ndarray:
    return counts.sum(axis=0) / counts.sum()


def test_runs_learn_what_they_really_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_namer, "WITH_ALL", 1.0)
    monkeypatch.setattr(fit_namer, "BAND_SHARE", 0.0)
    made = table(domains(), load_model(None), np.random.default_rng(1))
    assert made is not None
    features, counts = made
    assert len(features) == len(counts)
    assert of_class(counts)[1 + CODES.index(ClassCode.WALL_180)] > 0.9


def test_without_the_phase_a_wall_has_no_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_namer, "WITH_ALL", 0.0)
    monkeypatch.setattr(fit_namer, "WITHOUT_PHASE", 1.0)
    monkeypatch.setattr(fit_namer, "BAND_SHARE", 0.0)
    made = table(domains(), load_model(None), np.random.default_rng(1))
    assert made is not None
    assert of_class(made[1])[UNTYPED] > 0.9
    assert of_class(made[1])[FERROELASTIC] == 0


def test_seed_and_number_determine_a_frame() -> None:
    (first,), (again,) = painted_frames(5, 3), painted_frames(5, 3)
    np.testing.assert_array_equal(first.label, again.label)
    assert first.label.shape[0] in fit_namer.SIDES


def test_it_learns_what_the_tables_say_and_the_same_each_time() -> None:
    rng = np.random.default_rng(4)
    tables = []
    for _ in range(40):
        kind = int(rng.integers(0, 2))
        features = rng.normal(2.0 * kind, 1, (60, 5)).astype(np.float32)
        counts = np.zeros((60, 1 + len(CODES)), np.float32)
        counts[:, 3 if kind else 4] = 8
        tables.append((features, counts))
    settings = NamingSettings(epochs=200, hidden=8, learning_rate=0.03)
    namer, again = fit(settings, tables), fit(settings, tables)
    right = [namer.logits(x).argmax(axis=1) == y.argmax(axis=1) for x, y in tables]
    assert np.concatenate(right).mean() > 0.95
    for name, array in namer.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name])


@pytest.mark.slow
def test_a_small_fit_writes_a_file_that_can_be_read(tmp_path: Path) -> None:
    out = tmp_path / "namer.npz"
    fit_namer.main(
        ["--out", str(out), "--twin-worlds", "2", "--painted-frames", "6", "--epochs", "2",
         "--processes", "1"]
    )  # fmt: skip
    with np.load(out) as stored:
        assert str(stored["fitted_to"]) == load_model(None).spec
        namer = from_arrays({name: stored[name] for name in stored.files})
    assert namer.layers[-1].bias.shape == (1 + len(CODES),)


def test_the_same_settings_give_the_same_tables() -> None:
    settings = NamingSettings(twin_worlds=0, painted_frames=3, processes=1)
    spec = load_model(None).spec
    one = make_tables(settings, spec)
    again = make_tables(settings, spec)
    assert len(one) == len(again) > 0
    for (x, y), (u, v) in zip(one, again, strict=True):
        np.testing.assert_array_equal(x, u)
        np.testing.assert_array_equal(y, v)
