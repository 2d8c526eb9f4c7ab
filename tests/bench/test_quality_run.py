import json

import cv2
import numpy as np
import pytest

from ai_afm.bench.quality.answers import answer, make_segmenter, settled_rows, withheld
from ai_afm.bench.quality.benchmark import benchmark
from ai_afm.bench.quality.frames import pose
from ai_afm.bench.quality.look import look
from ai_afm.bench.quality.shifts import SHIFTS
from ai_afm.bench.quality.statistics import grain_bias
from ai_afm.bench.quality.worlds import draw_scene
from ai_afm.segment.model_file import load_model
from ai_afm.segment.uncertainty import uncertainty
from ai_afm.types import ClassCode, Segmentation

FIELDS = (
    "macro_f1_2px", "log_sato_macro_f1_2px", "f1_by_mode", "f1_1px", "confusion",
    "wall_vs_boundary_confusion", "junction_f1", "betti_error_ratio_to_sato", "ece",
    "ece_shifted", "ood_auroc", "partial_f1_gap", "density_bias", "g_bias", "ci_coverage",
)  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return benchmark(3, 2, data=tmp_path_factory.mktemp("no_scans"))


def test_all_fields_of_the_issue_are_there_and_are_json(result):
    assert set(FIELDS) <= set(result)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert set(result["ece_shifted"]) == set(SHIFTS)


def test_scores_are_shares(result):
    shares = [result[k] for k in ("macro_f1_2px", "f1_1px", "ood_auroc", "junction_f1")]
    assert all(0 <= s <= 1 for s in shares)
    assert result["macro_f1_2px_strict"] <= result["macro_f1_2px"]
    assert result["macro_f1_2px"] <= result["macro_f1_2px_lenient"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_same_seed_gives_the_same_numbers_and_the_baseline_stays_where_it_was_fixed():
    first = benchmark(5, 22)
    assert benchmark(5, 22) == first
    assert first["log_sato_macro_f1_2px"] <= 0.75


def test_without_a_folder_only_painted_frames_are_outside(result):
    assert result["ood_outside"]["real"] == []
    assert result["ood_auroc_real"] is None


class Oracle:
    """A segmenter that is told the truth of the one frame it is shown."""

    model, model_sha256 = "oracle@1", ""

    def __init__(self, label):
        self._label = label

    def begin(self, frame):
        pass

    def glimpse(self, frame, lines, final=False):
        classes = (0, 1, 2, 3, 4)
        bands = [
            cv2.dilate((self._label == c).astype(np.uint8), np.ones((3, 3))) for c in (2, 3, 4)
        ]
        planes = np.stack([np.full(frame.shape, 0.05), np.zeros(frame.shape), *bands])
        probability = (planes / planes.sum(axis=0)).astype(np.float32)
        label = np.array(classes, np.uint8)[probability.argmax(axis=0)]
        return Segmentation(
            probability, classes, label, uncertainty(probability), "oracle@1", "", lines
        )


def test_who_knows_the_truth_scores_nearly_everything():
    exam = pose(draw_scene(5, 0))
    seen = look(Oracle(exam.label), exam)
    right, drawn, found, true = seen.counts["ruled"][0]
    assert exam.true(ClassCode.WALL_180).sum() == true
    assert right / drawn > 0.97
    assert found / true > 0.97
    assert seen.confusion.wall_vs_boundary() == 0
    assert seen.lengths[0] == pytest.approx(seen.lengths[1], rel=0.03)


class Blind:
    """A segmenter that finds nothing."""

    model, model_sha256 = "blind@1", ""

    def begin(self, frame):
        pass

    def glimpse(self, frame, lines, final=False):
        probability = np.stack([np.ones(frame.shape), np.zeros(frame.shape)]).astype(np.float32)
        label = np.zeros(frame.shape, np.uint8)
        return Segmentation(
            probability, (0, 4), label, uncertainty(probability), "blind@1", "", lines
        )


def test_who_finds_no_grains_gives_no_number_and_no_bias():
    assert grain_bias(Blind(), 3, 1) == {"g_bias": None, "g_frames": 1, "g_not_measured": 1}


def test_a_partial_answer_draws_nothing_below_its_settled_rows():
    exam = pose(draw_scene(5, 0))
    segmenter = make_segmenter(load_model())
    early = answer(segmenter, exam.frame, 160)
    rows = settled_rows(early)
    assert 0 < rows.sum() < 160
    assert not early.lines[~rows].any()
    assert early.lines[rows].any()


def test_withholding_a_channel_leaves_the_others():
    exam = pose(draw_scene(5, 0))
    assert {name for name, _ in withheld(exam, ("phase",)).data} == {"height", "amplitude"}
