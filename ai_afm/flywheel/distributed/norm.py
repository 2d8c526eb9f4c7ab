"""Batch norm over the examples of all processes of a training, on a processor."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai_afm.flywheel.distributed.group import Group


class _Normalised(torch.autograd.Function):
    """Batch norm over the examples of all processes (Ioffe and Szegedy 2015, arXiv:1502.03167)."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, layer: "SharedBatchNorm", weight: Tensor, bias: Tensor
    ) -> Tensor:
        """Return x (N, C, H, W), normalised; update the running statistics."""
        mean, variance, count = layer.group.moments(x)
        layer.remember(mean, variance * count / (count - 1))
        ctx.group, ctx.count, ctx.eps = layer.group, count, layer.eps
        ctx.save_for_backward(x, weight, mean, variance)
        return _by_statistics(x, (weight, bias), (mean, variance), layer.eps)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, Tensor, Tensor]:
        """Return the gradients of the own examples; those of weight and bias are the own share."""
        x, weight, mean, variance = ctx.saved_tensors
        # as if mean and variance were constants, and then what comes of their not being so
        back, by_weight, by_bias = torch.ops.aten.native_batch_norm_backward(
            gradients[0], x, weight, mean, variance, None, None, False, ctx.eps, [True, True, True]
        )
        sums = ctx.group.total(torch.cat([by_weight, by_bias])) / ctx.count
        slope, shift = (sums * (weight / (variance + ctx.eps).sqrt()).repeat(2)).chunk(2)
        back -= _by_statistics(x, (slope, shift), (mean, variance), ctx.eps)
        return back, None, by_weight, by_bias


def _by_statistics(
    x: Tensor, affine: tuple[Tensor, Tensor], statistics: tuple[Tensor, Tensor], eps: float
) -> Tensor:
    """Return x (N, C, H, W) freed of mean and scale, times a weight, plus a bias, (C,) each."""
    return functional.batch_norm(x, *statistics, *affine, training=False, eps=eps)


class SharedBatchNorm(nn.BatchNorm2d):
    """Batch norm whose statistics are those of the examples of all processes.

    Parameters
    ----------
    plain
        Whose weights and running statistics it takes over, by reference.
    group
        The processes.
    """

    def __init__(self, plain: nn.BatchNorm2d, group: Group) -> None:
        super().__init__(plain.num_features, plain.eps, plain.momentum)
        self.weight, self.bias = plain.weight, plain.bias
        self.load_state_dict(plain.state_dict())
        self.group = group
        self.train(plain.training)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W): by the batch in training, by the running statistics after it."""
        if not self.training:
            return super().forward(x)
        normalised: Tensor = _Normalised.apply(  # type: ignore[no-untyped-call]
            x, self, self.weight, self.bias
        )
        return normalised

    def remember(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics towards those of a batch."""
        assert self.momentum is not None
        for running, new in ((self.running_mean, mean), (self.running_var, variance)):
            assert running is not None
            running.lerp_(new, self.momentum)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked += 1


def share_norms(network: nn.Module, group: Group) -> None:
    """Let all batch norms of a network look at the batch of all processes; names stay."""
    for name, layer in list(network.named_modules()):
        if isinstance(layer, nn.BatchNorm2d) and not isinstance(layer, SharedBatchNorm):
            parent, _, own = name.rpartition(".")
            setattr(network.get_submodule(parent), own, SharedBatchNorm(layer, group))
