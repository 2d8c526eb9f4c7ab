"""The network: a plain U-Net without anything that looks at the whole image.

So its rows can be computed as they arrive (`row_cache`): convolutions, max-pooling, nearest
upsampling and batch norm (folded into the convolutions before use), nothing else. References:
Ronneberger et al., DOI 10.1007/978-3-319-24574-4_28.
"""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ai_afm.segment.model_card import NetworkCard


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of a U-Net.

    Parameters
    ----------
    inputs, outputs
        Number of input planes and of classes.
    width
        Feature maps at full resolution; they double at each pooling.
    depth
        Number of poolings; rows and columns come in multiples of 2**depth.
    raised
        Whether it was trained on planes with raised contrast, see `image.contrast`.
    """

    inputs: int
    outputs: int
    width: int = 16
    depth: int = 3
    raised: bool = False

    @property
    def align(self) -> int:
        """Rows and columns are padded to a multiple of this."""
        return 1 << self.depth

    @property
    def lag(self) -> int:
        """Rows behind the newest one that a newer one may still change, rounded up to `align`.

        A 3x3 convolution at level d reaches 2**d rows: twice two of them at each level but the
        deepest, two there; pooling and nearest upsampling add up to 2**depth - 1 by alignment.
        """
        reach = 2 * 2**self.depth + sum(4 * 2**d for d in range(self.depth)) + 2**self.depth - 1
        rounded: int = -(-reach // self.align) * self.align
        return rounded


def architecture_of(card: NetworkCard) -> Architecture:
    """Return the shape of a card's network."""
    planes, classes = len(card.inputs), len(card.classes)
    return Architecture(planes, classes, card.width, card.depth, card.raised)


class Block(nn.Module):
    """Two 3x3 convolutions, each with batch norm and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1: nn.Module = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2: nn.Module = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, outputs, H, W)."""
        # in place: a tenth of a pass on a CPU is spent on fresh memory
        x = functional.relu_(self.norm1(self.conv1(x)))
        return functional.relu_(self.norm2(self.conv2(x)))


class Cast(nn.Module):
    """Changes the number format."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, x: Tensor) -> Tensor:
        """Return x in the other format."""
        return x.to(self.dtype)


class Split(nn.Module):
    """Gives a narrow number format all of the input: what it holds, and what is left over.

    Three times the planes come out: rounded, the rest, and rounded again for what the first
    convolution's weights leave over.
    """

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 3 * inputs, H, W) of the float32 planes (N, inputs, H, W)."""
        coarse = x.to(self.dtype)
        rest = (x - coarse.to(x.dtype)).to(self.dtype)
        return torch.cat([coarse, rest, coarse], dim=1)


class UNet(nn.Module):
    """A plain U-Net; see the module."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        widths = [architecture.width * 2**d for d in range(architecture.depth + 1)]
        inputs = [architecture.inputs, *widths[:-1]]
        self.enter: nn.Module = nn.Identity()
        self.down = nn.ModuleList(Block(i, o) for i, o in zip(inputs, widths, strict=True))
        self.reduce = nn.ModuleList(
            nn.Conv2d(widths[d + 1], widths[d], 1) for d in range(architecture.depth)
        )
        self.up = nn.ModuleList(Block(2 * widths[d], widths[d]) for d in range(architecture.depth))
        self.widen: nn.Module = nn.Identity()
        self.head = nn.Conv2d(architecture.width, architecture.outputs, 1)

    @property
    def first(self) -> nn.Conv2d:
        """The convolution that sees the input."""
        conv = self.get_submodule("down.0.conv1")
        assert isinstance(conv, nn.Conv2d)
        return conv

    @property
    def dtype(self) -> torch.dtype:
        """Number format of all layers but the last one."""
        return self.first.weight.dtype

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, outputs, H, W) of (N, inputs, H, W); H, W multiples of `align`."""
        skips: list[Tensor] = []
        x = self.enter(x)
        for d, block in enumerate(self.down):
            x = block(x if d == 0 else functional.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for d in reversed(range(self.architecture.depth)):
            # 1x1 before the upsampling: equal to after it, at a quarter of the cost
            x = functional.interpolate(self.reduce[d](x), scale_factor=2.0, mode="nearest")
            x = self.up[d](torch.cat([skips[d], x], dim=1))
        logits: Tensor = self.head(self.widen(x))
        return logits


def folded(network: UNet) -> UNet:
    """Return a copy for inference: batch norm folded in, channels last, no gradients."""
    network = copy.deepcopy(network).eval()
    for block in [*network.down, *network.up]:
        assert isinstance(block, Block)
        block.conv1 = _fused(block.conv1, block.norm1)
        block.conv2 = _fused(block.conv2, block.norm2)
        block.norm1, block.norm2 = nn.Identity(), nn.Identity()
    network.requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _fused(conv: nn.Conv2d, norm: nn.Module) -> nn.Conv2d:
    assert isinstance(norm, nn.BatchNorm2d)
    return fuse_conv_bn_eval(conv, norm)
