import math

import numpy as np
import pytest

from ai_afm.errors import StoreError
from ai_afm.flywheel.gate.picture_file import StoredPicture, read_pictures, write_pictures


def a_picture(seed, f1=(0.5, 0.75)):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, 5, (6, 9)).astype(np.uint8) for _ in range(3)]
    channels = {n: rng.normal(size=(6, 9)).astype(np.float32) for n in ("height", "phase")}
    return StoredPicture("ab" * 32, channels, *codes, *f1)


def test_pictures_come_back_as_they_were_written(tmp_path):
    written = [a_picture(1), a_picture(2, (math.nan, 0.0))]
    write_pictures(tmp_path / "p.npz", written)
    for one, other in zip(written, read_pictures(tmp_path / "p.npz"), strict=True):
        assert list(one.channels) == list(other.channels)
        for name, image in one.channels.items():
            np.testing.assert_array_equal(image, other.channels[name])
        for hand in ("before", "after", "person"):
            np.testing.assert_array_equal(getattr(one, hand), getattr(other, hand))
        scores = (one.f1_before, one.f1_after), (other.f1_before, other.f1_after)
        np.testing.assert_array_equal(*scores)


def test_no_pictures_are_a_file_without_any(tmp_path):
    write_pictures(tmp_path / "p.npz", [])
    assert read_pictures(tmp_path / "p.npz") == ()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 torn"])
def test_a_damaged_file_is_an_error_with_its_name(tmp_path, content):
    (tmp_path / "p.npz").write_bytes(content)
    with pytest.raises(StoreError, match=r"p\.npz"):
        read_pictures(tmp_path / "p.npz")
