"""Switching under a waveform: nucleation, growth, wall motion, charge and ions below one tip.

Nothing here looks a loop up. A `SpotState` is advanced step by step under a constant bias; hysteresis,
imprint, retention loss and the difference between the first and later cycles come out of that.

References
----------
W. J. Merz, Phys. Rev. 95, 690 (1954), doi:10.1103/PhysRev.95.690: switching rate ~ exp(-activation field / E).
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import nnls

from ai_afm.microscope.simulated.surface import Array

Dots: TypeAlias = tuple[tuple[float, int], ...]
"""Domains around the tip, oldest (and largest) first: (radius in m, sign of the piezo coefficient)."""


@dataclass(frozen=True, slots=True)
class SwitchingSettings:
    """How a sample switches; voltages are local, i.e. after imprint and trapped charge.

    Parameters
    ----------
    attempt_time
        Inverse rate of nucleation at infinite bias, s. With it, a bias equal to the world's coercive bias
        nucleates at 1 per second.
    wall_ease, wall_reach
        A wall lowers the activation bias by the share `wall_ease`, decaying over `wall_reach` (m).
    seed_ease
        Share by which a place that has nucleated once is easier the next time.
    growth, growth_time
        A dot grows as r = growth * |V|/V_c * log10(1 + t / growth_time), m and s.
    pinning
        Share of the coercive bias below which no wall moves.
    retraction
        Mobility of the outer walls of a written dot, pinned by screening charge, relative to growth.
    wall_recovery, wall_recovery_time
        Share of a wall's displacement that is elastic, and the time (s) in which it goes back.
    wall_width
        Half width w of the tanh(d / w) profile of written walls, m.
    reversible, reversible_time
        Reversible change of the piezo coefficient (share per volt) and its time constant, s.
    injection, injection_time, charge_life
        Trapped charge as surface potential per volt of bias, and the time constants (s) of injection
        (bias on) and decay.
    charge_coupling
        Share of the trapped charge's potential that opposes the bias.
    charge_diffusion
        Diffusivity of trapped charge along the surface, m^2/s.
    ionic_time, ionic_stretch, ionic_voltage, ionic_ease
        Stretched-exponential relaxation of ions: time (s), exponent (0 to 1], bias (V) that changes the
        electrochemical response by its own size, and the share by which a boundary shortens the time.
    wear_rate
        Loss of height per second of contact at a place, m/s.
    """

    attempt_time: float = 1e-10
    wall_ease: float = 0.4
    wall_reach: float = 30e-9
    seed_ease: float = 0.15
    growth: float = 8e-9
    growth_time: float = 1e-3
    pinning: float = 0.5
    retraction: float = 0.05
    wall_recovery: float = 0.3
    wall_recovery_time: float = 0.2
    wall_width: float = 4e-9
    reversible: float = 0.01
    reversible_time: float = 3e-3
    injection: float = 0.1
    injection_time: float = 0.05
    charge_life: float = 20.0
    charge_coupling: float = 0.2
    charge_diffusion: float = 5e-18
    ionic_time: float = 0.3
    ionic_stretch: float = 0.6
    ionic_voltage: float = 5.0
    ionic_ease: float = 0.5
    wear_rate: float = 0.0

    @property
    def log_attempts(self) -> float:
        """ln(1 s / attempt_time): activation bias over the coercive bias (1 nucleation per second)."""
        return -math.log(self.attempt_time)


@dataclass(frozen=True, slots=True)
class Site:
    """The place under the tip before the probe came.

    Parameters
    ----------
    coercive, imprint
        Half the width and the centre of the local coercive window in the bulk, V.
    ferroelectric
        Whether it can switch.
    sign
        Sign of the piezo coefficient under the tip.
    nearest_wall
        Distance to the nearest wall of any kind, m.
    movable_wall
        Distance to the nearest native 180-degree wall that the bias can push, m; inf where there is none.
    """

    coercive: float
    imprint: float
    ferroelectric: bool
    sign: int
    nearest_wall: float
    movable_wall: float = math.inf


@dataclass(frozen=True, slots=True)
class SpotState:
    """What a waveform has done to the place under the tip so far.

    Parameters
    ----------
    dots
        Written domains around the tip; signs alternate.
    shift_fixed, shift_elastic
        Displacement of the movable wall away from the tip, m: what stays, and what goes back.
    seeded
        Whether a domain has nucleated here during this probe.
    charge
        Trapped charge as surface potential at the tip, V.
    reversible
        Reversible change of the piezo coefficient, as a share of its size.
    ions
        Slow ionic state, V, one entry per relaxation time of `ionic_times`.
    """

    dots: Dots = ()
    shift_fixed: float = 0.0
    shift_elastic: float = 0.0
    seeded: bool = False
    charge: float = 0.0
    reversible: float = 0.0
    ions: tuple[float, ...] = ()

    @property
    def shift(self) -> float:
        """Displacement of the movable wall away from the tip, m (negative: towards and past it)."""
        return self.shift_fixed + self.shift_elastic


def nucleation_rate(drive: ArrayLike, activation: ArrayLike) -> Array:
    """Return Merz's rate of nucleation relative to the attempt rate, exp(-activation / |drive|).

    Parameters
    ----------
    drive
        Local bias, V, any shape; 0 gives rate 0.
    activation
        Activation bias, V.
    """
    size = np.abs(np.asarray(drive, float))
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(-np.asarray(activation, float) / size))


def eased(distance: ArrayLike, settings: SwitchingSettings) -> Array:
    """Return the factor (0 to 1) by which a wall at `distance` (m) lowers the activation bias."""
    return np.asarray(
        1 - settings.wall_ease * np.exp(-np.asarray(distance, float) / settings.wall_reach)
    )


def moved(distance: float, step: float, seconds: float) -> float:
    """Move a wall by creep: away from the tip (step > 0) or towards and past it (step < 0).

    A wall at distance r creeps at dr/dt ~ 10^(-r / |step|), so that one that starts at the tip follows
    r = step * log10(1 + t) exactly, over however many pieces the time is cut into.

    Parameters
    ----------
    distance
        Signed distance of the wall from the tip, m.
    step
        Signed way per decade of time, m.
    seconds
        Time in units of the growth time.
    """
    scale = abs(step)
    if scale == 0 or abs(distance) > 300 * scale:
        return distance
    side = 1.0 if distance >= 0 else -1.0
    size = abs(distance)
    if side * step > 0:
        return side * (size + scale * math.log10(1 + seconds * 10 ** (-size / scale)))
    until_tip = 10 ** (size / scale) - 1
    if seconds < until_tip:
        return side * scale * math.log10(1 + until_tip - seconds)
    return -side * scale * math.log10(1 + seconds - until_tip)


def advance(
    state: SpotState,
    step: tuple[float, float],
    site: Site,
    settings: SwitchingSettings,
    rng: np.random.Generator,
) -> SpotState:
    """Return the state after a constant bias was held.

    Parameters
    ----------
    state
        Before.
    step
        (tip bias in V, seconds).
    site, settings
        Where, and how the sample switches.
    rng
        Draws the waiting time of a nucleation.
    """
    bias, seconds = step
    drive = bias - site.imprint - settings.charge_coupling * state.charge
    state = _relax_slow(state, step, site, settings)
    if not site.ferroelectric:
        return state
    if math.isfinite(site.movable_wall):
        state = _move_native_wall(state, (drive, seconds), site, settings)
    if abs(drive) <= settings.pinning * site.coercive:
        return state
    target = -1 if drive > 0 else 1  # a positive tip bias pushes the polarization down
    grown_for = seconds
    if sign_under_tip(state, site) != target:
        wait = _waiting_time(state, drive, site, settings, rng)
        if wait < seconds:
            state = replace(state, dots=(*state.dots, (0.0, target)), seeded=True)
            grown_for = seconds - wait
    return replace(state, dots=_move_dots(state, (drive, grown_for), site, settings))


def sign_under_tip(state: SpotState, site: Site) -> int:
    """Return the sign of the piezo coefficient at the tip's centre."""
    if state.dots:
        return state.dots[-1][1]
    return site.sign if site.movable_wall + state.shift >= 0 else -site.sign


def _waiting_time(
    state: SpotState,
    drive: float,
    site: Site,
    settings: SwitchingSettings,
    rng: np.random.Generator,
) -> float:
    # A Poisson process has no memory: drawing anew for every step changes nothing in its statistics.
    distance = min(site.nearest_wall, abs(site.movable_wall + state.shift))
    activation = settings.log_attempts * site.coercive * float(eased(distance, settings))
    if state.seeded:
        activation *= 1 - settings.seed_ease
    rate = float(nucleation_rate(drive, activation)) / settings.attempt_time
    unit = float(rng.exponential())
    return unit / rate if rate > 0 else math.inf


def _move_dots(
    state: SpotState, step: tuple[float, float], site: Site, settings: SwitchingSettings
) -> Dots:
    drive, seconds = step
    way = settings.growth * abs(drive) / site.coercive
    target = -1 if drive > 0 else 1
    moved_dots: list[tuple[float, int]] = []
    for radius, sign in state.dots:
        if sign == target:
            moved_dots.append((moved(radius, way, seconds / settings.growth_time), sign))
            continue
        shrunk = moved(radius, -way, settings.retraction * seconds / settings.growth_time)
        if shrunk > 0:
            moved_dots.append((shrunk, sign))
    return _annihilate(moved_dots, state, site, settings)


def _annihilate(
    dots: list[tuple[float, int]], state: SpotState, site: Site, settings: SwitchingSettings
) -> Dots:
    """Let neighbouring walls that touch vanish."""
    kept: list[tuple[float, int]] = []
    for radius, sign in dots:
        inner_sign = sign
        while kept and (
            kept[-1][1] == inner_sign or kept[-1][0] - radius < 2 * settings.wall_width
        ):
            if kept[-1][1] == inner_sign:  # a collapsed dot between them: one domain again
                radius = max(radius, kept[-1][0])
            kept.pop()
        kept.append((radius, inner_sign))
    surrounding = site.sign if site.movable_wall + state.shift >= 0 else -site.sign
    far_wall = min(site.nearest_wall, abs(site.movable_wall + state.shift))
    # A dot of its surroundings' own sign is no dot - unless it reaches over a native wall.
    if kept and kept[0][1] == surrounding and kept[0][0] < far_wall:
        kept = kept[1:]
    return tuple(kept)


def _move_native_wall(
    state: SpotState, step: tuple[float, float], site: Site, settings: SwitchingSettings
) -> SpotState:
    drive, seconds = step
    elastic = state.shift_elastic * math.exp(-seconds / settings.wall_recovery_time)
    if abs(drive) <= settings.pinning * site.coercive:
        return replace(state, shift_elastic=elastic)
    distance = site.movable_wall + state.shift_fixed + elastic
    # The bias favours the tip's own domain (`site.sign`) and pushes the wall away, or pulls it in.
    favours = -site.sign if drive > 0 else site.sign
    way = favours * settings.growth * abs(drive) / site.coercive
    gain = moved(distance, way, seconds / settings.growth_time) - distance
    return replace(
        state,
        shift_fixed=state.shift_fixed + (1 - settings.wall_recovery) * gain,
        shift_elastic=elastic + settings.wall_recovery * gain,
    )


def _relax_slow(
    state: SpotState, step: tuple[float, float], site: Site, settings: SwitchingSettings
) -> SpotState:
    bias, seconds = step
    trapped = settings.injection * bias
    # Traps fill under the bias; emptying without an opposite bias is the slow part.
    fills = abs(trapped) > abs(state.charge) or trapped * state.charge < 0
    life = settings.injection_time if fills else settings.charge_life
    times, _ = ionic_times(settings)
    near = settings.ionic_ease * math.exp(-site.nearest_wall / settings.wall_reach)
    ions = state.ions or (0.0,) * len(times)
    return replace(
        state,
        charge=_towards(state.charge, trapped, seconds / life),
        reversible=_towards(
            state.reversible, -settings.reversible * bias, seconds / settings.reversible_time
        ),
        ions=tuple(
            _towards(c, bias, seconds / (t * (1 - near))) for c, t in zip(ions, times, strict=True)
        ),
    )


def _towards(value: float, goal: float, times: float) -> float:
    return goal + (value - goal) * math.exp(-times)


def ionic_times(settings: SwitchingSettings) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return relaxation times (s) and weights whose sum of exponentials is exp(-(t / ionic_time)^stretch)."""
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
