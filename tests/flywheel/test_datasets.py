"""Frozen datasets: what is in them, how they are split, and what never gets into them."""

import dataset_factory as make
import lab_factory as factory
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.datasets import candidates as reasons
from ai_afm.flywheel.datasets import freeze as freezing
from ai_afm.flywheel.datasets.candidates import Choice
from ai_afm.flywheel.datasets.duplicates import Comparer
from ai_afm.flywheel.datasets.freeze import (
    Split,
    datasets,
    freeze,
    freeze_golden,
    require_dataset,
)
from ai_afm.flywheel.datasets.golden import leaks
from ai_afm.flywheel.datasets.manifest import Dataset, Kind, Side, Slice
from ai_afm.flywheel.datasets.pictures import Match
from ai_afm.flywheel.datasets.quarantine import quarantine, quarantined, release
from ai_afm.flywheel.items import NewItem
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Window
from ai_afm.types import ScanRegion

ALONE = Split(validation=0.0)


@pytest.fixture
def store(tmp_path):
    with factory.open_lab(tmp_path) as opened:
        yield opened


def revisions(dataset, side=None):
    return {e.revision for e in dataset.entries if side in (None, e.side)}


def test_the_same_corrections_give_the_same_dataset_which_is_stored_once(store):
    for number in range(3):
        make.a_sample(store, number)
    first = freeze(store, "may", Split(4, 0.34))
    again = freeze(store, "june", Split(4, 0.34))
    assert again.dataset.sha256 == first.dataset.sha256
    assert [f.name for f in datasets(store)] == ["may"]
    assert Dataset.read(store.blobs.get(first.dataset.sha256)) == first.dataset
    assert freeze(store, "may", Split(5, 0.34)).dataset.sha256 != first.dataset.sha256


def test_a_later_correction_does_not_change_a_frozen_dataset(store):
    make.a_sample(store, 1)
    frozen = freeze(store, "one", ALONE).dataset
    make.a_sample(store, 2)
    assert require_dataset(store, "one").dataset == frozen
    assert len(freeze(store, "two", ALONE).dataset.entries) == 4


def test_an_entry_says_what_was_corrected_by_whom_on_what(store):
    correction = make.a_sample(store, 1, frames=1)[0]
    entry = freeze(store, "one", ALONE).dataset.entries[0]
    assert (entry.frame, entry.window) == (correction.place.frame, make.WINDOW)
    assert (entry.revision, entry.label) == (correction.revision, correction.after)
    assert (entry.annotator, entry.sample, entry.run) == ("Ann", "BFO-1", "b" * 64)
    assert (entry.microscope, entry.mode) == ("twin", "pfm_dart")
    assert (entry.codes, entry.random, entry.side) == ((0, 2), False, Side.TRAIN)


def test_a_sample_is_never_on_both_sides(store):
    for number in range(4):
        make.a_sample(store, number)
    compare, validated = Comparer(store), set()
    for seed in range(6):
        dataset = freeze(store, "split", Split(seed, 0.25), comparer=compare).dataset
        sides = [{e.sample for e in dataset.of(side)} for side in (Side.TRAIN, Side.VALIDATION)]
        assert not sides[0] & sides[1]
        assert [len(s) for s in sides] == [3, 1]
        validated |= sides[1]
    assert len(validated) > 1


def test_a_run_over_two_samples_is_never_on_both_sides(store):
    for seed, (sample, run) in enumerate((("A", "a"), ("B", "a"), ("B", "b"), ("C", "c"))):
        region = ScanRegion((5e-6 * seed, 0.0), (3.52e-6, 2.88e-6))
        frame = make.a_frame(seed, sample, region=region)
        make.corrected(store, make.store_frame(store, frame, run))
    for seed in range(3):
        dataset = freeze(store, "split", Split(seed, 0.3)).dataset
        assert {e.sample for e in dataset.of(Side.VALIDATION)} == {"C"}


def test_frames_of_unknown_samples_stay_together(store):
    for seed in range(3):
        frame = make.a_frame(seed, "unknown")
        make.corrected(store, make.store_frame(store, frame, "abc"[seed]))
    with pytest.raises(BadInput, match="name the samples"):
        freeze(store, "split")
    assert len(freeze(store, "split", ALONE).dataset.entries) == 3


def test_a_frame_under_two_names_is_never_on_both_sides(store):
    make.corrected(store, make.store_frame(store, make.a_frame(1, "A"), "a"))
    again = make.a_frame(1, "B", noise=0.3, region=ScanRegion((9e-6, 0.0), (3.52e-6, 2.88e-6)))
    make.corrected(store, make.store_frame(store, again, "b"))
    make.corrected(store, make.store_frame(store, make.a_frame(2, "C"), "c"))
    for seed in range(3):
        dataset = freeze(store, "split", Split(seed, 0.4)).dataset
        assert {e.sample for e in dataset.of(Side.VALIDATION)} == {"C"}


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=7), st.integers(0, 99))
def test_the_split_comes_as_close_to_the_share_as_whole_groups_allow(sizes, seed):
    group_of = [number for number, size in enumerate(sizes) for _ in range(size)]
    entries = [_entry(n + 1, f"S{group}") for n, group in enumerate(group_of)]
    chosen = freezing._sides(entries, Split(seed, 0.3), _Never())
    validated = [e for e in chosen if e.side is Side.VALIDATION]
    assert 0 < len(validated) < len(entries)
    assert len(validated) <= max(0.3 * len(entries), min(sizes))
    assert not {e.sample for e in validated} & {e.sample for e in chosen if e not in validated}


class _Never:
    """Says that no two frames are alike."""

    def likeness(self, a, b):
        return Match()


def _entry(revision, sample):
    from ai_afm.flywheel.datasets.manifest import Entry

    return Entry(
        f"{revision:064x}", make.WINDOW, revision, "0" * 64, "Ann", sample, sample * 4, "twin",
        "pfm", (0, 2), False, Side.TRAIN,
    )  # fmt: skip


def test_branches_and_older_versions_are_left_out_and_counted(store):
    record = make.store_frame(store, make.a_frame(1))
    make.corrected(store, record)
    second = make.corrected(store, record, make.a_label(make.WINDOW.shape, 4))
    branch = make.corrected(store, record, make.a_label(make.WINDOW.shape, 3), parent=None)
    assert branch.branch
    frozen = freeze(store, "one", ALONE)
    assert revisions(frozen.dataset) == {second.revision}
    assert dict(frozen.left_out) == {reasons.BRANCH: 1, reasons.REPLACED: 1}


def test_versions_of_two_people_are_both_in(store):
    record = make.store_frame(store, make.a_frame(1))
    make.corrected(store, record)
    make.corrected(store, record, who="Bob")
    assert {e.annotator for e in freeze(store, "one", ALONE).dataset.entries} == {"Ann", "Bob"}
    only = freeze(store, "bob", ALONE, Choice(annotator="Bob")).dataset
    assert [e.annotator for e in only.entries] == ["Bob"]


def test_quarantine_keeps_out_until_it_is_lifted(store):
    one, other = make.a_sample(store, 1)
    quarantine(store, one.revision, "Eve", "looks shifted")
    frozen = freeze(store, "one", ALONE)
    assert (revisions(frozen.dataset), dict(frozen.left_out)) == (
        {other.revision},
        {reasons.QUARANTINED: 1},
    )
    assert quarantined(store) == {one.revision: "looks shifted"}
    release(store, one.revision, "Eve", "it was not")
    assert len(freeze(store, "two", ALONE).dataset.entries) == 2
    with pytest.raises(BadInput, match="say why"):
        quarantine(store, one.revision, "Eve", " ")
    with pytest.raises(StoreError, match="no revision"):
        quarantine(store, 99, "Eve", "why")


def test_rejected_crops_are_left_out(store, tmp_path):
    record, prediction = factory.with_frame(store, tmp_path)
    make.corrected(store, record)
    make.corrected(store, record, window=make.OTHER)
    features = np.zeros(3)
    new = NewItem(prediction.id, make.WINDOW, False, False, 1.0, 1.0, 1e-6, features, "doubt")
    number = ReviewQueue(store).add([new])[0]
    ReviewQueue(store).reject(number, "Bob", "torn")
    frozen = freeze(store, "one", ALONE)
    assert [e.window for e in frozen.dataset.entries] == [make.OTHER]
    assert dict(frozen.left_out) == {reasons.REJECTED: 1}


def test_crops_drawn_by_lot_are_known(store, tmp_path):
    record, prediction = factory.with_frame(store, tmp_path)
    windows = make.WINDOW, make.OTHER
    items = [
        NewItem(prediction.id, w, k == 1, False, 1.0, 1.0, 1e-6, np.zeros(3), "")
        for k, w in enumerate(windows)
    ]
    for number, window in zip(ReviewQueue(store).add(items), windows, strict=True):
        make.corrected(store, record, window=window, item=number)
    golden = freeze_golden(store, "g", Choice(drawn_by_lot=True)).dataset
    assert [(e.window, e.random) for e in golden.entries] == [(make.OTHER, True)]


def test_a_set_with_nothing_in_it_is_refused(store):
    with pytest.raises(BadInput, match="there are none"):
        freeze(store, "none")
    record = make.store_frame(store, make.a_frame(1))
    make.corrected(store, record, np.full(make.WINDOW.shape, 255, np.uint8))
    with pytest.raises(BadInput, match="1 nothing in it is decided"):
        freeze(store, "none")
    assert datasets(store) == []


@pytest.mark.parametrize("code", [0, 2])
def test_a_set_of_one_class_is_refused(store, code):
    record = make.store_frame(store, make.a_frame(1))
    make.corrected(store, record, np.full(make.WINDOW.shape, code, np.uint8))
    with pytest.raises(BadInput, match="only one class"):
        freeze(store, "one", ALONE)
    with pytest.raises(BadInput, match="only one class"):
        freeze_golden(store, "one", Choice())


@pytest.mark.parametrize("share", [-0.1, 0.6, float("nan")])
def test_a_share_that_makes_no_sense_is_refused(store, share):
    make.a_sample(store, 1)
    with pytest.raises(BadInput, match="cannot be validated on"):
        freeze(store, "one", Split(0, share))


def test_training_never_sees_a_golden_frame(store):
    judged = make.a_sample(store, 1)
    golden = freeze_golden(store, "g", Choice(sample="BFO-1")).dataset
    record = store.require_frame(judged[0].place.frame)
    make.corrected(store, record, window=Window(0, 0, 16, 20), label=make.a_label((16, 20), 4, 9))
    learned = make.a_sample(store, 2)
    frozen = freeze(store, "t", ALONE)
    assert revisions(frozen.dataset) == {c.revision for c in learned}
    assert dict(frozen.left_out) == {freezing.IN_GOLDEN: 3}
    assert leaks(frozen.dataset, golden, Comparer(store)) == []


def test_leaks_are_told_with_their_reasons(store):
    first = make.store_frame(store, make.a_frame(1, "A"))
    make.corrected(store, first)
    make.corrected(store, first, window=Window(0, 0, 8, 20), label=make.a_label((8, 20), 4, 9))
    beside = ScanRegion((1e-6 + 1e-6, -2e-6), factory.REGION.size, 0.3)
    cases = (make.a_frame(2, "A", region=beside), make.a_frame(1, "B", noise=0.3),
             make.a_frame(3, "C"))  # fmt: skip
    for frame, run in zip(cases, "bcd", strict=True):
        make.corrected(store, make.store_frame(store, frame, run))
    dataset = freeze(store, "t", ALONE).dataset
    golden = freeze_golden(store, "g", Choice()).dataset
    judge = Dataset(Kind.GOLDEN, 0, 0.0, golden.entries[:1])
    found = {leak.entry.revision: leak.reason for leak in leaks(dataset, judge, Comparer(store))}
    assert set(found) == {1, 2, 3, 4}
    assert found[1] == "the same pixels of the same frame"
    assert found[2] == "another crop of its frame"
    assert found[3] == "the same place of the sample, scanned again"
    assert "looks the same" in found[4]


def test_a_golden_set_knows_its_slices(store):
    first = make.a_sample(store, 1, frames=1)
    record = store.require_frame(first[0].place.frame)
    make.corrected(store, record, make.a_label(make.OTHER.shape, 4), window=make.OTHER)
    golden = freeze_golden(store, "g", Choice(microscope="twin")).dataset
    counts = {part: len(entries) for part, entries in golden.slices().items()}
    assert counts == {Slice("BFO-1", "twin", 2): 1, Slice("BFO-1", "twin", 4): 1}
    assert {e.side for e in golden.entries} == {Side.GOLDEN}


def test_a_dataset_is_found_by_name_hash_or_the_start_of_it(store):
    make.a_sample(store, 1)
    frozen = freeze(store, "may", ALONE)
    sha256 = frozen.dataset.sha256
    for which in ("may", sha256, sha256[:8]):
        assert require_dataset(store, which).dataset == frozen.dataset
    with pytest.raises(StoreError, match=r"known: may"):
        require_dataset(store, sha256[:7])


def test_rows_of_datasets_are_never_changed(store):
    make.a_sample(store, 1)
    freeze(store, "may", ALONE)
    for sql in ("UPDATE datasets SET name = 'x'", "DELETE FROM datasets"):
        with pytest.raises(StoreError, match="never"):
            store.database.rows(sql)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "later"}'])
def test_a_blob_that_is_no_dataset_is_refused(content):
    with pytest.raises(StoreError):
        Dataset.read(content)
