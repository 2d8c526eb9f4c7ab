"""Fixtures that all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run: CI stays reproducible. The slow counts draw new ones each time.
# No deadline: how long an example takes is the machine's business, not the code's.
settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.load_profile("reproducible")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real scans; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("AI_AFM_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "refs").is_dir():
        pytest.skip("no real scans here; AI_AFM_DATA names their folder")
    return folder
