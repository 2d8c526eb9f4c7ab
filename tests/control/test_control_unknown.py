"""Controllers leave alone what the model does not know, and say so."""

from dataclasses import dataclass, replace

import pytest
from survey_factory import CROSSED, EVERYWHERE, config, limits, play

from ai_afm.control.targets import TargetsController
from ai_afm.survey.survey import Survey
from ai_afm.types import Role, ScanRequest

CONTROLLER = TargetsController(config())
SURVEY = Survey(limits(), EVERYWHERE, seed=7)


@dataclass(frozen=True)
class PartlyUnknown:
    """A drawing that the model does not know in the frames that `unknown` picks."""

    drawing: object
    unknown: object

    def observe(self, number, request):
        observation = self.drawing.observe(number, request)
        if isinstance(request, ScanRequest) and self.unknown(request):
            return replace(observation, notes={"ood": True, "ood_score": 2.5})
        return observation


def test_an_unknown_overview_is_followed_by_the_raster_alone_and_the_reason_says_why():
    sample = PartlyUnknown(CROSSED, lambda request: request.role is Role.OVERVIEW)
    played = play(CONTROLLER, sample, SURVEY)
    assert set(played.roles()) == {"overview", "raster"}
    assert "unlike what the model was trained on (score 2.50)" in played.requests[1].reason
    assert "unlike what the model was trained on" in played.words


def test_an_unknown_closer_frame_ends_its_target_and_the_next_reason_says_so():
    sample = PartlyUnknown(CROSSED, lambda request: request.target == "T1")
    played = play(CONTROLLER, sample, SURVEY)
    frames = played.frames(Role.ZOOM)
    assert [r.target for r in frames].count("T1") == 1
    assert {r.target for r in frames} >= {"T2", "T3"}
    second = next(r for r in frames if r.target == "T2")
    assert "T1 is left, for scan 2 is unlike what the model was trained on" in second.reason


@pytest.mark.parametrize("size", [1.2e-6, 0.5e-6])
def test_nothing_is_probed_where_a_closer_look_was_unknown(size):
    def closer(request):
        return request.target == "T1" and max(request.region.size) < 1.01 * size

    played = play(CONTROLLER, PartlyUnknown(CROSSED, closer), SURVEY)
    assert played.probes()
    assert "T1" not in {p.target for p in played.probes()}


def test_where_every_closer_frame_is_unknown_the_run_ends_without_a_pulse():
    sample = PartlyUnknown(CROSSED, lambda request: request.role is Role.ZOOM)
    played = play(CONTROLLER, sample, SURVEY)
    assert not played.probes()
    assert "is left, for scan" in played.words
