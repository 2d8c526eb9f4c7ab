"""Fine-tune a network on corrections, with replay of simulated crops against forgetting.

A pure function of crops: no lab, no files. `training` is what a lab does around it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.flywheel.crops import CLASSES, TrainingCrop, example, window
from ai_afm.flywheel.rounds.batches import DTYPES, LineObjective, assembled
from ai_afm.flywheel.rounds.course import Batch, BatchAt, Course, Progress, Unwatched, Watch
from ai_afm.flywheel.rounds.loop import descend
from ai_afm.image.normalise import PLANES, RAISED
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.predict import weights_of
from ai_afm.segment.unet import Architecture, UNet, architecture_of

Way: TypeAlias = Callable[[UNet, Course, BatchAt, LineObjective, Watch], Progress]
"""What does the steps of a lesson, as `loop.descend` does."""
_STREAM = 9
"""Keeps the batches apart from what else is drawn from the same seed."""


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """How a round learns; the defaults are the only place of these numbers.

    Parameters
    ----------
    seed
        Of the batches.
    steps, batch
        Number of steps, and crops in each.
    corrected
        Crops of each batch that are corrected ones; the others are replayed.
    learning_rate
        The largest; a short rise, then half a cosine down to 2 %.
    distil
        Weight of what keeps the answers on replayed crops near the parent's; 0 for nothing.
    head
        Factor on the learning rate of the last layer: what corrections change most is names.
    frozen_norm
        Leave the statistics of batch norm as the parent has them. Those of small batches, of which
        some are of one material, would make it blind to others.
    dtype
        Number format of the passes, "bfloat16" or "float32".
    keep_every, report_every
        Steps between checkpoints, and between reports.
    """

    seed: int = 1
    steps: int = 500
    batch: int = 4
    corrected: int = 1
    learning_rate: float = 5e-4
    distil: float = 1.0
    head: float = 3.0
    frozen_norm: bool = True
    dtype: str = "bfloat16"
    keep_every: int = 50
    report_every: int = 10

    def check(self) -> None:
        """Look at the numbers.

        Raises
        ------
        BadInput
            When they make no training.
        """
        whole = {"steps": self.steps, "batch": self.batch, "corrected": self.corrected,
                 "keep_every": self.keep_every, "report_every": self.report_every}  # fmt: skip
        for name, value in whole.items():
            if value < 1:
                raise BadInput(f"a round with {name} {value} learns nothing; at least 1")
        if self.seed < 0:
            raise BadInput(f"the seed {self.seed} is negative; 0 or more")
        if self.corrected > self.batch:
            raise BadInput(f"{self.corrected} corrected crops do not fit a batch of {self.batch}")
        if not 0 < self.learning_rate < 1:
            raise BadInput(f"the learning rate {self.learning_rate} is not between 0 and 1")
        if not 0 <= self.distil < float("inf"):
            raise BadInput(f"distil {self.distil} is 0 or more")
        if not 0 < self.head < float("inf"):
            raise BadInput(f"the factor {self.head} on the head's learning rate is above 0")
        if self.dtype not in DTYPES:
            raise BadInput(f"{self.dtype!r} is no number format; {' or '.join(DTYPES)}")


def learn(
    settings: RoundSettings,
    parent: LoadedModel | UNet,
    corrected: Sequence[TrainingCrop],
    replay: Sequence[TrainingCrop],
    watch: Watch | None = None,
    weights: Sequence[float] | None = None,
) -> UNet:
    """Return a network that has learned from corrections, started from its parent's weights.

    Parameters
    ----------
    settings
        How.
    parent
        A model, or a network with its batch norm as it was trained; it is left as it is.
    corrected
        Crops of corrections, of any shapes; examples are cut to the smallest.
    replay
        Simulated crops; without any, all crops of a batch are corrected ones.
    watch
        Keeps checkpoints, tells, and may let it wait; `None` for none of that.
    weights
        (corrected,) how often each corrected crop is drawn, in proportion; equal by default.

    Returns
    -------
    network
        In evaluation mode, batch norm not folded. The same arguments give the same weights on the
        same torch, type of processor, and number of threads (one is set).

    Raises
    ------
    BadInput
        When there is no corrected crop, or settings or weights make no sense.
    ModelError
        When the training fails; see `loop.descend`.
    """
    return prepared(settings, parent, corrected, replay, weights).taught(watch)


@dataclass(frozen=True, slots=True)
class Lesson:
    """All that the steps of a round need; `taught` does them, once.

    Parameters
    ----------
    settings
        How.
    start
        The parent's network, in evaluation mode.
    network
        A copy that learns.
    draw
        The batch of each step.
    """

    settings: RoundSettings
    start: UNet
    network: UNet
    draw: BatchAt

    def taught(self, watch: Watch | None = None, way: Way = descend) -> UNet:
        """Do the steps and return the network in evaluation mode; see `learn`.

        Parameters
        ----------
        watch
            See `learn`.
        way
            What does the steps: `loop.descend`, or several processes together.
        """
        s = self.settings
        torch.set_num_threads(1)
        objective = LineObjective(s.dtype, self.start, s.distil)
        course = Course(s.steps, s.learning_rate, s.keep_every, s.report_every, s.head)
        network = self.network.train()
        if s.frozen_norm:
            freeze_norms(network)
        way(network, course, self.draw, objective, watch or Unwatched())
        return self.network.eval()


def prepared(
    settings: RoundSettings,
    parent: LoadedModel | UNet,
    corrected: Sequence[TrainingCrop],
    replay: Sequence[TrainingCrop],
    weights: Sequence[float] | None = None,
) -> Lesson:
    """Return what the steps of a round need; arguments and errors are those of `learn`."""
    settings.check()
    network = network_of(parent)
    draw = _Draw(settings, corrected, replay, weights, network.architecture)
    return Lesson(settings, network_of(parent).eval(), network, draw)


def freeze_norms(network: UNet) -> None:
    """Let the batch norms of a network that learns use their statistics and leave them alone."""
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.eval()


def network_of(parent: LoadedModel | UNet) -> UNet:
    """Return a copy of a network, to be trained: batch norm not folded."""
    if isinstance(parent, UNet):
        weights, architecture = parent.state_dict(), parent.architecture
    else:
        card = parent.card.network
        if card.inputs not in (PLANES, RAISED) or card.classes != CLASSES:
            raise BadInput(f"{parent.spec} has other inputs or classes than crops have")
        weights = weights_of(parent)
        architecture = architecture_of(card)
    network = UNet(architecture)
    network.load_state_dict(weights)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


class _Draw:
    """The batch of each step: what is drawn depends on seed and step alone."""

    def __init__(
        self,
        settings: RoundSettings,
        corrected: Sequence[TrainingCrop],
        replay: Sequence[TrainingCrop],
        weights: Sequence[float] | None,
        architecture: Architecture,
    ) -> None:
        if not corrected:
            raise BadInput("a round needs at least one corrected crop")
        self._settings, self._architecture = settings, architecture
        self._corrected, self._replay = corrected, replay
        self._share = _shares(weights, len(corrected))
        shapes = [crop.label.shape for crop in (*corrected, *replay)]
        self._shape = min(s[0] for s in shapes), min(s[1] for s in shapes)

    def __call__(self, step: int) -> Batch:
        s = self._settings
        rng = np.random.default_rng([s.seed, _STREAM, step])
        count = s.corrected if self._replay else s.batch
        own = rng.choice(len(self._corrected), count, p=self._share)
        crops = [self._corrected[i] for i in own]
        if self._replay:
            others = rng.integers(0, len(self._replay), s.batch - count)
            crops += [self._replay[i] for i in others]
        shape = window(rng, self._shape)
        a = self._architecture
        examples = [example(crop, rng, shape, raised=a.raised) for crop in crops]
        return assembled(examples, a.align, count)


def _shares(weights: Sequence[float] | None, count: int) -> NDArray[np.float64]:
    """Return how likely each crop is drawn."""
    found = np.ones(count) if weights is None else np.asarray(weights, np.float64)
    if found.shape != (count,):
        raise BadInput(f"{found.size} weights cannot belong to {count} corrected crops")
    if not (np.isfinite(found).all() and (found >= 0).all() and found.sum() > 0):
        raise BadInput("weights of crops are 0 or more, finite, and not all 0")
    return np.asarray(found / found.sum())
