"""How much of the parent a round keeps: as little as leaves all other materials as they were.

What corrections teach also changes what a network says of materials that nobody has corrected.
Mixing weights of the parent in again takes back both, and the second faster (Wortsman et al., CVPR
2022, DOI 10.1109/CVPR52688.2022.00780). How much is needed, simulated crops tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.gate.cases import Case, recorded
from ai_afm.flywheel.gate.paired import Change, Pair
from ai_afm.flywheel.gate.scores import f1
from ai_afm.flywheel.gate.tally import NAMED, Counts, Looker, tally
from ai_afm.flywheel.rounds.learn import network_of
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.predict import build_network
from ai_afm.segment.unet import UNet, folded
from ai_afm.types import ClassCode

KEEPS = (0.0, 0.25, 0.5, 0.75)
"""Shares of the parent's weights that are tried, in turn."""
ALLOWED = 0.01
"""Loss of F1 (lines with their classes, 2 px) that is borne on any kind of crops."""
SURE = 1.64
"""Standard errors by which a loss has to be larger: a few dozen crops lose and gain by chance."""
MOSTLY = 0.8
"""Share of the named lines of a crop that makes it one of a class."""
LINED = 200
"""Pixels of named lines below which a crop belongs to no class."""
FEWEST = 12
"""Crops of a class below which their F1 tells too little."""
_SEED = 1
_NAMED = (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC, ClassCode.GRAIN_BOUNDARY)


@dataclass(frozen=True, slots=True)
class Held:
    """What a round has come to.

    Parameters
    ----------
    network
        In evaluation mode, batch norm not folded.
    keep
        Share of the parent's weights in it.
    losses
        F1 that it has lost against the parent, by kind of crops (`kinds_of`); negative for a gain.
    """

    network: UNet
    keep: float
    losses: dict[str, float]


def held(parent: LoadedModel, learned: UNet, checks: Sequence[TrainingCrop]) -> Held:
    """Return a network with the smallest share of `KEEPS` at which no kind of crops loses much.

    Parameters
    ----------
    parent
        The model that was learned from; its decisions are used for all.
    learned
        What has become of its network, in evaluation mode, batch norm not folded.
    checks
        Simulated crops that were not learned from. Without any, all that was learned stays.

    Returns
    -------
    Held
        With the largest share, when none is enough: the gate has the last word.
    """
    if not checks:
        return Held(learned, 0.0, {})
    start = network_of(parent)
    cases = [Case(c, recorded(c), (), str(n)) for n, c in enumerate(checks)]
    kinds = kinds_of(checks)
    decision = parent.card.decision
    before = tally(Looker(build_network(parent), decision), cases)
    for keep in KEEPS:
        network = blended(start, learned, keep)
        after = tally(Looker(folded(network), decision), cases)
        changes = _changes(before, after, kinds)
        if all(-c.value - SURE * c.error <= ALLOWED for c in changes.values()):
            break
    return Held(network, keep, {kind: -c.value for kind, c in changes.items()})


def blended(start: UNet, learned: UNet, keep: float) -> UNet:
    """Return `keep` of one network's weights and running statistics, and the rest of another's."""
    before, after = start.state_dict(), learned.state_dict()
    mixed = {
        name: keep * before[name] + (1 - keep) * value if value.is_floating_point() else value
        for name, value in after.items()
    }
    result = UNet(learned.architecture)
    result.load_state_dict(mixed)
    return result.eval()


def kinds_of(checks: Sequence[TrainingCrop]) -> dict[str, NDArray[np.bool_]]:
    """Return which crops are of which kind: all of them, and those with lines of mostly one class.

    Parameters
    ----------
    checks
        The crops.

    Returns
    -------
    dict
        Name of the kind -> (crops,) bool. A class with fewer than `FEWEST` crops is no kind.
    """
    found = {"all": np.ones(len(checks), np.bool_)}
    lines = np.array([[np.count_nonzero(c.label == code) for code in _NAMED] for c in checks])
    total = lines.sum(axis=1)
    for code, own in zip(_NAMED, lines.T, strict=True):
        mostly = (total >= LINED) & (own >= MOSTLY * total)
        if mostly.sum() >= FEWEST:
            found[code.name.lower()] = mostly
    return found


def _changes(
    before: Counts, after: Counts, kinds: Mapping[str, NDArray[np.bool_]]
) -> dict[str, Change]:
    """Return the change of F1 of each kind of crops, with its error by drawing crops."""
    pair = Pair(before, after, tuple(map(str, range(len(before)))))
    score = partial(f1, group=NAMED)
    return {kind: pair.of(own).drawn(_SEED).change(score) for kind, own in kinds.items()}
