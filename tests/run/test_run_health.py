"""Instrument health in a live run on the twin: faults that set in within a scan, and none."""

import pytest
from run_parts import config, create, go_on, of

import ai_afm.acquire.health as live
from ai_afm.events import Doubted, Faulted, Observed, ScanStopped
from ai_afm.report.health import section
from ai_afm.report.html import render
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.store.journal import Journal
from ai_afm.survey.health.watch import Live
from ai_afm.types import ProbeRequest, Role

NO_PROBES = {"enabled": False}
ONE = {"count": 1}


def drive(monkeypatch, path, faults=(), until=None, **tables):
    """Run on a twin with faults; return folder and events."""
    options = {"world": "labyrinth", "seed": 1, "faults": tuple(faults)}
    settings = config(**{"instrument": {"options": options}, "targets": ONE} | tables)
    folder = create(monkeypatch, path / "run", settings)
    return folder, go_on(monkeypatch, folder, until)


def scans(events):
    found = (e.observation for e in of(Observed, events))
    return [o for o in found if not isinstance(o.request, ProbeRequest)]


def health_rows(folder):
    with Journal.read(folder.journal_file) as journal:
        return [r.payload for r in journal.rows("health")]


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """An unattended run that loses contact at line 20 of its second scan, for 60 lines."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder, events = drive(
            monkeypatch, tmp_path_factory.mktemp("lost"), ["lost_contact@2:20x60"], probe=NO_PROBES
        )
    return folder, events


def test_a_fault_within_a_scan_is_told_within_32_lines(lost):
    begun = [e for e in of(Doubted, lost[1]) if not e.over]
    assert "lost_contact" in {e.detector for e in begun}
    assert {(e.scan, e.lines) for e in begun} == {(2, 48)}
    advice = next(e.advice for e in begun if e.detector == "lost_contact")
    assert "approach again" in advice


def test_a_frame_without_contact_is_stopped_and_its_bad_band_scanned_once_more(lost):
    (stopped,) = of(ScanStopped, lost[1])
    assert (stopped.scan, stopped.lines) == (2, 48)
    first, band = (next(o for o in scans(lost[1]) if o.number == n) for n in (2, 3))
    assert not first.finished
    assert first.notes["doubts"]
    assert band.notes["again_of"] == 2
    assert (band.request.role, band.request.target) == (Role.ZOOM, first.request.target)
    assert band.request.pixel_size == pytest.approx(first.request.pixel_size)
    assert band.finished
    assert "doubts" not in band.notes


def test_a_good_look_ends_the_doubt(lost):
    over = [e for e in of(Doubted, lost[1]) if e.over]
    assert {(e.detector, e.scan) for e in over} >= {("lost_contact", 3), ("saturation", 3)}
    rows = health_rows(lost[0])
    assert [r["verdict"] for r in rows if r["detector"] == "lost_contact"] == ["suspect", "good"]


def test_the_report_marks_the_right_scans(lost):
    summary = summarise(lost[0])
    told = section(tell(lost[0], summary))
    line = next(d for d in told["doubts"] if d.what == "lost contact")
    assert line.data == "scan 2"
    assert (line.good_until, line.over) == ("scan 1, line 64", "the start of scan 3")
    page = render(lost[0], summary)
    assert "These data were recorded after the last good look" in page


def test_what_the_survey_is_rebuilt_from_holds_the_doubts(lost):
    live_notes = [o.notes for o in scans(lost[1])]
    assert [o.notes for o in summarise(lost[0]).survey.scans()] == live_notes


def test_a_healthy_run_doubts_nothing_and_says_so(monkeypatch, tmp_path):
    folder, events = drive(monkeypatch, tmp_path)
    assert not of(Doubted, events)
    assert not health_rows(folder)
    assert all("doubts" not in o.notes and o.notes["good"] for o in scans(events))
    told = section(tell(folder, summarise(folder)))
    assert told["doubts"] == []
    assert len(told["not_done"]) == 3


def test_a_person_at_hand_is_told_and_the_frame_goes_on(monkeypatch, tmp_path):
    _, events = drive(
        monkeypatch, tmp_path, ["saturate@1:16x32"], run={"authority": "supervised"},
        probe=NO_PROBES, targets={"count": 0},
    )  # fmt: skip
    assert not of(ScanStopped, events)
    begun, over = of(Doubted, events)
    assert (begun.detector, begun.lines, begun.over) == ("saturation", 48, False)
    assert (over.lines, over.over) == (64, True)
    (overview,) = scans(events)
    assert overview.lines == 64
    assert overview.notes["doubts"] == ["saturation"]


def test_what_is_scanned_once_more_is_scanned_to_its_end(monkeypatch, tmp_path):
    faults = ["saturate@1:16x99", "saturate@2:0x99"]
    _, events = drive(monkeypatch, tmp_path, faults, probe=NO_PROBES, targets={"count": 0})
    first, again = scans(events)
    assert (first.lines, again.notes["again_of"]) == (48, 1)
    assert again.lines == again.request.shape[0]
    assert again.notes["doubts"] == ["saturation"]


def test_a_channel_that_was_never_good_is_doubted_and_stops_nothing(monkeypatch, tmp_path):
    _, events = drive(
        monkeypatch, tmp_path, ["saturate@1:0x99"], probe=NO_PROBES, targets={"count": 0}
    )
    (begun,) = of(Doubted, events)
    assert (begun.lines, begun.since) == (32, "the start of the run")
    assert scans(events)[0].finished


def test_a_doubt_outlives_the_end_of_the_program(monkeypatch, tmp_path):
    folder, events = drive(
        monkeypatch, tmp_path, ["saturate@1:16x99"], probe=NO_PROBES, targets={"count": 0},
        until=lambda e: isinstance(e, Observed),
    )  # fmt: skip
    assert len(of(Doubted, events)) == 1
    later = go_on(monkeypatch, folder)
    ended = of(Doubted, later)[0]
    assert (ended.detector, ended.over, ended.scan, ended.lines) == ("saturation", True, 2, 16)
    assert scans(later)[0].notes["again_of"] == 1


def test_a_detector_that_fails_is_a_fault_once_and_the_run_goes_on(monkeypatch, tmp_path):
    def broken(passes, known):
        raise ZeroDivisionError("no lines")

    others = tuple(x for x in live.LIVE if x.name != "ringing")
    monkeypatch.setattr(live, "LIVE", (Live("ringing", broken), *others))
    _, events = drive(monkeypatch, tmp_path, probe=NO_PROBES)
    (fault,) = of(Faulted, events)
    assert fault.kind == "health"
    assert "ringing failed: ZeroDivisionError" in fault.message
    assert len(scans(events)) == 2


def test_watching_can_be_switched_off(monkeypatch, tmp_path):
    _, events = drive(
        monkeypatch, tmp_path, ["saturate@1:16x32"], health={"live": False}, probe=NO_PROBES,
        targets={"count": 0},
    )  # fmt: skip
    assert not of(Doubted, events)
    assert scans(events)[0].finished


def test_a_second_apex_is_seen_at_the_patch_and_marks_all_since_the_last_good_look(
    monkeypatch, tmp_path
):
    folder, events = drive(
        monkeypatch, tmp_path, ["double_tip@3:0"], probe=NO_PROBES,
        health={"every_lines": 32, "patch_line_rate_hz": 2.0},
    )  # fmt: skip
    roles = [o.request.role for o in scans(events)]
    assert roles == [Role.OVERVIEW, Role.REFERENCE, Role.ZOOM, Role.REFERENCE, Role.REFERENCE]
    assert scans(events)[0].notes["quiet"]
    doubt = next(e for e in of(Doubted, events) if e.detector == "double_tip")
    assert (doubt.scan, doubt.since) == (5, "scan 2, line 64")
    told = section(tell(folder, summarise(folder)))
    line = next(d for d in told["doubts"] if d.what == "double tip")
    assert (line.data, line.over) == ("scans 3–5", "not seen")
    assert {c.verdict for c in told["checks"] if c.what == "double tip"} == {"suspect"}
