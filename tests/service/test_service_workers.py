"""The segmenter's process: answers, its death, its start again, and models that are not there."""

import os
import signal
import time

import pytest

from ai_afm.errors import ModelError
from ai_afm.service.workers import SegmenterProcess
from ai_afm.testing.sample_scans import SCANS, make_sample_scans


@pytest.fixture(scope="module")
def scan_file(tmp_path_factory):
    """A whole scan in our own format."""
    files = make_sample_scans(tmp_path_factory.mktemp("scans"), 0)
    assert len(SCANS) >= 12
    return next(f for f in files if f.suffix == ".h5")


@pytest.fixture
def service(tmp_path):
    process = SegmenterProcess(None, 1, tmp_path, [])
    yield process
    process.close()


def answer(service):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        glimpse = service.poll(1.0)
        if glimpse is not None:
            return glimpse
    raise AssertionError("no answer within 60 s")


@pytest.mark.timeout(180)
def test_it_answers_with_a_file_and_lives_again_after_its_death(service, scan_file):
    service.submit(1, scan_file, 32)
    first = answer(service)
    assert first.path.exists()
    assert (first.scan, first.lines, first.final) == (1, 32, False)
    assert first.segmentation.model == service.model
    os.kill(service.pid, signal.SIGTERM)
    with pytest.raises(ModelError, match="ended with exit code"):
        answer(service)
    service.submit(1, scan_file, 64, final=True)
    again = answer(service)
    assert (again.lines, again.final) == (64, True)


def test_a_model_that_is_not_there_is_said_at_once(tmp_path):
    with pytest.raises(ModelError, match=r"nobody@1\.0\.0"):
        SegmenterProcess("nobody@1.0.0", 1, tmp_path, [])
