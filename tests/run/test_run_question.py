"""A registered question in a live run: from the first image to an answer, a report and a paper."""

import csv
import json
import math
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import groupby
from xml.etree import ElementTree

import pytest
from run_parts import config, create, session
from typer.testing import CliRunner

from ai_afm.acquire.question import register_question
from ai_afm.acquire.rebuild import stored_observation
from ai_afm.cli.app import app
from ai_afm.control.question_plan import registered
from ai_afm.errors import StoreError
from ai_afm.events import Observed, ProbeStarted, RunFinished
from ai_afm.report import html
from ai_afm.report.question import asked
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.service.replay.ask import ask_again
from ai_afm.service.replay.told import read_run
from ai_afm.store.journal import Journal
from ai_afm.survey.question.gathered import gather
from ai_afm.survey.question.names import read_name
from ai_afm.survey.question.readings import readings
from ai_afm.types import ProbeRequest, Role

EVERYWHERE = {"size_nm": (20000, 20000), "level": "bias", "max_bias_v": 10, "max_pulses": 4}
SPARE = {
    "center_nm": (-1900, -1300), "size_nm": (1500, 1200), "level": "sacrificial",
    "max_bias_v": 10, "max_pulses": 9,
}  # fmt: skip
TABLES = {
    "run": {"seed": 4},
    "instrument": {"options": {"world": "labyrinth", "seed": 101}},
    "consent": {"zones": [EVERYWHERE, SPARE]},
    "overview": {"size_nm": (6000, 5000), "lines": 64, "pixels": 80},
    "targets": {"count": 1, "ladder_nm": (800.0,), "lines": 32, "pixels": 36},
    "probe": {"amplitude_v": 10.0, "steps": 80, "cycles": 1},
    "question": {
        "compare": "wall", "with": "bulk", "effect": 0.3, "units": 5, "image_lines": 48,
        "image_line_rate_hz": 12.0,
    },
}  # fmt: skip


def drive(opened, until=None):
    events = []
    with closing(run(opened)) as happening:
        for event in happening:
            events.append(event)
            if until is not None and until(event):
                break
    return events


def journal(folder, kind=None):
    with Journal.read(folder.journal_file) as open_:
        return list(open_.rows(kind))


def again(folder):
    """Return every recorded decision, taken again."""
    return list(ask_again(read_run(folder), partial(stored_observation, folder)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished run that asked whether walls switch more easily than the bulk beside them."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = create(monkeypatch, tmp_path_factory.mktemp("asked") / "run", config(**TABLES))
        with session(monkeypatch, folder) as opened:
            events = drive(opened)
    return folder, events


@pytest.fixture(scope="module")
def found(whole):
    folder, _ = whole
    return asked(tell(folder, summarise(folder)))


def test_a_run_answers_its_question_and_says_why_it_ends(whole, found):
    _, events = whole
    assert isinstance(events[-1], RunFinished)
    assert events[-1].outcome == "done"
    assert "5 units" in events[-1].message
    assert found.answer.units == 5
    assert found.answer.effect.value < 0
    assert found.answer.effect.low < found.answer.effect.value < found.answer.effect.high


def test_the_question_is_in_the_journal_before_the_first_probe(whole):
    folder, _ = whole
    kinds = [r.kind for r in journal(folder)]
    row = journal(folder, "question_registered")
    assert len(row) == 1
    assert kinds.index("question_registered") < kinds.index("probe_started")
    question = registered(summarise(folder).config)
    assert row[0].payload["digest"] == question.digest
    assert row[0].payload["title"] == question.title


def test_sites_stand_in_blocks_of_random_order_far_apart_and_some_are_drawn(found):
    assert found.breaches == ()
    assert found.gathered.dot_radius is not None
    assert found.spacing > 3 * found.gathered.dot_radius
    blocks = [list(b) for _, b in groupby(found.readings, key=lambda r: r.block)]
    assert len({tuple(r.arm for r in b) for b in blocks}) > 1, "always the same order"
    assert all({r.arm for r in b} >= {"wall", "bulk"} for b in blocks)
    stations = found.gathered.of("Q")
    assert sum(s.at_random for s in stations) >= 0.2 * len(stations)
    assert len({s.segment for s in stations}) == len(stations)


def test_partners_lie_in_the_same_domain_and_are_switched_away_from_it(found):
    for _, block in groupby(found.probed, key=lambda p: (p.name.target, p.name.block)):
        sites = {p.name.kind: p for p in block}
        assert sites["W"].name.domain == sites["B"].name.domain == -sites["O"].name.domain
        for probed in sites.values():
            assert probed.first_polarity == probed.name.domain * found.gathered.polarity
            assert probed.request.role is (Role.WALL if probed.name.kind == "W" else Role.BULK)


def test_the_image_after_says_what_each_probe_has_done(found):
    for station in found.gathered.of("Q"):
        sites = [str(p.name) for p in found.gathered.at(station.name)]
        events = station.after.notes["events"]
        assert [e["site"] for e in events] == sites
        assert all(e["kind"] in ("nothing", "wall moved", "new domain", "erased") for e in events)
        assert all(0 <= e["slope"] < 1 and e["resonance"] > 1e5 for e in events)
    (spare,) = found.gathered.of("S")
    pulse = next(e for e in spare.after.notes["events"] if "P" in e["site"])
    assert pulse["kind"] == "new domain"
    assert 2e-8 < pulse["radius"] < 8e-8


def test_every_decision_is_the_same_when_the_journal_is_told_again(whole):
    folder, _ = whole
    answers = again(folder)
    assert len(answers) > 25
    assert all(a.identical for a in answers), [a.difference() for a in answers if not a.identical]


def test_a_run_that_was_broken_off_goes_on_to_the_same_number_of_units(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**TABLES))
    probes = 0

    def sixth(event):
        nonlocal probes
        probes += isinstance(event, ProbeStarted)
        return probes == 6

    with session(monkeypatch, folder) as opened:
        before = drive(opened, until=sixth)
    with session(monkeypatch, folder) as opened:
        after = drive(opened)
    assert after[-1].outcome == "done"
    assert len(journal(folder, "question_registered")) == 1
    sites = [e.request.site for e in before + after if isinstance(e, ProbeStarted)]
    assert len(sites) == len(set(sites))
    now = asked(tell(folder, summarise(folder)))
    assert now.answer.units == 5
    lost = [row for row in now.answer.excluded if "broke off" in row[2]]
    assert len(lost) == (1 if read_name(sites[5]).kind in "WB" else 0)
    assert all(a.identical for a in again(folder))


def test_another_question_is_refused_when_the_run_goes_on(monkeypatch, whole):
    folder, _ = whole
    other = config(**(TABLES | {"question": TABLES["question"] | {"effect": 0.31}}))
    with session(monkeypatch, folder) as opened:
        register_question(opened)  # the same one again: nothing happens
        with pytest.raises(StoreError, match="registered as"):
            register_question(replace(opened, config=other))
        with pytest.raises(StoreError, match="is none now"):
            register_question(replace(opened, config=opened.config.model_copy(
                update={"question": None}
            )))  # fmt: skip
    assert len(journal(folder, "question_registered")) == 1


def test_readings_do_not_depend_on_who_gathers_them(whole, found):
    folder, events = whole
    live = [e.observation for e in events if isinstance(e, Observed)]
    stored = summarise(folder).survey
    assert [o.request for o in stored.observations] == [o.request for o in live]
    again = readings(found.settings, gather(stored))
    assert again == found.readings


def test_the_report_answers_without_ever_saying_ferroelectric(monkeypatch, whole, found):
    folder, _ = whole
    monkeypatch.setattr(html, "LEVELS", (html.Detail(256, 96, 0),))
    page = html.render(folder, summarise(folder))
    assert "The question" in page
    assert found.answer.question.title in page
    assert "charge injection cannot be excluded" in page
    start = page.index('<section class="question">')
    assert "ferroelectric" not in page[start : page.index("</section>", start)]


def test_a_paper_has_methods_a_table_figures_and_the_answer(whole, found, tmp_path):
    folder, _ = whole
    out = tmp_path / "paper"
    told = CliRunner().invoke(
        app, ["paper", str(folder.path), "--out", str(out), "--places", "1", "--json"]
    )
    assert told.exit_code == 0, told.output
    names = {f.name for f in out.iterdir()}
    assert {str(out / n) for n in names} == set(json.loads(told.stdout)["files"])
    figures = {n for n in names if n.startswith("figure-")}
    assert {"figure-overview.svg", "figure-answer.pdf", "figure-answer.svg"} <= figures
    for name in figures:
        if name.endswith(".svg"):
            ElementTree.fromstring((out / name).read_text("utf-8"))
        else:
            assert (out / name).read_bytes().startswith(b"%PDF")
    text = (out / "methods.txt").read_text("utf-8")
    assert found.answer.question.digest in text
    assert "ferroelectric" not in text
    rows = list(csv.DictReader((out / "sites.csv").read_text("utf-8").splitlines()))
    assert len(rows) == len(journal(folder, "probe_started"))
    by_site = {r["site"]: r for r in rows}
    for reading in found.readings:
        row = by_site[reading.site]
        assert row["segment"] == reading.cluster
        assert math.isclose(abs(float(row["onset_v"])), reading.value)
    answer = json.loads((out / "answer.json").read_text("utf-8"))
    assert answer["decision"] == str(found.answer.decision)
    assert answer["effect"]["value"] == pytest.approx(found.answer.effect.value)
    assert answer["registered_digest"] == answer["digest"]


def test_probes_of_the_question_are_counted_over_the_whole_run(found):
    indices = [r.index for r in found.readings]
    assert indices == sorted(indices)
    assert indices[0] == sum(isinstance(p.request, ProbeRequest) for p in found.gathered.at("S1"))
