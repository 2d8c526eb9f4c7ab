"""Exact incremental inference: each layer keeps its rows, a push computes what new rows change.

After n rows the output equals the network's on those n rows (padded as below), and output rows
below n - lag are final: they equal the output of the network on the finished frame.

Padding is the same here as in `padded`: columns and, below the newest row, rows are repeated from
the edge to a multiple of `align`. The repeated rows are provisional and computed again when real
ones come.

Provisional rows cost more than the final ones: each layer has some, the deepest the most. `band`
limits them to the newest rows, the only ones whose labels still change (`RowCache`). A layer keeps
no more rows than later ones will read, so memory stays small and in the processor's cache.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai_afm.segment.rows import Rows
from ai_afm.segment.unet import Block, UNet

CHUNK = 128
"""Rows computed at a time when many come at once: what suits a processor's cache."""


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
        First output row that may have changed; rows from here to `reach` are new or changed.
    settled
        Output rows that will not change any more.
    reach
        Output rows that have a value: all that were pushed, but with `band` = 0 the settled ones.
    computed
        Rows computed, summed over all convolutions, each weighted with its share of a
        full-resolution row (2**-level): the cost, whatever the machine's load.
    """

    first: int
    settled: int
    reach: int
    computed: float


@dataclass(slots=True)
class RowCache:
    """The network's memory of one frame.

    Parameters
    ----------
    network
        A network from `folded`.
    lines, pixels
        Shape of the frame.
    band
        Provisional rows behind the newest one that a push computes again. `None`: all, so that the
        output is always that of the network on the rows so far. 0: none, only settled rows come
        out. Else each layer leaves older provisional rows as they were when they lay in the band,
        until they settle, exactly as ever.
    """

    network: UNet
    lines: int
    pixels: int
    band: int | None = None
    rows: int = 0
    """Real rows pushed."""
    _layers: dict[str, Rows] = field(default_factory=dict)
    _extent: int = 0
    _finished: bool = False
    _provisional: int | None = None
    _computed: float = 0.0

    @property
    def logits(self) -> Tensor:
        """Logits (outputs, rows, pixels) of the rows that have a value: a view, float32."""
        head = self._layers["head"]
        return head.values[0, :, 1 : min(head.reach, self.rows) + 1, : self.pixels]

    @property
    def features(self) -> Tensor:
        """Deepest features (C, rows / align, pixels / align) that have a value: a view."""
        deep = self._layers[f"down{self.network.architecture.depth}.2"]
        return deep.values[0, :, 1 : deep.reach + 1]

    @torch.inference_mode()
    def push(self, planes: Tensor, final: bool = False) -> Pushed:
        """Add rows (inputs, k, pixels) in order of arrival; with `final` nothing more will come.

        Raises
        ------
        ValueError
            When more rows come than the frame has, or none at all were ever pushed.
        """
        count = planes.shape[1]
        if self.rows + count > self.lines or self._finished:
            raise ValueError(f"row {self.rows + count} of a frame of {self.lines} lines")
        if self.rows + count == 0:
            raise ValueError("a network needs at least one row")
        first = self._layers["head"].final if "head" in self._layers else 0
        self._computed = 0.0
        done = 0
        while count - done > CHUNK:
            self._advance(planes[:, done : done + CHUNK], 0, final=False)
            done += CHUNK
        head = self._advance(planes[:, done:], self.band, final)
        return Pushed(first, min(head.final, self.rows), min(head.reach, self.rows), self._computed)

    def _advance(self, planes: Tensor, provisional: int | None, final: bool) -> Rows:
        self._provisional = provisional
        self._add_input(planes, final)
        skips = self._encode()
        return self._decode(skips)

    def _add_input(self, planes: Tensor, final: bool) -> None:
        count = planes.shape[1]
        first = self.rows
        self.rows += count
        align = self.network.architecture.align
        self._extent = -(-self.rows // align) * align
        self._finished = final or self.rows == self.lines
        if count:  # a scan that is stopped ends without new rows
            right = -self.pixels % align
            new = functional.pad(planes[None], (0, right, 0, 0), mode="replicate")
            new = self.network.enter(new.to(self.network.head.weight.dtype))
            self._layer("input", new.shape[1], 0).write(first, new)
        layer = self._layers["input"]
        if self._extent > self.rows:
            newest = layer.rows(self.rows - 1, self.rows)
            layer.write(self.rows, newest.expand(-1, -1, self._extent - self.rows, -1))
        layer.end(self._extent)
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

    def _decode(self, skips: list[str]) -> Rows:
        source = skips.pop()
        for level in reversed(range(self.network.architecture.depth)):
            reduce = self.network.reduce[level]
            assert isinstance(reduce, nn.Conv2d)
            source = self._join(skips[level], source, reduce, level)
            block = self.network.up[level]
            assert isinstance(block, Block)
            source = self._block(source, block, f"up{level}", level)
        return self._head(source)

    def _layer(self, name: str, channels: int, level: int) -> Rows:
        if name not in self._layers:
            align = self.network.architecture.align
            height = -(-self.lines // align) * align >> level
            width = -(-self.pixels // align) * align >> level
            dtype = self.network.head.weight.dtype if name == "head" else self.network.dtype
            # only what is looked at from outside is kept to the end
            kept = name in ("head", f"down{self.network.architecture.depth}.2")
            self._layers[name] = Rows.empty(
                channels, height if kept else 0, width, dtype, planar=name == "head"
            )
        return self._layers[name]

    def _ranges(self, layer: Rows, final: int, level: int) -> list[tuple[int, int]]:
        """Return rows to compute: those that become final, and provisional ones by the band."""
        end = self._extent >> level
        if self._finished or self._provisional is None:
            return [(layer.final, end)]
        if self._provisional == 0:
            return [(layer.final, final)]
        front = end - max(1, self._provisional >> level)
        # rows that never had a value get one, however far behind
        start = max(final, min(front, layer.reach))
        if start == final:
            return [(layer.final, end)]
        return [(layer.final, final), (start, end)]

    def _close(self, layer: Rows, ranges: list[tuple[int, int]], final: int, level: int) -> None:
        """Count what was computed."""
        end = self._extent >> level
        layer.final = final
        layer.reach = max(layer.reach, *(stop for _, stop in ranges))
        if layer.reach >= end:
            layer.end(end)

    def _block(self, source: str, block: Block, name: str, level: int) -> str:
        self._convolve(source, f"{name}.1", block.conv1, level)
        self._convolve(f"{name}.1", f"{name}.2", block.conv2, level)
        return f"{name}.2"

    def _convolve(self, source: str, name: str, conv: nn.Conv2d, level: int) -> None:
        """Compute rows of a 3x3 convolution that are not final yet."""
        x, layer = self._layers[source], self._layer(name, conv.out_channels, level)
        # the newest final row still waits for the row below it
        final = self._extent >> level if self._finished else max(x.final - 1, layer.final)
        ranges = self._ranges(layer, final, level)
        for start, stop in ranges:
            if stop > start:
                y = functional.conv2d(
                    x.rows(start - 1, stop + 1), conv.weight, conv.bias, padding=(0, 1)
                )
                layer.write(start, functional.relu_(y))
                self._computed += (stop - start) / 2**level
        self._close(layer, ranges, final, level)
        x.needed[name] = final - 1

    def _head(self, source: str) -> Rows:
        conv, x = self.network.head, self._layers[source]
        layer = self._layer("head", conv.out_channels, 0)
        ranges = self._ranges(layer, x.final, 0)
        for start, stop in ranges:
            if stop > start:
                rows = x.rows(start, stop).to(conv.weight.dtype)
                layer.write(start, functional.conv2d(rows, conv.weight, conv.bias))
                self._computed += stop - start
        self._close(layer, ranges, x.final, 0)
        x.needed["head"] = x.final
        return layer

    def _pool(self, source: str, level: int) -> str:
        x, name = self._layers[source], f"pool{level}"
        layer = self._layer(name, x.channels, level)
        final = x.final // 2
        ranges = self._ranges(layer, final, level)
        for start, stop in ranges:
            if stop > start:
                layer.write(start, functional.max_pool2d(x.rows(2 * start, 2 * stop), 2))
        self._close(layer, ranges, final, level)
        x.needed[name] = 2 * final
        return name

    def _join(self, skip: str, below: str, reduce: nn.Conv2d, level: int) -> str:
        side, deep, name = self._layers[skip], self._layers[below], f"join{level}"
        layer = self._layer(name, side.channels + reduce.out_channels, level)
        final = max(layer.final, min(side.final, 2 * deep.final))
        ranges = self._ranges(layer, final, level)
        for start, stop in ranges:
            if stop > start:
                first = start // 2
                coarse = functional.conv2d(
                    deep.rows(first, -(-stop // 2)), reduce.weight, reduce.bias
                )
                fine = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
                skipped = start - 2 * first
                layer.write(start, side.rows(start, stop), 0)
                layer.write(start, fine[:, :, skipped : skipped + stop - start], side.channels)
        self._close(layer, ranges, final, level)
        side.needed[name], deep.needed[name] = final, final // 2
        return name


@torch.inference_mode()
def full_frame(network: UNet, planes: Tensor) -> Tensor:
    """Return logits (outputs, H, W) of a whole frame (inputs, H, W): what `RowCache` must equal."""
    batch = padded(planes[None].to(network.head.weight.dtype), network.architecture.align)
    logits = network(batch.contiguous(memory_format=torch.channels_last))
    result: Tensor = logits[0, :, : planes.shape[1], : planes.shape[2]]
    return result
