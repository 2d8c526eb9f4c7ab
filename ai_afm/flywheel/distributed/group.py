"""The processes of a training: what each sees, and what they sum and tell one another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed, nn

from ai_afm.errors import BadInput, ModelError
from ai_afm.flywheel.rounds.course import Batch


@dataclass(frozen=True, slots=True)
class Group:
    """The processes of a training, seen from one of them; `torch.distributed` connects them.

    Parameters
    ----------
    rank
        Number of this process, from 0; the first one keeps, tells and decides when to wait.
    size
        How many there are.
    channel
        Group of `torch.distributed` that they talk by, `None` for the default one.
    """

    rank: int
    size: int
    channel: Any = None

    @property
    def first(self) -> bool:
        """Whether this process keeps and tells."""
        return self.rank == 0

    def part(self, count: int) -> slice:
        """Return which of `count` examples this process sees; parts differ by one at most.

        Raises
        ------
        BadInput
            When there are fewer examples than processes.

        Examples
        --------
        >>> [Group(rank, 3).part(8) for rank in range(3)]
        [slice(0, 3, None), slice(3, 6, None), slice(6, 8, None)]
        """
        if count < self.size:
            raise BadInput(
                f"a batch of {count} cannot be shared by {self.size} processes; use at most {count}"
            )
        each, more = divmod(count, self.size)
        begin = self.rank * each + min(self.rank, more)
        return slice(begin, begin + each + (self.rank < more))

    def share(self, batch: Batch) -> Batch:
        """Return this process's part of a batch.

        Raises
        ------
        BadInput
            When there are fewer examples than processes.
        """
        part = self.part(len(batch.planes))
        corrected = max(0, min(batch.corrected, part.stop) - part.start)
        return Batch(batch.planes[part], batch.targets[part], corrected)

    def summed(self, sums: Tensor) -> Tensor:
        """Return the sums of all processes; the gradient goes to the own share."""
        whole: Tensor = _Summed.apply(sums, self)  # type: ignore[no-untyped-call]
        return whole

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor, float]:
        """Return mean and variance, (C,) float32, and number of the values of each channel.

        Parameters
        ----------
        x
            (N, C, H, W), the examples of this process. The moments are those of all: parts are
            joined by their means and variances (Chan et al. 1983, DOI
            10.1080/00031305.1983.10483115), as the difference of large sums would lose digits.

        Raises
        ------
        ModelError
            When another process is gone.
        """
        # of a narrow x, the moments come in the number format of these two
        unused = torch.zeros(2, x.shape[1], dtype=torch.float32)
        mean, variance = torch.batch_norm_update_stats(x, unused[0], unused[1], 0.0)
        counted = mean.new_full((1,), x.numel() // x.shape[1], dtype=torch.float64)
        mine = torch.cat([mean.double(), variance.double(), counted])
        parts = [torch.empty_like(mine) for _ in range(self.size)]
        with _together():
            distributed.all_gather(parts, mine, group=self.channel)
        means, variances, counts = torch.split(torch.stack(parts), [len(mean), len(mean), 1], dim=1)
        count = counts.sum()
        whole = (means * counts).sum(0) / count
        spread = ((variances + (means - whole).square()) * counts).sum(0) / count
        return whole.float(), spread.float(), float(count)

    def total(self, tensor: Tensor) -> Tensor:
        """Return the sum of all processes' tensors; gradients do not pass.

        Raises
        ------
        ModelError
            When another process is gone.
        """
        summed = tensor.detach().clone(memory_format=torch.contiguous_format)
        with _together():
            distributed.all_reduce(summed, group=self.channel)
        return summed

    def told(self, thing: Any) -> Any:
        """Return what the first process gives; what the others give does not matter.

        Raises
        ------
        ModelError
            When another process is gone.
        """
        said = [thing]
        with _together():
            distributed.broadcast_object_list(said, group=self.channel)
        return said[0]

    def merge(self, network: nn.Module) -> None:
        """Make the gradients of all processes one, their sum: `shared` of `rounds.loop.descend`.

        Raises
        ------
        ModelError
            When another process is gone.
        """
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        flat = self.total(torch.cat([g.reshape(-1) for g in gradients]))
        wholes = torch.split(flat, [g.numel() for g in gradients])
        for gradient, whole in zip(gradients, wholes, strict=True):
            gradient.copy_(whole.view_as(gradient))


@contextmanager
def _together() -> Iterator[None]:
    """Say in plain words that another process of the training is gone."""
    try:
        yield
    except RuntimeError as exc:
        raise ModelError(
            "another process of this training is gone; give the same command again: it goes on "
            "from the last checkpoint"
        ) from exc


class _Summed(torch.autograd.Function):
    """Sums of all processes; the gradient is that of the own share, all having the same loss."""

    @staticmethod
    def forward(ctx: Any, own: Tensor, group: Group) -> Tensor:
        """Return the sum over all processes."""
        return group.total(own)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Return the gradient as it is."""
        return gradients[0], None
