"""Whose models come first: the named lab, the nearest one, the one at home, or none."""

from pathlib import Path

import pytest

from ai_afm.errors import ConfigError
from ai_afm.service.lab import find_lab, model_folders


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Work in an empty folder with an empty home."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    inner = tmp_path / "group" / "samples" / "film"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    return tmp_path


def test_without_a_lab_only_what_ships_is_used(elsewhere):
    assert find_lab() is None
    assert model_folders() == []


def test_the_nearest_parent_with_a_marker_is_the_lab(elsewhere):
    (elsewhere / "group" / "lab.toml").touch()
    (elsewhere / "group" / "models").mkdir()
    assert find_lab() == elsewhere / "group"
    assert model_folders() == [elsewhere / "group" / "models"]


def test_the_home_folder_counts_when_it_is_marked(elsewhere):
    home = elsewhere / "home" / "ai-afm"
    home.mkdir()
    assert find_lab() is None
    (home / "lab.toml").touch()
    assert find_lab() == home


def test_a_named_lab_must_exist(elsewhere):
    assert find_lab(elsewhere / "home") == elsewhere / "home"
    with pytest.raises(ConfigError, match="does not exist"):
        find_lab(elsewhere / "nowhere")
