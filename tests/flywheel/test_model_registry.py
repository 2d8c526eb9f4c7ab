"""The registry of models: who is active, by whose word, and the way back that always works."""

import os
import signal
import subprocess
import sys
import threading
import time

import model_factory as factory
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput, GateRefused, ModelError, StoreError
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.model_records import ModelState
from ai_afm.flywheel.registry import Lineage, Registry
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import load_model
from ai_afm.service.lab import model_folders

CHANGED = "not those that were added"
SHIPPED = factory.SHIPPED


@pytest.fixture
def registry(tmp_path):
    found = factory.open_registry(tmp_path)
    yield found
    found.records.database.close()


def pointed(folder):
    """The model that a run without a named one would load."""
    return load_model(None, [folder / "lab" / "models", folder / "shipped"]).spec


def states(registry):
    return {model: state.value for model, state in registry.records.states().items()}


def test_a_model_that_was_added_is_a_candidate(registry, tmp_path):
    source = factory.a_model(tmp_path / "made", "1.0.0", parents=("tiny@0.0.1",))
    lineage = Lineage({"sha256": factory.DATA}, ("Ann", "Bob"))
    model = registry.add(source, "Ann", "trained", lineage)
    assert (model.parents, model.lineage) == (("tiny@0.0.1",), lineage)
    (change,) = registry.records.history("tiny@1.0.0")
    assert (change.state, change.who, change.reason) == ("candidate", "Ann", "trained")
    assert registry.active is None


def test_adding_again_changes_nothing(registry, tmp_path):
    spec = factory.made_active(registry, tmp_path, "1.0.0")
    before = registry.records.history()
    registry.add(tmp_path / "made" / "tiny" / "1.0.0", "Bob", "once more")
    assert registry.records.history() == before
    assert registry.active == spec


def test_another_model_of_the_same_name_is_refused_even_when_the_files_are_gone(registry, tmp_path):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    other = factory.a_model(tmp_path / "other", "1.0.0", seed=7)
    with pytest.raises(ModelError, match="with other files"):
        registry.add(other, "Bob", "mine")
    registry.folder(spec).rename(tmp_path / "gone")
    with pytest.raises(ModelError, match="with other files"):
        registry.add(other, "Bob", "mine")


@pytest.mark.parametrize(("who", "reason"), [("", "why"), ("Ann", "  ")])
def test_nothing_changes_without_a_name_and_a_reason(registry, tmp_path, who, reason):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    factory.judged(registry, spec)
    with pytest.raises(BadInput, match="a name and a reason"):
        registry.promote(spec, who, reason)
    assert states(registry) == {spec: "candidate"}


def test_a_model_that_no_gate_has_judged_is_refused(registry, tmp_path):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    with pytest.raises(GateRefused, match="no gate has judged it yet"):
        registry.promote(spec, "Ann", "I like it")


def test_the_newest_report_counts(registry, tmp_path):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    factory.judged(registry, spec, passed=True)
    factory.judged(registry, spec, passed=False)
    with pytest.raises(GateRefused, match=r"did not pass the gate \(report 2\)"):
        registry.promote(spec, "Ann", "it did once")
    assert states(registry) == {spec: "candidate"}


def test_a_report_against_a_model_that_is_not_active_any_more_does_not_count(registry, tmp_path):
    first = factory.made_active(registry, tmp_path, "1.0.0", 1)
    against = registry.records.require(first).files.weights
    spec = factory.candidate(registry, tmp_path, "3.0.0", 3)
    factory.judged(registry, spec, against_sha256=against)
    registry.promote(spec, "Ann", "passed")
    factory.made_active(registry, tmp_path, "2.0.0", 2)
    with pytest.raises(GateRefused, match=r"tiny@2\.0\.0 is active now"):
        registry.promote(spec, "Ann", "passed")


@pytest.mark.parametrize(
    "change",
    [
        {"passed": "true"},
        {"passed": None},
        {"model_sha256": "x"},
        {"data_sha256": None},
        {"against_sha256": "abc"},
    ],
)
def test_a_report_that_leaves_something_open_is_refused(registry, tmp_path, change):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    with pytest.raises(BadInput, match="a gate's report"):
        factory.judged(registry, spec, **change)


def test_a_report_of_other_weights_is_refused(registry, tmp_path):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    with pytest.raises(ModelError, match="other weights"):
        factory.judged(registry, spec, model_sha256="0" * 64)


def test_a_model_goes_from_candidate_to_shadow_to_active(registry, tmp_path):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    number = factory.judged(registry, spec)
    shadow = registry.promote(spec, "Ann", "better")
    assert (shadow.state, shadow.gate) == (ModelState.SHADOW, number)
    assert pointed(tmp_path) == SHIPPED
    active = registry.promote(spec, "Bob", "agreed")
    assert (active.model, active.state, active.who) == (spec, "active", "Bob")
    assert pointed(tmp_path) == spec
    assert states(registry) == {spec: "active", SHIPPED: "retired"}


@pytest.mark.parametrize("spec", ["tiny@1.0.0", SHIPPED])
def test_what_is_active_or_retired_is_not_promoted(registry, tmp_path, spec):
    factory.made_active(registry, tmp_path, "1.0.0")
    with pytest.raises(ModelError, match="only a candidate or shadow"):
        registry.promote(spec, "Ann", "again")


def test_before_the_first_promotion_there_is_no_way_back(registry):
    with pytest.raises(ModelError, match="no model was active before"):
        registry.rollback("Ann", "bad")


def test_going_back_twice_goes_two_back_and_a_named_one_comes_back(registry, tmp_path):
    a = factory.made_active(registry, tmp_path, "1.0.0", 1)
    b = factory.made_active(registry, tmp_path, "2.0.0", 2)
    assert registry.rollback("Ann", "worse").model == a
    assert pointed(tmp_path) == a
    assert registry.rollback("Ann", "worse, too").model == SHIPPED
    with pytest.raises(ModelError, match="no way back"):
        registry.rollback("Ann", "still")
    assert registry.rollback("Ann", "it was the sample", b).model == b
    assert pointed(tmp_path) == b
    assert states(registry) == {SHIPPED: "retired", a: "retired", b: "active"}


@pytest.mark.parametrize(
    ("to", "text"),
    [("tiny@1.0.0", "already"), ("tiny@2.0.0", "never active"), ("tiny@9.9.9", "never active")],
)
def test_going_back_to_what_was_never_active_is_refused(registry, tmp_path, to, text):
    factory.made_active(registry, tmp_path, "1.0.0", 1)
    factory.candidate(registry, tmp_path, "2.0.0", 2)
    with pytest.raises(ModelError, match=text):
        registry.rollback("Ann", "no gate is asked here", to)


@pytest.mark.parametrize("name", ["card.toml", "weights.safetensors"])
def test_a_file_that_was_changed_is_not_used(registry, tmp_path, name):
    a = factory.made_active(registry, tmp_path, "1.0.0", 1)
    b = factory.made_active(registry, tmp_path, "2.0.0", 2)
    c = factory.candidate(registry, tmp_path, "3.0.0", 3)
    factory.judged(registry, c)
    for spec in (a, c):
        with (registry.folder(spec) / name).open("ab") as file:
            file.write(b"\n")
        assert CHANGED in registry.fault(spec)
    with pytest.raises(ModelError, match=CHANGED):
        registry.rollback("Ann", "bad")
    with pytest.raises(ModelError, match=CHANGED):
        registry.promote(c, "Ann", "good")
    assert (registry.active, pointed(tmp_path)) == (b, b)
    assert registry.rollback("Ann", "bad", SHIPPED).model == SHIPPED


def test_files_that_are_gone_are_not_used(registry, tmp_path):
    a = factory.made_active(registry, tmp_path, "1.0.0", 1)
    factory.made_active(registry, tmp_path, "2.0.0", 2)
    registry.folder(a).rename(tmp_path / "gone")
    with pytest.raises(ModelError, match="are gone"):
        registry.rollback("Ann", "bad")


def test_a_model_in_use_that_was_changed_before_its_first_record_is_refused(registry, tmp_path):
    spec = factory.candidate(registry, tmp_path, "1.0.0")
    factory.judged(registry, spec)
    registry.promote(spec, "Ann", "better")
    (tmp_path / "shipped" / "tiny" / "0.0.1" / "weights.safetensors").write_bytes(b"no")
    with pytest.raises(ModelError, match="not what its card says"):
        registry.promote(spec, "Ann", "better")
    assert states(registry) == {spec: "shadow"}


@pytest.mark.parametrize("stop", [KeyboardInterrupt, StoreError])
def test_a_pointer_that_was_left_behind_is_mended_and_said_so(
    registry, tmp_path, monkeypatch, stop
):
    a = factory.made_active(registry, tmp_path, "1.0.0", 1)

    def stopped(path, content):
        raise stop("no more")

    with monkeypatch.context() as broken:
        broken.setattr("ai_afm.store.platform.write_atomically", stopped)
        with pytest.raises(stop):
            registry.rollback("Ann", "bad")
    assert (registry.active, pointed(tmp_path)) == (SHIPPED, a)
    again = factory.open_registry(tmp_path)
    assert f"named {a}; by the records it is {SHIPPED}" in again.mended
    assert pointed(tmp_path) == SHIPPED
    assert factory.open_registry(tmp_path).mended is None


@pytest.mark.parametrize("text", ['model = "tiny@0.0.1"\n', "nonsense", None])
def test_a_pointer_that_somebody_changed_is_mended(registry, tmp_path, text):
    spec = factory.made_active(registry, tmp_path, "1.0.0")
    pointer = tmp_path / "lab" / "models" / "active.toml"
    pointer.unlink() if text is None else pointer.write_text(text)
    assert factory.open_registry(tmp_path).mended is not None
    assert pointed(tmp_path) == spec


def test_a_run_that_looks_for_its_model_finds_the_pointer_mended(registry, tmp_path):
    spec = factory.made_active(registry, tmp_path, "1.0.0")
    (tmp_path / "lab" / "models" / "active.toml").write_text('model = "tiny@0.0.1"\n')
    assert load_model(None, model_folders(tmp_path / "lab")).spec == spec


def test_a_pointer_is_left_alone_before_the_lab_has_made_a_model_active(registry, tmp_path):
    factory.candidate(registry, tmp_path, "1.0.0")
    pointer = tmp_path / "lab" / "models" / "active.toml"
    pointer.write_text('model = "tiny@1.0.0"\n')
    assert factory.open_registry(tmp_path).mended is None
    assert pointed(tmp_path) == "tiny@1.0.0"


@pytest.mark.parametrize("table", ["models", "gates", "model_states"])
def test_no_row_about_a_model_is_ever_changed_or_removed(registry, tmp_path, table):
    factory.made_active(registry, tmp_path, "1.0.0")
    for verb, done in (("UPDATE {} SET added = ''", "changed"), ("DELETE FROM {}", "removed")):
        with pytest.raises(StoreError, match=f"never {done}"):
            registry.records.database.rows(verb.format(table))


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A lab where three models, and before them the one that ships, were active."""
    folder = tmp_path_factory.mktemp("three")
    registry = factory.open_registry(folder)
    specs = [SHIPPED]
    specs += [factory.made_active(registry, folder, f"{n}.0.0", n) for n in (1, 2, 3)]
    return folder, registry, specs


@settings(max_examples=8)
@given(moves=st.lists(st.integers(-1, 3), max_size=8))
def test_pointer_and_records_agree_after_any_moves(three, moves):
    folder, registry, specs = three
    for move in moves:
        before = registry.active
        try:
            registry.rollback("Ann", "a walk", None if move < 0 else specs[move])
        except ModelError:
            assert registry.active == before
        assert load_named(folder) == registry.active
        assert [m for m, s in states(registry).items() if s == "active"] == [registry.active]


def load_named(folder):
    """What the pointer says, without loading it."""
    text = (folder / "lab" / "models" / "active.toml").read_text()
    return text.split('"')[1]


def test_two_programs_at_once_leave_one_active_model_and_its_pointer(three):
    folder, _registry, specs = three

    def walk(pair):
        with FlywheelStore.open(Lab.open(folder / "lab")) as store:
            own = Registry(store, folder / "shipped")
            for turn in range(6):
                try:
                    own.rollback("Ann", "to and fro", specs[pair[turn % 2]])
                except ModelError as exc:
                    assert "already" in str(exc)  # noqa: PT017 - in a thread

    threads = [threading.Thread(target=walk, args=(pair,)) for pair in ((0, 1), (2, 3))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    registry = factory.open_registry(folder)
    assert registry.mended is None
    assert load_named(folder) == registry.active


CHILD = """
import sys
from pathlib import Path
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore
folder = Path(sys.argv[1])
store = FlywheelStore.open(Lab.open(folder / "lab"))
registry = Registry(store, folder / "shipped")
assert "torch" not in sys.modules
while True:
    for spec in sys.argv[2:]:
        if spec != registry.active:
            registry.rollback("Ann", "to and fro", spec)
            assert "torch" not in sys.modules
            sys.stdout.write(spec + "\\n")
            sys.stdout.flush()
"""


def killed(folder, specs, wait):
    """Let a child go back and forth, kill it; return what it acknowledged last."""
    command = [sys.executable, "-c", CHILD, str(folder), *specs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        told = [child.stdout.readline().strip()]
        reader = threading.Thread(target=lambda: told.extend(x.strip() for x in child.stdout))
        reader.start()
        time.sleep(wait)
        os.kill(child.pid, signal.SIGKILL)
        reader.join()
    return [line for line in told if line in specs][-1]


def survives(folder, specs, kills):
    for n in range(kills):
        last = killed(folder, specs, 0.002 + 0.0137 * (n % 11))
        with FlywheelStore.open(Lab.open(folder / "lab")) as store:
            registry = Registry(store, folder / "shipped")
            after = specs[(specs.index(last) + 1) % len(specs)]
            assert registry.active in {last, after}
            assert load_named(folder) == registry.active


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_rollback_survives_its_death(three):
    survives(three[0], three[2], 3)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_rollback_survives_two_hundred_deaths(three):
    survives(three[0], three[2], 200)
