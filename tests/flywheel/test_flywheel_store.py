"""The store of a lab: what is in it stays as it is, and nobody's version replaces another's."""

import sqlite3
import threading

import lab_factory as factory
import numpy as np
import pytest

from ai_afm.errors import BadInput, ConfigError, StoreError
from ai_afm.flywheel import database, migrations
from ai_afm.flywheel.blobs import Blobs
from ai_afm.flywheel.database import Database
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.records import CorrectionConflict, Source, Window, frame_hash
from ai_afm.flywheel.store import FlywheelStore

TABLES = (
    "frames", "predictions", "items", "item_states", "corrections", "sessions", "strokes",
    "closings", "events", "models", "gates", "model_states",
)  # fmt: skip


@pytest.fixture
def lab(tmp_path):
    with factory.open_lab(tmp_path) as store:
        yield (store, *factory.with_frame(store, tmp_path))


def wall_at(column):
    label = np.zeros(factory.WINDOW.shape, np.uint8)
    label[:, column : column + 3] = 2
    return label


def test_the_same_bytes_are_stored_once(tmp_path):
    blobs = Blobs(tmp_path)
    assert blobs.put(b"wall") == blobs.put(b"wall")
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_a_damaged_blob_is_refused(tmp_path):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"wall")
    blobs.path(name).write_bytes(b"hole")
    with pytest.raises(StoreError, match="damaged"):
        blobs.get(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_a_name_that_is_no_hash_leads_nowhere(tmp_path, name):
    with pytest.raises(StoreError, match="no SHA-256"):
        Blobs(tmp_path).path(name)


def test_a_blob_that_cannot_be_written_leaves_nothing_under_its_name(tmp_path, monkeypatch):
    def full(fd, content, offset):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ai_afm.store.platform.pwrite", full)
    with pytest.raises(StoreError, match="could not be written"):
        Blobs(tmp_path).put(b"wall")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_folder_without_its_mark_is_no_lab(tmp_path):
    with pytest.raises(ConfigError, match=r"lab\.toml"):
        Lab.open(tmp_path)
    assert Lab.open(Lab.make(tmp_path).path) == Lab.make(tmp_path)


def test_a_frame_comes_back_as_it_went_in(lab):
    store, record, _ = lab
    back = store.images(record.sha256)
    assert frame_hash(back) == record.sha256
    assert (record.sample, record.mode, record.shape) == ("BFO-7", "pfm_dart", factory.SHAPE)
    np.testing.assert_array_equal(back.get("phase"), factory.images()["phase"])


def test_a_frame_is_stored_once_and_named_by_picture_and_place(lab):
    store, record, _ = lab
    again = store.add_frame(factory.frame(), Source("", "file", 0, "copy.h5"))
    assert again == record
    assert store.add_frame(factory.frame(seed=2), Source("", "file", 0, "b")).sha256 != again.sha256


def test_a_prediction_of_another_shape_is_refused(lab, tmp_path):
    store, record, prediction = lab
    assert store.segmentation(prediction).segmentation.label[5, 60] == 2
    other = factory.segmentation(factory.probability((96, 100)))
    with pytest.raises(BadInput, match="shape"):
        store.add_prediction(record.sha256, factory.segmentation_bytes(tmp_path, other))


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_ever_changed_or_removed(lab, table):
    store, _record, _prediction = lab
    store.note("test", {"a": 1})
    with store.database.transaction():
        for verb, done in (("UPDATE {} SET added = ''", "changed"), ("DELETE FROM {}", "removed")):
            rows = store.database.rows(f"SELECT count(*) FROM {table}")
            if rows[0][0]:
                with pytest.raises(StoreError, match=f"never {done}"):
                    store.database.rows(verb.format(table))


def test_a_row_cannot_be_replaced_either(lab):
    store, _, _ = lab
    store.note("test", {"a": 1})
    with pytest.raises(StoreError, match="never removed"):
        store.database.rows("INSERT OR REPLACE INTO events VALUES (1, 'x', '{}', '')")


def test_every_table_has_its_triggers(lab):
    found = lab[0].database.rows("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")
    tables = lab[0].database.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    assert sorted(t for (t,) in found) == sorted(2 * [t for (t,) in tables])
    assert {t for (t,) in tables} >= set(TABLES)


def test_a_correction_begins_with_what_the_model_saw(lab):
    store, record, prediction = lab
    saved = store.add_correction(factory.draft(record, prediction, wall_at(9)))
    before = store.label(saved.before)
    assert (before[:, 60 - factory.WINDOW.left] == 2).all()
    np.testing.assert_array_equal(store.label(saved.after), wall_at(9))
    assert (saved.parent, saved.branch, saved.seconds) == (None, False, 3.0)


def test_what_came_in_between_is_a_conflict_and_both_are_kept(lab):
    store, record, prediction = lab
    first = store.add_correction(factory.draft(record, prediction, wall_at(9)))
    second = store.add_correction(
        factory.draft(record, prediction, wall_at(10), parent=first.revision)
    )
    with pytest.raises(CorrectionConflict) as told:
        store.add_correction(factory.draft(record, prediction, wall_at(30), parent=first.revision))
    assert told.value.newest == second.revision
    branch = store.require_correction(told.value.revision)
    assert branch.branch
    np.testing.assert_array_equal(store.label(branch.after), wall_at(30))
    assert store.newest(first.place, "Ann") == second


def test_two_people_stand_side_by_side(lab):
    store, record, prediction = lab
    ann = store.add_correction(factory.draft(record, prediction, wall_at(9)))
    bob = store.add_correction(factory.draft(record, prediction, wall_at(30), who="Bob"))
    also = store.add_correction(
        factory.draft(record, prediction, wall_at(12), who="Cem", parent=ann.revision)
    )
    np.testing.assert_array_equal(store.label(also.before), wall_at(9))
    assert [c.annotator for c in store.versions()] == ["Ann", "Bob", "Cem"]
    assert store.versions()[:2] == [ann, bob]


def test_writers_at_once_never_lose_a_version(lab):
    """Of many who start from the same version one wins; the others are branches."""
    store, record, prediction = lab
    outcomes = []

    def save(n):
        with FlywheelStore.open(store.lab) as own:
            try:
                own.add_correction(factory.draft(record, prediction, wall_at(n)))
                outcomes.append("saved")
            except CorrectionConflict:
                outcomes.append("branch")

    threads = [threading.Thread(target=save, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["branch"] * 4 + ["saved"]
    assert len({c.after for c in store.corrections()}) == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seconds": float("nan")}, "nan s"),
        ({"seconds": -1.0}, "-1.0 s"),
        ({"who": ""}, "no name"),
        ({"who": "Ann\n"}, "no name"),
        ({"label": np.full(factory.WINDOW.shape, 9, np.uint8)}, "unknown class 9"),
        ({"label": np.zeros((3, 5), np.uint8)}, "shape"),
        ({"label": np.zeros(factory.WINDOW.shape)}, "integers"),
        ({"parent": 7}, "no revision 7"),
        ({"reason": "x" * 2001}, "characters"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(lab, change, said):
    store, record, prediction = lab
    with pytest.raises((BadInput, StoreError), match=said):
        store.add_correction(factory.draft(record, prediction, **change))
    assert store.corrections() == []


def test_a_window_knows_where_it_lies():
    region = Window(0, 88, 144, 88).region(factory.REGION, factory.SHAPE)
    x, y = factory.REGION.center
    quarter = factory.REGION.size[0] / 4
    expected = (x + quarter * np.cos(0.3), y + quarter * np.sin(0.3))
    np.testing.assert_allclose(region.center, expected, rtol=1e-9)
    assert region.size == pytest.approx((1.76e-6, 2.88e-6))


def test_a_newer_database_is_refused_with_one_sentence(tmp_path):
    with sqlite3.connect(tmp_path / "f.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="layout 99"):
        Database(tmp_path / "f.sqlite")


def test_an_older_database_is_copied_before_it_is_changed(tmp_path):
    path, first = tmp_path / "f.sqlite", migrations.shipped()[:1]
    old = Database(path, scripts=first)
    old.insert("events", kind="a", payload="{}")
    old.close()
    second = (*first, "CREATE TABLE later (id INTEGER PRIMARY KEY); -- why\n-- the end\n")
    new = Database(path, scripts=second)
    assert new.rows("SELECT count(*) FROM later") == [(0,)]
    new.close()
    copy = Database(tmp_path / "f.sqlite.layout-1", scripts=first)
    assert copy.rows("SELECT kind FROM events") == [("a",)]
    copy.close()


def test_a_migration_that_fails_changes_nothing(tmp_path):
    path, first = tmp_path / "f.sqlite", migrations.shipped()[:1]
    Database(path, scripts=first).close()
    broken = (*first, "CREATE TABLE later (id INTEGER);\nCREATE TABLE frames (id INTEGER);")
    with pytest.raises(StoreError, match="frames"):
        Database(path, scripts=broken)
    again = Database(path, scripts=first)
    assert again.rows("SELECT name FROM sqlite_master WHERE name = 'later'") == []
    again.close()


def test_a_migration_that_breaks_off_is_refused(tmp_path):
    with pytest.raises(StoreError, match="within a statement"):
        Database(tmp_path / "f.sqlite", scripts=("CREATE TABLE later (id",))


def test_what_is_no_database_is_refused(tmp_path):
    (tmp_path / "f.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        Database(tmp_path / "f.sqlite")


def test_threads_that_make_the_database_at_once_all_find_it(tmp_path):
    faults = []

    def make(path):
        try:
            Database(path).close()
        except StoreError as exc:
            faults.append(exc)

    for k in range(20):
        threads = [
            threading.Thread(target=make, args=(tmp_path / f"{k}.sqlite",)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert faults == []


def test_a_database_that_another_holds_for_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "TIMEOUT", 0.05)
    holder = sqlite3.connect(tmp_path / "f.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="cannot be opened: database is locked"):
        Database(tmp_path / "f.sqlite")
    holder.close()
