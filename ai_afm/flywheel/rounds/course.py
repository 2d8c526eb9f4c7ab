"""What the steps of a training are made of: batches, snapshots, and who watches."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from torch import Tensor

from ai_afm.segment.unet import UNet

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from.

    Parameters
    ----------
    planes
        (N, planes, H, W) float32, channels last.
    targets
        (N, H, W) int64 class index, or negative as in `crops.target`.
    corrected
        So many of the N, the first ones, are of corrections; the others are replayed.
    """

    planes: Tensor
    targets: Tensor
    corrected: int = 0


BatchAt: TypeAlias = Callable[[int], Batch]
"""Number of the step -> its batch; called in order, one step ahead, on a thread of its own."""
Objective: TypeAlias = Callable[[UNet, Batch], Tensor]
"""What is minimised: a scalar float32."""


@dataclass(frozen=True, slots=True)
class Course:
    """How the steps go.

    Parameters
    ----------
    steps
        Number of them.
    learning_rate
        The largest; a short rise, then half a cosine down to 2 %.
    keep_every, report_every
        Steps between snapshots, and between reports.
    head
        Factor on the learning rate of the last layer, which names the classes.
    """

    steps: int
    learning_rate: float
    keep_every: int = 50
    report_every: int = 100
    head: float = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Parameters
    ----------
    step
        Steps done, skipped ones too.
    skipped
        Of them without a finite loss and gradient.
    in_row
        The last so many were skipped.
    falls
        How often it went back with half the learning rate.
    cpu
        CPU seconds of all threads, s, over all processes that worked on it one after another.
    """

    step: int = 0
    skipped: int = 0
    in_row: int = 0
    falls: int = 0
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a training needs to go on: weights, and what the optimizer remembers of each."""

    progress: Progress
    weights: Mapping[str, Tensor]
    moments: Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Report:
    """What a training tells: mean loss since the last report (NaN without a finite one).

    `learning_rate` is that of the last step.
    """

    progress: Progress
    loss: float
    learning_rate: float


class Watch(Protocol):
    """What happens beside the steps: where they are kept, whom they are told, when they wait."""

    def newest(self) -> Snapshot | None:
        """Return the snapshot to go on from, `None` to begin."""
        ...

    def keep(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; it is durable when this returns."""
        ...

    def tell(self, report: Report) -> None:
        """Tell how it goes."""
        ...

    def wait(self) -> None:
        """Return when the next step may be done."""
        ...


class Unwatched:
    """A `Watch` that keeps nothing, tells the log, and never waits."""

    def newest(self) -> Snapshot | None:
        """Return nothing: it begins."""
        return None

    def keep(self, snapshot: Snapshot) -> None:
        """Forget it; going back needs only the newest one, which the loop holds itself."""

    def tell(self, report: Report) -> None:
        """Tell the log."""
        log.info("step %d, loss %.3f", report.progress.step, report.loss)

    def wait(self) -> None:
        """Go on at once."""
