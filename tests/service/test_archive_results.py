"""Results are named by what decides them, and believed only when they are what was written."""

from dataclasses import replace

import pytest

from ai_afm.errors import StoreError
from ai_afm.service.archive.results import (
    Recipe,
    keep_model,
    put_in_place,
    record_name,
    result_key,
    result_name,
    scratch_file,
    whole_rows,
    write_record,
)

RECIPE = Recipe("wallnet@9.9.9", "ab" * 32, "cd" * 32, None, "float32")
SCAN = "ef" * 32


@pytest.mark.parametrize(
    "other",
    [
        replace(RECIPE, model_sha256="12" * 32),
        replace(RECIPE, card_sha256="12" * 32),
        replace(RECIPE, channels=("height",)),
        replace(RECIPE, dtype="bfloat16"),
        replace(RECIPE, format=99),
    ],
    ids=["weights", "card", "channels", "dtype", "format"],
)
def test_whatever_decides_a_result_is_in_its_name(other):
    assert result_key(SCAN, other) != result_key(SCAN, RECIPE)
    assert result_key("00" * 32, other) != result_key(SCAN, other)
    assert result_key(SCAN, other) == result_key(SCAN, replace(other))


@pytest.fixture
def done(tmp_path):
    """A scan with two frames that is done: the folder, its key, the rows."""
    key, session = result_key(SCAN, RECIPE), tmp_path / "session"
    session.mkdir()
    rows = []
    for number, content in enumerate((b"first", b"second")):
        scratch = scratch_file(session, ".h5")
        scratch.write_bytes(content)
        put_in_place(scratch, tmp_path / result_name(key, number))
        digests = (
            "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e",
            "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4",
        )
        rows.append({"result": result_name(key, number), "result_sha256": digests[number]})
    write_record(tmp_path, key, rows, session)
    assert list(session.iterdir()) == []
    return tmp_path, key, rows


def test_a_whole_result_is_known_again(done):
    out, key, rows = done
    assert whole_rows(out, key) == rows
    assert whole_rows(out, "00" * 20) is None


def test_a_result_that_is_cut_changed_or_gone_is_not_believed(done):
    out, key, rows = done
    file = out / rows[1]["result"]
    for content in (b"seco", b"sekond", b""):
        file.write_bytes(content)
        assert whole_rows(out, key) is None
    file.unlink()
    assert whole_rows(out, key) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 0, "frames": []}'])
def test_a_record_that_is_none_of_ours_is_not_believed(done, content):
    out, key, _ = done
    (out / record_name(key)).write_bytes(content)
    assert whole_rows(out, key) is None


def test_after_the_end_of_a_session_nothing_is_put_in_place(tmp_path):
    with pytest.raises(StoreError, match=r"could not be put in place"):
        put_in_place(tmp_path / "gone" / "x.h5", tmp_path / "results" / "x.h5")


def test_a_model_is_kept_once_and_never_replaced_by_another(tmp_path):
    folder = tmp_path / "lab" / "wallnet" / "9.9.9"
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(b"w")
    (folder / "diary.txt").write_text("not part of the model")
    out = tmp_path / "out"
    kept = keep_model(out, folder, ("weights",))
    assert keep_model(out, folder, ("weights",)) == kept
    assert [f.name for f in kept.iterdir()] == ["weights"]
    (folder / "weights").write_bytes(b"other")
    with pytest.raises(StoreError, match="same name and version"):
        keep_model(out, folder, ("weights",))
    assert (kept / "weights").read_bytes() == b"w"
