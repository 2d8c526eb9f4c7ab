"""A finished run for the tests of the Live page, made once."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "client"))
from gui_run_parts import real_run


@pytest.fixture(scope="session")
def night(tmp_path_factory):
    """A finished run on the twin, in small; tests only read it."""
    with pytest.MonkeyPatch.context() as patched:
        return real_run(patched, tmp_path_factory.mktemp("live") / "night")
