from ai_afm.report.health import check_lines, data_of
from ai_afm.store.journal import Row
from ai_afm.survey.health.suspect import Doubt, Moment


def row(sequence, kind, **payload):
    wall = f"2026-11-20T10:00:{sequence:02d}+00:00"
    return Row(sequence, wall, float(sequence), "run", kind, payload, "", "")


def scan(sequence, number, lines=64):
    return [
        row(sequence, "scan_started", scan=number),
        row(sequence + 1, "observed", scan=number, lines=lines),
    ]


NIGHT = [
    *scan(1, 1),
    *scan(3, 2),
    row(5, "observed", probe=1, lines=0),
    row(6, "observed", map=1, lines=30),
    *scan(7, 3, 32),
    row(9, "observed", probe=2, lines=0),
    row(10, "scan_started", scan=4),
    row(11, "observed", probe=3, lines=0),
    *scan(12, 5),
    row(14, "observed", probe=4, lines=0),
]


def test_everything_between_the_good_looks_is_listed():
    doubt = Doubt("double_tip", Moment(1, 64), Moment(3, 64), Moment(5, 0))
    assert data_of(NIGHT, doubt) == "scans 2–3; map 1; probes 1–3"


def test_without_a_good_look_before_and_after_all_is_listed():
    assert data_of(NIGHT, Doubt("ringing", None, Moment(3, 32))) == (
        "scans 1–3, 5; map 1; probes 1–4"
    )


def test_a_doubt_within_a_scan_that_broke_off_names_no_data():
    doubt = Doubt("ringing", Moment(4, 16), Moment(4, 48), Moment(5, 0))
    assert data_of(NIGHT, doubt) == "probe 3"
    within = Doubt("ringing", Moment(4, 16), Moment(4, 48), Moment(4, 96))
    assert data_of(NIGHT, within) == "nothing that was finished"


def test_looks_at_the_patch_are_told_with_score_and_limit():
    common = {"source": "patch", "scan": 7, "limit": 0.08, "meaning": "strength"}
    rows = [
        row(1, "run_started"),
        row(31, "health", detector="double_tip", verdict="good", score=0.0123, **common),
        row(32, "health", detector="detuning", verdict="cannot tell", score=None, **common),
        row(33, "health", **common | {"source": "live"}, detector="ringing", verdict="good"),
    ]
    good, unknown = check_lines(rows)
    assert (good.clock, good.what, good.score) == ("0:00:30", "double tip", "0.0123 (limit 0.08)")
    assert (unknown.verdict, unknown.score) == ("cannot tell", "–")
