"""Exact incremental inference: each layer keeps its rows, a push computes what new rows change.

After n rows the output equals the network's on those n rows (padded as below), and output rows
below n - lag are final: they equal the output of the network on the finished frame.

Padding is the same here as in `padded`: columns and, below the newest row, rows are repeated from
the edge to a multiple of `align`. The repeated rows are provisional and computed again when real
ones come.

Provisional rows cost more than the final ones: each layer has some, the deepest the most. `band`
limits them to the newest rows, the only ones whose labels still change (`RowCache`). What a skip
connection adds in the decoder settles long before the rest of the sum, and is computed once. A
layer keeps no more rows than later ones will read, so memory stays small and in the processor's
cache.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from ai_afm.segment.kernels import Filter, Join, Kernels, pooled
from ai_afm.segment.rows import Rows

_SPARE = 8
"""Rows that are read once more when the next come, and a little."""
_FEW = 96
"""Rows that there is room for at least, so that they are moved rarely."""
CHUNK = 192
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
    kernels
        The network's layers.
    lines, pixels
        Shape of the frame.
    band
        Provisional rows behind the newest one that a push computes again. `None`: all, so that the
        output is always that of the network on the rows so far. 0: none, only settled rows come
        out. Else each layer leaves older provisional rows as they were when they lay in the band,
        until they settle, exactly as ever.
    """

    kernels: Kernels
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
    _room: int = 0

    @property
    def logits(self) -> Tensor:
        """Logits (outputs, rows, pixels) of the rows that have a value: a view, float32."""
        head = self._layers["head"]
        return head.values[0, :, 1 : min(head.reach, self.rows) + 1, : self.pixels]

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
        step = self._step(count, final)
        self._room = self._room or max(_FEW, step)
        while count - done > step:
            self._advance(planes[:, done : done + step], 0, final=False)
            done += step
        head = self._advance(planes[:, done:], self.band, final)
        if final or self.rows == self.lines:
            used = [self._layers.pop(name) for name in [*self._layers] if name != "head"]
            self.kernels.spare.keep(layer.values for layer in used)
        return Pushed(first, min(head.final, self.rows), min(head.reach, self.rows), self._computed)

    def _step(self, count: int, final: bool) -> int:
        """Return how many rows to compute at a time: strips alike, those of the end included."""
        if count <= CHUNK:
            return count
        waiting = self.kernels.architecture.lag if final or self.rows + count == self.lines else 0
        strips = -(-(count + waiting) // CHUNK)
        align = self.kernels.architecture.align
        return -(-(count + waiting) // (strips * align)) * align

    def _advance(self, planes: Tensor, provisional: int | None, final: bool) -> Rows:
        self._provisional = provisional
        self._add_input(planes, final)
        skips = self._encode()
        return self._decode(skips)

    def _add_input(self, planes: Tensor, final: bool) -> None:
        count = planes.shape[1]
        first = self.rows
        self.rows += count
        align = self.kernels.architecture.align
        self._extent = -(-self.rows // align) * align
        self._finished = final or self.rows == self.lines
        if count:  # a scan that is stopped ends without new rows
            layer = self._layer("input", planes.shape[0], 0, self.kernels.head.dtype)
            new = layer.room(first, self.rows)
            new[..., : self.pixels] = planes
            new[..., self.pixels :] = new[..., self.pixels - 1 : self.pixels]
        layer = self._layers["input"]
        if self._extent > self.rows:
            newest = layer.rows(self.rows - 1, self.rows)
            layer.write(self.rows, newest.expand(-1, -1, self._extent - self.rows, -1))
        layer.final = self._extent if self._finished else self.rows

    def _encode(self) -> list[str]:
        skips: list[str] = []
        source = "input"
        for level, (first, second) in enumerate(self.kernels.down):
            if level:
                source = self._pool(source, level)
            self._convolve(source, f"down{level}.1", first, level)
            source = f"down{level}.2"
            self._convolve(f"down{level}.1", source, second, level)
            skips.append(source)
        return skips

    def _decode(self, skips: list[str]) -> Rows:
        source = skips.pop()
        for level in reversed(range(self.kernels.architecture.depth)):
            join, second = self.kernels.up[level]
            below = self._reduce(source, self.kernels.reduce[level], level + 1)
            self._join(skips[level], below, join, level)
            source = f"up{level}.2"
            self._convolve(f"up{level}.1", source, second, level)
        return self._head(source)

    def _layer(
        self, name: str, channels: int, level: int, dtype: torch.dtype | None = None
    ) -> Rows:
        if name not in self._layers:
            self._layers[name] = Rows.upon(self._memory(name, channels, level, dtype))
        return self._layers[name]

    def _memory(self, name: str, channels: int, level: int, dtype: torch.dtype | None) -> Tensor:
        dtype = dtype or self.kernels.dtype
        align = self.kernels.architecture.align
        width = -(-self.pixels // align) * align >> level
        if name != "head":
            return self.kernels.spare.take(channels, (self._room >> level) + _SPARE, width, dtype)
        return torch.empty(1, channels, -(-self.lines // align) * align + 2, width, dtype=dtype)

    def _ranges(self, layer: Rows, final: int, level: int) -> list[tuple[int, int]]:
        """Return rows to compute: those that become final, and provisional ones by the band."""
        end = self._extent >> level
        if self._finished or self._provisional is None:
            wanted = [(layer.final, end)]
        elif self._provisional == 0:
            wanted = [(layer.final, final)]
        else:
            front = end - max(1, self._provisional >> level)
            # rows that never had a value get one, however far behind
            start = max(final, min(front, layer.reach))
            wanted = (
                [(layer.final, end)] if start == final else [(layer.final, final), (start, end)]
            )
        return [(start, stop) for start, stop in wanted if stop > start]

    def _convolve(self, source: str, name: str, convolution: Filter, level: int) -> None:
        """Compute rows of a 3x3 convolution that are not final yet."""
        x, layer = self._layers[source], self._layer(name, convolution.outputs, level)
        # the newest final row still waits for the row below it
        final = self._extent >> level if self._finished else max(x.final - 1, layer.final)
        for start, stop in self._ranges(layer, final, level):
            layer.write(start, convolution(x.around(start, stop)))
            self._computed += (stop - start) / 2**level
        layer.final, x.needed[name] = final, final - 1

    def _reduce(self, source: str, convolution: Filter, level: int) -> str:
        """Compute rows of a 1x1 convolution, before they are enlarged."""
        x, name = self._layers[source], f"reduced{level}"
        layer = self._layer(name, convolution.outputs, level)
        for start, stop in self._ranges(layer, x.final, level):
            layer.write(start, convolution(x.rows(start, stop)))
        layer.final = x.needed[name] = x.final
        return name

    def _join(self, skip: str, below: str, join: Join, level: int) -> None:
        """Compute rows of the convolution of a skip connection and the enlarged layer below."""
        side, deep, name = self._layers[skip], self._layers[below], f"up{level}.1"
        layer = self._layer(name, join.outputs, level)
        both = min(side.final, 2 * deep.final)
        final = self._extent >> level if self._finished else max(both - 1, layer.final)
        kept = self._across(skip, join, level)
        for start, stop in self._ranges(layer, final, level):
            across = kept.rows(start, stop) if kept else join.across(side.around(start, stop))
            first, end = join.rows_read(start, stop)
            join.write(across, deep.around(first + 1, end - 1), start, layer.room(start, stop))
            # of its two convolutions, the one that is kept was counted before
            self._computed += (1 if kept else 2) * (stop - start) / 2**level
        layer.final = final
        (kept or side).needed[name] = final if kept else final - 1
        deep.needed[name] = final // 2 - 1

    def _across(self, skip: str, join: Join, level: int) -> Rows | None:
        """Compute rows of the skip's part of a join, where they are read more than once.

        The layer below lags far behind the skip, so rows of the join are computed again and again
        while their skip does not change any more.
        """
        if self.band == 0:
            return None
        name = f"across{level}"
        self._convolve(skip, name, join.across, level)
        return self._layers[name]

    def _head(self, source: str) -> Rows:
        head, x = self.kernels.head, self._layers[source]
        layer = self._layer("head", head.outputs, 0, head.dtype)
        for start, stop in self._ranges(layer, x.final, 0):
            head.write(x.rows(start, stop), layer.room(start, stop))
            self._computed += stop - start
        layer.final = x.needed["head"] = x.final
        return layer

    def _pool(self, source: str, level: int) -> str:
        x, name = self._layers[source], f"pool{level}"
        layer = self._layer(name, x.channels, level)
        final = x.final // 2
        for start, stop in self._ranges(layer, final, level):
            layer.write(start, pooled(x.rows(2 * start, 2 * stop)))
        layer.final, x.needed[name] = final, 2 * final
        return name


@torch.inference_mode()
def full_frame(kernels: Kernels, planes: Tensor) -> Tensor:
    """Return logits (outputs, H, W) of a whole frame (inputs, H, W), strip by strip."""
    cache = RowCache(kernels, planes.shape[1], planes.shape[2], band=0)
    cache.push(planes)
    return cache.logits
