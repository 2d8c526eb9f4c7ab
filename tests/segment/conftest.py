"""Fixtures of the segmentation tests."""

from pathlib import Path

import pytest
import torch
from tiny_model import small_arrays, small_card

from ai_afm.segment.model_file import LoadedModel, load_model, write_model


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Tiny networks are slower on several threads, above all on a busy machine."""
    torch.set_num_threads(1)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a models folder that holds tiny@0.1.0."""
    write_model(tmp_path / "models", small_card(), small_arrays())
    return tmp_path / "models"


@pytest.fixture
def tiny(models: Path) -> LoadedModel:
    """Return that model."""
    return load_model("tiny@0.1.0", [models])


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """Return the same model, once for the whole session (hypothesis runs a test many times)."""
    root = tmp_path_factory.mktemp("models")
    write_model(root, small_card(), small_arrays())
    return load_model("tiny@0.1.0", [root])
