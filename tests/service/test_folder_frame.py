"""What is written of a file: mask, vectors, overlay, numbers, and last the record."""

import json
from dataclasses import replace

import numpy as np
import pytest
from folder_parts import (
    LIMIT,
    SHA256,
    SHAPE,
    SIZE,
    DarkLines,
    both_ways,
    scan,
    write_scan,
)
from PIL import Image

from ai_afm.errors import BadInput, StoreError
from ai_afm.service.folder import frame as archive_frame
from ai_afm.service.folder.frame import Eye, Job, segment_file
from ai_afm.service.folder.record import Recipe, atomically, done, record_file
from ai_afm.service.folder.scans import Scan, digest
from ai_afm.types import Direction


def segmented(file, out, channels=None, ood=False, key="deep/a"):
    job = Job(Scan(file, key), digest(file), channels)
    return segment_file(job, Eye(DarkLines(ood), "eyes of a test"), out)


def test_a_wall_becomes_mask_vectors_overlay_and_numbers(tmp_path):
    record = segmented(write_scan(tmp_path / "a.npz"), tmp_path / "out")
    (result,) = record.frames
    row = result.row
    assert row["wall_length_m"] == pytest.approx(SIZE[1], rel=0.05)
    assert row["wall_density_per_m"] == pytest.approx(1 / SIZE[0], rel=0.05)
    assert row["boundary_length_m"] == 0
    assert row["pixel_size_m"] == pytest.approx([SIZE[1] / SHAPE[0], SIZE[0] / SHAPE[1]])
    assert row["called_fraction"] == pytest.approx(3 / SHAPE[1])
    assert (row["model"], row["model_sha256"]) == ("dark-lines@1", SHA256)
    assert (row["ood"], row["ood_limit"]) == (False, LIMIT)
    assert row["engine"] == "eyes of a test"
    with Image.open(tmp_path / "out" / "deep" / "a-mask.png") as picture:
        mask = np.asarray(picture)
    assert mask.shape == SHAPE
    assert set(np.flatnonzero(mask.any(axis=0))) == {19, 20, 21}
    vectors = json.loads((tmp_path / "out" / "deep" / "a-walls.geojson").read_text())
    assert [f["properties"]["kind"] for f in vectors["features"]] == ["wall"]
    with Image.open(tmp_path / "out" / "deep" / "a-overlay.png") as picture:
        assert picture.width > 800


def test_the_numbers_can_be_written_as_json(tmp_path):
    (result,) = segmented(write_scan(tmp_path / "a.npz"), tmp_path / "out").frames
    assert json.loads(json.dumps([result.row, result.card], allow_nan=False))


def test_densities_refer_to_what_was_scanned(tmp_path):
    half = write_scan(tmp_path / "a.npz", rows=SHAPE[0] // 2)
    (result,) = segmented(half, tmp_path / "out").frames
    assert result.row["scanned_area_m2"] == pytest.approx(SIZE[0] * SIZE[1] / 2)
    assert result.row["wall_density_per_m"] == pytest.approx(1 / SIZE[0], rel=0.1)
    assert result.row["called_fraction"] == pytest.approx(3 / SHAPE[1])


def test_without_a_size_nothing_is_given_in_metres(tmp_path):
    file, images = tmp_path / "a.npz", scan().data
    np.savez(file, channels=np.stack(list(images.values())), channel_names=["height", "amplitude"])
    (result,) = segmented(file, tmp_path / "out").frames
    assert result.files == ("deep/a-mask.png",)
    row = result.row
    in_metres = [n for n in row if n.endswith(("_m", "_m2", "_per_m", "_per_m2"))]
    assert len(in_metres) > 8
    assert {row[n] for n in in_metres} == {None}
    assert row["called_fraction"] == pytest.approx(3 / SHAPE[1])
    assert "size unknown" in result.card["caption"]
    assert result.card["bar"] is None
    assert result.card["lines"]["1"]


def read_as(monkeypatch, tmp_path, frame):
    """Segment a frame that stands for the content of a file; return its row and its vectors."""
    monkeypatch.setattr(archive_frame, "read_frames", lambda path: iter([frame]))
    (tmp_path / "a").write_bytes(b"x")
    (result,) = segmented(tmp_path / "a", tmp_path / "out", key="a").frames
    vectors = json.loads((tmp_path / "out" / "a-walls.geojson").read_text())
    return result.row, [f for f in vectors["features"] if f["geometry"]["type"] == "LineString"]


@pytest.mark.parametrize("lag", [4, -2])
def test_walls_are_written_where_they_are_not_where_a_late_trace_shows_them(
    lag, monkeypatch, tmp_path
):
    frame = both_ways(column=30, lag=lag, shape=(40, 64))
    row, (line,) = read_as(monkeypatch, tmp_path, frame)
    assert row["lag_m"] == pytest.approx(lag * 1e-8, abs=2e-9)
    assert row["lag_channel"] == "amplitude"
    assert row["lag_error_m"] < 5e-9
    # column 30 has its middle at 30.5 px; the frame's middle is the origin
    x = np.array(line["geometry"]["coordinates"])[:, 0]
    assert np.median(x) == pytest.approx((30.5 - 32 - lag / 2) * 1e-8, abs=4e-9)
    assert row["wall_direction_deg"] == pytest.approx(90, abs=2)


def test_of_lines_drawn_from_the_retrace_no_lag_is_taken_out(monkeypatch, tmp_path):
    frame = both_ways(column=30, lag=4, shape=(40, 64))
    data = {k: v for k, v in frame.data.items() if k != ("amplitude", Direction.TRACE)}
    row, _ = read_as(monkeypatch, tmp_path, replace(frame, data=data))
    assert (row["lag_m"], row["lag_error_m"], row["lag_channel"]) == (None, None, None)


def test_vectors_carry_widths_where_they_were_measured(monkeypatch, tmp_path):
    frame = both_ways(column=30, lag=0, shape=(40, 64))
    for key, image in frame.data.items():
        if key[0] == "amplitude":
            across = np.abs(np.arange(64) - 30) / 4
            image[:] = 1e-9 * np.tanh(across)
    row, (line,) = read_as(monkeypatch, tmp_path, frame)
    told = line["properties"]
    assert told["apparent_width_m"] == pytest.approx(row["wall_apparent_width_m"])
    assert 2e-8 < told["apparent_width_m"] < 9e-8
    assert 0 <= told["width_error_m"] < 1e-8


def test_only_the_channels_that_are_asked_for_are_used(tmp_path):
    file = write_scan(tmp_path / "a.npz")
    (result,) = segmented(file, tmp_path / "out", ("height",)).frames
    assert result.row["channels"] == ["height"]
    assert result.row["wall_length_m"] == 0
    with pytest.raises(BadInput, match="none of the channels phase; there are: amplitude, height"):
        segmented(file, tmp_path / "out", ("phase",))


def test_a_movie_becomes_one_row_a_frame(tmp_path, monkeypatch):
    film = [scan(12), scan(24), scan(36)]
    monkeypatch.setattr(archive_frame, "read_frames", lambda path: iter(film))
    (tmp_path / "film").write_bytes(b"x")
    record = segmented(tmp_path / "film", tmp_path / "out", key="film")
    assert [f.row["frame"] for f in record.frames] == [0, 1, 2]
    assert (tmp_path / "out" / "film-0002-mask.png").is_file()
    assert done(tmp_path / "out", "film", record.sha256, record.recipe) is not None


def test_done_means_this_content_this_model_these_channels_and_results_that_are_there(tmp_path):
    file, out = write_scan(tmp_path / "a.npz"), tmp_path / "out"
    record = segmented(file, out)
    sha256 = digest(file)
    assert done(out, "deep/a", sha256, Recipe(SHA256)) == record
    assert done(out, "deep/a", "00" * 32, Recipe(SHA256)) is None
    assert done(out, "deep/a", sha256, Recipe("00" * 32)) is None
    assert done(out, "deep/a", sha256, Recipe(SHA256, ("height",))) is None
    assert done(out, "deep/b", sha256, Recipe(SHA256)) is None
    (out / "deep" / "a-mask.png").unlink()
    assert done(out, "deep/a", sha256, Recipe(SHA256)) is None


@pytest.mark.parametrize("cut", [0, 1, 200], ids=["empty", "a byte", "half"])
def test_a_damaged_record_means_not_done(tmp_path, cut):
    file, out = write_scan(tmp_path / "a.npz"), tmp_path / "out"
    segmented(file, out)
    path = record_file(out, "deep/a")
    path.write_bytes(path.read_bytes()[:cut])
    assert done(out, "deep/a", digest(file), Recipe(SHA256)) is None


def test_a_result_that_breaks_off_leaves_the_old_one_and_no_rest(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def break_off(path):
        path.write_text("ha")
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match=r"a\.txt could not be written"):
        atomically(target, break_off)
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"
