"""The network as an ONNX graph, for engines other than torch (needs `onnx`, extra `[fast]`)."""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ai_afm.segment.unet import Block, UNet

OPSET = 13
IR_VERSION = 8
"""Both as old as the operators allow, so that any engine of the last years reads them."""


def onnx_model(network: UNet, shape: tuple[int, int]) -> bytes:
    """Return a serialised ONNX model of a network.

    Parameters
    ----------
    network
        From `folded` or `rounded`, float32.
    shape
        (lines, pixels) of its frames, multiples of `align`; the number of frames is free.

    Returns
    -------
    model
        Input `planes` (frames, inputs, lines, pixels), after `network.enter`; output logits.
    """
    onnx: Any = importlib.import_module("onnx")
    helper = onnx.helper
    graph = _Graph()
    logits = _network(graph, network)
    architecture = network.architecture
    inputs: list[Any] = ["n", network.first.in_channels, *shape]
    outputs: list[Any] = ["n", architecture.outputs, *shape]
    built = helper.make_graph(
        graph.nodes,
        "unet",
        [helper.make_tensor_value_info("planes", onnx.TensorProto.FLOAT, inputs)],
        [helper.make_tensor_value_info(logits, onnx.TensorProto.FLOAT, outputs)],
        graph.constants,
    )
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    content: bytes = model.SerializeToString()
    return content


class _Graph:
    """Collects nodes and constants; values are named by their number."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        helper: Any = importlib.import_module("onnx.helper")
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def constant(self, values: NDArray[np.float32]) -> str:
        numpy_helper: Any = importlib.import_module("onnx.numpy_helper")
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def convolve(self, x: str, conv: nn.Conv2d) -> str:
        weight = self.constant(np.ascontiguousarray(conv.weight.numpy()))
        assert conv.bias is not None
        pad = conv.kernel_size[0] // 2
        bias = self.constant(conv.bias.numpy())
        return self.add("Conv", x, weight, bias, pads=[pad] * 4)


def _network(graph: _Graph, network: UNet) -> str:
    """Add the network; return the name of its logits."""
    x, skips = "planes", []
    for level, block in enumerate(network.down):
        if level:
            x = graph.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        x = _block(graph, x, block)
        skips.append(x)
    skips.pop()
    scales = graph.constant(np.array([1, 1, 2, 2], np.float32))
    for level in reversed(range(network.architecture.depth)):
        reduce = network.reduce[level]
        assert isinstance(reduce, nn.Conv2d)
        x = graph.convolve(x, reduce)
        x = graph.add(
            "Resize", x, "", scales, mode="nearest", coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )  # fmt: skip
        x = graph.add("Concat", skips[level], x, axis=1)
        x = _block(graph, x, network.up[level])
    return graph.convolve(x, network.head)


def _block(graph: _Graph, x: str, block: nn.Module) -> str:
    assert isinstance(block, Block)
    for conv in (block.conv1, block.conv2):
        x = graph.add("Relu", graph.convolve(x, conv))
    return x
