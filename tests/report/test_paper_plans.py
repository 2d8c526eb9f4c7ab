"""Sites of fixed plans and matched pairs in the table of a paper."""

import csv
import io
from dataclasses import replace

import pytest
from report_parts import OVERVIEW, Recorder, loop, zoom

from ai_afm.report.pairs import sentences
from ai_afm.report.paper_table import COLUMNS, site_csv, site_rows
from ai_afm.report.plans import Reading, section
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.survey.question.starts import START, SiteStart, starts_of
from ai_afm.types import Observation, ProbeRequest, Role
from ai_afm.types.codec import encode

GOOD = {"reasons": [], "mixed": False, "onset": 4.0, "swing": 2.0, "second": 2.0, "noise": 0.01}
IDLE = GOOD | {"reasons": ["nothing"], "onset": None, "swing": 0.1}


class Noted(Recorder):
    """Writes probes with the notes that a run would write."""

    notes: dict = {}  # noqa: RUF012 - set by each test

    def _observed(self, kind, number, request, lines=0, offset=None, notes=None):
        site = getattr(request, "site", None)
        notes = (notes or {}) | self.notes.get(site or getattr(request, "role", None), {})
        super()._observed(kind, number, request, lines, offset, notes)


def began(domain, readout):
    return {START: {"domain": domain}, "readout": readout}


def story(tmp_path, probes, notes, after=None):
    run = Noted(tmp_path / "run")
    run.notes = notes
    run.start()
    run.scan(OVERVIEW)
    run.scan(zoom("T1"))
    run.scan(zoom("T1", Role.BEFORE))
    for probe in probes:
        run.probe(probe)
    run.scan(zoom("T1", Role.AFTER))
    run.journal.close()
    return tell(run.folder, summarise(run.folder))


def sign(probe, polarity):
    return replace(probe, waveform=replace(probe.waveform, first_polarity=polarity))


NAMES = ["T1-L22.8", "T1-R300", "T1-C0", "T1-A330", "T1-B1r48", "T1-S3r48"]


@pytest.fixture
def rows(tmp_path):
    roles = [Role.BULK, Role.BULK, Role.WALL, Role.WALL, Role.WALL, Role.BULK]
    probes = [
        sign(loop("T1", name, role, x=1e-7 + 3e-8 * k), 1 if k % 2 else -1)
        for k, (name, role) in enumerate(zip(NAMES, roles, strict=True))
    ]
    notes = {
        "T1-L22.8": began(1, IDLE),  # began with -, which domain A already has
        "T1-R300": began(1, GOOD),
        "T1-C0": began(0, GOOD),
        "T1-A330": began(0, GOOD),
        "T1-B1r48": began(0, GOOD),
        "T1-S3r48": began(-1, IDLE),
    }
    told = story(tmp_path, probes, notes)
    text = site_csv(site_rows(told, None))
    return {row["site"]: row for row in csv.DictReader(io.StringIO(text))}


def test_the_place_on_a_plan_stands_in_columns_of_its_own(rows):
    assert set(next(iter(rows.values()))) == set(COLUMNS)
    wanted = ("plan", "plan_part", "signed_distance_nm", "arc_length_nm", "radius_nm", "branch")
    assert {name: tuple(rows[name][c] for c in wanted) for name in NAMES} == {
        "T1-L22.8": ("transect", "left", "22.8", "", "", ""),
        "T1-R300": ("transect", "right", "-300.0", "", "", ""),
        "T1-C0": ("transect", "on the wall", "0.0", "", "", ""),
        "T1-A330": ("along", "along", "", "330.0", "", ""),
        "T1-B1r48": ("star", "branch", "", "", "48.0", "1"),
        "T1-S3r48": ("star", "sector", "", "", "48.0", "3"),
    }


def test_first_polarity_and_native_domain_say_whether_the_native_state_was_tested(rows):
    wanted = ("first_polarity", "native_domain", "against_native")
    assert tuple(rows["T1-L22.8"][c] for c in wanted) == ("-1", "A", "no")
    assert tuple(rows["T1-R300"][c] for c in wanted) == ("1", "A", "yes")
    assert tuple(rows["T1-S3r48"][c] for c in wanted) == ("1", "B", "no")
    assert tuple(rows["T1-C0"][c] for c in wanted) == ("-1", "", "")


PAIRED = {
    "slope": (0.05, 0.03, 0.02),
    "resonance": (350.2e3, 349.0e3, 1200.0),
}


@pytest.fixture
def paired(tmp_path):
    events = [
        {"site": f"T1-1{part}", "kind": "nothing", "radius": None, "displacement": None}
        | {name: values[k] for name, values in PAIRED.items()}
        for k, part in enumerate("WB")
    ]
    probes = [loop("T1", "T1-1W", Role.WALL), loop("T1", "T1-1B", Role.BULK, x=3e-7)]
    return story(tmp_path, probes, {Role.AFTER: {"events": events}})


def test_a_wall_site_has_what_it_differs_from_its_partner_by(paired):
    rows = {row["site"]: row for row in site_rows(paired, None)}
    assert rows["T1-1W"]["slope_minus_partner"] == pytest.approx(0.02)
    assert rows["T1-1W"]["resonance_minus_partner_hz"] == pytest.approx(1200.0)
    assert rows["T1-1B"]["slope_minus_partner"] is None


def test_the_report_says_how_alike_partners_are_and_how_many_lie_beyond(paired):
    slope, resonance = sentences(paired)
    assert "slope of wall sites and their partners differs by +0.020 on average" in slope
    assert "beyond" not in slope
    assert "+1.200 kHz on average and by 1.200 kHz at most (1 pairs" in resonance
    assert "within 1 kHz by the closer frames; 1 lie beyond)" in resonance


def test_probes_without_notes_say_nothing_about_how_they_began():
    probe = loop("T1", "T1-1W", Role.WALL)
    assert isinstance(probe, ProbeRequest)
    assert encode(probe)["waveform"]["compliance"] is None
    assert starts_of([Observation(1, probe), Observation(2, probe, notes={"lost": True})]) == {}


def test_a_loop_along_its_own_domain_is_no_reading_of_the_native_state():
    assert not Reading(None, 4.0, True, 1.0, True, "m", SiteStart(1, "A", against=False)).is_native
    assert Reading(None, 4.0, True, 1.0, True, "m", SiteStart(1, "", against=None)).is_native
    assert section([]) == []
