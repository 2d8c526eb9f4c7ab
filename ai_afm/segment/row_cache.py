"""Exact incremental inference: each layer keeps its rows, a push computes what new rows change.

After n rows the output equals the network's on those n rows (padded as below), and output rows
below n - lag are final: they equal the output of the network on the finished frame.

Padding is the same here as in `padded`: columns and, below the newest row, rows are repeated from
the edge to a multiple of `align`. The repeated rows are provisional and computed again when real
ones come.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai_afm.segment.unet import Block, UNet


def padded(planes: Tensor, align: int) -> Tensor:
    """Repeat the last column and the last row of (1, C, H, W) up to multiples of `align`."""
    below, right = -planes.shape[2] % align, -planes.shape[3] % align
    return functional.pad(planes, (0, right, 0, below), mode="replicate")


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Parameters
    ----------
    first
        First output row that may have changed; rows from here to the newest one are new or changed.
    settled
        Output rows that will not change any more.
    computed
        Rows computed, summed over all convolutions, each weighted with its share of a
        full-resolution row (2**-level): the cost, whatever the machine's load.
    """

    first: int
    settled: int
    computed: float


@dataclass(slots=True)
class _Rows:
    """Rows of a layer, (1, C, rows + 2, W) with a zero row above and below; how many are final."""

    values: Tensor
    final: int = 0

    @property
    def channels(self) -> int:
        return self.values.shape[1]


@dataclass(slots=True)
class RowCache:
    """The network's memory of one frame.

    Parameters
    ----------
    network
        A network from `folded`.
    lines, pixels
        Shape of the frame.
    """

    network: UNet
    lines: int
    pixels: int
    rows: int = 0
    """Real rows pushed."""
    _layers: dict[str, _Rows] = field(default_factory=dict)
    _extent: int = 0
    _finished: bool = False
    _computed: float = 0.0

    @property
    def logits(self) -> Tensor:
        """Logits (outputs, rows, pixels) of the rows pushed so far: a view."""
        return self._layers["head"].values[0, :, 1 : self.rows + 1, : self.pixels]

    @property
    def features(self) -> Tensor:
        """Deepest features (C, rows / align, pixels / align): a view."""
        depth = self.network.architecture.depth
        return self._layers[f"down{depth}.2"].values[0, :, 1 : (self._extent >> depth) + 1]

    @torch.inference_mode()
    def push(self, planes: Tensor, final: bool = False) -> Pushed:
        """Add rows (inputs, k, pixels) in order of arrival; with `final` nothing more will come.

        Raises
        ------
        ValueError
            When more rows come than the frame has, or none at all were ever pushed.
        """
        first = self._layers["head"].final if "head" in self._layers else 0
        if self.rows + planes.shape[1] > self.lines or self._finished:
            raise ValueError(f"row {self.rows + planes.shape[1]} of a frame of {self.lines} lines")
        self._computed = 0.0
        self._add_input(planes, final)
        if self.rows == 0:
            raise ValueError("a network needs at least one row")
        skips = self._encode()
        settled = self._decode(skips)
        return Pushed(first, min(settled, self.rows), self._computed)

    def _add_input(self, planes: Tensor, final: bool) -> None:
        align = self.network.architecture.align
        layer = self._layer("input", planes.shape[0], 0)
        right = -self.pixels % align
        new = functional.pad(
            planes[None].to(layer.values.dtype), (0, right, 0, 0), mode="replicate"
        )
        layer.values[:, :, self.rows + 1 : self.rows + 1 + planes.shape[1]] = new
        self.rows += planes.shape[1]
        self._extent = -(-self.rows // align) * align
        newest = layer.values[:, :, self.rows : self.rows + 1]
        layer.values[:, :, self.rows + 1 : self._extent + 1] = newest
        self._finished = final or self.rows == self.lines
        layer.final = self._extent if self._finished else self.rows

    def _encode(self) -> list[str]:
        skips: list[str] = []
        source = "input"
        for level, block in enumerate(self.network.down):
            if level:
                source = self._pool(source, level)
            assert isinstance(block, Block)
            source = self._block(source, block, f"down{level}", level)
            skips.append(source)
        return skips

    def _decode(self, skips: list[str]) -> int:
        source = skips.pop()
        for level in reversed(range(self.network.architecture.depth)):
            reduce = self.network.reduce[level]
            assert isinstance(reduce, nn.Conv2d)
            source = self._join(skips[level], source, reduce, level)
            block = self.network.up[level]
            assert isinstance(block, Block)
            source = self._block(source, block, f"up{level}", level)
        return self._convolve(source, "head", self.network.head, 0)

    def _layer(self, name: str, channels: int, level: int) -> _Rows:
        if name not in self._layers:
            align = self.network.architecture.align
            height = (-(-self.lines // align) * align >> level) + 2
            width = -(-self.pixels // align) * align >> level
            weight = self.network.head.weight
            values = torch.zeros(1, channels, height, width, dtype=weight.dtype)
            # channels last: a slice of rows is contiguous
            self._layers[name] = _Rows(values.contiguous(memory_format=torch.channels_last))
        return self._layers[name]

    def _block(self, source: str, block: Block, name: str, level: int) -> str:
        self._convolve(source, f"{name}.1", block.conv1, level)
        self._convolve(f"{name}.1", f"{name}.2", block.conv2, level)
        return f"{name}.2"

    def _convolve(self, source: str, name: str, conv: nn.Conv2d, level: int) -> int:
        """Compute rows of a convolution that are not final yet; return how many are now."""
        layer, x = self._layer(name, conv.out_channels, level), self._layers[source]
        start, end = layer.final, self._extent >> level
        if conv.kernel_size[0] == 3:
            rows = x.values[:, :, start : end + 2]
            y = functional.conv2d(rows, conv.weight, conv.bias, padding=(0, 1))
            layer.values[:, :, start + 1 : end + 1] = functional.relu_(y)
            # the newest final row still waits for the row below it
            layer.final = end if self._finished else max(x.final - 1, start)
        else:
            rows = x.values[:, :, start + 1 : end + 1]
            layer.values[:, :, start + 1 : end + 1] = functional.conv2d(
                rows, conv.weight, conv.bias
            )
            layer.final = x.final
        self._computed += (end - start) / 2**level
        return layer.final

    def _pool(self, source: str, level: int) -> str:
        x = self._layers[source]
        layer = self._layer(f"pool{level}", x.channels, level)
        start, end = layer.final, self._extent >> level
        rows = x.values[:, :, 2 * start + 1 : 2 * end + 1]
        layer.values[:, :, start + 1 : end + 1] = functional.max_pool2d(rows, 2)
        layer.final = x.final // 2
        return f"pool{level}"

    def _join(self, skip: str, below: str, reduce: nn.Conv2d, level: int) -> str:
        side, deep = self._layers[skip], self._layers[below]
        layer = self._layer(f"join{level}", side.channels + reduce.out_channels, level)
        start, end = layer.final, self._extent >> level
        first = start // 2
        coarse = functional.conv2d(
            deep.values[:, :, first + 1 : end // 2 + 1], reduce.weight, reduce.bias
        )
        fine = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        layer.values[:, : side.channels, start + 1 : end + 1] = side.values[
            :, :, start + 1 : end + 1
        ]
        layer.values[:, side.channels :, start + 1 : end + 1] = fine[:, :, start - 2 * first :]
        layer.final = max(start, min(side.final, 2 * deep.final))
        return f"join{level}"


@torch.inference_mode()
def full_frame(network: UNet, planes: Tensor) -> Tensor:
    """Return logits (outputs, H, W) of a whole frame (inputs, H, W): what `RowCache` must equal."""
    weight = network.head.weight
    batch = padded(planes[None].to(weight.dtype), network.architecture.align)
    logits = network(batch.contiguous(memory_format=torch.channels_last))
    result: Tensor = logits[0, :, : planes.shape[1], : planes.shape[2]]
    return result
