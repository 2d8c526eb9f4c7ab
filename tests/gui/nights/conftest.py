"""One night for all tests: writing it takes its time, for every line is brought to the disk."""

import shutil

import pytest
from night_parts import a_night


@pytest.fixture(scope="session")
def night(tmp_path_factory):
    """Folder of a run that no test may change."""
    return a_night(tmp_path_factory.mktemp("night") / "run").path


@pytest.fixture
def own_night(night, tmp_path):
    """Folder of a run for one test."""
    shutil.copytree(night, tmp_path / "run")
    return tmp_path / "run"
