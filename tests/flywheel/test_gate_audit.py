import numpy as np
import pytest
from gate_factory import a_crop, cases_of, lines, looker

from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.gate.audit import (
    DUBIOUS,
    Labelled,
    contradiction,
    contradictions,
    exchanged_share,
    label_findings,
)
from ai_afm.flywheel.gate.findings import Limits

COLUMNS = (15, 34, 70, 110)
SHAPE = (96, 128)


def sheet(label, seed=3):
    """A crop with the channels of all others and another label."""
    crop = a_crop(seed, COLUMNS, shape=SHAPE)
    return TrainingCrop(crop.channels, label, np.where(label > 0, 7, 0).astype(np.uint8), label > 9)


TRUE = a_crop(3, COLUMNS, shape=SHAPE)


def said_of(label, code=None):
    """What a model that sees the true lines has against a label."""
    crop = sheet(label)
    return contradiction(
        Labelled(1, "Ann", crop, held=True),
        looker(cases_of([crop]), lambda _: lines(TRUE, code=code)),
    )


def test_a_right_label_is_not_contradicted():
    assert said_of(TRUE.label) is None


def test_a_label_drawn_one_pixel_beside_is_not_contradicted():
    assert said_of(np.roll(TRUE.label, 1, axis=1)) is None


def test_an_empty_label_where_lines_are_seen_is_contradicted():
    assert "nothing is drawn" in said_of(np.zeros(SHAPE, np.uint8)).words


def test_a_label_that_lies_beside_is_contradicted():
    assert "7 px beside" in said_of(np.roll(TRUE.label, 7, axis=1)).words


def test_walls_that_are_called_boundaries_are_contradicted():
    wrong = np.where(TRUE.label > 0, 4, 0).astype(np.uint8)
    assert "another class" in said_of(wrong).words


@pytest.mark.parametrize("code", [1, 3])
def test_another_type_of_wall_is_no_contradiction(code):
    assert said_of(TRUE.label, code=code) is None


def test_lines_that_stand_out_nowhere_are_contradicted():
    crop = sheet(TRUE.label)
    dark = TrainingCrop(crop.channels, crop.label, np.zeros_like(crop.visible), crop.ignore)
    found = contradiction(
        Labelled(1, "Ann", dark, held=True), looker(cases_of([dark]), lambda _: lines(TRUE))
    )
    assert "stand out in no channel" in found.words


def test_where_the_model_sees_nothing_it_has_no_say_about_classes():
    faint = np.full((6, *SHAPE), 0.01, np.float32)
    assert exchanged_share(TRUE.label, faint) is None


def test_a_label_that_was_looked_at_again_is_believed():
    crop = sheet(np.zeros(SHAPE, np.uint8))
    candidate = looker(cases_of([crop]), lambda _: lines(TRUE))
    doubted, believed = (Labelled(k, "Ann", crop, True, looked_at=k == 2) for k in (1, 2))
    assert [c.revision for c in contradictions([doubted, believed], candidate)] == [1]


def test_a_dubious_label_is_named_for_a_second_look_and_refuses_nothing():
    emptied = sheet(np.zeros(SHAPE, np.uint8))
    half = sheet(np.where(np.arange(SHAPE[1]) < 25, TRUE.label, 0).astype(np.uint8))
    candidate = looker(cases_of([emptied, half]), lambda _: lines(TRUE))
    labels = [Labelled(k, "Ann", crop, True) for k, crop in ((1, emptied), (2, half))]
    assert [c.revision for c in contradictions(labels, candidate)] == [1]
    both = contradictions(labels, candidate, DUBIOUS)
    assert [(c.revision, c.severity > 1) for c in both] == [(1, True), (2, False)]
    (finding,) = label_findings(labels, candidate, Limits())
    assert (finding.value, finding.words.endswith("look also at 2")) == (0.5, True)
