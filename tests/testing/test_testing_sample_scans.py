"""The scans that ship: small, not square, repeatable, and readable with their truth."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ai_afm.image.readers import read_file, read_reference
from ai_afm.testing.sample_scans import SCANS, make_sample_scans
from ai_afm.types import Direction, SlowDirection


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample_scans")
    make_sample_scans(out, 0)
    return out


def test_the_collection_is_small_and_its_checksums_are_right(folder: Path) -> None:
    files = [p for p in folder.iterdir() if p.name != "SHA256SUMS"]
    assert sum(p.stat().st_size for p in files) < 6e6
    sums = dict(
        reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    assert sums == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_no_scan_is_square_and_both_slow_directions_occur() -> None:
    assert all(s.shape[0] != s.shape[1] and s.size[0] != s.size[1] for s in SCANS)
    assert {s.slow_direction for s in SCANS} == set(SlowDirection)
    assert len({s.mode for s in SCANS}) == 4
    assert {ending for s in SCANS for ending in s.formats} == {"h5", "gwy", "gsf"}


@pytest.mark.parametrize("scan", SCANS, ids=lambda s: s.name)
def test_every_scan_reads_back_as_it_was_made(scan, folder: Path) -> None:
    reference = read_reference(folder / f"{scan.name}.npz")
    frame = reference.frame
    assert frame.shape == scan.shape
    np.testing.assert_allclose(frame.region.size, scan.size)
    assert frame.request.slow_direction is scan.slow_direction
    assert (reference.kind, reference.use) == (scan.kind, "full")
    if scan.world != "bare":
        assert reference.mask.any()
    for ending in scan.formats:
        other = read_file(folder / f"{scan.name}.{ending}")
        assert other.shape == scan.shape
        np.testing.assert_allclose(other.region.size, scan.size)
        np.testing.assert_allclose(other.region.center, frame.region.center, atol=1e-15)
        np.testing.assert_allclose(other.get("height"), frame.get("height"), rtol=1e-6)
        if ending != "gsf":
            assert other.get("height", Direction.RETRACE) is not None
            assert other.request.slow_direction is scan.slow_direction


@pytest.mark.parametrize("name", ["stripes_off", "labyrinth_dart", "labyrinth_off_up"])
@pytest.mark.parametrize("axis", [0, 1], ids=["across_lines", "along_lines"])
def test_the_amplitude_has_its_minimum_just_on_the_true_walls(
    name: str, axis: int, folder: Path
) -> None:
    # How deep it is depends on tip and pixel; where it is tells whether truth and image fit.
    reference = read_reference(folder / f"{name}.npz")
    amplitude = reference.frame.get("amplitude")
    wall = reference.mask & ~reference.ignore
    wall[:4], wall[-4:], wall[:, :4], wall[:, -4:] = False, False, False, False
    shifts = range(-4, 5)
    profile = [np.median(np.roll(amplitude, -shift, axis)[wall]) for shift in shifts]
    assert shifts[int(np.argmin(profile))] == 0


def test_the_same_seed_gives_the_same_images(folder: Path, tmp_path: Path) -> None:
    make_sample_scans(tmp_path, 0)
    first = read_file(folder / "film_dart.npz")
    second = read_file(tmp_path / "film_dart.npz")
    for key, image in first.data.items():
        np.testing.assert_array_equal(second.data[key], image)
