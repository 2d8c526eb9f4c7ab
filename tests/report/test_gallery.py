"""The gallery: a picture a scan within the budget, and a page that shows them."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ai_afm.report.gallery import make_gallery, palette
from ai_afm.report.gallery_figure import probability_picture
from ai_afm.report.gallery_scans import TWINS, all_scans, noise_scan, real_scans, twin_scans
from ai_afm.report.palette import WALL_COLOURS
from ai_afm.report.panels import rgb
from ai_afm.segment.model_file import load_model
from ai_afm.types import ClassCode, Segmentation


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A gallery of two small scans: noise, and a world of the twin."""
    out = tmp_path_factory.mktemp("docs") / "gallery"
    scans = [noise_scan(), next(twin_scans())]
    return make_gallery(out, load_model(), scans, budget=300_000)


def test_each_scan_has_a_picture_and_the_page_shows_them(gallery):
    *pictures, page = gallery
    assert [p.name for p in pictures] == ["noise.png", "twin-labyrinth.png"]
    text = page.read_text(encoding="utf-8")
    for picture in pictures:
        assert f"({picture.name})" in text
    assert load_model().spec in text
    assert "F1" in text
    assert "nan" not in text


def test_the_pictures_keep_to_the_budget(gallery):
    assert sum(p.stat().st_size for p in gallery[:-1]) < 300_000


def test_the_same_model_gives_the_same_pictures(gallery, tmp_path):
    picture, _ = make_gallery(tmp_path, load_model(), [noise_scan()])
    assert picture.read_bytes() == gallery[0].read_bytes()


@pytest.mark.parametrize("shades", [40, 16])
def test_the_colours_of_the_classes_are_exact(shades):
    table = palette(shades)
    picture = Image.new("RGB", (10 * len(WALL_COLOURS), 7))
    for place, colour in enumerate(WALL_COLOURS.values()):
        picture.paste(rgb(colour), (10 * place, 0, 10 * place + 10, 7))
    kept = picture.quantize(palette=table, dither=Image.Dither.NONE).convert("RGB")
    assert list(np.asarray(kept)[3, 5::10].ravel()) == list(np.asarray(picture)[3, 5::10].ravel())


def test_probabilities_mix_the_colours_of_their_classes():
    plane = np.zeros((3, 4, 6), np.float32)
    plane[0], plane[1, :, 2], plane[0, :, 2] = 1, 1, 0
    plane[:, 0] = np.nan
    unsure = np.zeros((4, 6), np.float32)
    seen = Segmentation(plane, (0, 2, 4), np.zeros((4, 6), np.uint8), unsure, "m@1", "ab", 4)
    picture = probability_picture(seen, (4, 6))
    assert tuple(picture[2, 2]) == rgb(WALL_COLOURS[ClassCode.WALL_180])
    assert picture[2, 0].max() < 40
    assert len(set(map(tuple, picture[0]))) == 1  # not scanned: one grey


def test_the_twins_scans_are_the_same_each_time_and_carry_their_truth():
    one, two = next(twin_scans()), next(twin_scans())
    keys = list(one.frame.data)
    assert all(np.array_equal(one.frame.data[k], two.frame.data[k], equal_nan=True) for k in keys)
    assert one.reference.network.walls
    lines, pixels = one.frame.shape
    assert lines != pixels


def test_without_real_scans_the_rest_is_shown_and_that_is_said(tmp_path):
    told = []
    scans = all_scans(tmp_path, told.append)
    assert next(scans).name == "twin-labyrinth"
    assert "left out" in told[0]


def test_real_scans_come_with_what_is_known_of_them(real_data):
    scans = {s.name: s for s in real_scans(real_data)}
    assert scans["pfm-all"].reference.complete
    assert not scans["cells"].reference.complete
    assert {n for n, _ in scans["pfm-no-phase"].frame.data} == {"height", "amplitude"}
    assert scans["chip"].reference is None
    names = [*scans, *(f"twin-{t.kind}" for t in TWINS)]
    assert len(set(names)) == len(names)


def test_a_scan_that_cannot_be_judged_is_shown_as_such(tmp_path):
    flat = noise_scan()
    height = {k: np.zeros_like(v) for k, v in flat.frame.data.items() if k[0] == "height"}
    scan = replace(flat, frame=replace(flat.frame, data=height, channels=flat.frame.channels[:1]))
    *_, page = make_gallery(tmp_path, load_model(), [scan])
    assert "not measured" in page.read_text(encoding="utf-8")
