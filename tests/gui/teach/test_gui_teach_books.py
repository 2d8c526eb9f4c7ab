import subprocess
import sys

import numpy as np
import pytest
from teach_parts import change, dataset_factory, finding, lab_factory, model_factory

from ai_afm.flywheel.datasets.candidates import Choice
from ai_afm.flywheel.datasets.freeze import Split, freeze, freeze_golden
from ai_afm.flywheel.model_records import Lineage, ModelState
from ai_afm_gui.teach.lab_books import is_lab, read_books, stamp


@pytest.fixture
def store(tmp_path):
    with lab_factory.open_lab(tmp_path) as opened:
        yield opened


def a_label(column=40):
    return dataset_factory.a_label(dataset_factory.WINDOW.shape, column=column)


def corrected(store, seed, who="Ann", **more):
    record = dataset_factory.store_frame(store, dataset_factory.a_frame(seed))
    return dataset_factory.corrected(store, record, a_label(), who, **more)


def test_new_corrections_are_counted_with_their_people_and_the_line_that_was_drawn(store):
    for seed, who in ((1, "Ann"), (2, "Bob"), (3, "Ann")):
        corrected(store, seed, who)
    waiting = read_books(store.lab.path).waiting
    assert (waiting.corrections, waiting.people, waiting.seconds) == (3, ("Ann", "Bob"), 6.0)
    height = lab_factory.REGION.size[1] / lab_factory.SHAPE[0]
    assert waiting.corrected == pytest.approx(3 * 127 * height)


def test_a_correction_and_its_earlier_version_are_one(store):
    record = dataset_factory.store_frame(store, dataset_factory.a_frame(1))
    dataset_factory.corrected(store, record, a_label(30))
    dataset_factory.corrected(store, record, a_label(90))
    waiting = read_books(store.lab.path).waiting
    assert (waiting.corrections, waiting.seconds) == (1, 4.0)


def test_what_a_model_has_learned_from_is_not_new_any_more(store, tmp_path):
    for seed in (1, 2, 3):
        corrected(store, seed)
    frozen = freeze(store, "march", Split(0, 0.0))
    corrected(store, 4)
    registry = model_factory.Registry(store, model_factory.what_ships(tmp_path))
    lineage = Lineage({"sha256": frozen.dataset.sha256}, ("Ann",))
    registry.add(model_factory.a_model(tmp_path / "made", "1.0.0", 1), "Ann", "trained", lineage)
    books = read_books(store.lab.path)
    assert (books.corrections, books.waiting.corrections) == (4, 1)
    assert [(d.name, d.corrections, d.missing) for d in books.datasets] == [("march", 3, 1)]


def test_what_a_golden_set_holds_is_not_waiting_to_be_learned(store):
    corrected(store, 1)
    freeze_golden(store, "judges", Choice())
    corrected(store, 2)
    assert read_books(store.lab.path).waiting.corrections == 1


def test_models_stand_with_their_states_and_what_the_gate_has_measured(tmp_path):
    registry = model_factory.open_registry(tmp_path)
    spec = model_factory.candidate(registry, tmp_path, "1.0.0")
    slices = [finding(change=change(before=0.7, after=0.75))]
    model_factory.judged(registry, spec, against=model_factory.SHIPPED, findings=slices)
    registry.promote(spec, "Ann", "better on BFO")
    model = read_books(tmp_path / "lab").model(spec)
    assert (model.state, model.active, model.f1, model.from_gate) == (
        ModelState.SHADOW, False, 0.75, True,
    )  # fmt: skip


def test_a_model_whose_files_were_changed_says_so(tmp_path):
    registry = model_factory.open_registry(tmp_path)
    spec = model_factory.candidate(registry, tmp_path, "1.0.0")
    with (registry.folder(spec) / "card.toml").open("a") as card:
        card.write("\n# changed\n")
    assert "card" in read_books(tmp_path / "lab").model(spec).fault


def test_a_correction_changes_the_stamp_of_the_lab(store):
    before = stamp(store.lab.path)
    assert before == stamp(store.lab.path)
    corrected(store, 1)
    assert stamp(store.lab.path) != before


def test_a_folder_that_is_no_lab_is_none_and_a_broken_one_says_why(tmp_path, store):
    assert not is_lab(tmp_path)
    store.close()
    (store.lab.path / "flywheel.sqlite").write_bytes(b"nothing" * 100)
    assert "flywheel.sqlite" in read_books(store.lab.path).fault


def test_frames_without_a_size_are_counted_without_a_length(store, monkeypatch):
    monkeypatch.setattr("ai_afm_gui.teach.lab_books._pixel", lambda *_: None)
    corrected(store, 1)
    waiting = read_books(store.lab.path).waiting
    assert (waiting.corrections, waiting.unsized, waiting.corrected) == (1, 1, 0.0)
    assert np.isfinite(waiting.seconds)


def test_both_pages_come_without_torch():
    code = (
        "import sys, ai_afm_gui.teach.page, ai_afm_gui.nights.page\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
