"""What a run has gathered for its question, from literal notes of a survey."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.config import QuestionSettings
from ai_afm.survey.question.gathered import gather
from ai_afm.survey.question.names import SiteName, is_aside, is_place, read_name
from ai_afm.survey.question.readings import arm_of, placed, readings, spacing
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
WALLS = QuestionSettings(compare="wall", with_="bulk", effect=0.2)
GOOD = {
    "onset": 4.0, "step": 0.25, "half": 4.4, "swing": 4e-9, "second": 4e-9, "noise": 3e-11,
    "mixed": False, "reasons": [],
}  # fmt: skip
IDLE = GOOD | {"onset": None, "swing": 1e-10, "reasons": ["nothing has switched for good"]}


def image(number, target, role, **notes):
    request = ScanRequest(RANGE, (16, 20), 1.0, role=role, target=target)
    return Observation(number, request, lines=16, seconds=10.0, notes=notes)


def probe(number, site, readout=None, polarity=1, **notes):
    name = read_name(site)
    request = ProbeRequest(
        ProbeKind.HYSTERESIS_LOOP, (number * 2e-7, 1e-7), Waveform(8.0, first_polarity=polarity),
        target=name.target if name else "T1", site=site,
    )  # fmt: skip
    return Observation(number, request, seconds=2.0, notes={"readout": readout or GOOD, **notes})


def survey(*observations):
    known = Survey(LIMITS, Consent())
    for observation in observations:
        known = known.add(observation)
    return known


def station(number, target="Q1", segment="wall 1 part 1", at_random=False):
    facts = {"segment": segment, "share": 0.1, "at_random": at_random, "at": [0.0, 0.0]}
    return image(number, target, Role.BEFORE, station=facts, view=None, no_view="drawn by hand")


@given(
    st.builds(
        SiteName,
        st.sampled_from(["Q1", "S12", "E3"]), st.integers(1, 40), st.sampled_from("WBOLP"),
        st.sampled_from([1, -1]), st.integers(1, 9),
    )
)  # fmt: skip
def test_a_name_says_what_it_was_made_from(name):
    assert read_name(str(name)) == name
    assert is_place(name.target)
    assert is_aside(name.target) is not name.target.startswith("Q")


@pytest.mark.parametrize("site", [None, "", "T1-2W", "Q1", "Q1-1XA", "Q1-1WC", "Q1-1WA-"])
def test_other_names_are_left_alone(site):
    assert read_name(site) is None


def test_a_block_becomes_readings_with_arm_segment_and_order():
    known = survey(
        probe(1, "T1-1W"), station(1, at_random=True), probe(2, "Q1-1BA"), probe(3, "Q1-1WA"),
        probe(4, "Q1-1OB", polarity=-1),
    )  # fmt: skip
    found = readings(WALLS, gather(known))
    assert [(r.arm, r.index, r.value) for r in found] == [
        ("bulk", 1, 4.0), ("wall", 2, 4.0), ("bulk of the other polarity", 3, 4.0)
    ]  # fmt: skip
    assert {(r.cluster, r.block, r.at_random, r.why_not) for r in found} == {
        ("wall 1 part 1", "Q1-1", True, "")
    }
    assert [p.name for p in placed(WALLS, gather(known))] == ["Q1-1BA", "Q1-1WA", "Q1-1OB"]


def test_domains_are_arms_where_they_are_compared():
    both = QuestionSettings(compare="domain A", with_="domain B", effect=0.2)
    assert arm_of(both, SiteName("Q1", 1, "B", 1)) == "domain A"
    assert arm_of(both, SiteName("Q1", 1, "B", -1)) == "domain B"


def test_loops_vote_on_the_polarity_and_what_came_before_it_is_left_out():
    known = survey(station(1), probe(1, "Q1-1WA", IDLE))
    assert gather(known).polarity == -1, "domain A did not switch with a positive bias"
    known = known.add(probe(2, "Q1-1BB", polarity=1)).add(probe(3, "Q1-1WA2", polarity=-1))
    found = gather(known)
    assert found.polarity == -1
    why = [r.why_not for r in readings(WALLS, found)]
    assert "began with the polarity that the domain has" in why[0]
    assert why[1:] == ["", ""]


@pytest.mark.parametrize(
    ("readout", "notes", "words"),
    [
        (GOOD | {"mixed": True}, {}, "both polarities"),
        (GOOD | {"reasons": ["it ends off its start"]}, {}, "off its start"),
        (GOOD, {"lost": True}, "broke off"),
        ({}, {}, ""),
    ],
    ids=["mixed", "bad fit", "lost", "good"],
)
def test_a_site_that_cannot_be_used_says_why(readout, notes, words):
    known = survey(station(1), probe(1, "Q1-1WA", readout or GOOD, **notes))
    (found,) = readings(WALLS, gather(known))
    assert words in found.why_not
    assert bool(found.why_not) is bool(words)


def test_half_switching_is_read_from_the_fit():
    half = QuestionSettings(compare="wall", with_="bulk", on="half-switching bias", effect=0.2)
    (found,) = readings(half, gather(survey(station(1), probe(1, "Q1-1WA"))))
    assert found.value == 4.4


def test_the_radius_is_that_of_a_pulse_on_spare_ground():
    events = [
        {"site": "S1-1LA", "kind": "wall moved", "radius": 9e-8},
        {"site": "S1-1PA", "kind": "new domain", "radius": 4e-8},
    ]
    begun = survey(station(1, "S1"), probe(1, "S1-1LA"), probe(2, "S1-1PA"))
    assert gather(begun).dot_radius is None
    found = gather(begun.add(image(2, "S1", Role.AFTER, events=events)))
    assert found.dot_radius == 4e-8
    assert spacing(found.dot_radius, 1e-7) > 3 * 4e-8
    assert spacing(None, 1e-7) == 1e-7


def test_the_same_place_imaged_twice_after_is_early_and_late():
    known = survey(station(1, "E1"), image(2, "E1", Role.AFTER), image(3, "E1", Role.AFTER))
    (found,) = gather(known).stations
    assert (found.after.number, found.late.number) == (2, 3)


def test_a_probe_without_a_readout_has_no_value():
    request = probe(1, "Q1-1WA").request
    known = survey(station(1), Observation(1, request, notes={}))
    (found,) = readings(WALLS, gather(known))
    assert math.isnan(found.value)
    assert "readout" in found.why_not
