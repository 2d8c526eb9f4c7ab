"""A sequence, step by step, from the survey alone."""

from dataclasses import replace

import numpy as np
import pytest
from survey_factory import EVERYWHERE, limits

from ai_afm.config import parse_config
from ai_afm.control.sequence import (
    SequenceController,
    next_of_sequence,
    sequence_words,
    threshold_of,
)
from ai_afm.control.sequence_steps import steps_of
from ai_afm.errors import ConfigError
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Observation,
    Role,
    ScanRegion,
    ScanRequest,
    Wall,
    WallNetwork,
    WriteRequest,
)

TIMES = InstrumentTimes()
STEPS = """
[imaging]
drive_v = {drive}
[sequence]
size_nm = [800.0, 600.0]
lines = 24
pixels = 32
steps = ["image", "write", "wait 60", "image"]
repeat = 2
{more}
[sequence.write]
pattern = "dots"
size_nm = [200.0, 100.0]
pitch_nm = 100.0
bias_v = [5.0, -6.0]
ms = [100.0]
"""
LADDER = """
[sequence.ladder]
center_nm = [900.0, 0.0]
bias_v = [2.0, 3.0, 4.0, 5.0]
repeats = 2
pole_v = 8.0
"""


def sequence(drive=1.0, more="", ladder=""):
    return parse_config(STEPS.format(drive=drive, more=more) + ladder)


def empty(seconds=36000.0):
    return Survey(limits(seconds=seconds), EVERYWHERE, 1)


def ring(center, radius):
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius + np.array(center)
    return Wall(points, 2, 0.9, closed=True)


def observed(request, number=1, written=99.0, finished=True):
    """Return what a request would bring on a sample that is written from a bias (V) on."""
    if isinstance(request, WriteRequest):
        notes = {"applied": [[s.bias, s.seconds, 0.0] for s in request.strokes]}
        return Observation(
            number, request, lines=len(request.strokes), finished=finished, seconds=1.0, notes=notes
        )
    walls = ()
    if request.target == "ladder after":
        walls = tuple(ring(at, 2.5e-8) for at, bias in RUNGS if abs(bias) >= written)
    network = WallNetwork(request.region, walls)
    return Observation(
        number, request, lines=request.shape[0], network=network, finished=finished, seconds=10.0
    )


RUNGS = [
    (s.start, s.bias)
    for step in steps_of(sequence(more="check_drive = true", ladder=LADDER))
    if step.name == "ladder write"
    for s in step.make(empty(), TIMES).strokes
]


def play(config, survey=None, written=99.0, most=100):
    survey, names = survey or empty(), []
    for number in range(1, most):
        choice = next_of_sequence(config, survey, TIMES)
        if choice is None:
            break
        names.append(choice.request.target)
        survey = survey.add(observed(choice.request, number, written))
    return names, survey


def test_steps_come_in_order_repetition_by_repetition():
    names, survey = play(sequence())
    assert names == ["S1.1", "S1.2", "S1.3", "S1.4", "S2.1", "S2.2", "S2.3", "S2.4"]
    assert sequence_words(sequence(), survey, TIMES) == "The sequence is done"


def test_a_run_without_the_table_has_no_step():
    assert next_of_sequence(parse_config(""), empty(), TIMES) is None


def test_each_repetition_writes_with_the_next_bias():
    _, survey = play(sequence())
    writes = [o.request for o in survey.observations if isinstance(o.request, WriteRequest)]
    assert [w.largest_bias for w in writes if w.strokes] == [5.0, 6.0]
    assert [w.rest for w in writes if not w.strokes] == [60.0, 60.0]


def test_a_write_that_broke_off_is_never_proposed_again():
    config, survey = sequence(), empty()
    survey = survey.add(observed(next_of_sequence(config, survey, TIMES).request))
    write = next_of_sequence(config, survey, TIMES).request
    lost = Observation(1, write, finished=False, notes={"lost": True})
    assert next_of_sequence(config, survey.add(lost), TIMES).request.target == "S1.3"


def test_an_image_that_broke_off_is_made_again_but_not_for_ever():
    config, survey = sequence(), empty()
    for number in range(1, 4):
        request = next_of_sequence(config, survey, TIMES).request
        assert request.target == "S1.1"
        survey = survey.add(observed(request, number, finished=False))
    assert next_of_sequence(config, survey, TIMES).request.target == "S1.2"


def test_a_step_that_was_refused_ends_the_sequence_in_words():
    config, survey = sequence(), empty()
    survey = survey.refuse(next_of_sequence(config, survey, TIMES).request, "no consent there")
    assert next_of_sequence(config, survey, TIMES) is None
    assert "step S1.1 was refused: no consent there" in sequence_words(config, survey, TIMES)


def test_a_step_that_the_budget_does_not_hold_ends_the_sequence_in_words():
    survey = empty(seconds=20.0)
    assert next_of_sequence(sequence(), survey, TIMES) is None
    assert "takes 24 s of the 20 s left" in sequence_words(sequence(), survey, TIMES)


def test_drift_is_followed_by_images_and_writes_alike():
    config = sequence()
    drifted = replace(empty(), offset=(5e-8, -2e-8))
    image = next_of_sequence(config, drifted, TIMES).request
    assert image.region.center == pytest.approx((5e-8, -2e-8))
    survey = drifted.add(observed(image))
    write = next_of_sequence(config, survey, TIMES).request
    assert write.region.center == pytest.approx((5e-8, -2e-8))
    assert np.mean([s.start for s in write.strokes], axis=0) == pytest.approx((5e-8, -2e-8))


def test_the_same_survey_gives_the_same_step():
    _, survey = play(sequence(), most=4)
    first, second = (next_of_sequence(sequence(), survey, TIMES) for _ in range(2))
    assert first == second


def test_the_controller_does_the_sequence_and_nothing_else():
    controller = SequenceController(sequence())
    assert controller.propose(empty()).target == "S1.1"
    _, survey = play(sequence())
    assert controller.propose(survey) is None
    assert controller.closing_words(survey) == "The sequence is done"


def test_the_ladder_comes_first_and_only_once():
    names, _ = play(sequence(more="check_drive = true", ladder=LADDER), written=3.0)
    assert names[:5] == ["ladder pole", "ladder before", "ladder write", "ladder after", "S1.1"]
    assert names.count("ladder write") == 1


def test_the_rungs_stand_on_a_poled_box_with_the_opposite_sign():
    assert {bias for _, bias in RUNGS} == {-2.0, -3.0, -4.0, -5.0}
    assert len(RUNGS) == 2 * 4


def test_without_poling_each_bias_is_written_with_both_signs():
    config = sequence(more="check_drive = true", ladder=LADDER.replace("pole_v = 8.0", ""))
    steps = {step.name: step for step in steps_of(config)}
    rungs = steps["ladder write"].make(empty(), TIMES).strokes
    assert "ladder pole" not in steps
    assert sorted(s.bias for s in rungs if abs(s.bias) == 3.0) == [-3.0, -3.0, 3.0, 3.0]


def test_the_threshold_is_the_smallest_bias_that_wrote():
    config = sequence(more="check_drive = true", ladder=LADDER)
    _, survey = play(config, written=4.0)
    found = threshold_of(config, survey)
    assert (found.written, found.clean) == (4.0, 3.0)


@pytest.mark.parametrize(("drive", "written"), [(1.5, 4.0), (1.0, 3.0), (2.5, 99.0)])
def test_a_drive_of_at_most_half_the_threshold_goes_on(drive, written):
    names, _ = play(sequence(drive, "check_drive = true", LADDER), written=written)
    assert names[-1] == "S2.4"


@pytest.mark.parametrize(
    ("drive", "written", "words"),
    [
        (1.6, 4.0, r"drive of 1\.6 V is more than half of 3 V, .* to 1\.5 V"),
        (2.6, 99.0, r"more than half of 5 V, up to which the ladder wrote nothing"),
        (0.5, 2.0, "smallest bias of the ladder, 2 V, has written already"),
    ],
)
def test_a_drive_that_is_too_large_is_one_error_before_anything_else_is_imaged(
    drive, written, words
):
    config, survey = sequence(drive, "check_drive = true", LADDER), empty()
    for number in range(1, 5):
        survey = survey.add(
            observed(next_of_sequence(config, survey, TIMES).request, number, written)
        )
    with pytest.raises(ConfigError, match=words):
        next_of_sequence(config, survey, TIMES)


def test_a_check_of_a_drive_that_is_not_said_is_refused_before_anything_moves():
    text = STEPS.format(drive=1.0, more="check_drive = true") + LADDER
    with pytest.raises(ConfigError, match=r"needs imaging\.drive_v"):
        next_of_sequence(parse_config(text.replace("drive_v = 1.0", "")), empty(), TIMES)


def test_a_ladder_without_walls_to_look_at_is_an_error_too():
    config, survey = sequence(1.0, "check_drive = true", LADDER), empty()
    for number in range(1, 5):
        request = next_of_sequence(config, survey, TIMES).request
        survey = survey.add(replace(observed(request, number), network=None))
    with pytest.raises(ConfigError, match="cannot be checked"):
        next_of_sequence(config, survey, TIMES)


def test_every_second_frame_is_scanned_once_more():
    config = parse_config("[sequence]\nreimage_every = 2")
    survey = empty()
    asked = []
    for number in range(1, 6):
        region = ScanRegion((number * 1e-7, 0.0), (5e-7, 4e-7), 0.2)
        frame = ScanRequest(region, (16, 20), 1.0, role=Role.ZOOM, target=f"T{number}")
        survey = survey.add(observed(frame, number))
        choice = next_of_sequence(config, survey, TIMES)
        if choice is not None:
            asked.append(choice.request.target)
            assert choice.request.region == region
            assert choice.request.role == Role.SEQUENCE
            survey = survey.add(observed(choice.request, 10 + number))
    assert asked == ["again 2", "again 4"]
