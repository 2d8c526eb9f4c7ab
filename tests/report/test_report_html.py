"""The report as a whole: complete, self-contained, small, escaped, and sensible for any run."""

import html.parser
import re
from dataclasses import replace

import numpy as np
import pytest
from report_parts import (
    MODEL,
    OVERVIEW,
    SHA256,
    Recorder,
    hysteresis,
    loop,
    whole_run,
    zoom,
)

from ai_afm.errors import StoreError
from ai_afm.report.html import LIMIT, Detail, render, write_report
from ai_afm.report.summary import summarise
from ai_afm.types import ProbeKind, Role

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(html.parser.HTMLParser):
    """Collects tags and text, and checks that every tag is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.texts, self.ids = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [v for k, v in attrs if k == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [v for k, v in attrs if k == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split()).replace("\u00a0", " ")


def page_of(folder):
    return Page(render(folder, summarise(folder)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return whole_run(
        tmp_path_factory.mktemp("report") / "run",
        run={"sample": "film 7", "operator": "A. Person"},
    )


@pytest.fixture(scope="module")
def source(folder):
    return render(folder, summarise(folder))


@pytest.fixture(scope="module")
def page(source):
    return Page(source)


def test_it_is_one_well_formed_page(page):
    assert page.open == []
    assert page.tags[:2] == ["html", "head"]
    assert len(page.ids) == len(set(page.ids))


def test_it_needs_nothing_from_outside(source):
    assert "http:" not in source
    assert "https:" not in source
    assert "<script" not in source
    assert "<link" not in source
    links = re.findall(r'(?:src|href)="([^"]+)"', source)
    assert {link[:5] if link.startswith("data:") else link[0] for link in links} == {"data:", "#"}
    assert {link[1:] for link in links if link[0] == "#"} <= set(Page(source).ids)


def test_it_is_written_whole_is_small_and_the_same_each_time(folder, source):
    path = write_report(folder, summarise(folder))
    assert path == folder.report_file
    assert path.read_text("utf-8") == source
    assert path.stat().st_size < LIMIT
    assert not list(folder.path.glob("*.tmp"))


@pytest.mark.parametrize("words", ["film 7", "A. Person", "2026-01-02 03:04 UTC", "an instrument"])
def test_the_head_says_who_when_and_with_what(page, words):
    assert words in page.text


def test_every_decision_appears_with_its_reason_and_what_became_of_it(page, folder):
    rows = [r for r in summarise(folder).rows if r.kind == "decision"]
    assert len(rows) == 8
    for row in rows:
        assert row.payload["reason"] in page.text
    for became in ("scan 1", "probe 2", "refused"):
        assert became in page.text


def test_every_probe_appears_with_its_loop_parameters(page):
    for site in ("T1-1W", "T1-1B"):
        assert site in page.text
    # the branches of the loops turn at 3 V; the first sweep steps over it
    assert re.search(r"T1-1W wall .*? 3\.\d\d V 3\.\d\d V −3\.\d\d V 3\.\d\d V", page.text)


def test_the_first_half_cycle_is_told_apart(page):
    assert "first half-cycle, from the native state" in page.text
    assert "later: written state, never pooled" in page.text
    assert "off field (nm)" in page.text
    assert "on field (nm)" in page.text


def test_walls_are_compared_with_bulk(page):
    assert "Sites on walls: 1 of 1 switched in the first half-cycle" in page.text
    assert "half the width of the loop (V)" in page.text


def test_it_says_what_a_loop_does_not_prove(page):
    assert "Hysteresis alone does not prove ferroelectricity" in page.text
    assert "The phase was not calibrated" in page.text


@pytest.mark.parametrize(
    "unit",
    ["x (µm)", "Height (nm)", "Amplitude (nm)", "Phase (°)", "write bias (V)", "µm/µm²", "500 nm"],
)
def test_units_are_written(page, unit):
    assert unit in page.text


def test_walls_are_vectors_in_the_map(source):
    figure = source[source.index('aria-label="Map') :].split("</svg>")[0]
    assert "LineCollection" in figure or figure.count("<path") > 10
    assert "#e69f00" in figure


def test_what_the_model_does_not_know_is_not_a_zero(page):
    assert "180° walls not distinguished by this model" in page.text
    assert "mean grain diameter (whole grains) not measured" in page.text


def test_mishaps_and_commands_are_listed(page):
    for words in (
        "no answer in 0.5 s",
        "bias is not allowed here",
        "holds after the line",
        "look here",
    ):
        assert words in page.text


def test_the_model_is_named_with_its_hash(page):
    assert MODEL in page.text
    assert SHA256[:12] in page.text
    assert "not at hand" in page.text


def test_a_real_sample_has_no_truth(page):
    assert "digital twin" not in page.text


def test_unknown_conditions_stay_unknown(page):
    assert "lock-in time constant unknown" in page.text
    assert "drive amplitude 1.50 V" in page.text


def test_names_are_text_and_never_code(tmp_path):
    name = "<script>alert('x')</script> $\\frac{1} & \"q\""
    record = Recorder(tmp_path / "run", run={"sample": name, "operator": "<b>me</b>"})
    record.start()
    record.scan(OVERVIEW)
    record.scan(zoom("<img src=x>$_"))
    record.probe(loop("<img src=x>$_", "<i>W</i>$", Role.WALL))
    record.finish("done", "<u>end</u>")
    folder = record.close()
    source = render(folder, summarise(folder))
    page = Page(source)
    assert name in page.text
    assert not {"script", "i", "img", "u"} & set(page.tags)
    assert "<b>me" not in source
    assert "<i>W</i>$" in page.text


def test_an_empty_run_gets_a_report(tmp_path):
    page = page_of(Recorder(tmp_path / "run").close())
    assert "not started" in page.text
    assert "there is no map" in page.text
    assert "No point measurements were made" in page.text


def test_a_run_that_broke_off_in_its_first_scan_shows_what_is_stored(tmp_path):
    record = Recorder(tmp_path / "run")
    record.start()
    record.scan(OVERVIEW, rows=17)
    page = page_of(record.close())
    assert "broke off" in page.text
    assert "17 of 40 lines are stored" in page.text
    assert "scan 1, unfinished" in page.text


def test_a_live_run_says_so(tmp_path):
    record = Recorder(tmp_path / "run")
    record.start()
    record.scan(OVERVIEW)
    folder = record.close()
    with folder.lock():
        assert "The run is under way" in page_of(folder).text


def test_a_frame_without_segmentation_is_shown_as_such(tmp_path):
    record = Recorder(tmp_path / "run")
    record.start()
    record.scan(OVERVIEW, segmented=False)
    record.finish("fault", "the segmenter is gone")
    page = page_of(record.close())
    assert "not segmented" in page.text
    assert "No frame was segmented: not measured" in page.text


@pytest.fixture(scope="module")
def odd_probes(tmp_path_factory):
    """Page of a run with a loop that does not switch, a force curve, and a probe that broke off."""
    flat, curve, lost = (loop("T1", name, Role.WALL) for name in ("T1-1W", "T1-F", "T1-2W"))
    curve = replace(curve, kind=ProbeKind.FORCE_CURVE)
    height = np.linspace(0, 1e-7, 192).astype(np.float32)
    force = (1e-9 * np.cos(height * 1e7)).astype(np.float32)
    record = Recorder(tmp_path_factory.mktemp("odd") / "run")
    record.start()
    record.scan(zoom("T1"))
    record.probe(flat, replace(hysteresis(flat), response=np.full(192, 1e-9, np.complex64)))
    record.probe(curve, replace(hysteresis(curve), extra={"height": height, "force": force}))
    record.lose_probe(lost)
    return page_of(record.close())


def test_a_probe_that_broke_off_is_no_result(odd_probes):
    assert "no result: it broke off" in odd_probes.text
    assert "probe 99, unfinished" in odd_probes.text


def test_a_loop_without_switching_says_why(odd_probes):
    assert "not measured because – first half-cycle: the response does not" in odd_probes.text


def test_a_force_curve_is_drawn_as_one(odd_probes):
    assert "force (nN)" in odd_probes.text
    assert "no loop: force curve" in odd_probes.text


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    folder = whole_run(tmp_path / "run")
    folder.probe_file(2).write_bytes(b"not a probe")
    folder.scan_file(3).unlink()
    page = page_of(folder)
    assert "What could not be shown" in page.text
    assert "probes/000002.h5 cannot be shown" in page.text
    assert "scans/000003.h5 cannot be shown" in page.text


def test_a_report_that_would_be_too_large_shows_less_and_says_so(tmp_path, monkeypatch):
    record = Recorder(tmp_path / "run")
    record.start()
    record.scan(replace(OVERVIEW, shape=(120, 170)), segmented=False)
    record.finish()
    folder = record.close()
    summary = summarise(folder)
    monkeypatch.setattr("ai_afm.report.html.LEVELS", (Detail(512, 256, 9), Detail(64, 48, 4)))
    full = render(folder, summary)
    assert "Pictures are reduced" not in full
    monkeypatch.setattr("ai_afm.report.html.LIMIT", len(full.encode()))
    less = render(folder, summary)
    assert "Pictures are reduced" in less
    assert len(less.encode()) < 0.8 * len(full.encode())


def test_a_report_that_can_never_be_small_enough_is_refused(tmp_path, monkeypatch):
    folder = Recorder(tmp_path / "run").close()
    monkeypatch.setattr("ai_afm.report.html.LIMIT", 1000)
    with pytest.raises(StoreError, match="cannot be kept below"):
        write_report(folder, summarise(folder))
    assert not folder.report_file.exists()


def test_a_run_that_is_not_done_is_not_compared_with_a_raster(tmp_path):
    record = Recorder(tmp_path / "run")
    record.start()
    record.scan(OVERVIEW)
    page = page_of(record.close())
    assert "for a full raster" in page.text
    assert "times as long" not in page.text
