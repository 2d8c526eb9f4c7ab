"""Engines of the extra `[fast]` for whole frames, and the choice among what is installed.

ONNX Runtime (float32) and OpenVINO (float32, bfloat16) take the network as an ONNX graph. They see
whole frames only: what comes line by line stays with the row cache in torch. int8 is not offered:
its labels differ from float32's on 0.3-0.5 % of the pixels, more than the 0.1 % allowed here.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.segment.decide import labelled, probabilities
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.onnx_graph import onnx_model
from ai_afm.segment.runtime import Engine, Planes, TorchEngine, choose_dtype, dtype_name, rounded
from ai_afm.segment.unet import UNet
from ai_afm.types import FloatImage

REPEATS = 3
_SHAPES_KEPT = 4
"""Compiled shapes an engine keeps: the scans of a run have few."""


class _ByShape:
    """Compiles the network once for each shape of frames; see `Engine`."""

    name: str

    def __init__(self, network: UNet, threads: int) -> None:
        self._network = network
        self._threads = threads
        self._compiled: dict[tuple[int, int], Callable[[Planes], FloatImage]] = {}

    def run(self, planes: Planes) -> FloatImage:
        """Run a batch of frames; see `Engine`."""
        lines, pixels = planes.shape[2:]
        align = self._network.architecture.align
        wider = ((0, 0), (0, 0), (0, -lines % align), (0, -pixels % align))
        padded = np.ascontiguousarray(np.pad(planes, wider, mode="edge"))
        shape = (padded.shape[2], padded.shape[3])
        if shape not in self._compiled:
            if len(self._compiled) == _SHAPES_KEPT:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[shape] = self._compile(onnx_model(self._network, shape))
        entered = self._network.enter(torch.from_numpy(padded)).float().numpy()
        logits = self._compiled[shape](entered)
        return np.ascontiguousarray(logits[:, :, :lines, :pixels])

    def _compile(self, model: bytes) -> Callable[[Planes], FloatImage]:
        raise NotImplementedError


class OnnxEngine(_ByShape):
    """ONNX Runtime in float32 on the processor.

    Parameters
    ----------
    network
        From `folded`, float32.
    threads
        Threads of the arithmetic.
    """

    name = "onnxruntime float32 cpu"

    def _compile(self, model: bytes) -> Callable[[Planes], FloatImage]:
        onnxruntime: Any = importlib.import_module("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

        def answer(planes: Planes) -> FloatImage:
            (logits,) = session.run(None, {"planes": planes})
            return np.asarray(logits, np.float32)

        return answer


class OpenVinoEngine(_ByShape):
    """OpenVINO on the processor.

    Parameters
    ----------
    network
        From `folded`, float32.
    threads
        Threads of the arithmetic.
    dtype
        Number format of the convolutions.
    """

    def __init__(self, network: UNet, threads: int, dtype: torch.dtype = torch.float32) -> None:
        super().__init__(network if dtype == torch.float32 else rounded(network, dtype), threads)
        self.name = f"openvino {dtype_name(dtype)} cpu"
        self._precision = {torch.float32: "f32", torch.bfloat16: "bf16"}[dtype]

    def _compile(self, model: bytes) -> Callable[[Planes], FloatImage]:
        openvino: Any = importlib.import_module("openvino")
        settings = {
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": self._precision,
        }
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(model), "CPU", settings)
        request = compiled.create_infer_request()

        def answer(planes: Planes) -> FloatImage:
            found = request.infer({"planes": planes})
            return np.array(found[compiled.output(0)], np.float32)

        return answer


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that was fastest, and what each of them took, ms CPU time for one frame."""

    engine: Engine
    milliseconds: Mapping[str, float]


def engines(network: UNet, threads: int = 1, dtype: str | None = None) -> tuple[Engine, ...]:
    """Return the engines that this computer has, torch on the processor first.

    Parameters
    ----------
    network
        From `folded`, float32.
    threads
        Threads of the arithmetic.
    dtype
        Number format as in `choose_dtype`; with "bfloat16" engines in float32 stay in the list.
    """
    chosen = choose_dtype(dtype)
    found: list[Engine] = [TorchEngine(network, chosen, threads)]
    if torch.cuda.is_available():
        found.append(TorchEngine(network, chosen, threads, "cuda"))
    if importlib.util.find_spec("onnx") is None:
        return tuple(found)
    if importlib.util.find_spec("onnxruntime") is not None:
        found.append(OnnxEngine(network, threads))
    if importlib.util.find_spec("openvino") is not None:
        found.append(OpenVinoEngine(network, threads, chosen))
    return tuple(found)


def fastest(candidates: tuple[Engine, ...], planes: Planes) -> Choice:
    """Measure engines on frames like those to come, interleaved, and return the fastest.

    Parameters
    ----------
    candidates
        From `engines`.
    planes
        (frames, inputs, lines, pixels) float32.

    Raises
    ------
    BadInput
        When there is no candidate.
    """
    if not candidates:
        raise BadInput("no engine to choose from")
    spent: dict[str, list[float]] = {engine.name: [] for engine in candidates}
    for engine in candidates:
        engine.run(planes)
    for _ in range(REPEATS):
        for engine in candidates:
            begun = time.perf_counter()
            engine.run(planes)
            spent[engine.name].append(1e3 * (time.perf_counter() - begun) / len(planes))
    best = {name: min(times) for name, times in spent.items()}
    return Choice(min(candidates, key=lambda e: best[e.name]), best)


def agreement(
    engine: Engine, planes: FloatImage, label: NDArray[np.uint8], model: LoadedModel
) -> float:
    """Return the share of pixels of a frame, planes (inputs, H, W), with the label (H, W) given."""
    logits = engine.run(planes[None])
    found = labelled(probabilities(torch.from_numpy(logits[0]), model), model)
    return float(np.mean(found == label))
