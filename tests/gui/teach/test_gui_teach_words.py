from datetime import date
from pathlib import Path

import numpy as np
import pytest
from teach_parts import lab_factory

from ai_afm.flywheel.datasets.manifest import Kind
from ai_afm.types import ClassCode
from ai_afm_gui.teach import answers
from ai_afm_gui.teach.lab_books import Books, DatasetLine
from ai_afm_gui.teach.lines import pieces_of
from ai_afm_gui.teach.outcome import Outcome, read_outcome
from ai_afm_gui.teach.pictures import read_gallery

DAY = date(2026, 3, 1)


def test_the_last_json_object_is_the_result_and_the_last_line_the_message():
    end = read_outcome(6, b'said\n{"passed": false}\n', b"one\nai-afm: refused it\n\n")
    assert (end.result, end.message, end.refused) == ({"passed": False}, "refused it", True)


@pytest.mark.parametrize("output", [b"", b"no json", b"[1, 2]", b'{"torn": '])
def test_an_output_without_an_object_gives_an_empty_one(output):
    assert read_outcome(0, output, b"").result == {}


def test_a_verb_that_says_nothing_is_told_with_its_code():
    assert "code 3" in answers.failed_words("train", Outcome(3))
    assert answers.failed_words("train", Outcome(3, {}, "no dataset")) == "no dataset"


def test_a_new_set_is_named_by_the_day_and_no_name_is_given_twice():
    def known(*names):
        made = [DatasetLine(n, Kind.TRAINING, "ab", 1, 0, "", 0) for n in names]
        return Books(Path("lab"), datasets=tuple(made))

    assert answers.next_name(known(), DAY) == "2026-03-01"
    assert answers.next_name(known("2026-03-01", "2026-03-01-2"), DAY) == "2026-03-01-3"


def test_a_rollback_says_which_live_runs_obey_and_which_do_not():
    runs = [
        {"run": "/lab/runs/monday", "obeys": True, "answer": "b looks from line 8 on"},
        {"run": "/lab/runs/tuesday", "obeys": False, "answer": "it does not answer"},
    ]
    told = {"model": "a", "before": "b", "runs": runs}
    words = answers.rolled_back_words(Outcome(0, told))
    assert "Live run monday: b looks from line 8 on." in words
    assert "Live run tuesday does not obey: it does not answer." in words
    assert "No live run" in answers.rolled_back_words(Outcome(0, told | {"runs": []}))


def test_a_promotion_says_whether_the_model_looks_on_or_is_used():
    assert "looks on" in answers.promoted_words(Outcome(0, {"model": "a", "state": "shadow"}))
    assert "next run uses a" in answers.promoted_words(
        Outcome(0, {"model": "a", "state": "active"})
    )


def test_an_interrupted_training_says_that_its_checkpoint_is_kept():
    assert "checkpoint is kept" in answers.trained_words(Outcome(130))


def test_lines_become_pieces_between_neighbours_and_none_is_doubled():
    codes = np.zeros((4, 7), np.uint8)
    codes[1, 1:4] = 2  # two pieces along the row
    codes[2, 4] = 2  # linked across the corner
    codes[0, 6] = 4  # alone
    codes[3, :] = 255
    pieces = pieces_of(codes)
    assert {c: len(p) for c, p in pieces.items()} == {
        ClassCode.WALL_180: 3, ClassCode.GRAIN_BOUNDARY: 1,
    }  # fmt: skip
    assert pieces[ClassCode.WALL_180][-1].tolist() == [3.5, 1.5, 4.5, 2.5]


def test_a_model_that_was_not_judged_has_no_pictures(tmp_path):
    with lab_factory.open_lab(tmp_path) as store:
        found = read_gallery(store.lab.path, None)
    assert (found.pictures, found.words) == ((), "No gate has judged this model in this lab.")
