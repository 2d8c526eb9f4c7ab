"""Fixed plans in whole runs on the twin: probed, ended in the middle, resumed, reported."""

import pytest
from run_parts import config, create, session

from ai_afm.acquire.rebuild import stored_observation
from ai_afm.control.plan_names import read_plan_name
from ai_afm.events import Observed
from ai_afm.report.html import render
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.service.replay.ask import ask_again
from ai_afm.service.replay.told import read_run
from ai_afm.survey.question.starts import starts_of
from ai_afm.types import ProbeRequest

OPTIONS = {"world": "ferroelectric_ceramic"}


def planned(plan):
    kind, seed = ("wall_junction", 104) if plan == "star" else ("long_wall", 101)
    return config(
        targets={"count": 1, "ladder_nm": (900.0,), "lines": 56, "pixels": 64,
                 "weights": {kind: 10.0}},
        instrument={"options": OPTIONS | {"seed": seed}},
        probe={"plan": plan, "transect_sites": 3 if plan == "star" else 2, "image_lines": 16,
               "transect_reach_nm": 200.0, "min_spacing_nm": 50.0, "along_step_nm": 150.0,
               "cycles": 2},
    )  # fmt: skip


def drive(monkeypatch, folder, probes=None):
    """Run to the end, or until so many probes were observed."""
    seen = 0
    with session(monkeypatch, folder) as opened:
        happening = run(opened)
        for event in happening:
            seen += isinstance(event, Observed) and isinstance(
                event.observation.request, ProbeRequest
            )
            if seen == probes:
                break
        happening.close()


@pytest.mark.parametrize("plan", ["transect", "along", "star"])
def test_a_run_probes_a_plan_and_after_an_end_in_the_middle_goes_on_with_the_same_site(
    monkeypatch, tmp_path, plan
):
    folder = create(monkeypatch, tmp_path / "run", planned(plan))
    drive(monkeypatch, folder, probes=2)
    drive(monkeypatch, folder)
    told = read_run(folder)
    for answer in ask_again(told, lambda payload: stored_observation(folder, payload)):
        assert answer.identical, answer.difference()
    summary = summarise(folder)
    requests = [o.request for o in summary.survey.probes()]
    places = [read_plan_name(r.site) for r in requests]
    assert len(places) == len(set(places)) >= 3
    assert {p.plan for p in places} == {plan}
    whole = len(requests)
    assert [f"site {k} of {whole}" in r.reason for k, r in enumerate(requests, start=1)] == (
        [True] * whole
    )
    starts = starts_of(list(summary.survey.probes()))
    assert set(starts) == {r.site for r in requests}
    # the first loop beside a wall may have guessed which sign switches its domain
    wrong = [site for site, start in starts.items() if start.against is False]
    assert len(wrong) <= 1
    assert plan == "along" or any(start.against for start in starts.values())
    signs = [r.waveform.first_polarity for r in requests if starts[r.site].domain == ""]
    assert abs(sum(signs)) <= 1 + (plan == "star")
    page = render(folder, summary)
    assert "Fixed plans" in page
    assert "arc length along the wall (nm)" in page or plan != "along"
