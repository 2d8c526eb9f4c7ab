"""The small picture that stands for a run: which frame, what is on it, and that it never waits."""

import shutil
import threading
import time

import numpy as np
import pytest
from night_parts import Night, report_parts

from ai_afm.image.scan_layout import read_scan
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import ClassCode
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.nights import run_pictures
from ai_afm_gui.nights.listing import FrameName, RunLine, run_line
from ai_afm_gui.nights.run_pictures import EDGE, RunPictures, small_picture

SOON = 20.0
WALL = tuple(int(LINES[ClassCode.WALL][k : k + 2], 16) for k in (1, 3, 5))


@pytest.fixture
def pictures():
    made = RunPictures()
    yield made
    made.close()


def made_by(pictures, lines, count):
    """What comes of asking for the pictures of runs until so many are there."""
    found, end = [], time.monotonic() + SOON
    while len(found) < count and time.monotonic() < end:
        one = pictures.tick(lines)
        if one is not None:
            found.append(one)
        time.sleep(0.002)
    return found


def test_the_widest_frame_stands_for_a_run(night):
    assert run_line(night).picture.number == 1
    assert run_line(night).picture.segmentation.startswith("000001-")


def test_where_there_is_no_wide_frame_the_last_one_stands_for_the_run(tmp_path):
    made = Night(tmp_path / "run")
    made.start()
    made.scan(report_parts.zoom("T1"))
    made.scan(report_parts.zoom("T2", center=(-4e-7, -2e-7)), segmented=False)
    made.close()
    assert run_line(tmp_path / "run").picture == FrameName("scan", 2, "")


def test_a_first_frame_that_broke_off_stands_for_its_run(tmp_path, pictures):
    made = Night(tmp_path / "run")
    made.start()
    made.scan(report_parts.OVERVIEW, rows=10)
    made.close()
    line = run_line(tmp_path / "run")
    ((_, pixels),) = made_by(pictures, [line], 1)
    assert (pixels[..., 3] > 0).any(axis=1).sum() == 10


def test_the_picture_shows_the_walls_where_the_model_saw_them(night, pictures):
    ((folder, pixels),) = made_by(pictures, [run_line(night)], 1)
    walls = (pixels[..., :3] == WALL).all(axis=2)
    columns = np.flatnonzero(walls.all(axis=0))
    width = report_parts.OVERVIEW.region.size[0]
    assert folder == night
    assert pixels.shape == (*report_parts.OVERVIEW.shape, 4)
    assert len(columns) == pytest.approx(2 * width / report_parts.PERIOD, abs=1)


def test_a_large_frame_becomes_small_and_loses_no_thin_line(night):
    frame = read_scan(RunFolder(night).scan_file(1)).frame
    image = np.tile(frame.get("phase"), (12, 12))
    large = type("Large", (), {"get": lambda self, name, direction=None: image})()
    label = np.zeros(image.shape, np.uint8)
    label[:, 501] = ClassCode.WALL
    pixels = small_picture(large, label)
    step = -(-max(image.shape) // EDGE)
    assert max(pixels.shape[:2]) <= EDGE
    assert (pixels[:, 501 // step, :3] == WALL).all()


def test_a_run_without_a_file_is_asked_for_once_and_keeps_its_blank(tmp_path, night, pictures):
    shutil.copytree(night, tmp_path / "run")
    line = run_line(tmp_path / "run")
    (tmp_path / "run" / "scans" / "000001.h5").unlink()
    assert made_by(pictures, [line], 1) == [(tmp_path / "run", None)]
    time.sleep(0.05)
    assert pictures.tick([line]) is None


def test_a_new_segmentation_makes_a_new_picture(night, pictures):
    line = run_line(night)
    plain = RunLine(night, picture=FrameName("scan", 1))
    first = made_by(pictures, [plain], 1)
    second = made_by(pictures, [line], 1)
    assert not np.array_equal(first[0][1], second[0][1])


def test_the_page_never_waits_for_hundreds_of_runs_and_those_in_sight_come_first(
    tmp_path, monkeypatch, pictures
):
    may, asked = threading.Event(), []

    def slow(folder, name):
        may.wait(SOON)
        asked.append(folder)
        return folder, name, None

    monkeypatch.setattr(run_pictures, "_read", slow)
    lines = [RunLine(tmp_path / f"{k}", picture=FrameName("scan", 1)) for k in range(300)]
    begun = time.monotonic()
    for _ in range(300):
        assert pictures.tick(lines) is None
    assert time.monotonic() - begun < 1.0
    scrolled = lines[200:] + lines[:200]
    may.set()
    made_by(pictures, scrolled, 3)
    assert asked[1:3] == [lines[200].folder, lines[201].folder]
