"""The contact sheet: one page that needs nothing else, whatever the files are called."""

import base64
import html.parser
import io
import json
import re
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from ai_afm.report.contact_sheet import (
    SIDE,
    Listed,
    SheetFacts,
    card,
    numbers_of,
    page_name,
    telling,
    write_sheets,
)
from ai_afm.report.figures import Shown
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    Mode,
    ScanRegion,
    ScanRequest,
    Segmentation,
    SlowDirection,
    Wall,
    WallNetwork,
)

REGION = ScanRegion((0.0, 0.0), (4e-7, 3e-7))
SHAPE = (30, 40)
FACTS = SheetFacts("a night", "m@1", (), (), datetime(2026, 1, 2, 3, 4, tzinfo=UTC))


class Page(html.parser.HTMLParser):
    """Collects what a page links to, and its data."""

    def __init__(self):
        super().__init__()
        self.links, self.tags, self.data, self._in = [], [], "", False

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        self.links += [values[k] for k in ("src", "href") if k in values]
        self._in = values.get("id") == "cards"

    def handle_endtag(self, tag):
        self._in = False

    def handle_data(self, data):
        self.data += data if self._in else ""


def read(path):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def frame_of(size=REGION.size):
    image = np.random.default_rng(1).normal(0, 1e-9, SHAPE).astype(np.float32)
    return Frame(
        ScanRequest(ScanRegion((0.0, 0.0), size), SHAPE, 1.0),
        {("amplitude", Direction.TRACE): image},
        (Channel("amplitude", "m"),),
        {Direction.TRACE: np.ones(SHAPE[0], np.bool_)},
        Measurement(),
    )


def shown():
    return Shown("Amplitude", frame_of().get("amplitude"), "m", -2e-9, 2e-9, "gray")


def network(code=2):
    line = np.array([[-2e-7, -1.5e-7], [-1e-7, -1.5e-7 + 1e-7], [2e-7, 1.5e-7]])
    return WallNetwork(REGION, (Wall(line, code),))


def made(name="a", size=REGION.size):
    unsure = np.linspace(0, 1, SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE)
    seen = Segmentation(
        np.stack([1 - unsure, unsure]), (0, 1), np.zeros(SHAPE, np.uint8), unsure, "m@1", "ab",
        SHAPE[0], SlowDirection.DOWN,
    )  # fmt: skip
    row = {
        "wall_density_per_m": 2e6, "boundary_density_per_m": None, "junction_count": 3,
        "called_fraction": 0.125, "called_uncertainty": 0.2, "ood_score": 2.0, "ood_limit": 1.75,
    }  # fmt: skip
    plain = card(name, shown(), frame_of(size), seen, network())
    links = {"mask": f"{name}-mask.png"}
    return plain | {"numbers": numbers_of(row), "ood": True, "links": links}


def test_a_card_holds_two_small_pictures_and_the_walls_as_a_path():
    made_card = made()
    for name in ("image", "uncertainty"):
        with Image.open(io.BytesIO(base64.b64decode(made_card[name]))) as picture:
            assert picture.size == (SIDE, SIDE * 3 // 4)
    assert list(made_card["lines"]) == ["2"]
    # tenths of a pixel, from the lower left to the upper right, steps relative
    start = re.match(r"M(-?\d+) (-?\d+)l", made_card["lines"]["2"])
    assert [int(v) for v in start.groups()] == [0, 1800]
    steps = [int(v) for v in made_card["lines"]["2"].split("l")[1].split()]
    assert (sum(steps[::2]), sum(steps[1::2])) == (2400, -1800)


def test_the_scale_bar_fits_the_picture():
    pixels, label = made()["bar"]
    assert label == "100 nm"
    assert pixels == pytest.approx(SIDE / 4)


def test_numbers_carry_units_and_what_was_not_measured_says_so():
    texts = {name: text.replace("\u00a0", " ") for name, text, _ in made()["numbers"]}
    assert texts["walls"] == "2.00 µm/µm²"
    assert texts["boundaries"] == "not measured"
    assert texts["called"] == "12.5 %"
    assert texts["foreign"] == "2.00 of 1.75"


@pytest.mark.parametrize(
    ("mode", "code", "best"),
    [
        (Mode.PFM_DART, 2, "Amplitude"),
        (Mode.PFM_DART, 4, "Height"),
        (Mode.TAPPING, 2, "Height"),
        (Mode.UNKNOWN, 1, "Amplitude"),
    ],
)
def test_walls_show_in_the_amplitude_and_boundaries_in_the_height(mode, code, best):
    image = np.zeros(SHAPE, np.float32)
    channels = [Shown(n, image, "", 0.0, 1.0, "gray") for n in ("Phase", "Height", "Amplitude")]
    assert telling(channels, mode, network(code)).name == best


def test_a_page_needs_nothing_from_elsewhere(tmp_path):
    (path,) = write_sheets(tmp_path, [made("a"), made("b")], FACTS)
    page = read(path)
    assert "script" in page.tags
    assert all(not re.match(r"(https?:)?//", link) for link in page.links)
    assert set(page.links) == {"results.csv"}
    assert "url(" not in path.read_text()
    assert [c["name"] for c in json.loads(page.data)] == ["a", "b"]


def test_no_name_of_a_file_breaks_out_of_the_page(tmp_path):
    evil = "</script><script>alert(1)</script><b>&amp;'\""
    failed = [Listed(f"{evil}.ibw", f"{evil} is broken")]
    facts = SheetFacts(evil, "m@1", failed, failed, FACTS.made)
    (path,) = write_sheets(tmp_path, [made(evil)], facts)
    page = read(path)
    assert page.tags.count("script") == 2  # the data and the program
    assert json.loads(page.data)[0]["name"] == evil


def test_flagged_broken_and_foreign_files_are_named(tmp_path):
    facts = SheetFacts(
        "t", "m@1", [Listed("x.ibw", "torn")], [Listed("y.spm", "Bruker")], FACTS.made
    )
    (path,) = write_sheets(tmp_path, [made()], facts)
    text = path.read_text()
    for words in ("1 unlike the model’s training data", "torn", "y.spm", "1 could not be used"):
        assert words in text


def test_many_frames_go_on_several_pages_and_old_ones_are_removed(tmp_path):
    cards = [made(f"{n}") for n in range(5)]
    pages = write_sheets(tmp_path, cards, FACTS, per_page=2)
    assert [p.name for p in pages] == ["index.html", "index-2.html", "index-3.html"]
    assert [c["name"] for c in json.loads(read(pages[2]).data)] == ["4"]
    assert page_name(1) in read(pages[0]).links
    write_sheets(tmp_path, cards, FACTS)
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]
