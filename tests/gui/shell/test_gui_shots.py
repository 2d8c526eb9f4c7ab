"""The pictures of the pages."""

import os
import subprocess
import sys

import pytest

from ai_afm.errors import StoreError
from ai_afm_gui.shots import stage

NAMES = ("live", "review", "teach", "nights", "wizard")


def test_a_command_that_fails_is_told_with_its_words(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "_commands", lambda *_: [("ai_afm", "run", "nowhere.toml")])
    with pytest.raises(StoreError, match=r"run nowhere\.toml failed: .*cannot read"):
        stage.prepare(tmp_path / "lab", None)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_page_is_stored_at_the_size_that_was_asked_for(tmp_path):
    from PIL import Image

    done = subprocess.run(
        [
            *(sys.executable, "-m", "ai_afm_gui", "--demo", "--screenshot", str(tmp_path / "p")),
            *("--size", "1400x900", "--theme", "light"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    for name in NAMES:
        with Image.open(tmp_path / "p" / f"{name}.png") as picture:
            assert picture.size == (1400, 900)
            colours = picture.convert("RGB").getcolors(1 << 20)
            assert len(colours) > 50
