"""The steps of a shared training: its objective, who watches, and the way down."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ai_afm.flywheel.calibrate import DRAWN
from ai_afm.flywheel.distributed.group import Group
from ai_afm.flywheel.distributed.norm import share_norms
from ai_afm.flywheel.losses import line_loss
from ai_afm.flywheel.rounds.batches import DTYPES, LineObjective
from ai_afm.flywheel.rounds.course import (
    Batch,
    BatchAt,
    Course,
    Progress,
    Report,
    Snapshot,
    Watch,
)
from ai_afm.flywheel.rounds.loop import descend
from ai_afm.segment.unet import UNet


@dataclass(frozen=True, slots=True)
class SharedObjective:
    """The `LineObjective` of a whole batch, of whose examples each process looks at its own.

    The value is that of the whole batch in each process, the gradient only a share of it.
    """

    whole: LineObjective
    group: Group

    def __call__(self, network: UNet, batch: Batch) -> Tensor:
        """Return the loss of the whole batch."""
        one, part = self.whole, self.group.share(batch)
        logits = self._logits(network, part.planes)
        loss = line_loss(logits, part.targets, one.class_weights, DRAWN, self.group.summed)
        if one.teacher is None or not one.distil or batch.corrected == len(batch.planes):
            return loss
        sums = self.group.summed(self._gap(one.teacher, logits, part))
        return loss + one.distil * sums[0] / sums[1]

    def _gap(self, teacher: UNet, logits: Tensor, part: Batch) -> Tensor:
        """Return the summed divergence from the teacher's answers, and over how many pixels."""
        replayed = slice(part.corrected, None)
        said = logits[replayed].log_softmax(dim=1)
        if not len(said):
            return logits.new_zeros(2)
        with torch.no_grad():
            taught = self._logits(teacher, part.planes[replayed]).log_softmax(dim=1)
        gap = functional.kl_div(said, taught, reduction="sum", log_target=True)
        return torch.stack([gap, gap.new_tensor(said[:, 0].numel())])

    def _logits(self, network: UNet, planes: Tensor) -> Tensor:
        narrow = DTYPES[self.whole.dtype]
        with torch.autocast("cpu", narrow, enabled=narrow is not torch.float32):
            logits: Tensor = network(planes)
        return logits.float()


class SharedWatch:
    """A `Watch` that only the first process has; all begin where that one says.

    Parameters
    ----------
    watch
        Of the first process; not asked in the others.
    group
        The processes.
    """

    def __init__(self, watch: Watch, group: Group) -> None:
        self._watch, self._group = watch, group

    def newest(self) -> Snapshot | None:
        """Return the first process' newest snapshot."""
        kept: Snapshot | None = self._group.told(
            self._watch.newest() if self._group.first else None
        )
        return kept

    def keep(self, snapshot: Snapshot) -> None:
        """Keep it once."""
        if self._group.first:
            self._watch.keep(snapshot)

    def tell(self, report: Report) -> None:
        """Tell it once."""
        if self._group.first:
            self._watch.tell(report)

    def wait(self) -> None:
        """Wait if this is the first process; the others wait for it in the step."""
        if self._group.first:
            self._watch.wait()


def descend_together(
    network: UNet,
    course: Course,
    batch_at: BatchAt,
    objective: LineObjective,
    watch: Watch,
    group: Group,
) -> Progress:
    """Train a network in place, as `rounds.loop.descend`, with others that call the same.

    Parameters
    ----------
    network
        The same weights in all processes; they are the same again afterwards.
    course, batch_at, objective
        The same in all processes, and of the whole batch.
    watch
        Only that of the first process keeps, tells and waits.
    group
        The processes.

    Raises
    ------
    BadInput
        When a batch has fewer examples than there are processes.
    ModelError
        As `descend`; and when another process is gone.
    """
    share_norms(network, group)
    shared, watched = SharedObjective(objective, group), SharedWatch(watch, group)
    return descend(network, course, batch_at, shared, watched, group.merge)
