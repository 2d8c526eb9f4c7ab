"""The network's layers as they run on strips of rows: the same answers as `UNet`, less work.

Batch norm is folded already (`unet.folded`). Here also:

- ReLU happens inside the convolution, and weights are packed once, by torch's own oneDNN operators
  where it has them;
- nearest upsampling and the 3x3 convolution after it become one transposed convolution, 4 of 9
  products; the skip connection's convolution is added to its result, so nothing is concatenated,
  and each of the two can be kept without the other;
- the first and the last layer stay float32 whatever the number format: readings and logits want
  more than 8 bits, and seven planes in float32 cost less than their halves in bfloat16.

Layers take rows with a zero row or a neighbour above and below, and pad columns themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai_afm.segment.rows import Spare
from ai_afm.segment.unet import Architecture, Block, UNet

_NEEDED = (
    "convolution_pointwise",
    "convolution_transpose_pointwise",
    "reorder_convolution_weight",
    "reorder_convolution_transpose_weight",
    "is_mkldnn_bf16_supported",
)
"""Operators of torch that its interface does not promise: another version may lack them."""
_UNIT = ([1, 1], [1, 1], 1)
"""Stride, dilation and groups of a convolution, as those operators take them."""
_TWICE = ([2, 2], [1, 1], 1)


class Filter:
    """A convolution, (1, I, rows + size - 1, W) to (1, O, rows, W), with ReLU after it or not.

    Parameters
    ----------
    weight
        (O, I, size, size), size 1 or 3.
    bias
        (O,).
    relu
        Whether negative results become zero.
    """

    def __init__(self, weight: Tensor, bias: Tensor, relu: bool = True) -> None:
        self.outputs = weight.shape[0]
        pad = [0, weight.shape[3] // 2]
        self._weight = weight.contiguous(memory_format=torch.channels_last)
        self._bias = bias
        self._relu = relu
        self._run: Callable[..., Tensor] | None = None
        if has_packed(weight.dtype):
            self._weight = _onednn("reorder_convolution_weight")(self._weight, pad, *_UNIT)
            self._run = _onednn("convolution_pointwise")
        after = "relu" if relu else "none"
        self._settings: tuple[object, ...] = (self._weight, bias, pad, *_UNIT, after, [], "")

    def __call__(self, x: Tensor) -> Tensor:
        """Return the rows of the result."""
        if self._run is not None:
            return self._run(x, *self._settings)
        pad = (0, self._weight.shape[3] // 2)
        y = functional.conv2d(x, self._weight, self._bias, padding=pad)
        return functional.relu_(y) if self._relu else y


def _onednn(name: str) -> Callable[..., Tensor]:
    """Return one of torch's own oneDNN operators, those that its compiler uses."""
    # the one overload: choosing among them would take longer than a row of a small layer
    found: Callable[..., Tensor] = getattr(torch.ops.mkldnn, f"_{name}").default
    return found


def has_packed(dtype: torch.dtype) -> bool:
    """Say whether torch has oneDNN's fused convolutions in this number format here."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    if not all(hasattr(torch.ops.mkldnn, f"_{name}") for name in _NEEDED):
        return False
    if dtype == torch.bfloat16:
        return bool(_onednn("is_mkldnn_bf16_supported")())
    return dtype == torch.float32


class Enlarging:
    """Twice the rows and columns by repetition, then a 3x3 convolution, in one step.

    A result's row 2r is made of the rows r - 1 and r, row 2r + 1 of r and r + 1, each with one tap
    of the kernel or the sum of two; columns likewise. That is a transposed convolution, 4x4 taps
    with stride 2.

    Parameters
    ----------
    weight
        (O, I, 3, 3) of the convolution; it has no bias.
    dtype
        Number format.
    """

    def __init__(self, weight: Tensor, dtype: torch.dtype) -> None:
        turned = weight.flip(2, 3)
        taps = sum(
            functional.pad(turned, (right, 1 - right, below, 1 - below))
            for right in (0, 1)
            for below in (0, 1)
        )
        assert isinstance(taps, Tensor)
        for row in (0, 1):
            for column in (0, 1):
                phase = (..., slice(row, None, 2), slice(column, None, 2))
                taps[phase] = in_steps(taps[phase], dtype)
        taps = taps.transpose(0, 1).to(dtype)
        self._weight = taps.contiguous(memory_format=torch.channels_last)
        self._run: Callable[..., Tensor] | None = None
        if has_packed(dtype):
            pack = _onednn("reorder_convolution_transpose_weight")
            self._weight = pack(self._weight, [1, 1], [0, 0], *_TWICE)
            self._run = _onednn("convolution_transpose_pointwise")

    @staticmethod
    def rows_read(start: int, stop: int) -> tuple[int, int]:
        """Return the rows, first and one after the last, that result rows start to stop want."""
        return start // 2 - (1 - start % 2 * (stop % 2)), stop // 2 + 1

    def __call__(self, x: Tensor, start: int, stop: int) -> Tensor:
        """Return result rows `start` to `stop` of the rows that `rows_read` says."""
        first, end = self.rows_read(start, stop)
        # of four taps, the one before the middle belongs to the row itself
        padding, extra = [start + 1 - 2 * first, 1], [start + stop - 2 * (first + end), 0]
        if self._run is not None:
            return self._run(x, self._weight, None, padding, extra, *_TWICE, "none", [], "")
        return functional.conv_transpose2d(
            x, self._weight, None, stride=2, padding=padding, output_padding=extra
        )


class Join:
    """The decoder's first convolution: of the skip connection and the enlarged layer below.

    It is the sum of two, both rounded to the number format before they are added: so it is the same
    whether a part was computed just now or long ago.

    Parameters
    ----------
    conv
        Of both, the skip's maps first.
    skipped
        How many maps the skip has.
    dtype
        Number format.
    """

    def __init__(self, conv: nn.Conv2d, skipped: int, dtype: torch.dtype) -> None:
        weight, bias = conv.weight.detach(), conv.bias
        assert bias is not None
        self.outputs = weight.shape[0]
        self.rows_read = Enlarging.rows_read
        across = in_steps(weight[:, :skipped], dtype).to(dtype)
        self.across = Filter(across, bias.to(dtype), relu=False)
        """The skip's part of the sum; it settles long before the other part."""
        self._below = Enlarging(weight[:, skipped:], dtype)

    def write(self, across: Tensor, below: Tensor, start: int, there: Tensor) -> None:
        """Write rows from `start` on, of the skip's part of them and `rows_read` of the other."""
        stop = start + there.shape[2]
        torch.add(across, self._below(below, start, stop), out=there)
        _ordered(there).clamp_min_(0)


def pooled(x: Tensor) -> Tensor:
    """Return the largest of each 2x2 pixels, none negative.

    `max_pool2d` also notes where it was: dearer.
    """
    x, dtype = _ordered(x), x.dtype
    rows = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
    return torch.maximum(rows[..., ::2], rows[..., 1::2]).view(dtype)


def _ordered(x: Tensor) -> Tensor:
    """Return a view in which values have the same signs and, from zero up, the same order.

    Processors compare integers, but not bfloat16 without a way through float32.
    """
    return x.view(torch.int16) if x.dtype == torch.bfloat16 else x


class Head:
    """The last layer, 1x1 in float32: rows in any format to planes of logits."""

    def __init__(self, conv: nn.Conv2d) -> None:
        assert conv.bias is not None
        self.outputs = conv.out_channels
        self.dtype = conv.weight.dtype
        self._weight = conv.weight.detach().flatten(1)
        self._bias = conv.bias.detach()[:, None]

    def write(self, x: Tensor, there: Tensor) -> None:
        """Write the logits of (1, I, rows, W) into (1, O, rows, W), planes with any gap between."""
        pixels = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1]).to(self.dtype)
        torch.addmm(self._bias, self._weight, pixels.T, out=there[0].flatten(1))


@dataclass(frozen=True, slots=True)
class Kernels:
    """A network's layers, ready to run; see the module.

    Parameters
    ----------
    architecture
        Of the network.
    dtype
        Number format of all layers but the first and the last one.
    down, up
        Two layers for each level.
    reduce
        1x1, of the layer below, before it is enlarged.
    head
        The last layer.
    spare
        Memory for the rows of frames.
    """

    architecture: Architecture
    dtype: torch.dtype
    down: tuple[tuple[Filter, Filter], ...]
    up: tuple[tuple[Join, Filter], ...]
    reduce: tuple[Filter, ...]
    head: Head
    spare: Spare = field(default_factory=Spare, repr=False, compare=False)

    @classmethod
    def of(cls, network: UNet, dtype: torch.dtype | None = None) -> "Kernels":
        """Return the layers of a network from `folded`, in its own number format or a narrower."""
        exact = network.dtype
        dtype = dtype or exact
        down, up = [], []
        for level, block in enumerate(network.down):
            assert isinstance(block, Block)
            first = _filter(block.conv1, dtype if level else exact)
            down.append((first, _filter(block.conv2, dtype)))
        for level, block in enumerate(network.up):
            assert isinstance(block, Block)
            skipped = network.architecture.width << level
            up.append((Join(block.conv1, skipped, dtype), _filter(block.conv2, dtype)))
        reduce = []
        for conv in network.reduce:
            assert isinstance(conv, nn.Conv2d)
            reduce.append(_filter(conv, dtype, relu=False))
        head = Head(network.head)
        return cls(network.architecture, dtype, tuple(down), tuple(up), tuple(reduce), head)


def _filter(conv: nn.Conv2d, dtype: torch.dtype, relu: bool = True) -> Filter:
    assert conv.bias is not None
    weight = in_steps(conv.weight.detach(), dtype)
    return Filter(weight.to(dtype), conv.bias.detach().to(dtype), relu)


_SNAKE = (0, 1, 2, 5, 4, 3, 6, 7, 8)
"""Taps of a 3x3 kernel so that each is a neighbour of the one before."""


def in_steps(weight: Tensor, dtype: torch.dtype) -> Tensor:
    """Return weights (outputs, inputs, h, w) that a narrower number format can hold.

    They are rounded one after the other, each carrying the error of the one before: neighbouring
    taps see nearly the same values, so the errors cancel where the image is smooth.
    """
    if dtype == weight.dtype:
        return weight
    taps = weight.flatten(2)
    order = torch.tensor(_SNAKE if taps.shape[2] == len(_SNAKE) else range(taps.shape[2]))
    exact = taps[:, :, order].flatten(1).T.contiguous()
    result, carried = [], torch.zeros_like(exact[0])
    for values in exact.unbind():
        wanted = values + carried
        result.append(wanted.to(dtype).to(weight.dtype))
        carried = wanted - result[-1]
    unordered = torch.empty_like(taps)
    unordered[:, :, order] = torch.stack(result).T.reshape(taps.shape)
    return unordered.view_as(weight)
