"""The steps of a training: skipped where a number is not finite, and gone on with after a kill.

The state after a step depends on the state before and on the batch of that step alone, so a
training that goes on from a snapshot ends with the same weights, bit for bit, as one that was
never interrupted (same torch, processor type and number of threads). Nothing here draws from
torch's own generator, so a snapshot needs no state of it.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np
import torch

from ai_afm.errors import ModelError
from ai_afm.flywheel.rounds.course import (
    Batch,
    BatchAt,
    Course,
    Objective,
    Progress,
    Report,
    Snapshot,
    Watch,
)
from ai_afm.segment.unet import UNet

log = logging.getLogger(__name__)

TOO_MANY = 10
"""So many steps in a row without a finite loss and gradient lead back to the last snapshot."""
MOST_FALLS = 2
"""So often a training goes back, each time with half the learning rate, before it gives up."""
_WARM_UP = 100
_GRADIENT_LIMIT = 2.0
_DECAY = 1e-4
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")
"""What AdamW remembers of each weight."""


def descend(
    network: UNet,
    course: Course,
    batch_at: BatchAt,
    objective: Objective,
    watch: Watch,
    shared: Callable[[UNet], None] | None = None,
) -> Progress:
    """Train a network in place.

    Parameters
    ----------
    network
        Its weights are changed.
    course, batch_at, objective
        How long, on what, and what for. The next batch is made while a step is done.
    watch
        Keeps and tells.
    shared
        Of one among several processes: makes their gradients one, after each backward pass.

    Raises
    ------
    ModelError
        When loss or gradient were not finite `TOO_MANY` times in a row, and again after going
        back with half the learning rate `MOST_FALLS` times.
    """
    descent = _Descent(network, course, objective, shared)
    kept = watch.newest()
    if kept is not None:
        descent.restore(kept)
    good = descent.snapshot()
    losses: list[float] = []
    with _Ahead(batch_at) as ahead:
        while descent.progress.step < course.steps:
            watch.wait()
            rate = descent.rate
            loss = descent.step(ahead.take(descent.progress.step))
            losses += [] if loss is None else [loss]
            if descent.progress.in_row >= TOO_MANY:
                descent.fall(good)
                good = descent.snapshot()
                continue
            step = descent.progress.step
            last = step == course.steps
            if step % course.report_every == 0 or last:
                mean = float(np.mean(losses)) if losses else float("nan")
                watch.tell(Report(descent.progress, mean, rate))
                losses = []
            if (step % course.keep_every == 0 and not descent.progress.in_row) or last:
                good = descent.snapshot()
                watch.keep(good)
    return descent.progress


class _Descent:
    """A network, its optimizer, and how far they are."""

    def __init__(
        self,
        network: UNet,
        course: Course,
        objective: Objective,
        shared: Callable[[UNet], None] | None,
    ) -> None:
        self._network, self._course = network, course
        self._objective, self._shared = objective, shared
        self._optimizer = torch.optim.AdamW(
            _groups(network, course.head), course.learning_rate, weight_decay=_DECAY
        )
        self.progress = Progress()
        self._cpu = time.process_time()

    @property
    def rate(self) -> float:
        """Learning rate of the next step."""
        course, progress = self._course, self.progress
        return course.learning_rate * 0.5**progress.falls * _schedule(progress.step, course.steps)

    def step(self, batch: Batch) -> float | None:
        """Do one step; return the loss, `None` where it was skipped and nothing has changed."""
        for group in self._optimizer.param_groups:
            group["lr"] = self.rate * group.get("factor", 1.0)
        # a forward pass changes the running statistics, also one that ends in a NaN
        before = [b.clone() for b in self._network.buffers()]
        loss = self._objective(self._network, batch)
        done = bool(loss.isfinite())
        if done:
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if self._shared is not None:
                self._shared(self._network)
            norm = torch.nn.utils.clip_grad_norm_(self._network.parameters(), _GRADIENT_LIMIT)
            done = bool(norm.isfinite())
        if done:
            self._optimizer.step()
        else:
            for buffer, old in zip(self._network.buffers(), before, strict=True):
                buffer.copy_(old)
            log.warning("step %d is skipped: its loss or gradient is not finite", self._number)
        self._count(done)
        return float(loss.detach()) if done else None

    @property
    def _number(self) -> int:
        return self.progress.step + 1

    def _count(self, done: bool) -> None:
        now, p = time.process_time(), self.progress
        skipped, in_row = (p.skipped, 0) if done else (p.skipped + 1, p.in_row + 1)
        self.progress = Progress(p.step + 1, skipped, in_row, p.falls, p.cpu + now - self._cpu)
        self._cpu = now

    def fall(self, good: Snapshot) -> None:
        """Go back to a snapshot, with half the learning rate.

        Raises
        ------
        ModelError
            When that was done often enough.
        """
        p = self.progress
        if p.falls >= MOST_FALLS:
            raise ModelError(
                f"the training has failed: at step {p.step} loss or gradient were not finite for "
                f"{TOO_MANY} steps in a row, also after it went back {p.falls} times and learned "
                "more slowly; try a smaller learning rate, or look at the crops"
            )
        self.restore(good)
        self.progress = replace(
            good.progress, skipped=p.skipped, in_row=0, falls=p.falls + 1, cpu=p.cpu
        )
        log.warning(
            "%d steps in a row were not finite: back to step %d with half the learning rate",
            TOO_MANY,
            good.progress.step,
        )

    def snapshot(self) -> Snapshot:
        """Return a copy of the present state."""
        weights = {name: value.clone() for name, value in self._network.state_dict().items()}
        state = self._optimizer.state
        moments = {
            f"{name}.{moment}": state[parameter][moment].clone()
            for name, parameter in self._network.named_parameters()
            if parameter in state
            for moment in _MOMENTS
        }
        return Snapshot(self.progress, weights, moments)

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot."""
        self.progress = snapshot.progress
        self._network.load_state_dict(dict(snapshot.weights))
        self._optimizer.state.clear()
        for name, parameter in self._network.named_parameters():
            if f"{name}.{_MOMENTS[0]}" not in snapshot.moments:
                continue
            step, *means = (snapshot.moments[f"{name}.{moment}"] for moment in _MOMENTS)
            # laid out in memory as the weights are: other strides could round otherwise
            own = [torch.empty_like(parameter, requires_grad=False).copy_(m) for m in means]
            self._optimizer.state[parameter] = dict(
                zip(_MOMENTS, (step.clone(), *own), strict=True)
            )


class _Ahead:
    """Makes the batch of the next step on a thread of its own."""

    def __init__(self, batch_at: BatchAt) -> None:
        self._make, self._pool = batch_at, ThreadPoolExecutor(1)
        self._following: tuple[int, Future[Batch]] | None = None

    def take(self, step: int) -> Batch:
        """Return the batch of a step, and begin with that of the next."""
        if self._following is None or self._following[0] != step:
            self._following = step, self._pool.submit(self._make, step)
        ready = self._following[1].result()
        self._following = step + 1, self._pool.submit(self._make, step + 1)
        return ready

    def __enter__(self) -> "_Ahead":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def _groups(network: UNet, head: float) -> list[dict[str, Any]]:
    """Return the weights in groups, each with the factor on its learning rate."""
    if head == 1.0:
        return [{"params": list(network.parameters())}]
    own = list(network.head.parameters())
    last = {id(weight) for weight in own}
    rest = [weight for weight in network.parameters() if id(weight) not in last]
    return [{"params": rest}, {"params": own, "factor": head}]


def _schedule(step: int, steps: int) -> float:
    """Return the share of the learning rate: a short rise, then half a cosine down to 2 %."""
    fall = 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / steps))
    return float(min(1.0, (step + 1) / min(_WARM_UP, max(steps // 10, 1))) * fall)
