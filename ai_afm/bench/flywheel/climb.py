"""Rounds of correcting and learning, and how much of what was lost each brings back."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ai_afm.bench.flywheel.models import with_network
from ai_afm.bench.flywheel.night import Asked, Review
from ai_afm.errors import BadInput
from ai_afm.flywheel.annotator import Skill
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.datasets.freeze import Split, freeze
from ai_afm.flywheel.datasets.learning import training_crops
from ai_afm.flywheel.rounds.held import held
from ai_afm.flywheel.rounds.learn import RoundSettings, learn
from ai_afm.segment.model_file import LoadedModel

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round brought.

    Parameters
    ----------
    corrected_frames
        Crops, each of another frame or place, that were corrected so far.
    of_material
        How many of them show the material.
    clicks, seconds_of_clicks
        What the person has done so far; the seconds are as good as `annotator.Skill`.
    f1
        Of the model that has learned from them, on the material.
    train_s
        CPU seconds of the training, all threads.
    golden
        F1 of each family of other materials.
    """

    corrected_frames: int
    of_material: int
    clicks: int
    seconds_of_clicks: float
    f1: float
    train_s: float
    golden: dict[str, float]


@dataclass(frozen=True, slots=True)
class Teaching:
    """How models learn, and how they are judged.

    `checks` are simulated crops that tell how much of the base model a round keeps; `judge`
    returns the F1 on the material, and on each other family.
    """

    base: LoadedModel
    replay: Sequence[TrainingCrop]
    checks: Sequence[TrainingCrop]
    settings: RoundSettings
    judge: Callable[[LoadedModel], tuple[float, dict[str, float]]]
    families: tuple[str, ...]


def climb(
    review: Review,
    asked: Iterator[Asked],
    counts: Sequence[int],
    teaching: Teaching,
    known: Mapping[int, Round],
) -> Iterator[Round]:
    """Correct, learn, judge, and again; each round learns from the base model and all corrections.

    Parameters
    ----------
    review
        The lab and its person.
    asked
        What is asked, in turn.
    counts
        Numbers of corrected crops after which a model is trained.
    teaching
        How.
    known
        Rounds of an earlier call, by number of crops: they are not trained again.
    """
    done = clicks = of_material = 0
    seconds = 0.0
    for count in counts:
        for one in asked:
            work = review.answer(one, Skill())
            done, clicks, seconds = done + 1, clicks + work.clicks, seconds + work.seconds
            of_material += review.family(one) in teaching.families
            if done == count:
                break
        if done in known:
            yield known[done]
            continue
        model, cost = _learned(review, done, teaching)
        f1, golden = teaching.judge(model)
        yield Round(done, of_material, clicks, seconds, f1, cost, golden)


def _learned(review: Review, done: int, teaching: Teaching) -> tuple[LoadedModel, float]:
    """Return the model of a round, and the CPU seconds of its training.

    Corrections that nothing can be learned from (no line in any of them) leave the base model.
    """
    try:
        frozen = freeze(review.store, f"round {done}", Split(validation=0.0))
    except BadInput:
        return teaching.base, 0.0
    crops = training_crops(review.store, frozen.dataset)
    before = time.process_time()
    network = learn(teaching.settings, teaching.base, crops, teaching.replay)
    kept = held(teaching.base, network, teaching.checks)
    log.info("%d crops: %.2f of the base model kept; losses %s", done, kept.keep, kept.losses)
    return with_network(teaching.base, kept.network), time.process_time() - before
