"""Poisoned rounds and good ones, each in a lab of its own: which of them get a model promoted."""

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ai_afm.bench.gate.blind import Blinding, blinded
from ai_afm.bench.gate.material import MATERIALS, Material
from ai_afm.bench.gate.poison import SHARES, Poison
from ai_afm.bench.gate.trial import Outcome, Scale, Shop, Trial, doses, run_trial
from ai_afm.errors import BadInput
from ai_afm.flywheel.gate.lab import Hearing
from ai_afm.flywheel.gate.tally import Looker
from ai_afm.segment.model_file import set_active
from ai_afm.segment.predict import build_network

log = logging.getLogger(__name__)


def benchmark(
    trials: int,
    seed: int,
    work: Path | None = None,
    scale: Scale | None = None,
    blinding: Blinding | None = None,
    look: Callable[[Trial, Hearing], None] = lambda trial, hearing: None,
) -> dict[str, Any]:
    """Run as many poisoned as good rounds, and count what is promoted.

    Parameters
    ----------
    trials
        Number of each.
    seed
        Of everything.
    work
        Keeps models and simulated crops for the next time; a folder that is removed by default.
    scale, blinding
        How large rounds are, and how the model is made that has to learn.
    look
        Told what the gate has found of each round.

    Returns
    -------
    dict
        JSON values: `poisoned`, `promoted` of them, `good`, `good_promoted` of those, both after
        a second look at the labels that alone refuse a round (`second_look`);
        `good_promoted_at_once` of them before any; and each round.

    Raises
    ------
    BadInput
        When no trial is asked for.
    """
    if trials < 1:
        raise BadInput(f"{trials} trials show nothing; at least 1")
    outcomes: list[Outcome] = []
    with _folder(work) as folder:
        cache = folder / "cache"
        for trial in planned(trials, seed):
            models, looker = _model(trial.material, folder, blinding)
            shop = Shop(models, looker, cache)
            outcome = run_trial(trial, scale or Scale(), shop, partial(look, trial))
            log.info("%s", outcome.as_json())
            outcomes.append(outcome)
    return summed(outcomes)


def planned(trials: int, seed: int) -> list[Trial]:
    """Return the rounds: a poisoned and a good one by turns, materials by turns."""
    kinds = tuple(Poison)
    poisons = doses(trials, kinds, SHARES)
    found = []
    for k, dose in enumerate(poisons):
        material = MATERIALS[k % len(MATERIALS)]
        found.append(Trial(2 * k, seed, material, dose))
        found.append(Trial(2 * k + 1, seed, material, None))
    return found


def summed(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what became of all rounds."""
    bad = [o for o in outcomes if o.trial.dose is not None]
    good = [o for o in outcomes if o.trial.dose is None]
    return {
        "poisoned": len(bad),
        "promoted": sum(o.promoted for o in bad),
        "good": len(good),
        "good_promoted": sum(o.promoted for o in good),
        "good_promoted_at_once": sum(o.promoted and not o.rules for o in good),
        "poisoned_refused_by": dict(Counter(rule for o in bad for rule in o.rules)),
        "good_refused_by": dict(Counter(rule for o in good for rule in o.rules)),
        "cpu_s_of_a_round": sum(o.cpu_s for o in outcomes) / len(outcomes),
        "rounds": [o.as_json() for o in outcomes],
    }


def _model(material: Material, folder: Path, blinding: Blinding | None) -> tuple[Path, Looker]:
    """Return the models folder of a material's labs, and its active model, made when missing."""
    models = folder / "models" / material.name
    model = blinded(material, models, blinding)
    set_active(models, model.spec)
    return models, Looker(build_network(model), model.card.decision)


@contextmanager
def _folder(work: Path | None) -> Iterator[Path]:
    """Yield where models and simulated crops are kept that all rounds share."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = work or Path(temporary)
        (folder / "cache").mkdir(parents=True, exist_ok=True)
        yield folder
