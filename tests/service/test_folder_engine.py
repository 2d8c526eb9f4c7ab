"""Which engine an archive is segmented with: the fastest that draws what torch draws."""

import logging

import numpy as np
import pytest

from ai_afm.segment.fast import Choice
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import UnetSegmenter, build_network
from ai_afm.segment.runtime import TorchEngine, choose_dtype
from ai_afm.service.folder import engine as archive_engine
from ai_afm.service.folder import worker
from ai_afm.service.folder.engine import choose_engine


@pytest.fixture(scope="module")
def model():
    return load_model()


class Other:
    """An engine of another name that computes with torch, and says something else if asked to."""

    def __init__(self, model, name, wrong=0.0, broken=False):
        self.torch = TorchEngine(build_network(model), choose_dtype())
        self.name, self.wrong, self.broken = name, wrong, broken

    def run(self, planes):
        if self.broken:
            raise OSError("lib.so.9: cannot open shared object file")
        logits = self.torch.run(planes)
        rows = round(self.wrong * logits.shape[2])
        logits[:, :, :rows] = np.roll(logits[:, :, :rows], 1, axis=1)
        return logits


def choose(model, monkeypatch, others, times):
    """Choose among torch and others whose times (ms) are given by name."""
    first = TorchEngine(build_network(model), choose_dtype())
    told = []

    def fastest(candidates, planes):
        told.extend(e.name for e in candidates[1:])
        spent = {e.name: times.get(e.name, 100.0) for e in candidates}
        return Choice(min(candidates, key=lambda e: spent[e.name]), spent)

    monkeypatch.setattr(archive_engine, "engines", lambda network, threads: (first, *others))
    monkeypatch.setattr(archive_engine, "fastest", fastest)
    return choose_engine(model), told


def test_the_fastest_engine_that_agrees_is_taken(model, monkeypatch):
    others = [Other(model, "slow"), Other(model, "fast")]
    chosen, _ = choose(model, monkeypatch, others, {"slow": 80.0, "fast": 40.0})
    assert chosen is others[1]


def test_an_engine_that_draws_something_else_is_not_even_timed(model, monkeypatch, caplog):
    others = [Other(model, "wrong", wrong=0.5), Other(model, "right")]
    with caplog.at_level(logging.WARNING):
        chosen, timed = choose(model, monkeypatch, others, {"wrong": 1.0, "right": 40.0})
    assert (chosen, timed) == (others[1], ["right"])
    assert "wrong has only" in caplog.text


def test_an_engine_that_fails_is_told_and_left_out(model, monkeypatch, caplog):
    with caplog.at_level(logging.WARNING):
        chosen, timed = choose(model, monkeypatch, [Other(model, "torn", broken=True)], {})
    assert (chosen, timed) == (None, [])
    assert "torn does not run here" in caplog.text


def test_an_engine_that_is_hardly_faster_is_not_worth_its_start(model, monkeypatch):
    chosen, _ = choose(model, monkeypatch, [Other(model, "even")], {"even": 95.0})
    assert chosen is None


def test_where_torch_is_alone_nothing_is_measured(model, monkeypatch):
    chosen, timed = choose(model, monkeypatch, [], {})
    assert (chosen, timed) == (None, [])


@pytest.mark.parametrize(("files", "engine"), [(worker.ENOUGH - 1, None), (worker.ENOUGH, "fast")])
def test_an_engine_is_looked_for_where_there_are_files_enough(model, monkeypatch, files, engine):
    other = Other(model, "fast")
    monkeypatch.setattr(archive_engine, "choose_engine", lambda model, threads: other)
    segmenter = UnetSegmenter(model)
    eye = worker.open_eye(model, segmenter, 1, files)
    assert eye.engine == (engine or f"torch {segmenter.dtype} cpu")
    assert (eye.segmenter is segmenter) == (engine is None)
