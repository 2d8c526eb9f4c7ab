"""What relaxes while switching goes on: trapped charge, the reversible part, and ions."""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.optimize import nnls

from ai_afm.microscope.simulated.switching_state import Site, SpotState, SwitchingSettings


def relaxed(
    state: SpotState,
    step: tuple[float, float],
    site: Site,
    settings: SwitchingSettings,
    drive: float = 0.0,
) -> SpotState:
    """Return the state with its charge, reversible part and ions after (bias in V, seconds).

    `drive` is the AC amplitude meanwhile, V: it shakes charge out of its traps.
    """
    bias, seconds = step
    trapped = settings.injection * bias
    # Traps fill under the bias; emptying without an opposite bias is the slow part.
    fills = abs(trapped) > abs(state.charge) or trapped * state.charge < 0
    emptying = settings.charge_life / (1 + (drive / settings.ac_release) ** 2)
    life = settings.injection_time if fills else emptying
    times, _ = ionic_times(settings)
    haste = ionic_haste(site, settings)
    ions = state.ions or (0.0,) * len(times)
    return replace(
        state,
        charge=_towards(state.charge, trapped, seconds / life),
        reversible=_towards(
            state.reversible, -settings.reversible * bias, seconds / settings.reversible_time
        ),
        ions=tuple(
            _towards(c, bias, seconds / (t * haste)) for c, t in zip(ions, times, strict=True)
        ),
    )


def ionic_haste(site: Site, settings: SwitchingSettings) -> float:
    """Return the factor (0 to 1) on ionic times near a grain boundary."""
    return 1 - settings.ionic_ease * math.exp(-site.nearest_boundary / settings.ionic_reach)


def _towards(value: float, goal: float, times: float) -> float:
    return goal + (value - goal) * math.exp(-times)


def ionic_times(settings: SwitchingSettings) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return times (s) and weights of exponentials that sum to exp(-(t / ionic_time)^stretch)."""
    times, weights = _prony(settings.ionic_stretch)
    return tuple(settings.ionic_time * t for t in times), weights


@lru_cache(maxsize=32)
def _prony(stretch: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if stretch == 1.0:
        return (1.0,), (1.0,)
    times = np.logspace(-4, 3, 22)
    t = np.logspace(-5, 2.5, 300)
    matrix = np.exp(-t[:, None] / times[None, :])
    # The last row makes the weights sum to 1: the response to a step starts from the whole step.
    matrix = np.vstack([matrix, np.full(len(times), 30.0)])
    weights, _ = nnls(matrix, np.append(np.exp(-(t**stretch)), 30.0))
    used = weights > 1e-6
    weights = weights[used] / weights[used].sum()
    return tuple(times[used].tolist()), tuple(weights.tolist())
