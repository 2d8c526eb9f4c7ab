"""The checks for charge that a run made, joined: retention from the notes of two images."""

import pytest

from ai_afm.survey.question.charge import Points, Verdict
from ai_afm.survey.question.checked import charge_verdict
from ai_afm.survey.question.gathered import gather
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Consent,
    Limits,
    Observation,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    Waveform,
)

RANGE = ScanRegion((0.0, 0.0), (8e-6, 6e-6))
LIMITS = Limits(RANGE, 2e-4, 60.0, 10.0, 5.0, -10.0, 10.0, 1e-6, 1e-7, 1e4, 1e4, 1e-3, 36000.0)
LOOP = Waveform(8.0)
DOTS = ("E1-1PA", "E1-2PB", "E1-3PA", "E1-4PB", "E1-5PA", "E1-6PB")


def image(number, role, signed=()):
    events = [{"site": s, "kind": "new domain", "signed": v} for s, v in signed]
    request = ScanRequest(RANGE, (16, 20), 1.0, role=role, target="E1")
    return Observation(number, request, seconds=20.0, notes={"events": events})


def survey(early, late, wait=400.0):
    known = Survey(LIMITS, Consent()).add(image(1, Role.BEFORE))
    for number, site in enumerate(DOTS, 1):
        pulse = ProbeRequest(
            ProbeKind.RELAXATION, (number * 2e-7, 0.0), Waveform(8.0, 4, 1, envelope="step"),
            target="E1", site=site,
        )  # fmt: skip
        known = known.add(Observation(number, pulse, seconds=2.0, notes={}))
    known = known.add(image(2, Role.AFTER, early))
    other = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 2e-6), LOOP, target="T1", site="T1-1W")
    known = known.add(Observation(7, other, seconds=wait, notes={}))
    return known.add(image(3, Role.AFTER, late)) if late else known


def dots(size, wobble=0.01):
    """Written dots: against domain A to the negative, against B to the positive."""
    return [
        (site, (-1 if site.endswith("A") else 1) * size + wobble * (k % 3))
        for k, site in enumerate(DOTS)
    ]


def verdict(known):
    return charge_verdict(known, gather(known), LOOP, lambda number: None)


@pytest.mark.parametrize(
    ("left", "points"),
    [(0.98, Points.POLARISATION), (0.3, Points.CHARGE), (0.7, Points.UNCLEAR)],
    ids=["stays", "fades", "in between"],
)
def test_dots_that_stay_point_to_polarisation_and_dots_that_fade_to_charge(left, points):
    (clue,) = verdict(survey(dots(0.9), dots(0.9 * left))).clues
    assert clue.test == "retention"
    assert clue.points is points
    assert clue.value.covers(left)


def test_the_words_say_how_old_the_dots_were():
    (clue,) = verdict(survey(dots(0.9), dots(0.9))).clues
    assert "from 16 to 436 s" in clue.words


def test_one_test_alone_never_excludes_charge():
    found = verdict(survey(dots(0.9), dots(0.9)))
    assert found.verdict is Verdict.OPEN
    assert found.missing == ("AC amplitude", "read bias")


def test_without_a_second_image_retention_is_not_tested():
    found = verdict(survey(dots(0.9), None))
    assert "retention" in found.missing


def test_a_run_without_checks_has_no_verdict():
    empty = Survey(LIMITS, Consent())
    assert charge_verdict(empty, gather(empty), LOOP, lambda number: None) is None
