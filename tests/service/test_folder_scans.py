"""Which files of a folder are scans, and what their results are called."""

import pytest
from folder_parts import write_scan

from ai_afm.errors import BadInput
from ai_afm.service.folder.scans import digest, find_scans


def keys(found):
    return [s.key for s in found.scans]


def test_scans_are_found_in_all_folders_below_and_named_by_their_place(tmp_path):
    write_scan(tmp_path / "b.npz")
    write_scan(tmp_path / "night" / "1" / "a.npz")
    found = find_scans([tmp_path], tmp_path / "out")
    assert keys(found) == ["b", "night/1/a"]
    assert found.unread == ()


def test_texts_are_counted_and_foreign_scans_are_named(tmp_path):
    write_scan(tmp_path / "a.npz")
    (tmp_path / "notes.txt").write_text("cold in the lab")
    (tmp_path / "b.spm").write_bytes(b"\\*Force file list\r\n")
    found = find_scans([tmp_path], tmp_path / "out")
    assert keys(found) == ["a"]
    assert found.others == 1
    assert found.unread == ((tmp_path / "b.spm", "Bruker NanoScope force"),)


def test_results_and_hidden_files_are_not_scanned_again(tmp_path):
    write_scan(tmp_path / "a.npz")
    write_scan(tmp_path / "out" / "b.npz")
    write_scan(tmp_path / ".trash" / "c.npz")
    write_scan(tmp_path / ".d.npz")
    assert keys(find_scans([tmp_path], tmp_path / "out")) == ["a"]


def test_of_a_run_folder_only_the_scans_count(tmp_path):
    run = tmp_path / "run"
    (run / "scans").mkdir(parents=True)
    (run / "journal.sqlite").write_bytes(b"")
    write_scan(run / "scans" / "000001.npz")
    write_scan(run / "segmentations" / "000001.npz")
    assert keys(find_scans([tmp_path], tmp_path / "out")) == ["run/scans/000001"]


def test_files_of_one_name_are_told_apart(tmp_path):
    write_scan(tmp_path / "x" / "a.npz")
    write_scan(tmp_path / "y" / "a.npz")
    other = write_scan(tmp_path / "x" / "b.npz")
    other.with_suffix(".gwy").write_bytes(other.read_bytes())
    found = find_scans([tmp_path / "x", tmp_path / "y"], tmp_path / "out")
    assert keys(found) == ["x/a.npz", "b.gwy", "b.npz", "y/a.npz"]
    assert len(set(keys(found))) == 4


def test_a_file_that_is_named_twice_is_done_once(tmp_path):
    file = write_scan(tmp_path / "a.npz")
    assert keys(find_scans([file, file, tmp_path], tmp_path / "out")) == ["a"]


def test_a_path_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(BadInput, match="does not exist"):
        find_scans([tmp_path / "nowhere"], tmp_path / "out")


def test_the_hash_is_that_of_the_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"abc")
    two.write_bytes(b"abc")
    assert digest(one) == digest(two)
    assert digest(one).startswith("ba7816bf")  # FIPS 180-2, appendix B.1
