"""Whether two frames show the same place: with noise, shifted, scaled, turned, and not at all."""

from dataclasses import replace

import dataset_factory as make
import numpy as np
import pytest
from scipy import ndimage

from ai_afm.flywheel.datasets.pictures import Look, Match, likeness, look_at
from ai_afm.geometry import pixel_grid
from ai_afm.types import ScanRegion

REGION = ScanRegion((1e-6, -2e-6), (3.0e-6, 2.4e-6), 0.2)


def surface(region, shape, seed=1):
    """A fixed rough surface as a scan of a region shows it, 25 nm between its grid points."""
    rng = np.random.default_rng([seed, 5])
    grid = ndimage.gaussian_filter(rng.normal(size=(420, 460)), 5)
    x, y = pixel_grid(region, shape)
    rows, columns = 210 - (y + 2e-6) / 25e-9, 230 + (x - 1e-6) / 25e-9
    image = ndimage.map_coordinates(grid, [rows, columns], order=1)
    return (image / grid.std()).astype(np.float32)


def scan(region=REGION, shape=(120, 150), seed=1, noise=0.4, name="A"):
    return make.a_frame(seed, name, noise=noise, region=region, relief=surface(region, shape, seed))


def moved(dx, dy):
    return replace(REGION, center=(REGION.center[0] + dx, REGION.center[1] + dy))


def match(a, b):
    return likeness(look_at(a), look_at(b))


@pytest.mark.parametrize(
    "again",
    [
        scan(noise=0.5),
        scan(moved(0.7e-6, -0.5e-6)),
        scan(replace(REGION, angle=0.9)),
        scan(replace(REGION, angle=0.2 + np.pi / 2)),
        scan(replace(REGION, size=(2.0e-6, 1.6e-6))),
        scan(shape=(60, 100)),
        # imported once more: it says that it lies elsewhere, is larger, and is turned
        replace(
            scan(noise=0.5),
            request=replace(scan().request, region=ScanRegion((0.0, 0.0), (90e-6, 72e-6), -1.0)),
        ),
    ],
    ids=["noise", "shift", "turn", "right angle", "zoom", "coarse", "lost place"],
)
def test_the_same_place_is_known_again(again):
    found = match(scan(noise=0.3), again)
    assert found.is_same, found


@pytest.mark.parametrize(
    "other",
    [scan(seed=2), scan(ScanRegion((-2.2e-6, -3.5e-6), REGION.size, 0.2)), scan(seed=3, noise=5)],
    ids=["another surface", "another place", "noise"],
)
def test_other_places_are_not_taken_for_it(other):
    found = match(scan(noise=0.3), other)
    assert not found.is_same, found


def test_the_order_does_not_matter():
    a, b = scan(noise=0.3), scan(replace(REGION, angle=0.9))
    assert match(a, b).standing_out == pytest.approx(match(b, a).standing_out, rel=0.2)


def test_a_copy_of_a_grating_is_a_copy_though_it_fits_at_many_shifts():
    x = np.arange(150)
    relief = np.broadcast_to(np.sin(x / 2.5), (120, 150)).astype(np.float32)
    copies = [make.a_frame(seed, noise=0.05, relief=relief) for seed in (1, 2)]
    assert match(*copies).is_same


def test_gain_and_offset_of_the_amplitude_do_not_matter():
    frame = scan(noise=0.1)
    channels = {k: v * np.float32(40) for k, v in frame.data.items() if k[0] == "amplitude"}
    assert match(replace(frame, data=channels), frame).correlation > 0.95


def test_lines_that_were_never_scanned_are_no_evidence():
    half = scan()
    data = {key: image.copy() for key, image in half.data.items()}
    for image in data.values():
        image[50:] = np.nan
    assert match(replace(half, data=data), scan(noise=0.3)).is_same
    for image in data.values():
        image[:] = np.nan
    assert match(replace(half, data=data), half) == Match()


def bare(image):
    """A height as it is, neither levelled nor scaled."""
    return Look({"height": image}, (1e-9, 1e-9), 0.0)


def test_flat_images_are_not_alike():
    flat = np.zeros((120, 150), np.float32)
    frames = [make.a_frame(1, relief=flat) for _ in range(2)]
    assert match(*frames) == Match()
    assert likeness(bare(flat[:20, :30]), bare(flat[:20, :30])) == Match()


def test_a_shifted_piece_of_an_image_is_the_same_place():
    image = make.pattern(4, (50, 60))
    found = likeness(bare(image), bare(image[5:45, 10:]))
    assert found.is_same
    # less than 1 for what the coarser pixels of the comparison mix
    assert found.correlation > 0.95
