"""A round whose steps several processes do together; the first one does all else."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.distributed.group import Group
from ai_afm.flywheel.distributed.start import follow
from ai_afm.flywheel.distributed.steps import descend_together
from ai_afm.flywheel.rounds.course import Watch
from ai_afm.flywheel.rounds.learn import Lesson, RoundSettings, prepared
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.unet import UNet


@dataclass(frozen=True, slots=True)
class Together:
    """`learn.learn` by a group of processes: what the first one calls, for `begin.Around`.

    Parameters
    ----------
    group
        The processes; the others are in `help_out`.
    """

    group: Group

    def __call__(
        self,
        settings: RoundSettings,
        parent: LoadedModel,
        corrected: Sequence[TrainingCrop],
        replay: Sequence[TrainingCrop],
        watch: Watch | None = None,
        weights: Sequence[float] | None = None,
    ) -> UNet:
        """Return what `learn` returns, up to rounding, and raise what it raises.

        Raises
        ------
        ModelError
            When another process is gone.
        """
        # what makes no sense is refused before the others hear of it
        lesson = prepared(settings, parent, corrected, replay, weights)
        self.group.told((settings, parent, corrected, replay, weights))
        return lesson.taught(watch, partial(descend_together, group=self.group))


def help_out(group: Group) -> None:
    """Do the steps of other processes than the first, as often as that one learns.

    Raises
    ------
    ModelError
        When the first process is gone.
    """

    def work(
        settings: RoundSettings,
        parent: LoadedModel,
        corrected: Sequence[TrainingCrop],
        replay: Sequence[TrainingCrop],
        weights: Sequence[float] | None,
    ) -> None:
        lesson: Lesson = prepared(settings, parent, corrected, replay, weights)
        lesson.taught(None, partial(descend_together, group=group))

    follow(group, work)
