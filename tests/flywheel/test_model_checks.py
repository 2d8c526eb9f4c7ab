"""What a run has stored is what its model says, label by label; and where two models disagree."""

from dataclasses import replace

import lab_factory
import model_factory
import numpy as np
import pytest
import run_factory

from ai_afm.errors import StoreError
from ai_afm.flywheel.model_checks import disagreement, verify_run
from ai_afm.segment.model_file import load_model
from ai_afm.segment.processor import processor
from ai_afm.store.segmentation_file import read_segmentation, write_segmentation

LINES, PIXELS = run_factory.SHAPE


@pytest.fixture
def run(tmp_path):
    """A run with one scan downwards and one upwards."""
    return run_factory.seen_run(tmp_path)


def change(path, what=lambda seen: seen, **provenance):
    """Write a stored segmentation once more, differently."""
    stored = read_segmentation(path)
    how = replace(stored.provenance, **provenance)
    write_segmentation(path, what(stored.segmentation), how)


def first(run):
    return min(run.segmentations.iterdir())


def test_what_was_seen_look_by_look_is_seen_again(run, tmp_path):
    seen = read_segmentation(first(run)).segmentation
    assert len(np.unique(seen.label)) > 1
    found = verify_run(run.path, [tmp_path / "models"])
    told = found.as_json()
    assert found.agrees
    assert (told["frames"], told["checked"], told["bit_equal"]) == (2, 2, 2)
    assert (told["pixels"], told["different"]) == (2 * LINES * PIXELS, 0)
    assert (told["labels_equal"], told["worst"]["labels_equal"]) == (1.0, 1.0)
    assert (told["rows_not_settled"], told["not_verifiable"]) == (0, [])
    assert told["stored"] == ["torch 2.13.0, float32, 1 threads"]


def test_of_a_run_that_was_cut_short_the_settled_rows_are_compared(tmp_path):
    run = run_factory.seen_run(tmp_path, looks=(17, 48, 81))
    settled = read_segmentation(first(run)).segmentation.settled
    assert 0 < settled < 81
    found = verify_run(run.path, [tmp_path / "models"])
    told = found.as_json()
    assert (told["checked"], told["different"], told["bit_equal"]) == (2, 0, 2)
    assert told["pixels"] == 2 * settled * PIXELS
    assert told["rows_not_settled"] == 2 * (81 - settled)
    assert found.agrees


def test_each_other_label_is_counted(run, tmp_path):
    def painted(seen):
        label = seen.label.copy()
        label[5, :7] = np.where(label[5, :7] == 4, 1, 4)
        return replace(seen, label=label)

    change(first(run), painted)
    found = verify_run(run.path, [tmp_path / "models"])
    told = found.as_json()
    assert told["different"] == 7
    assert told["worst"] == {
        "file": first(run).name,
        "labels_equal": 1 - 7 / (LINES * PIXELS),
        "different": 7,
    }
    assert told["bit_equal"] == 1
    assert not found.agrees


def renamed(seen):
    return replace(seen, model="nobody@1.0.0")


def reweighed(seen):
    return replace(seen, model_sha256="0" * 64)


def narrowed(seen):
    return replace(
        seen,
        probability=seen.probability[:, :, 1:],
        label=seen.label[:, 1:],
        uncertainty=seen.uncertainty[:, 1:],
    )


def unsettled(seen):
    return replace(seen, settled=0)


@pytest.mark.parametrize(
    ("what", "provenance", "text"),
    [
        (renamed, {}, "no model 'nobody@1.0.0'"),
        (reweighed, {}, "with the sha256 000000000000; the one that is here has"),
        (narrowed, {}, "its scan has the shape"),
        (unsettled, {}, "none of its rows was settled"),
        (lambda seen: seen, {"torch": "none"}, "is no network"),
        (lambda seen: seen, {"dtype": "float8"}, "no number format 'float8'"),
    ],
)
def test_what_cannot_be_verified_is_told_with_its_reason(run, tmp_path, what, provenance, text):
    change(first(run), what, **provenance)
    found = verify_run(run.path, [tmp_path / "models"])
    ((name, reason),) = found.not_verifiable
    assert name == first(run).name
    assert text in reason
    assert len(found.recomputed) == 1
    assert not found.agrees


@pytest.mark.parametrize("content", [b"", b"no HDF5"])
def test_a_broken_file_is_told(run, tmp_path, content):
    first(run).write_bytes(content)
    found = verify_run(run.path, [tmp_path / "models"])
    assert [name for name, _ in found.not_verifiable] == [first(run).name]


def test_the_processor_is_told_where_all_files_tell_it(run, tmp_path):
    search = [tmp_path / "models"]
    assert "do not tell the type" in verify_run(run.path, search).as_json()["not_stored"]
    for file in run.segmentations.glob("*.h5"):
        change(file, lambda seen: seen, cpu="Maker X1, AVX2")
    told = verify_run(run.path, search).as_json()
    assert told["not_stored"] is None
    assert all(how.endswith(", Maker X1, AVX2") for how in told["stored"])
    assert told["here"].endswith(processor())


def test_a_segmentation_without_its_scan_is_told(run, tmp_path):
    run.scan_file(1).unlink()
    (failed,) = verify_run(run.path, [tmp_path / "models"]).not_verifiable
    assert failed[0] == first(run).name


def test_a_run_without_segmentations_has_nothing_to_say(tmp_path):
    run = lab_factory.a_run(tmp_path / "run", scans=0)
    told = verify_run(run.path).as_json()
    assert (told["frames"], told["labels_equal"], told["worst"]) == (0, None, None)


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(StoreError, match="not the folder of a run"):
        verify_run(tmp_path)


def test_a_model_agrees_with_itself_and_disagreement_has_two_sides(run, tmp_path):
    models = run_factory.models_of(tmp_path)
    model_factory.a_model(models, "2.0.0", seed=8)
    one, two = (load_model(f"tiny@{n}.0.0", [models]) for n in (1, 2))
    files = [run.scan_file(1), run.scan_file(2)]
    same = disagreement(files, one, one)
    assert (same.frames, same.share, same.renamed) == (2, 0.0, 0)
    there, back = disagreement(files, one, two), disagreement(files, two, one)
    assert (there.only_first, there.only_second) == (back.only_second, back.only_first)
    assert there.both + there.only_first == same.both
    assert there.share == back.share


def test_scans_that_cannot_be_read_are_told(run, tmp_path):
    model = load_model("tiny@1.0.0", [tmp_path / "models"])
    broken = tmp_path / "scan.gwy"
    broken.write_bytes(b"GWYP")
    found = disagreement([run.scan_file(1), broken], model, model)
    assert found.frames == 1
    assert [file for file, _ in found.not_used] == [str(broken)]
