"""What a moving tip with a bias on it writes: the same switching laws, one stroke at a time."""

import math

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.history import WrittenDomain
from ai_afm.microscope.simulated.surface import Array, Coercivity, World
from ai_afm.microscope.simulated.switching import SwitchingSettings, eased, nucleation_rate

PHASES = np.sin((np.arange(16) + 0.5) * (2 * np.pi / 16))
"""One period of the AC drive (far faster than any dwell time), for averaging rates."""

WRITTEN = 0.9
"""Share of the full response from which a place counts as switched."""


def coercive_floor(world: World, settings: SwitchingSettings) -> float:
    """Return a DC bias, V, below which imaging changes nothing anywhere in the world.

    No wall moves and no nucleus stays below the pinning bias. It is taken at the smallest of 64 x
    64 sampled coercive biases, and halved for places between the samples; inf where nothing can
    switch.
    """
    here = world.coercivity(*pixel_grid(world.extent, (64, 64)))
    if not here.ferroelectric.any():
        return math.inf
    lowest = float(np.minimum(np.abs(here.up), np.abs(here.down))[here.ferroelectric].min())
    return 0.5 * lowest * settings.pinning


def strokes(
    points: tuple[Array, Array, Array, Array],
    here: Coercivity,
    exposure: tuple[float, float, float, float],
    settings: SwitchingSettings,
    rng: np.random.Generator,
) -> list[WrittenDomain]:
    """Return the domains that a biased tip writes along its passes.

    Parameters
    ----------
    points
        x, y (m), the present piezo coefficient and its size away from walls (m/V), each (passes,
        points), in the order in which the tip goes along.
    here
        Switching properties at the points.
    exposure
        (DC bias V, AC amplitude V, seconds at each point, time s).
    settings, rng
        How the sample switches; chance.

    Returns
    -------
    domains
        One for each unbroken run of points; runs that only re-write what is there already are left
        out.
    """
    bias, drive, seconds, time = exposure
    half, imprint = (here.down - here.up) / 2, (here.down + here.up) / 2
    local = bias - imprint
    target = np.where(local > 0, -1, 1)
    # Half a period of the AC drive is far too short for a nucleus to grow to a stable size: without
    # a DC field beyond pinning nothing stays. With one, the AC adds to the rate at its crests.
    drags = (np.abs(local) > settings.pinning * half) & here.ferroelectric
    rate = _mean_rate(np.abs(local), drive, (half, here.wall_distance), settings)
    nucleated = (rng.random(rate.shape) < -np.expm1(-rate * seconds)) & drags
    radius = settings.growth * np.abs(local) / half * math.log10(1 + seconds / settings.growth_time)
    radius = np.maximum(radius, 2 * settings.wall_width)
    is_already = points[2] * target > WRITTEN * points[3]
    found = []
    for row in range(rate.shape[0]):
        alive = _dragged(nucleated[row], drags[row], is_already[row], target[row])
        for run in _runs(alive, target[row]):
            if not is_already[row][run].all():
                first, last = run.start, run.stop - 1
                found.append(
                    WrittenDomain(
                        (float(points[0][row, first]), float(points[1][row, first])),
                        (float(points[0][row, last]), float(points[1][row, last])),
                        float(radius[row][run].mean()),
                        int(target[row][first]),
                        settings.wall_width,
                        time,
                    )
                )
    return found


def _mean_rate(
    push: Array, drive: float, place: tuple[Array, Array], settings: SwitchingSettings
) -> Array:
    half, distance = place
    activation = settings.log_attempts * half * eased(distance, settings)
    phases = PHASES if drive else np.zeros(1)
    rates = np.zeros(np.shape(push))
    for phase in phases:
        crest = push + drive * phase
        rates += np.where(crest > 0, nucleation_rate(crest, activation), 0.0)
    return rates / len(phases) / settings.attempt_time


def _dragged(
    nucleated: NDArray[np.bool_],
    drags: NDArray[np.bool_],
    is_already: NDArray[np.bool_],
    target: NDArray[np.int_],
) -> NDArray[np.bool_]:
    """Follow the tip: a domain under it, new or old, comes along unless its wall is pinned."""
    alive = np.zeros(nucleated.shape, np.bool_)
    carried = 0
    for i in range(len(alive)):
        lives = nucleated[i] or (drags[i] and (carried == target[i] or is_already[i]))
        alive[i] = lives
        carried = int(target[i]) if lives else 0
    return alive


def _runs(alive: NDArray[np.bool_], target: NDArray[np.int_]) -> list[slice]:
    """Cut a pass into runs of living points of one sign."""
    key = np.where(alive, target, 0)
    edges = np.flatnonzero(np.diff(key)) + 1
    starts, stops = [0, *edges.tolist()], [*edges.tolist(), len(key)]
    return [slice(a, b) for a, b in zip(starts, stops, strict=True) if key[a] != 0]
