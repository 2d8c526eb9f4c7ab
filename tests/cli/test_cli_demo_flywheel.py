"""The whole loop in small: run, queue, corrections, training, gate, and a better next run."""

import json

import pytest

from ai_afm.cli.loop_demo import close_the_loop
from ai_afm.flywheel.gate.bank import GoldenSettings
from ai_afm.flywheel.gate.lab import GateSettings
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds.begin import Wish
from ai_afm.flywheel.rounds.learn import RoundSettings
from ai_afm.flywheel.rounds.replay import BankSettings
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.service.loop_demo import PERSON, Sizes, material_config

WISH = Wish(
    PERSON,
    settings=RoundSettings(seed=2, steps=160),
    bank=BankSettings(worlds=16, crops_per_world=4),
)
GATE = GateSettings(golden=GoldenSettings(worlds=4, crops_per_world=1))


@pytest.mark.timeout(600)  # two runs, a training and a gate: a minute where nothing else goes on
def test_the_next_run_is_better_on_the_material(tmp_path):
    told = close_the_loop(tmp_path / "lab", 3, Sizes(overview=160, corrected=4), WISH, GATE)
    json.dumps(told, allow_nan=False)
    assert told["gate"] == "passed"
    assert told["active"] == told["candidate"] != "wallnet@2.7.0"
    before, after = told["f1"]["before"], told["f1"]["after"]
    assert after["named line"] > before["named line"] + 0.01
    assert after["grain boundary"] > before["grain boundary"] + 0.05
    assert told["clicks"] > 10
    assert (tmp_path / "lab" / "gain.png").stat().st_size > 10_000
    with FlywheelStore.open(Lab.open(tmp_path / "lab")) as store:
        assert Registry(store).active == told["active"]
        assert store.require_frame(store.corrections()[0].place.frame).sample != "unknown"
    second = tmp_path / "lab" / "runs" / "second"
    seen = [p.name for p in (second / "segmentations").glob("*.h5")]
    assert seen


def test_the_two_runs_are_on_different_samples_of_one_material():
    first, second = (material_config(seed, Sizes()) for seed in (1, 101))
    assert first.instrument.options["world"] == second.instrument.options["world"]
    assert first.instrument.options["seed"] != second.instrument.options["seed"]
