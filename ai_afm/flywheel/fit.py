"""Fit a network to crops: the settings of a base training, and its batches."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch

from ai_afm.errors import ModelError
from ai_afm.flywheel.crops import CLASSES, TrainingCrop, example, window
from ai_afm.flywheel.rounds.batches import LineObjective, assembled
from ai_afm.flywheel.rounds.course import Batch, Course, Unwatched
from ai_afm.flywheel.rounds.loop import descend
from ai_afm.image.normalise import PLANES
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.predict import weights_of
from ai_afm.segment.unet import Architecture, UNet


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How a model is trained.

    Parameters
    ----------
    name, version
        Of the model.
    seed
        Of worlds, instruments, order and weights.
    worlds, crops_per_world
        Training worlds of each kind of world (the twin's and painted ones), and crops of each.
    foreign
        Crops without a sample, as a share of `crops_per_world`.
    validation_worlds, validation_crops
        The same for validation.
    steps, batch
        Number of steps, and crops in each.
    judge_steps
        Steps of what tells frames outside the model's world; 0 keeps the parent's.
    width, depth
        Of the network.
    raised
        Whether it sees amplitude and phase with raised contrast (`image.contrast`).
    learning_rate
        The largest; it follows half a cosine down to 2 % over the steps.
    parent
        "name@version" whose weights it starts from; empty for random ones.
    mean_with
        Models, "name@version" with commas between, of whose weights and the trained ones the mean
        is taken: on the way of one training it is steadier on scans unlike the simulated ones.
    processes
        Processes that make crops (the result does not depend on it).
    """

    name: str = "wallnet"
    version: str = "2.7.0"
    seed: int = 1
    worlds: int = 600
    crops_per_world: int = 24
    foreign: float = 1 / 6
    validation_worlds: int = 48
    validation_crops: int = 5
    steps: int = 22000
    batch: int = 8
    judge_steps: int = 6000
    width: int = 16
    depth: int = 3
    raised: bool = False
    learning_rate: float = 2e-3
    parent: str = ""
    mean_with: str = ""
    processes: int = 2

    @property
    def parents(self) -> tuple[str, ...]:
        """Models whose weights are in this one's, "name@version", the direct parent first."""
        return tuple(dict.fromkeys(n for n in (self.parent, *self.mean_with.split(",")) if n))

    @property
    def command(self) -> str:
        """The command that trains this model again."""
        given = asdict(self) | {"processes": ""}
        options = {k: v for k, v in given.items() if v != "" and v is not False}
        flags = " ".join(
            f"--{k.replace('_', '-')}" + ("" if v is True else f" {v}") for k, v in options.items()
        )
        return f"python -m ai_afm.flywheel.train {flags}"


def fit(
    settings: TrainSettings, crops: Sequence[TrainingCrop], parent: LoadedModel | None = None
) -> UNet:
    """Return a network trained on crops, from a parent's or from random weights.

    It learns on one thread while another makes the next batch.
    """
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    planes, classes = len(PLANES), len(CLASSES)
    network = UNet(Architecture(planes, classes, settings.width, settings.depth, settings.raised))
    if parent is not None:
        network.load_state_dict(weights_of(parent))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rng = np.random.default_rng([settings.seed, 9])

    def following(_: int) -> Batch:
        # one stream for all steps: models that are published were trained on it
        chosen = rng.integers(0, len(crops), settings.batch)
        shape = window(rng, crops[0].label.shape)
        examples = [example(crops[i], rng, shape, raised=settings.raised) for i in chosen]
        return assembled(examples, network.architecture.align)

    course = Course(settings.steps, settings.learning_rate)
    descend(network, course, following, LineObjective(), Unwatched())
    network.eval()
    return network


def take_mean(network: UNet, others: Sequence[LoadedModel]) -> None:
    """Replace weights by the mean of themselves and those of other models.

    The mean of the weights along one training lies in the same valley of the loss (P. Izmailov et
    al., Averaging weights leads to wider optima and better generalization, arXiv:1803.05407).

    Raises
    ------
    ModelError
        When another model has another shape or sees other planes.
    """
    own = network.architecture
    for other in others:
        card = other.card.network
        if (card.width, card.depth, card.raised) != (own.width, own.depth, own.raised):
            raise ModelError(
                f"{other.spec} (width {card.width}, depth {card.depth}, raised {card.raised}) has "
                f"no mean with a network of width {own.width}, depth {own.depth}, "
                f"raised {own.raised}; leave it out of mean_with"
            )
    states = [network.state_dict(), *map(weights_of, others)]
    network.load_state_dict(
        {
            name: torch.stack([s[name].double() for s in states]).mean(0).to(value.dtype)
            if value.is_floating_point()
            else value
            for name, value in states[0].items()
        }
    )
