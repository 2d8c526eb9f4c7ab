"""The bank of simulated crops: made once, checked when read, made anew when damaged."""

from dataclasses import replace

import numpy as np
import pytest
import round_factory as factory

from ai_afm.errors import BadInput
from ai_afm.flywheel.headway import Headway
from ai_afm.flywheel.rounds import replay
from ai_afm.flywheel.rounds.replay import Makers, bank, bank_file

CALLS = []


def counted(seed, world, count):
    CALLS.append((seed, world))
    return factory.drawn(seed, world, count, (24, 40))


def blank(seed, world, count):
    return factory.blank(seed, world, count, (24, 40))


MAKERS = Makers((counted,), blank)


@pytest.fixture(autouse=True)
def _no_calls():
    CALLS.clear()


def same(one, other):
    pairs = [(a, b) for x, y in ((one.replay, other.replay), (one.checks, other.checks))
             for a, b in zip(x, y, strict=True)]  # fmt: skip
    return all(
        np.array_equal(a.channels[n], b.channels[n]) for a, b in pairs for n in a.channels
    ) and all(
        np.array_equal(getattr(a, n), getattr(b, n))
        for a, b in pairs
        for n in ("label", "visible", "ignore")
    )


def test_a_bank_is_made_once_and_then_read(tmp_path):
    first = bank(factory.SMALL, tmp_path / "cache", MAKERS)
    made = len(CALLS)
    second = bank(factory.SMALL, tmp_path / "cache", MAKERS)
    assert len(CALLS) == made == 3
    assert same(first, second)
    assert (len(first.replay), len(first.checks)) == (2 * 2 + 2 * 1, 2)


def test_what_is_read_is_what_the_makers_made(tmp_path):
    found = bank(factory.SMALL, tmp_path, MAKERS)
    made = factory.drawn(replay.REPLAY_SEED, 1, 2, (24, 40))[1]
    stored = found.replay[3]
    assert np.array_equal(stored.label, made.label)
    assert np.array_equal(stored.visible, made.visible)
    assert np.array_equal(stored.channels["phase"], made.channels["phase"].astype(np.float32))
    assert found.replay[-1].ignore.all() == factory.blank(1, 1, 1)[0].ignore.all()


def test_worlds_to_check_on_are_never_worlds_to_learn_from(tmp_path):
    bank(factory.SMALL, tmp_path, MAKERS)
    assert {seed for seed, _ in CALLS} == {replay.REPLAY_SEED, replay.CHECK_SEED}


@pytest.mark.parametrize("damage", [b"", b"noise" * 99, None], ids=["empty", "noise", "one byte"])
def test_a_damaged_bank_is_made_anew(tmp_path, damage, caplog):
    first = bank(factory.SMALL, tmp_path, MAKERS)
    path = bank_file(tmp_path, factory.SMALL, MAKERS)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(bytes(content) if damage is None else damage)
    again = bank(factory.SMALL, tmp_path, MAKERS)
    assert "made anew" in caplog.text
    assert same(first, again)
    assert len(CALLS) == 6


def test_other_settings_makers_and_recipes_have_files_of_their_own(tmp_path, monkeypatch):
    files = {
        bank_file(tmp_path, factory.SMALL, MAKERS),
        bank_file(tmp_path, replace(factory.SMALL, seed=1), MAKERS),
        bank_file(tmp_path, factory.SMALL, factory.MAKERS),
    }
    monkeypatch.setattr(replay, "RECIPE", replay.RECIPE + 1)
    assert len(files | {bank_file(tmp_path, factory.SMALL, MAKERS)}) == 4


def test_crops_without_a_reading_somewhere_are_left_out(tmp_path):
    def gappy(seed, world, count):
        crops = counted(seed, world, count)
        crops[0].channels["height"][3, 4] = np.nan
        crops[0].channels["phase"][3, 4] = np.inf
        return crops

    found = bank(factory.SMALL, tmp_path, Makers((gappy,), blank))
    assert (len(found.replay), len(found.checks)) == (2 + 2, 1)


def test_crops_of_two_shapes_make_no_bank(tmp_path):
    with pytest.raises(BadInput, match="one shape"):
        bank(factory.SMALL, tmp_path, Makers((counted, factory.drawn), blank))


def test_a_live_run_is_waited_for_before_each_world(tmp_path):
    waits = []
    bank(factory.SMALL, tmp_path, MAKERS, lambda: waits.append(len(CALLS)))
    assert waits == [0, 1, 2, 3, 3]


def test_each_world_of_a_bank_is_told(tmp_path):
    said = []
    bank(factory.SMALL, tmp_path, MAKERS, headway=Headway(said.append, lambda: 0.0))
    worlds = len(CALLS) + factory.SMALL.worlds
    assert said == [f"simulated worlds: 0 of {worlds}", f"simulated worlds: {worlds} of {worlds}"]
    bank(factory.SMALL, tmp_path, MAKERS, headway=Headway(said.append))
    assert len(said) == 2, "nothing is made the second time"
