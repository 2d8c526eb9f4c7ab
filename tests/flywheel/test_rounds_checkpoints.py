"""Checkpoints on the disk: what a kill or a bad disk may do to them."""

import errno
import json
import os
from dataclasses import replace

import pytest
import torch

from ai_afm.errors import StoreError
from ai_afm.flywheel.rounds.checkpoints import Checkpoints
from ai_afm.flywheel.rounds.course import Progress, Snapshot
from ai_afm.store import platform


def snapshot(step):
    torch.manual_seed(step)
    weights = {
        "conv.weight": torch.randn(4, 3, 3, 5).to(memory_format=torch.channels_last),
        "norm.num_batches_tracked": torch.tensor(step),
    }
    moments = {"conv.weight.step": torch.tensor(float(step)), "conv.weight.exp_avg": torch.ones(2)}
    return Snapshot(Progress(step, skipped=1, falls=1, cpu=2.5), weights, moments)


def same(one, other):
    pairs = ((one.weights, other.weights), (one.moments, other.moments))
    tensors = all(
        a.keys() == b.keys() and all(torch.equal(a[n], b[n]) for n in a) for a, b in pairs
    )
    return tensors and one.progress == other.progress


@pytest.fixture
def kept(tmp_path):
    """Three checkpoints of one training, of which two are left."""
    checkpoints = Checkpoints(tmp_path / "work", "training-a")
    for step in (5, 10, 15):
        checkpoints.write(snapshot(step))
    return checkpoints


def files(kept):
    return sorted(kept.folder.iterdir())


def test_the_newest_two_are_kept_and_the_newest_is_read(kept):
    assert [int(p.name[:8]) for p in files(kept)] == [10, 15]
    assert same(kept.newest(), snapshot(15))


def test_without_any_a_training_begins(tmp_path):
    assert Checkpoints(tmp_path / "nowhere", "a").newest() is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.write_bytes(p.read_bytes()[:-9]),
        lambda p: p.write_bytes(b""),
        lambda p: p.write_bytes(p.read_bytes()[:-1] + b"\x7f"),
        lambda p: p.write_bytes(os.urandom(300)),
    ],
    ids=["cut short", "empty", "one byte changed", "noise"],
)
def test_a_damaged_one_is_skipped_for_the_one_before(kept, damage, caplog):
    damage(files(kept)[-1])
    assert same(kept.newest(), snapshot(10))
    assert "damaged" in caplog.text
    damage(files(kept)[0])
    assert kept.newest() is None


def test_no_code_is_ever_loaded(kept, tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "owned"),)

    torch.save(Evil(), files(kept)[-1])
    assert same(kept.newest(), snapshot(10))
    assert not (tmp_path / "owned").exists()


def test_one_of_another_training_is_not_taken(kept):
    assert Checkpoints(kept.folder, "training-b").newest() is None


def test_a_full_disk_leaves_the_earlier_ones(kept, monkeypatch):
    def full(fd, content, offset):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(platform, "pwrite", full)
    with pytest.raises(StoreError, match="No space left"):
        kept.write(snapshot(20))
    assert same(kept.newest(), snapshot(15))
    assert not list(kept.folder.glob("*.tmp"))


def test_what_a_killed_writer_has_left_is_cleared_away(kept):
    (kept.folder / "00000020-half.safetensors.tmp").write_bytes(b"half")
    kept.write(snapshot(20))
    assert [int(p.name[:8]) for p in files(kept)] == [15, 20]
    kept.clear()
    assert not kept.folder.exists()


def test_two_snapshots_of_one_step_are_two_files(kept):
    kept.write(snapshot(15))
    assert len(files(kept)) == 2
    kept.write(replace(snapshot(15), progress=Progress(15, falls=2)))
    assert [int(p.name[:8]) for p in files(kept)] == [15, 15]


def test_progress_is_readable_by_anybody(kept):
    content = files(kept)[-1].read_bytes()
    length = int.from_bytes(content[:8], "little")
    about = json.loads(content[8 : 8 + length])["__metadata__"]
    assert json.loads(about["progress"])["step"] == 15
