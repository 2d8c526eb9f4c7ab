"""Engines of the extra [fast]: the same network, the same labels; the fastest one is taken."""

import numpy as np
import pytest
import torch

from ai_afm.bench.perception import film_frame
from ai_afm.errors import BadInput
from ai_afm.image.normalise import normalise, start_state
from ai_afm.segment.decide import labelled, probabilities
from ai_afm.segment.fast import OnnxEngine, OpenVinoEngine, agreement, engines, fastest
from ai_afm.segment.inputs import usable
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.segment.predict import UnetSegmenter, build_network, segment_frame
from ai_afm.segment.runtime import Engine, TorchEngine, has_fast_bfloat16


def noise(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def engine_of(kind: str, model: LoadedModel) -> Engine:
    pytest.importorskip("onnx")
    pytest.importorskip(kind)
    network = build_network(model)
    return OnnxEngine(network, 1) if kind == "onnxruntime" else OpenVinoEngine(network, 1)


@pytest.mark.parametrize("kind", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("shape", [(1, 7, 40, 24), (3, 7, 37, 21)])
def test_another_engine_computes_the_same(
    kind: str, shape: tuple[int, ...], tiny: LoadedModel
) -> None:
    planes = noise(shape)
    expected = TorchEngine(build_network(tiny), torch.float32).run(planes)
    found = engine_of(kind, tiny).run(planes)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["onnxruntime", "openvino"])
def test_a_segmenter_with_another_engine_says_the_same(kind: str) -> None:
    model, frame = load_model(), film_frame(3, (96, 120))
    ours = segment_frame(frame, UnetSegmenter(model, dtype="float32"))
    engine = engine_of(kind, model)
    theirs = segment_frame(frame, UnetSegmenter(model, dtype="float32", engine=engine))
    assert (ours.label == theirs.label).mean() >= 0.9999
    assert theirs.settled == 96
    assert theirs.ood_score == pytest.approx(ours.ood_score, rel=1e-3)


def test_openvino_in_bfloat16_says_the_same() -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("openvino")
    if not has_fast_bfloat16():
        pytest.skip("this processor has no bfloat16")
    model, frame = load_model(), film_frame(3, (144, 168))
    channels = usable(frame)
    planes, _ = normalise(channels, start_state(channels))
    network = build_network(model)
    logits = TorchEngine(network, torch.float32).run(planes[None])
    label = labelled(probabilities(torch.from_numpy(logits[0]), model), model)
    assert agreement(OpenVinoEngine(network, 1, torch.bfloat16), planes, label, model) >= 0.999


class Slow:
    """An engine that spends time."""

    def __init__(self, name: str, work: int) -> None:
        self.name, self._work = name, work

    def run(self, planes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        for _ in range(self._work):
            np.sort(planes, axis=None)
        return planes, planes


def test_the_engine_that_is_fastest_here_is_taken() -> None:
    choice = fastest((Slow("slow", 60), Slow("quick", 1)), noise((1, 7, 40, 50)))
    assert choice.engine.name == "quick"
    assert set(choice.milliseconds) == {"slow", "quick"}


def test_there_is_always_an_engine(tiny: LoadedModel) -> None:
    found = engines(build_network(tiny), dtype="float32")
    assert found[0].name == "torch float32 cpu"
    assert len({e.name for e in found}) == len(found)
    with pytest.raises(BadInput, match="no engine"):
        fastest((), noise((1, 7, 8, 8)))
