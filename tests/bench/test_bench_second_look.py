"""The second look of the gate's benchmark: right labels are let in again, wrong ones kept out."""

from types import SimpleNamespace

import numpy as np
import pytest

from ai_afm.bench.gate import second_look
from ai_afm.bench.gate.material import MATERIALS, lined, scans
from ai_afm.bench.gate.second_look import looked_again
from ai_afm.bench.gate.trial import PERSON, _store
from ai_afm.flywheel.datasets.quarantine import last_words
from ai_afm.flywheel.gate.audit import Contradiction
from ai_afm.flywheel.gate.findings import Finding, Judgement
from ai_afm.flywheel.gate.lab import GateSettings, Hearing
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.store import FlywheelStore

MODEL = SimpleNamespace(spec="some@1.0.0")


def hearing(*broken):
    findings = tuple(Finding(rule, "", False, 0.1, 0.02, "share", "words") for rule in broken)
    return Hearing(MODEL, MODEL, (), Judgement(findings, {}), 1)


@pytest.fixture
def lab(tmp_path):
    """Return a store with three corrections, their revisions, and how often the gate is asked."""
    with FlywheelStore.open(Lab.make(tmp_path / "lab")) as store:
        found = [s for world in (0, 1, 2) for s in lined(scans(MATERIALS[0], 1, world, 4))][:3]
        yield store, [_store(store, s, np.zeros((40, 40), np.uint8), PERSON) for s in found]


@pytest.fixture
def asked(monkeypatch):
    """Let the gate contradict what it is told to, and pass when asked again."""
    told = SimpleNamespace(named=[], times=0)

    def hear(*_):
        told.times += 1
        return hearing()

    monkeypatch.setattr(second_look, "hear", hear)
    monkeypatch.setattr(second_look, "learned", lambda *_: None)
    sides = SimpleNamespace(learned=(), held=())
    monkeypatch.setattr(second_look, "newest_sides", lambda *_: sides)
    monkeypatch.setattr(second_look, "looker_of", lambda _: None)
    monkeypatch.setattr(
        second_look,
        "contradictions",
        lambda *_: [Contradiction(r, PERSON, "nothing is drawn", 1.0) for r in told.named],
    )
    return told


def test_right_labels_are_let_in_again_and_wrong_ones_kept_out(lab, asked, tmp_path):
    store, (right, wrong, unnamed) = lab
    asked.named = [right, wrong]
    told = looked_again(store, hearing("labels"), {wrong, unnamed}, GateSettings(), tmp_path)
    assert (told.released, told.quarantined, asked.times) == (1, 1, 1)
    words = last_words(store)
    assert {r: words[r].held for r in words} == {right: False, wrong: True}


@pytest.mark.parametrize("broken", [(), ("golden slice",), ("labels", "golden slice")])
def test_a_second_look_answers_nothing_else(lab, asked, tmp_path, broken):
    store, (first, *_) = lab
    asked.named = [first]
    heard = hearing(*broken)
    told = looked_again(store, heard, set(), GateSettings(), tmp_path)
    assert told.hearing is heard
    assert (told.released, told.quarantined, asked.times) == (0, 0, 0)
    assert not last_words(store)
