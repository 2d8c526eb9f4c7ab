"""Nothing that the model does not know reaches a controller."""

import pytest

from ai_afm.survey.survey import Survey
from ai_afm.survey.trust import outside, trusted
from ai_afm.types import (
    Consent,
    Limits,
    Observation,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    WallNetwork,
    Waveform,
)

REGION = ScanRegion((0.0, 0.0), (2e-6, 1e-6))
REQUEST = ScanRequest(REGION, (64, 128), line_rate=1.0)
NOTES = {"ood_score": 1.7, "uncertain": [[0.0, 0.0, 0.4]], "segmentation": "000003.h5"}


def seen(**notes):
    return Observation(3, REQUEST, 64, WallNetwork(REGION, ()), notes=NOTES | notes)


def empty_survey():
    limits = Limits(REGION, 1e-4, 60.0, 10.0, 5.0, -1.0, 1.0, 1e-6, 1e-7, 1e4, 1e4, 1e-3, 3600.0)
    return Survey(limits, Consent())


def test_a_known_frame_is_taken_as_it_is():
    observation = seen(ood=False)
    assert outside(observation) is None
    assert trusted(observation) is observation


def test_the_words_name_the_scan_and_the_score():
    assert outside(seen(ood=True)) == (
        "scan 3 is unlike what the model was trained on (score 1.70)"
    )


def test_a_score_that_is_not_known_is_not_named():
    assert "score" not in outside(seen(ood=True, ood_score=None))


def test_the_survey_takes_in_neither_walls_nor_doubts_of_an_unknown_frame():
    kept = empty_survey().add(seen(ood=True)).observations[0]
    assert kept.network is None
    assert "uncertain" not in kept.notes
    assert kept.notes["segmentation"] == "000003.h5"


def test_the_survey_takes_in_the_walls_of_a_known_frame():
    kept = empty_survey().add(seen(ood=False)).observations[0]
    assert kept.network is not None
    assert kept.notes["uncertain"]


@pytest.mark.parametrize("notes", [None, {}, {"ood": None}])
def test_what_was_not_asked_about_is_not_unknown(notes):
    probe = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), Waveform(3.0, steps=32, cycles=1))
    assert outside(Observation(1, probe, notes=notes)) is None
