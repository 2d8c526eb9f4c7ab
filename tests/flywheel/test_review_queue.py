"""What a person is asked next, in which turn, and by whom it is held."""

import threading

import lab_factory as factory
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.fill import Filling, fill_from_run
from ai_afm.flywheel.items import NewItem, State
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.novelty import Crop, in_order, probability_features
from ai_afm.flywheel.queue import ReviewQueue, random_beside
from ai_afm.flywheel.records import Window
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.windows import (
    MAX_OVERLAP,
    Stake,
    choose_windows,
    random_windows,
    stake_of,
    window_sizes,
)
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import SlowDirection


@pytest.fixture
def clock():
    return factory.Clock()


@pytest.fixture
def lab(tmp_path, clock):
    with factory.open_lab(tmp_path, clock) as store:
        yield (store, *factory.with_frame(store, tmp_path))


def put(lab, *items):
    """Put (stake, feature) or (stake, feature, flags) into the queue; return it."""
    store, _, prediction = lab
    queue = ReviewQueue(store)
    queue.add([
        NewItem(
            prediction.id, factory.WINDOW, "random" in flags, "urgent" in flags, stake,
            0.5, 2e-6, np.array([feature, 0.0]), "why",
        )
        for stake, feature, *flags in items
    ])  # fmt: skip
    return queue


def turns(queue, who="", most=20):
    return [r.item.id for r in queue.in_turn(who, most)]


def test_what_matters_most_comes_first_and_then_what_is_unlike_it(lab):
    queue = put(lab, (3.0, 0.0), (2.9, 0.05), (1.0, 1.0))
    assert turns(queue) == [1, 3, 2]
    assert queue.in_turn()[0].priority == 3.0


def test_what_is_odd_is_worth_no_more_than_what_is_unlike_the_rest(lab):
    queue = put(lab, (3.0, 0.0), (2.9, 2.0), (1.0, 9.0), (1.0, 0.1))
    assert turns(queue)[:3] == [1, 2, 3]


def test_what_was_asked_before_makes_its_likes_less_urgent(lab):
    queue = put(lab, (3.0, 0.0), (2.9, 0.05), (1.0, 1.0))
    assert queue.next("Ann").id == 1
    assert turns(queue, "Bob") == [3, 2]


def answered(lab, queue, item, label):
    """Let Ann correct an item."""
    store, record, prediction = lab
    assert queue.next("Ann").id == item
    store.add_correction(factory.draft(record, prediction, label, item=item))


def test_where_people_had_to_change_much_more_is_asked_of_its_kind(lab):
    kinds = ((9.0, 0.0), (5.0, 4.0), (4.0, 0.3), (3.0, 4.3))
    queue = put(lab, *kinds)
    assert turns(queue)[1] == 2
    wrong = np.zeros(factory.WINDOW.shape, np.uint8)
    wrong[::9] = 4
    answered(lab, queue, 1, wrong)
    turn = queue.in_turn("Ann")
    assert [r.item.id for r in turn][:2] == [3, 2]
    assert turn[0].factor > 5
    assert turn[1].factor == pytest.approx(1.0, abs=0.2)


def test_where_people_left_all_as_it_was_less_is_asked_of_its_kind(lab):
    queue = put(lab, (90.0, 0.0), (60.0, 0.5), (50.0, 4.0))
    store, record, prediction = lab
    answered(lab, queue, 1, store.before(factory.draft(record, prediction, item=1)))
    turn = queue.in_turn("Ann")
    assert [r.item.id for r in turn] == [3, 2]
    assert turn[1].factor < 0.5


def test_what_the_run_asked_for_comes_before_all_else(lab):
    assert turns(put(lab, (3.0, 0.0), (0.1, 0.1, "urgent"), (1.0, 1.0)))[0] == 2


def test_fifteen_of_a_hundred_that_are_asked_are_drawn_by_lot(lab):
    items = [(1.0 + i, i / 100) for i in range(170)]
    queue = put(lab, *items, *[(0.0, 0.5, "random")] * 30)
    asked = [r.item.random for r in queue.in_turn(most=100)]
    assert sum(asked) == 15
    assert all(abs(sum(asked[:n]) - 0.15 * n) <= 0.5 for n in range(1, 101))


def test_the_lot_goes_on_alone_when_nothing_else_is_left(lab):
    queue = put(lab, (1.0, 0.0), *[(0.0, 0.5, "random")] * 3)
    assert len(turns(queue)) == 4


@given(st.integers(0, 3000))
def test_of_all_items_fifteen_percent_are_drawn_by_lot(chosen):
    drawn = random_beside(chosen)
    assert abs(drawn - 0.15 * (chosen + drawn)) <= 0.5


def test_an_item_is_kept_for_who_took_it_until_the_lease_ends(lab, clock):
    queue = put(lab, (3.0, 0.0), (1.0, 1.0))
    assert queue.next("Ann", lease=60.0).id == 1
    assert queue.next("Bob", lease=600.0).id == 2
    assert queue.next("Cem") is None
    assert queue.next("Ann", lease=60.0).id == 1
    clock.wait(61.0)
    assert queue.item(1).state is State.OPEN
    assert queue.next("Cem").id == 1


def test_what_another_person_holds_cannot_be_closed(lab, clock):
    queue = put(lab, (3.0, 0.0))
    queue.next("Ann", lease=60.0)
    with pytest.raises(StoreError, match="Ann is at item 1"):
        queue.skip(1, "Bob")
    clock.wait(61.0)
    queue.skip(1, "Bob")


def test_what_was_skipped_comes_last(lab, clock):
    queue = put(lab, (3.0, 0.0), (1.0, 1.0))
    queue.skip(queue.next("Ann").id, "Ann")
    assert turns(queue, "Bob") == [2, 1]
    queue.next("Bob", lease=1.0)
    clock.wait(2.0)
    assert turns(queue, "Ann") == [2, 1]


def test_what_a_person_is_unsure_about_is_left_to_others(lab):
    queue = put(lab, (3.0, 0.0), (1.0, 1.0))
    queue.unsure(queue.next("Ann").id, "Ann", "noise?")
    assert turns(queue, "Ann") == [2]
    assert sorted(turns(queue, "Bob")) == [1, 2]


def test_what_is_rejected_or_done_is_asked_no_more(lab):
    store, record, prediction = lab
    queue = put(lab, (3.0, 0.0), (1.0, 1.0))
    queue.reject(1, "Ann", "tip crash")
    saved = store.add_correction(factory.draft(record, prediction, item=2))
    assert turns(queue) == []
    assert [i.state for i in queue.items()] == [State.REJECTED, State.DONE]
    assert queue.item(2).revision == saved.revision
    with pytest.raises(StoreError, match="rejected by Ann"):
        queue.skip(1, "Bob")


def test_a_person_needs_a_name_and_an_item_a_number(lab):
    queue = put(lab, (3.0, 0.0))
    with pytest.raises(BadInput):
        queue.next("")
    with pytest.raises(StoreError, match="no item 7"):
        queue.skip(7, "Ann")


def test_farthest_first_covers_all_kinds_before_it_repeats_one():
    rng = np.random.default_rng(3)
    kinds = np.repeat(np.arange(5), 20)
    features = kinds[:, None] * 10 + rng.normal(size=(100, 3)) * 0.1
    order = in_order(np.ones(100), features, np.full(100, np.inf), 5, 20.0)
    assert sorted(kinds[n] for n, _ in order) == [0, 1, 2, 3, 4]


def crop_of(planes):
    seen = factory.segmentation(planes)
    return Crop({}, seen.probability, seen.classes, seen.uncertainty)


def test_features_tell_patterns_apart_and_not_where_they_lie():
    one = probability_features(crop_of(factory.probability(columns=(60,))))
    moved = probability_features(crop_of(factory.probability(columns=(90,))))
    many = probability_features(crop_of(factory.probability(columns=range(20, 170, 12))))
    turned = probability_features(
        crop_of(factory.probability((176, 144), columns=(60,)).transpose(0, 2, 1))
    )
    assert np.isfinite(np.stack([one, moved, many, turned])).all()
    near = np.linalg.norm(one - moved)
    assert near < 0.1 * np.linalg.norm(one - many)
    assert near < 0.1 * np.linalg.norm(one - turned)


def test_nothing_at_stake_has_features_all_the_same():
    assert np.isfinite(probability_features(crop_of(factory.probability(columns=())))).all()


def test_the_stake_is_the_doubted_length_of_line():
    valid = np.ones(factory.SHAPE[0], bool)
    doubted, sure = (
        stake_of(factory.segmentation(factory.probability(sure=s)), valid) for s in (0.6, 0.95)
    )
    lines, _pixels = factory.SHAPE
    assert doubted.length.sum() == pytest.approx(lines, abs=2)
    assert sure.length.sum() == pytest.approx(lines, abs=2)
    # 3 px of 7 around the middle line are part of the wall
    assert doubted.doubted.sum() == pytest.approx(lines * 0.4 * 3 / 7, rel=0.05)
    assert sure.doubted.sum() == pytest.approx(lines * 0.05 * 3 / 7, rel=0.05)


def test_a_line_that_the_model_would_not_call_counts_too():
    seen = factory.segmentation(factory.probability(sure=0.4))
    assert not (seen.label == 2).any()
    assert stake_of(seen, np.ones(factory.SHAPE[0], bool)).doubted.sum() > 20


def test_a_window_lies_where_the_doubt_is():
    doubted = np.zeros((300, 340))
    doubted[200:220, 250:270] = 0.5
    (window,) = choose_windows(Stake(doubted, doubted, np.ones(300, bool)), 1)
    assert (window.lines, window.pixels) == (128, 128)
    assert window.of(doubted).sum() == doubted.sum()


@pytest.mark.parametrize(("doubt", "edge"), [(0.002, 256), (0.003, 192), (0.005, 128)])
def test_a_window_grows_while_doubt_is_everywhere_and_little(doubt, edge):
    doubted = np.full((300, 340), doubt)
    assert choose_windows(Stake(doubted, doubted, np.ones(300, bool)), 1)[0].shape == (edge, edge)


def test_a_small_frame_gives_its_whole_extent():
    assert window_sizes((64, 80)) == [(64, 80)]


def test_with_nothing_at_stake_there_is_no_window_unless_one_is_asked_for():
    stake = Stake(np.zeros((300, 340)), np.zeros((300, 340)), np.ones(300, bool))
    assert choose_windows(stake, 3) == []
    (window,) = choose_windows(stake, 3, at_least_one=True)
    assert window.shape == (256, 256)
    assert abs(window.top - 22) <= 8
    assert abs(window.left - 42) <= 8


@given(st.integers(0, 2**31), st.integers(130, 300), st.integers(129, 310), st.integers(0, 60))
@settings(max_examples=20)
def test_no_two_windows_share_more_than_a_quarter_nor_cover_rows_that_may_change(
    seed, lines, pixels, missing
):
    rng = np.random.default_rng(seed)
    doubted = rng.random((lines, pixels)) ** 8
    valid = np.arange(lines) >= missing
    taken = [Window(lines - 128, 0, 128, 128)]
    chosen = choose_windows(Stake(doubted, doubted, valid), 5, taken)
    windows = [*taken, *chosen]
    for n, one in enumerate(windows):
        assert one.fits((lines, pixels))
        assert all(one.overlap(other) <= MAX_OVERLAP for other in windows[:n])
    assert all(valid[w.top : w.top + w.lines].all() for w in chosen)


def test_the_lot_is_the_same_anywhere():
    """Each place of each frame is drawn as often as any other."""
    valid = [np.ones(160, bool), np.arange(300) >= 140]
    counts = np.zeros((2, 2))
    for seed in range(400):
        rng = np.random.default_rng(seed)
        for frame, window in random_windows(valid, [176, 176], 1, rng):
            assert valid[frame][window.top : window.top + window.lines].all()
            counts[frame, int(window.left >= 25)] += 1
    # either frame has 160 settled rows; of its 49 places to the right about half are counted
    expected = 100.0
    assert ((counts - expected) ** 2 / expected).sum() < 16.3  # chi2, 3 degrees, p = 0.001


def test_a_frame_is_drawn_as_often_as_it_is_large():
    valid = [np.ones(128, bool), np.ones(256, bool)]
    frames = [
        frame
        for seed in range(400)
        for frame, _ in random_windows(valid, [129, 260], 1, np.random.default_rng(seed))
    ]
    assert np.mean(frames) == pytest.approx(256 * 260 / (256 * 260 + 128 * 129), abs=0.06)


def test_no_room_for_a_window_draws_none():
    assert list(random_windows([np.zeros(160, bool)], [176], 3, np.random.default_rng(1))) == []


def test_a_run_fills_the_queue_once(tmp_path):
    run = factory.a_run(tmp_path / "run", scans=4)
    with factory.open_lab(tmp_path) as store:
        filled = fill_from_run(store, run.path)
        # where the lot has fallen there is no room for another window
        assert (filled.frames, len(filled.items), len(filled.random)) == (4, 4, 1)
        again = fill_from_run(store, run.path)
        assert (again.frames, again.known, again.items) == (0, 4, ())
        items = ReviewQueue(store).items()
        assert [i.random for i in items].count(True) == 1
        frame = store.require_frame(items[0].place.frame)
        assert (frame.source.kind, frame.sample) == ("scan", "BFO-7")
        assert store.require_prediction(items[0].prediction).model == "net@1.0.0"


def test_the_share_of_the_lot_holds_over_many_runs(tmp_path):
    with factory.open_lab(tmp_path) as store:
        for n, scans in enumerate((1, 3, 2, 4)):
            fill_from_run(store, factory.a_run(tmp_path / str(n), scans=scans).path)
            drawn = [i.random for i in ReviewQueue(store).items()]
            assert abs(sum(drawn) - 0.15 * len(drawn)) <= 1


def test_two_that_fill_at_once_add_nothing_twice(tmp_path):
    run = factory.a_run(tmp_path / "run", scans=2)
    counts = []

    def fill():
        with FlywheelStore.open(Lab.open(tmp_path / "lab")) as store:
            counts.append(len(fill_from_run(store, run.path).items))

    factory.open_lab(tmp_path).close()
    threads = [threading.Thread(target=fill) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with FlywheelStore.open(Lab.open(tmp_path / "lab")) as store:
        assert len(ReviewQueue(store).items()) == sum(counts) == 2


def test_a_run_that_was_moved_is_still_the_same(tmp_path):
    run = factory.a_run(tmp_path / "run", scans=1)
    with factory.open_lab(tmp_path) as store:
        fill_from_run(store, run.path)
        moved = run.path.rename(tmp_path / "elsewhere")
        assert fill_from_run(store, moved).known == 1


def test_what_the_run_queued_for_review_comes_first_even_with_no_wall_in_it(tmp_path):
    run = factory.a_run(tmp_path / "run", scans=2, urgent=(2,), columns=())
    with factory.open_lab(tmp_path) as store:
        fill_from_run(store, run.path)
        (turn,) = ReviewQueue(store).in_turn()
        assert turn.item.urgent
        assert turn.item.reason == "unlike all else"
        assert store.require_frame(turn.item.place.frame).source.number == 2


@pytest.mark.parametrize("slow", list(SlowDirection))
def test_of_a_scan_under_way_only_settled_rows_count(tmp_path, slow):
    run = RunFolder.create(tmp_path / "run", "")
    with Journal.open(run.journal_file) as journal:
        journal.append("run_started", {})
    factory.a_scan(run, 1, rows=140, slow=slow)
    planes = factory.probability(sure=0.6)
    seen = factory.segmentation(planes, rows=140, slow=slow, settled=130)
    factory.a_look(run, 1, seen, final=False)
    with factory.open_lab(tmp_path) as store:
        filled = fill_from_run(store, run.path)
        (item,) = ReviewQueue(store).items()
        assert filled.random == ()
        scanned = np.isfinite(store.images(item.place.frame).get("phase")).all(axis=1)
        settled = np.arange(144) < 130
        np.testing.assert_array_equal(scanned, settled if slow == "down" else settled[::-1])
        assert scanned[item.place.window.top :][: item.place.window.lines].all()


def test_a_scan_that_went_on_brings_only_what_is_new(tmp_path):
    shape = (288, 176)
    run = RunFolder.create(tmp_path / "run", "")
    with Journal.open(run.journal_file) as journal:
        journal.append("run_started", {})
    factory.a_scan(run, 1, rows=140, shape=shape)
    planes = factory.probability(shape, sure=0.6)
    factory.a_look(run, 1, factory.segmentation(planes, rows=140), final=False)
    with factory.open_lab(tmp_path) as store:
        fill_from_run(store, run.path, Filling(per_frame=2))
        run.scan_file(1).unlink()
        factory.a_scan(run, 1, shape=shape)
        factory.a_look(run, 1, factory.segmentation(planes))
        fill_from_run(store, run.path, Filling(per_frame=2))
        chosen = [i.place.window for i in ReviewQueue(store).items() if not i.random]
        assert len(chosen) == 2
        assert chosen[0].overlap(chosen[1]) <= MAX_OVERLAP


def test_a_scan_that_cannot_be_read_is_told_and_the_others_are_taken(tmp_path):
    run = factory.a_run(tmp_path / "run", scans=2)
    run.scan_file(1).write_bytes(b"torn")
    with factory.open_lab(tmp_path) as store:
        filled = fill_from_run(store, run.path)
        assert filled.frames == 1
        ((file, _),) = filled.failed
        assert file == str(run.scan_file(1))


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with factory.open_lab(tmp_path) as store, pytest.raises(StoreError, match="not the folder"):
        fill_from_run(store, tmp_path)
