"""The segmenter's process is given another model, a bad one, and one that it dies of."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.model_checks import verify_run
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.service import workers
from ai_afm.service.workers import SegmenterProcess
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import lab_factory
import model_factory

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
]
OLD, NEW, CANDIDATE, CHANGED = (f"tiny@{n}.0.0" for n in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A lab with two models that were active, a candidate, and one whose weights were changed."""
    lab = Lab.make(tmp_path_factory.mktemp("lab"))
    with FlywheelStore.open(lab) as store:
        registry = Registry(store, model_factory.what_ships(lab.path))
        for version, seed in (("4.0.0", 4), ("1.0.0", 1), ("2.0.0", 2)):
            model_factory.made_active(registry, lab.path, version, seed)
        model_factory.candidate(registry, lab.path, "3.0.0", 3)
    weights = lab.models / "tiny" / "4.0.0" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    return lab


@pytest.fixture(scope="module")
def run(lab):
    """A run with two scans."""
    run = RunFolder.create(lab.runs / "monday", "")
    Journal.open(run.journal_file).close()
    for number in (1, 2):
        lab_factory.a_scan(run, number, shape=(96, 112))
    return run


@pytest.fixture(scope="module")
def service(lab, run):
    process = SegmenterProcess(OLD, 1, run.segmentations, [lab.models])
    yield process
    process.close()


def answer(service):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (glimpse := service.poll(1.0)) is not None:
            return glimpse
    raise AssertionError("no answer within 60 s")


def exchange(service, model):
    service.load(model)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (told := service.loaded(1.0)) is not None:
            return told
    raise AssertionError("not told within 60 s")


def look(service, run, scan, lines, final=False):
    service.submit(scan, run.scan_file(scan), lines, final)
    return answer(service)


def test_a_scan_looked_at_by_two_models_is_kept_as_the_second_one_sees_it(service, run, lab):
    first = look(service, run, 1, 96, final=True)
    provisional = look(service, run, 2, 48)
    assert {first.segmentation.model, provisional.segmentation.model} == {OLD}
    assert exchange(service, NEW).refused is None
    assert service.model == NEW
    rebuilt = look(service, run, 2, 64)
    assert (rebuilt.segmentation.model, rebuilt.lines) == (NEW, 64)
    assert not provisional.path.exists(), "it would never become final"
    assert first.path.exists()
    look(service, run, 2, 96, final=True)
    found = verify_run(run.path, [lab.models])
    assert found.agrees
    assert [r.labels_equal for r in found.recomputed] == [1.0, 1.0]


def test_an_answer_of_the_model_before_that_is_on_its_way_is_dropped(service, run):
    before = service.model
    service.submit(1, run.scan_file(1), 32)
    assert exchange(service, OLD if before == NEW else NEW).refused is None
    service.submit(1, run.scan_file(1), 40)
    assert answer(service).segmentation.model == service.model != before


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("nobody@1.0.0", "no model 'nobody@1.0.0'"),
        (CANDIDATE, "is a candidate and was never active"),
        (CHANGED, "not those that were added"),
        ("../tiny@1.0.0", "no model's name"),
    ],
    ids=["missing", "candidate", "changed", "a way out"],
)
def test_a_model_that_cannot_be_used_is_refused_and_the_old_one_looks(service, run, model, problem):
    before = service.model
    told = exchange(service, model)
    assert problem in told.refused
    assert service.model == before
    assert look(service, run, 1, 96, final=True).segmentation.model == before


@pytest.mark.parametrize(
    ("dies", "problem"), [(True, "ended the segmenter process"), (False, "was not loaded within")]
)
def test_a_process_that_dies_of_a_model_or_hangs_lives_again_with_the_one_before(
    service, run, monkeypatch, dies, problem
):
    before, child = service.model, service.pid
    os.kill(child, signal.SIGSTOP)
    service.load(OLD if before == NEW else NEW)
    if dies:
        os.kill(child, signal.SIGKILL)
    else:
        monkeypatch.setattr(workers, "LOAD_DEADLINE", 0.0)
    told = None
    while told is None:
        told = service.loaded(1.0 if dies else 0.0)
    assert problem in told.refused
    assert service.pid != child
    assert look(service, run, 1, 96, final=True).segmentation.model == before
