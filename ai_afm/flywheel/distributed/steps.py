"""The steps of a shared training: its objective, who watches, and the way down."""

from dataclasses import dataclass, replace

from torch import Tensor

from ai_afm.flywheel.distributed.group import Group
from ai_afm.flywheel.distributed.norm import share_norms
from ai_afm.flywheel.rounds.batches import LineObjective
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
        """Return the loss of the whole batch, a scalar float32."""
        return replace(self.whole, total=self.group.summed)(network, self.group.share(batch))


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
