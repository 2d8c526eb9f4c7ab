"""Whom to believe: suspects, second looks, agreement of people, quarantine."""

from dataclasses import replace
from datetime import timedelta

import dataset_factory as make
import lab_factory as factory
import model_factory
import numpy as np
import pytest

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.datasets.agreement import agreement, cohens_kappa, consensus, likeness
from ai_afm.flywheel.datasets.candidates import QUARANTINED, Choice, candidates
from ai_afm.flywheel.datasets.doubts import Fault, Opinion
from ai_afm.flywheel.datasets.duplicates import Comparer
from ai_afm.flywheel.datasets.freeze import Split, freeze
from ai_afm.flywheel.datasets.learning import dark_lines
from ai_afm.flywheel.datasets.opinions import ModelAnswers, cross_fitted, folds, learned_from
from ai_afm.flywheel.datasets.quarantine import (
    last_words,
    quarantine,
    quarantine_person,
    quarantined,
    release,
    release_person,
)
from ai_afm.flywheel.datasets.suspects import suspects
from ai_afm.flywheel.items import State
from ai_afm.flywheel.model_records import Lineage
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Window
from ai_afm.segment.model_file import read_model
from ai_afm.types import Channel, Direction, SlowDirection

CODES = (0, 1, 2, 3, 4, 5)


@pytest.fixture
def clock():
    return factory.Clock()


@pytest.fixture
def store(tmp_path, clock):
    with factory.open_lab(tmp_path, clock) as opened:
        yield opened


def entries(store):
    return candidates(store, Choice())[0]


def sees(label, sure=0.95):
    """Answers of a model that sees these lines in every place."""
    planes = np.stack([np.where(label == c, sure, 0.0) for c in CODES]).astype(np.float32)
    planes[0] += 1 - planes.sum(axis=0)
    return lambda entry: Opinion(planes, CODES, "net@1.0.0")


# suspects


def test_the_worst_correction_comes_first_with_what_speaks_against_it(store):
    truth = make.a_label(make.WINDOW.shape)
    frames = [make.store_frame(store, make.a_frame(n, f"S-{n}")) for n in range(3)]
    labels = (truth, np.roll(truth, 7, axis=1), np.zeros_like(truth))
    good, moved, emptied = (
        make.corrected(store, f, lab).revision for f, lab in zip(frames, labels, strict=True)
    )
    audit = suspects(store, entries(store), sees(truth))
    by_revision = {s.entry.revision: s.doubts for s in audit.ranked}
    assert Fault.SHIFTED in by_revision[moved].faults
    assert "7 px beside what the model sees" in by_revision[moved].words()
    assert by_revision[emptied].faults == (Fault.EMPTIED,)
    assert {Fault.SHIFTED, Fault.EMPTIED, Fault.MISSING, Fault.RENAMED}.isdisjoint(
        by_revision[good].faults
    )
    assert audit.ranked[-1].entry.revision == good
    assert audit.not_judged == ()


def test_what_the_model_has_learned_from_is_not_judged_but_said(store):
    make.corrected(store, make.store_frame(store, make.a_frame(1)))

    def answers(entry):
        raise LookupError("net@1.0.0 has learned from it")

    audit = suspects(store, entries(store), answers)
    assert audit.ranked == ()
    assert [why for _, why in audit.not_judged] == ["net@1.0.0 has learned from it"]


def test_a_frame_that_no_network_can_use_is_not_judged_but_said(store):
    frame = make.a_frame(1, channels=("height",))
    current = {("current", Direction.TRACE): frame.data["height", Direction.TRACE]}
    frame = replace(frame, data=current, channels=(Channel("current", "A"),))
    make.corrected(store, make.store_frame(store, frame))
    audit = suspects(store, entries(store), sees(make.a_label(make.WINDOW.shape)))
    assert audit.ranked == ()
    assert "to learn from" in audit.not_judged[0][1]


def test_a_model_and_its_descendants_do_not_judge_what_they_have_learned(store, tmp_path):
    make.a_sample(store, 1)
    make.a_sample(store, 2)
    registry = model_factory.open_registry(tmp_path)
    frozen = freeze(registry_store(registry), "may", Split(validation=0.0)).dataset
    taught = model_factory.a_model(tmp_path / "made", "1.0.0", 1)
    registry.add(taught, "Ann", "trained", Lineage({"sha256": frozen.sha256}, ("Ann",)))
    child = model_factory.a_model(tmp_path / "made", "1.1.0", 2, parents=("tiny@1.0.0",))
    registry.add(child, "Ann", "trained on")
    late = make.corrected(store, make.store_frame(store, make.a_frame(99, "BFO-9")))
    learned = learned_from(store, "tiny@1.1.0")
    assert learned == learned_from(store, "tiny@1.0.0")
    assert learned_from(store, "tiny@0.0.1") == frozenset()
    answers = ModelAnswers(store, read_model(child), learned)
    audit = suspects(store, entries(store), answers)
    assert [s.entry.revision for s in audit.ranked] == [late.revision]
    assert len(audit.not_judged) == len(frozen.entries)


def registry_store(registry):
    from ai_afm.flywheel.lab import Lab
    from ai_afm.flywheel.store import FlywheelStore

    return FlywheelStore(Lab(registry.records.database.path.parent), registry.records.database)


def test_a_model_whose_dataset_is_gone_judges_nothing(store, tmp_path):
    registry = model_factory.open_registry(tmp_path)
    made = model_factory.a_model(tmp_path / "made", "1.0.0", 1)
    registry.add(made, "Ann", "trained", Lineage({"sha256": "e" * 64}))
    with pytest.raises(StoreError, match="0 datasets"):
        learned_from(store, "tiny@1.0.0")
    other = model_factory.a_model(tmp_path / "made", "2.0.0", 2)
    registry.add(other, "Ann", "trained", Lineage({"corrections": 7}))
    with pytest.raises(StoreError, match="does not name its dataset"):
        learned_from(store, "tiny@2.0.0")


def test_a_model_answers_with_the_window_of_the_frame(store, tmp_path):
    frame = make.store_frame(store, make.a_frame(3))
    one = make.corrected(store, frame, window=make.WINDOW)
    two = make.corrected(store, frame, make.a_label((128, 128)), window=make.OTHER)
    model = read_model(model_factory.a_model(tmp_path, "1.0.0"))
    answers = ModelAnswers(store, model)
    a, b = (answers(e) for e in entries(store))
    assert (one.place.window.shape, two.place.window.shape) == ((128, 136), (128, 128))
    assert a.probability.shape[1:] == one.place.window.shape
    down, right = make.OTHER.top - make.WINDOW.top, make.OTHER.left - make.WINDOW.left
    np.testing.assert_array_equal(
        a.probability[:, down:, right:], b.probability[:, : 128 - down, : 136 - right]
    )


def test_each_part_is_judged_by_a_model_that_was_trained_without_it(store):
    for number in (1, 2, 3):
        make.a_sample(store, number)
    known = entries(store)
    parts = folds(known, 2, 5, Comparer(store))
    assert sorted(e.revision for part in parts for e in part) == [e.revision for e in known]
    assert all({e.sample for e in a}.isdisjoint(e.sample for e in b)
               for a in parts for b in parts if a is not b)  # fmt: skip

    def train(others):
        names = ",".join(sorted(e.sample for e in others))
        return lambda entry: Opinion(np.ones((1, 2, 3), np.float32), (0,), names)

    answers = cross_fitted(parts, train)
    assert all(e.sample not in answers(e).model for e in known)


def test_one_sample_alone_cannot_be_left_out(store):
    make.a_sample(store, 1)
    with pytest.raises(BadInput, match="one sample"):
        folds(entries(store), 5, 1, Comparer(store))


@pytest.mark.parametrize("slow", list(SlowDirection))
def test_lines_that_no_channel_shows_are_told_by_the_pictures(store, slow):
    step = np.random.default_rng(1).normal(size=factory.SHAPE).astype(np.float32)
    step[: 8 + 80, 64:] += 12.0
    frame = make.a_frame(1, relief=step, slow=slow, channels=("height",))
    make.corrected(store, make.store_frame(store, frame), make.a_label(make.WINDOW.shape))
    [entry] = entries(store)
    label = np.zeros(make.WINDOW.shape, np.uint8)
    label[20:70, 40] = 2
    label[20:70, 90] = 2
    dark = dark_lines(frame, entry, label)
    assert dark[25:65, 90].mean() > 0.9
    assert dark[25:65, 40].mean() < 0.1
    assert not dark[label == 0].any()


# second looks and repeated places


def asked(store, count, who):
    """Ask a person, who answers each item."""
    queue, found = ReviewQueue(store), []
    for _ in range(count):
        item = queue.next(who)
        if item is None:
            break
        place = item.place
        label = np.zeros(place.window.shape, np.uint8)
        draft = factory.Draft(place, label, who, 1.0, None, item.prediction, item.id)
        store.add_correction(draft)
        found.append(item)
    return found


def a_queue(store, folder, count):
    _, prediction = factory.with_frame(store, folder)
    new = [factory_item(prediction, Window(0, k, 128, 128), stake=100.0 - k) for k in range(count)]
    return ReviewQueue(store).add(new)


def factory_item(prediction, window, stake):
    from ai_afm.flywheel.items import NewItem

    return NewItem(
        prediction.id, window, False, False, stake, 0.5, 1e-6, np.array([stake, 1.0, 2.0]), "why"
    )


def test_a_doubtful_correction_is_shown_to_another_person_first(store, tmp_path):
    a_queue(store, tmp_path, 3)
    [item] = asked(store, 1, "Ann")
    [correction] = store.corrections()
    queue = ReviewQueue(store)
    number = queue.ask_again(correction, "walls drawn 6 px beside what the model sees")
    assert queue.ask_again(correction, "once more") is None
    # nobody else is there yet: she looks again herself
    assert queue.in_turn("Ann")[0].item.id == number
    asked(store, 1, "Bob")
    assert store.corrections()[-1].place == item.place
    assert store.corrections()[-1].annotator == "Bob"
    assert number not in [r.item.id for r in queue.in_turn("Ann")]
    found = queue.item(number)
    assert found.reason == "second look: walls drawn 6 px beside what the model sees"
    assert (found.urgent, found.state) == (True, State.DONE)


def test_with_two_people_one_of_twenty_is_asked_twice(store, tmp_path):
    a_queue(store, tmp_path, 24)
    ann = asked(store, 10, "Ann")
    bob = asked(store, 12, "Bob")
    again = [item for item in bob if item.place in {i.place for i in ann}]
    assert [bob.index(item) for item in again] == [9]
    assert again[0].reason == "drawn by lot to be asked twice"
    assert agreement(store).repeated == 1


def test_a_lone_person_is_never_asked_twice(store, tmp_path):
    a_queue(store, tmp_path, 22)
    found = asked(store, 30, "Ann")
    assert len({item.place for item in found}) == len(found) == 22


def test_a_frame_without_a_prediction_cannot_be_asked_about(store):
    record = make.store_frame(store, make.a_frame(1))
    correction = make.corrected(store, record)
    with pytest.raises(StoreError, match="no prediction"):
        ReviewQueue(store).ask_again(correction, "odd")


# agreement


def lines(*columns_and_codes):
    label = np.zeros((60, 90), np.uint8)
    for column, code in columns_and_codes:
        label[:, column - 1 : column + 2] = code
    return label


def test_two_who_draw_the_same_agree_wholly():
    found = likeness(lines((20, 2), (50, 4)), lines((21, 2), (50, 4)))
    assert found.f1 == pytest.approx(1.0)
    assert found.same_class == pytest.approx(1.0)
    assert found.kappa == pytest.approx(1.0)


def test_lines_that_only_one_has_drawn_lower_the_f1_and_not_the_classes():
    found = likeness(lines((20, 2), (50, 4)), lines((20, 2)))
    assert found.f1 == pytest.approx(2 / 3, abs=0.01)
    assert found.same_class == pytest.approx(1.0)


def test_classes_are_compared_on_matched_lines_only():
    found = likeness(lines((20, 2), (50, 4), (70, 2)), lines((20, 2), (50, 2)))
    assert found.same_class == pytest.approx(0.5, abs=0.02)
    assert found.kappa == pytest.approx(0.0, abs=0.05)


def test_where_one_says_nothing_nobody_disagrees():
    one, other = lines((20, 2), (50, 4)), lines((20, 2))
    other[:, 35:] = 255
    assert likeness(one, other).f1 == pytest.approx(1.0)


def test_one_class_throughout_leaves_kappa_undefined():
    assert likeness(lines((20, 2)), lines((20, 2))).kappa is None
    assert cohens_kappa(np.zeros((3, 3), np.int64)) is None


def test_the_consensus_is_what_more_than_half_have_drawn():
    agreed = consensus([lines((20, 2), (50, 4)), lines((21, 2)), lines((20, 4), (70, 5))])
    assert set(np.flatnonzero(agreed.any(axis=0))) <= {19, 20, 21, 22}
    assert set(np.unique(agreed[5:-5])) == {0, 2}


def test_people_are_compared_with_each_other_the_model_and_the_others(store, tmp_path):
    record, prediction = factory.with_frame(store, tmp_path, columns=(60,))
    shape = factory.WINDOW.shape
    own = {"Ann": 60 - 24, "Bob": 60 - 24, "Cem": 100}
    for who, column in own.items():
        label = make.a_label(shape, 2, column)
        store.add_correction(factory.draft(record, prediction, label, who))
    found = agreement(store)
    assert found.people == ("Ann", "Bob", "Cem")
    assert (found.repeated, found.remark) == (1, "")
    f1 = {(x.one, x.other): x.f1 for x in found.pairs}
    assert f1["Ann", "Bob"] == pytest.approx(1.0)
    assert not f1["Ann", "Cem"]
    assert {x.one: bool(x.f1) for x in found.with_model} == {"Ann": True, "Bob": True, "Cem": False}
    assert not {x.one: x for x in found.with_consensus}["Cem"].f1


def test_without_repeated_places_it_is_said_that_nobody_can_tell(store):
    make.a_sample(store, 1)
    found = agreement(store)
    assert found.pairs == ()
    assert "nobody can tell" in found.remark


# quarantine


def test_everything_of_a_person_is_held_from_a_date_on_also_what_comes(store, clock):
    old = make.corrected(store, make.store_frame(store, make.a_frame(1)), who="Bob")
    clock.wait(3600.0)
    since = clock.now
    new = make.corrected(store, make.store_frame(store, make.a_frame(2)), who="Bob")
    other = make.corrected(store, make.store_frame(store, make.a_frame(3)), who="Ann")
    clock.wait(60.0)
    assert quarantine_person(store, "Bob", since, "Ann", "was not trained yet") == 1
    later = make.corrected(store, make.store_frame(store, make.a_frame(4)), who="Bob")
    assert quarantined(store) == dict.fromkeys(
        (new.revision, later.revision), "was not trained yet"
    )
    found, left_out = candidates(store, Choice())
    assert {e.revision for e in found} == {old.revision, other.revision}
    assert left_out[QUARANTINED] == 2


def test_the_last_word_about_a_correction_counts(store, clock):
    revision = make.corrected(store, make.store_frame(store, make.a_frame(1)), who="Bob").revision
    start = clock.now - timedelta(days=1)
    clock.wait(1.0)
    quarantine_person(store, "Bob", start, "Ann", "odd")
    clock.wait(1.0)
    release(store, revision, "Cem", "looked at it: fine")
    assert quarantined(store) == {}
    clock.wait(1.0)
    quarantine(store, revision, "Ann", "not fine")
    word = last_words(store)[revision]
    assert (word.held, word.person, word.of_person) == (True, "Ann", False)
    clock.wait(1.0)
    assert release_person(store, "Bob", start.replace(tzinfo=None), "Ann", "all is well") == 1
    assert quarantined(store) == {}


def test_a_person_who_has_stored_nothing_is_refused(store, clock):
    with pytest.raises(BadInput, match="Bop has not corrected"):
        quarantine_person(store, "Bop", clock.now, "Ann", "odd")
    with pytest.raises(BadInput, match="say why"):
        quarantine_person(store, "Bob", clock.now, "Ann", " ")
