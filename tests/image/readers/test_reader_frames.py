"""All frames of a file, and what a walk through folders takes for a scan."""

from collections.abc import Iterator

import numpy as np
import pytest

from ai_afm.errors import BadInput
from ai_afm.image.export.npz import write_npz
from ai_afm.image.readers import frames, registry
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    ScanRegion,
    ScanRequest,
)


def scan(value=0.0):
    image = np.full((4, 6), value, np.float32)
    return Frame(
        ScanRequest(ScanRegion((0.0, 0.0), (6e-9, 4e-9)), (4, 6), 1.0),
        {("height", Direction.TRACE): image},
        (Channel("height", "m"),),
        {Direction.TRACE: np.ones(4, np.bool_)},
        Measurement(),
    )


class Movies:
    """Reads files of a format of its own: one frame for each byte after the magic."""

    name = "a movie"

    def recognises(self, head):
        return head.startswith(b"MOVIE")

    def read(self, path):
        return next(self.read_frames(path))

    def read_frames(self, path) -> Iterator[Frame]:
        for byte in path.read_bytes()[5:]:
            yield scan(float(byte))


@pytest.fixture
def movies(monkeypatch):
    monkeypatch.setattr(registry, "BUILT_IN", (Movies(),))


def test_an_image_file_has_one_frame(tmp_path):
    write_npz(tmp_path / "a.npz", scan(3.0))
    (only,) = frames.read_frames(tmp_path / "a.npz")
    assert only.shape == (4, 6)


def test_a_movie_has_all_its_frames_the_oldest_first(tmp_path, movies):
    (tmp_path / "film").write_bytes(b"MOVIE\x03\x01\x02")
    read = [float(f.get("height")[0, 0]) for f in frames.read_frames(tmp_path / "film")]
    assert read == [3.0, 1.0, 2.0]


def test_the_format_is_told_from_the_content_not_from_the_name(tmp_path):
    write_npz(tmp_path / "a.npz", scan())
    renamed = (tmp_path / "a.npz").rename(tmp_path / "readme.txt")
    assert "NumPy" in str(frames.format_of(renamed)) or "npz" in str(frames.format_of(renamed))


@pytest.mark.parametrize(
    ("content", "foreign"),
    [
        (b"\\*Force file list\r\n", "Bruker NanoScope force"),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"notes of a night", None),
        (b"", None),
    ],
    ids=["force curve", "picture", "text", "empty"],
)
def test_foreign_scans_are_named_and_everything_else_is_no_scan(tmp_path, content, foreign):
    file = tmp_path / "thing"
    file.write_bytes(content)
    assert frames.format_of(file) is None
    assert frames.foreign_format(file) == foreign


def test_what_no_reader_knows_is_refused(tmp_path):
    (tmp_path / "notes").write_text("nothing")
    with pytest.raises(BadInput, match="no known format"):
        list(frames.read_frames(tmp_path / "notes"))
