import json
import re
from dataclasses import replace
from pathlib import Path

import dataset_factory as factory
import lab_factory
import numpy as np
import pytest
from model_factory import a_model
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import BadInput, GateRefused
from ai_afm.flywheel.crops import CLASSES
from ai_afm.flywheel.datasets.candidates import Choice
from ai_afm.flywheel.datasets.freeze import Split, freeze, freeze_golden
from ai_afm.flywheel.datasets.quarantine import release
from ai_afm.flywheel.gate.bank import (
    MATERIALS,
    RESERVED_SEED,
    GoldenSettings,
    golden_bank,
    golden_file,
)
from ai_afm.flywheel.gate.lab import GateSettings, hear
from ai_afm.flywheel.gate.pictures import side_by_side
from ai_afm.flywheel.model_records import Lineage
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds.replay import CHECK_SEED, REPLAY_SEED
from ai_afm.image.normalise import PLANES
from ai_afm.report.gate_page import gate_page
from ai_afm.segment.model_file import NETWORK, NetworkCard, set_active
from ai_afm.segment.unet import Architecture, UNet

NETWORK_CARD = NetworkCard(inputs=PLANES, classes=CLASSES, width=4, depth=2)
SMALL = GateSettings(
    golden=GoldenSettings(
        worlds=2, crops_per_world=1, materials=("painted, twins", "painted, nothing")
    )
)


def arrays(seed):
    import torch

    torch.manual_seed(seed)
    network = UNet(Architecture(len(PLANES), len(CLASSES), 4, 2))
    return {NETWORK + n: v.numpy() for n, v in network.state_dict().items()}


def make_model(root, version, seed, **changes):
    """Write a model of the classes that corrections have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model_factory.arrays", arrays)
        return a_model(root, version, seed, network=NETWORK_CARD, **changes)


def make_lab(folder):
    """A lab with four corrected frames of two samples, and a shipped model."""
    store = lab_factory.open_lab(folder)
    make_model(folder / "shipped", "0.0.1", 0)
    set_active(folder / "shipped", "tiny@0.0.1")
    for seed, sample in ((1, "A"), (2, "A"), (3, "B"), (4, "B")):
        record = factory.store_frame(store, factory.a_frame(seed, sample), run="")
        label = np.zeros(factory.WINDOW.shape, np.uint8)
        label[:, 40:43], label[60:63] = 2, 3
        factory.corrected(store, record, label)
    return store


@pytest.fixture
def lab(tmp_path):
    with make_lab(tmp_path) as store:
        yield store


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A lab, and what its gate says of a model that has learned from half of the corrections."""
    folder = tmp_path_factory.mktemp("gate")
    with make_lab(folder) as store:
        spec = enter(store, folder, freeze(store, "may", Split(0, 0.5)))
        yield store, folder, spec, heard(store, folder, spec)


def enter(store, tmp_path, dataset=None, seed=5, version="0.0.2"):
    registry = Registry(store, tmp_path / "shipped")
    lineage = Lineage({"sha256": dataset.dataset.sha256}, ("Ann",)) if dataset else None
    return registry.add(
        make_model(tmp_path / "made", version, seed), "Ann", "trained", lineage
    ).model


def heard(store, tmp_path, spec):
    return hear(store, spec, SMALL, tmp_path / "shipped")


def found(hearing, rule):
    return [f for f in hearing.judgement.findings if f.rule == rule]


def test_a_model_that_has_learned_nothing_is_refused_and_cannot_be_promoted(case):
    store, folder, spec, hearing = case
    assert not hearing.judgement.passed
    with pytest.raises(GateRefused, match=f"report {hearing.number}"):
        Registry(store, folder / "shipped").promote(spec, "Ann", "try")


def test_the_report_is_kept_with_both_models_and_the_data(case):
    store, _, _, hearing = case
    ((text,),) = store.database.rows("SELECT report FROM gates WHERE id = ?", hearing.number)
    told = json.loads(text)
    assert (told["against"], told["dataset"], told["passed"]) == ("tiny@0.0.1", "may", False)
    assert told["corrections"]["held_out"] == told["corrections"]["learned_from"] == 2


def test_the_gain_is_measured_on_what_was_kept_to_validate_on(case):
    hearing = case[-1]
    assert "kept to validate on" in found(hearing, "own material")[0].where
    assert len({case.group for case in hearing.own}) == 2


def test_without_a_validation_side_the_report_says_that_it_proves_little(lab, tmp_path):
    hearing = heard(lab, tmp_path, enter(lab, tmp_path, freeze(lab, "may", Split(0, 0.0))))
    assert "learned from" in found(hearing, "own material")[0].where


def test_a_model_that_saw_a_golden_set_is_refused(lab, tmp_path):
    spec = enter(lab, tmp_path, freeze(lab, "may", Split(0, 0.5)))
    freeze_golden(lab, "judge", Choice(sample="A"))
    (leak,) = found(heard(lab, tmp_path, spec), "saw the golden set")
    assert leak.holds is False
    assert leak.value == 2


def test_what_an_ancestor_saw_counts_as_well(lab, tmp_path):
    parent = enter(lab, tmp_path, freeze(lab, "may", Split(0, 0.5)))
    golden = freeze_golden(lab, "judge", Choice(sample="A"))
    clean = freeze(lab, "june", Split(0, 0.0))
    registry = Registry(lab, tmp_path / "shipped")
    folder = make_model(tmp_path / "made", "0.0.3", 6, parents=(parent,))
    spec = registry.add(folder, "Ann", "t", Lineage({"sha256": clean.dataset.sha256})).model
    (leak,) = found(heard(lab, tmp_path, spec), "saw the golden set")
    assert leak.holds is False
    assert golden.name in leak.words


def test_a_model_that_does_not_tell_what_it_learned_from_is_said_to(lab, tmp_path):
    freeze(lab, "may", Split(0, 0.0))
    spec = enter(lab, tmp_path)
    freeze_golden(lab, "judge", Choice(sample="A"))
    hearing = heard(lab, tmp_path, spec)
    assert found(hearing, "saw the golden set")[0].holds is None
    assert found(hearing, "labels") == []


def test_the_golden_sets_of_the_lab_judge_as_well(lab, tmp_path):
    freeze_golden(lab, "judge", Choice(sample="A"))
    spec = enter(lab, tmp_path, freeze(lab, "may", Split(0, 0.0)))
    where = [f.where for f in found(heard(lab, tmp_path, spec), "calibration")]
    assert where == ["golden set judge", "simulated"]


def test_the_active_model_is_not_judged_against_itself(lab, tmp_path):
    freeze(lab, "may", Split(0, 0.0))
    spec = enter(lab, tmp_path, seed=0)
    with pytest.raises(BadInput, match="weights of the active model"):
        heard(lab, tmp_path, spec)


def test_a_second_look_is_counted(lab, tmp_path):
    frozen = freeze(lab, "may", Split(0, 0.5))
    release(lab, frozen.dataset.entries[0].revision, "Bob", "looked again: it is right")
    hearing = heard(lab, tmp_path, enter(lab, tmp_path, frozen))
    assert hearing.judgement.about["corrections"]["looked_at_again"] == 1


def test_the_page_shows_every_hand_and_opens_offline(case):
    hearing = case[-1]
    page = gate_page(hearing)
    rows = side_by_side(hearing, 8)
    assert page.count("<b>Candidate</b>") == page.count("<b>Person</b>") == len(rows)
    assert page.index("own material") < page.index("Golden slices")
    assert "Refused" in page
    assert "http" not in page


def test_golden_worlds_are_of_a_seed_that_nothing_is_trained_on():
    others = {1, 1 + 1_000_003, REPLAY_SEED, CHECK_SEED, 7001}
    assert RESERVED_SEED not in others
    assert GoldenSettings().seed == RESERVED_SEED
    assert set(GoldenSettings().materials) == set(MATERIALS)


def test_a_damaged_bank_is_made_anew_with_the_same_crops(tmp_path):
    first = golden_bank(SMALL.golden, tmp_path)
    path = golden_file(tmp_path, SMALL.golden)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    again = golden_bank(SMALL.golden, tmp_path)
    assert again.sha256 == first.sha256
    assert len(again.cases()) == 2 * sum(len(c) for c in again.crops.values())


def test_another_seed_gives_other_crops(tmp_path):
    first = golden_bank(SMALL.golden, tmp_path)
    assert golden_bank(replace(SMALL.golden, seed=7), tmp_path).sha256 != first.sha256


def test_the_command_says_why_keeps_a_page_and_exits_with_six(lab, tmp_path, monkeypatch):
    def small_bank(_settings, cache, headway):
        return golden_bank(SMALL.golden, cache, headway)

    monkeypatch.setattr("ai_afm.flywheel.gate.lab.golden_bank", small_bank)
    spec = enter(lab, tmp_path, freeze(lab, "may", Split(0, 0.5)))
    page, arguments = tmp_path / "gate.html", ["gate", spec, "--lab", str(lab.lab.path)]
    result = CliRunner().invoke(app, [*arguments, "--page", str(page), "--json"])
    assert result.exit_code == 6
    told = json.loads(result.stdout)
    assert told["against"].startswith("wallnet@")
    assert "simulated worlds: 0 of" in result.stderr
    done, whole = re.findall(r"looks at crops: (\d+) of (\d+)$", result.stderr, re.MULTILINE)[-1]
    assert done == whole != "0"
    assert told["refused"]
    assert Path(told["page"]).read_text("utf-8") == page.read_text("utf-8")
    assert Path(told["page"]).parent == lab.lab.path / "gate"
